"""Registers the trial kinds."""

from django.apps import AppConfig


class TrialConfig(AppConfig):
    name = "tests.platform.trial"
    label = "trial"

    def ready(self) -> None:
        from . import kinds  # noqa: F401
