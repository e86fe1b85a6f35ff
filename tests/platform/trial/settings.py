"""The platform's settings with the trial kinds; plain static files, so that a server starts quickly."""

from lianshu.platform.settings import *  # noqa: F403
from lianshu.platform.settings import INSTALLED_APPS, STORAGES

INSTALLED_APPS = [*INSTALLED_APPS, "tests.platform.trial.apps.TrialConfig"]
STORAGES = {
    **STORAGES,
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
