"""What this room hangs into the lower rooms."""

from lianshu.core.registries import registry

from . import adoption, ledgers, owing, panels  # noqa: F401 - adopters, ledgers and sources register themselves
from .models import Observation, Target

registry.counts["targets"] = lambda: Target._base_manager.count()
registry.counts["observations"] = lambda: Observation._base_manager.count()
panels.install()
