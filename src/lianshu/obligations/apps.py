"""App configuration."""

from django.apps import AppConfig


class ObligationsConfig(AppConfig):
    """What waits for whom."""

    name = "lianshu.obligations"
    label = "obligations"

    def ready(self) -> None:
        from . import registration  # noqa: F401
