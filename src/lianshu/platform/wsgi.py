"""WSGI entry point served by granian."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lianshu.platform.settings")
application = get_wsgi_application()

from django.conf import settings  # noqa: E402

if settings.LIANSHU_JOBS_IN_PROCESS:
    # work that an earlier process left waiting or half done
    from lianshu.core import jobs

    jobs.take_up()
