"""WSGI entry point served by granian."""

import os

from django.core.wsgi import get_wsgi_application

from lianshu.core.processes import die_with_parent

if "LIANSHU_WEB" in os.environ:
    # a worker of our own web server: it never serves on alone
    die_with_parent(int(os.environ["LIANSHU_WEB"]))

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lianshu.platform.settings")
application = get_wsgi_application()
