"""App configuration."""

from django.apps import AppConfig


class TargetsConfig(AppConfig):
    """Indicators, targets, observations and their lights."""

    name = "lianshu.targets"
    label = "targets"

    def ready(self) -> None:
        from . import registration  # noqa: F401
