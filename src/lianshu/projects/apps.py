"""App configuration."""

from django.apps import AppConfig


class ProjectsConfig(AppConfig):
    """Investment projects."""

    name = "lianshu.projects"
    label = "projects"

    def ready(self) -> None:
        from . import registration  # noqa: F401
