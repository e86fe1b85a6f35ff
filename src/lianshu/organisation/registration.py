"""What this room hangs into the shell."""

from lianshu.core.registries import registry

from .models import Region, User

registry.counts["regions"] = lambda: Region._base_manager.count()
registry.counts["users"] = lambda: User._base_manager.count()
