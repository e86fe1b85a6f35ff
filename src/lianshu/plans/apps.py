"""App configuration."""

from django.apps import AppConfig


class PlansConfig(AppConfig):
    """Plan documents, readings, the reading desk, adoption."""

    name = "lianshu.plans"
    label = "plans"
    verbose_name = "方案文件"

    def ready(self) -> None:
        from . import registration  # noqa: F401
