"""What this room hangs into the shell."""

from lianshu.core.registries import NavItem, registry

registry.navigation.append(NavItem("我的工作", "home", "home", 10, action=None))
