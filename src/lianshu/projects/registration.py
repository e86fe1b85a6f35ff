"""What this room hangs into the lower rooms."""

from lianshu.core.registries import registry

from . import adoption  # noqa: F401
from .models import Project

registry.counts["projects"] = lambda: Project._base_manager.count()
