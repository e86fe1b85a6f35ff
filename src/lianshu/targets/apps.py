"""App configuration."""

from django.apps import AppConfig


class TargetsConfig(AppConfig):
    """Indicators, targets, observations and their lights."""

    name = "lianshu.targets"
    label = "targets"
