"""What this room hangs into the lower rooms."""

from lianshu.core.registries import registry

from . import adoption  # noqa: F401
from .models import Enterprise

registry.counts["enterprises"] = lambda: Enterprise._base_manager.count()
