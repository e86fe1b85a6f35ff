"""App configuration."""

from django.apps import AppConfig


class InsightConfig(AppConfig):
    """My work, boards and the chief's page."""

    name = "lianshu.insight"
    label = "insight"

    def ready(self) -> None:
        from . import registration  # noqa: F401
