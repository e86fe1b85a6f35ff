"""What this room hangs into the shell."""

import datetime as dt

from lianshu.core.jobs import register_chore
from lianshu.core.registries import NavItem, registry

from . import ledgers  # noqa: F401
from .models import Chain, Region, User
from .selectors import handover_lines
from .sign_in_limits import forget_old_attempts

register_chore("sign-in attempts", dt.timedelta(days=1), forget_old_attempts)
registry.counts["regions"] = lambda: Region._base_manager.count()
registry.counts["chains"] = lambda: Chain._base_manager.count()
registry.counts["users"] = lambda: User._base_manager.count()
for _action, _label in (("manage_users", "账号"), ("grant", "账号授权")):
    registry.navigation.append(
        NavItem(
            "设置",
            "accounts",
            "settings",
            900,
            action=_action,
            prefixes=("/accounts/",),
            children=(NavItem(_label, "accounts", order=10, action=_action),),
        )
    )
registry.menu_items.setdefault("设置", []).extend(
    NavItem("复核", "joint-acts", order=20, action=action, prefixes=("/joint-acts/",))
    for action in ("manage_users", "grant", "audit")
)
registry.standing.append(handover_lines)
