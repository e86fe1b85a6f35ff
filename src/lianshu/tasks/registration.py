"""What this room hangs into the lower rooms."""

from lianshu.core.registries import registry

from . import adoption, ledgers, owing, panels  # noqa: F401 - adopters, ledgers and sources register themselves

registry.counts.update(panels.counts())
panels.install()
