"""App configuration of the base room."""

from django.apps import AppConfig


class CoreConfig(AppConfig):
    """The base every other room stands on."""

    name = "lianshu.core"
    label = "core"
    verbose_name = "基础"

    def ready(self) -> None:
        from . import registration  # noqa: F401
