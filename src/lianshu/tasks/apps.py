"""App configuration."""

from django.apps import AppConfig


class TasksConfig(AppConfig):
    """Tasks, recurring duties, occurrences, supervision."""

    name = "lianshu.tasks"
    label = "tasks"

    def ready(self) -> None:
        from . import registration  # noqa: F401
