"""Django project: settings, urls, wsgi and the `lianshu` commands that run the platform."""
