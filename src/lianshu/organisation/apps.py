"""App configuration."""

from django.apps import AppConfig


class OrganisationConfig(AppConfig):
    """Who exists and who holds which role."""

    name = "lianshu.organisation"
    label = "organisation"
    verbose_name = "机构人员"

    def ready(self) -> None:
        from django.conf import settings

        from lianshu.core.addresses import networks

        from . import registration  # noqa: F401

        # a proxy that is no address is told at the start, not with the first request
        networks(tuple(settings.LIANSHU_TRUSTED_PROXIES))
