"""What this room hangs into the lower rooms."""

from lianshu.core.registries import registry

from . import adoption, ledgers, panels  # noqa: F401 - adopters and ledgers register themselves

registry.counts.update(panels.counts())
panels.install()
