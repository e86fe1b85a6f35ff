"""App configuration."""

from django.apps import AppConfig


class MattersConfig(AppConfig):
    """Problems, needs and requests from receipt to closing."""

    name = "lianshu.matters"
    label = "matters"

    def ready(self) -> None:
        from . import registration  # noqa: F401
