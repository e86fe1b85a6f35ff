"""App configuration."""

from django.apps import AppConfig


class OrganisationConfig(AppConfig):
    """Who exists and who holds which role."""

    name = "lianshu.organisation"
    label = "organisation"
    verbose_name = "机构人员"

    def ready(self) -> None:
        from . import registration  # noqa: F401
