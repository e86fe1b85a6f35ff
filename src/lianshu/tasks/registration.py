"""What this room hangs into the lower rooms."""

from lianshu.core.registries import registry

from . import adoption  # noqa: F401
from .models import Duty, Task

registry.counts["tasks"] = lambda: Task._base_manager.count()
registry.counts["duties"] = lambda: Duty._base_manager.count()
