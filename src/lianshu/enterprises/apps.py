"""App configuration."""

from django.apps import AppConfig


class EnterprisesConfig(AppConfig):
    """Enterprise files and service logs."""

    name = "lianshu.enterprises"
    label = "enterprises"
