"""App configuration."""

from django.apps import AppConfig


class ReportsConfig(AppConfig):
    """Collections: what units must file, and what was filed."""

    name = "lianshu.reports"
    label = "reports"

    def ready(self) -> None:
        from . import registration  # noqa: F401
