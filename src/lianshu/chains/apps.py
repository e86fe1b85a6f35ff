"""App configuration."""

from django.apps import AppConfig


class ChainsConfig(AppConfig):
    """Chain pages, mechanisms and their checklists, expert teams."""

    name = "lianshu.chains"
    label = "chains"

    def ready(self) -> None:
        from . import registration  # noqa: F401
