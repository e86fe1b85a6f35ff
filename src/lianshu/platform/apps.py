"""App configuration of the platform: its page and its checks."""

from django.apps import AppConfig


class PlatformConfig(AppConfig):
    """What runs an installation."""

    name = "lianshu.platform"
    label = "platform"
    verbose_name = "平台"

    def ready(self) -> None:
        from . import registration  # noqa: F401
