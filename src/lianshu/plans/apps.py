"""App configuration."""

from django.apps import AppConfig


class PlansConfig(AppConfig):
    """Plan documents, readings, the reading desk, adoption."""

    name = "lianshu.plans"
    label = "plans"
