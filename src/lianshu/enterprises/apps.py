"""App configuration."""

from django.apps import AppConfig


class EnterprisesConfig(AppConfig):
    """Enterprise files and service logs."""

    name = "lianshu.enterprises"
    label = "enterprises"

    def ready(self) -> None:
        from . import registration  # noqa: F401
