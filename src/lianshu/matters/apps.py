"""App configuration."""

from django.apps import AppConfig


class MattersConfig(AppConfig):
    """Problems, needs and requests from receipt to closing."""

    name = "lianshu.matters"
    label = "matters"
