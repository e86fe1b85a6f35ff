"""`python -m lianshu.platform.web …`: granian as a part of the supervised server (its own arguments)."""

import os

from lianshu.core.processes import die_with_parent

if __name__ == "__main__":
    die_with_parent(int(os.environ["LIANSHU_MAIN"]))
    # what its workers look for: see lianshu.platform.wsgi
    os.environ["LIANSHU_WEB"] = str(os.getpid())
    if os.environ.get("LIANSHU_HTTPS") == "own":
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lianshu.platform.settings")
        from lianshu.platform import tls

        tls.keep_renewed()
    from granian.cli import entrypoint

    entrypoint()
