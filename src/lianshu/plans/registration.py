"""What this room hangs into the shell."""

from lianshu.core.registries import NavItem, registry

from . import jobs  # noqa: F401 - registers the job kinds
from .adoption import chains, orgs, units  # noqa: F401 - register the adopters of this room
from .models import Plan

registry.counts["plans"] = lambda: Plan._base_manager.count()
registry.navigation.append(NavItem("方案文件", "plan-list", "file-text", 110, prefixes=("/plans/",)))
registry.creators.append(NavItem("方案文件", "plan-new", "file-text", 40, action="edit"))
