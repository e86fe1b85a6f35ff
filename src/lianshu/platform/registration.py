"""What the platform hangs into the shell: the operator's page."""

from __future__ import annotations

from lianshu.core.registries import NavItem, registry

from . import checks  # noqa: F401  (declares the checks)

registry.menu_items.setdefault("设置", []).extend(
    [
        # the same page for two of the three administrators: who repairs, and who watches
        NavItem("系统检查", "check", order=850, action="manage_users"),
        NavItem("系统检查", "check", order=850, action="audit"),
    ]
)
