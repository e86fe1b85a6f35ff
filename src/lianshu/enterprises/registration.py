"""What this room hangs into the shell and the lower rooms' pages."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Q
from django.template.loader import render_to_string
from django.urls import reverse

from lianshu.core.registries import NavItem, Panel, registry
from lianshu.core.scope import may

from . import adoption, ledgers, selectors  # noqa: F401
from .models import ChainRole, Enterprise, ServiceLog


def chain_panel(request: Any, chain: Any) -> str:
    rows = (
        ChainRole.objects.filter(chain=chain, enterprise__in=Enterprise.objects.visible_to(request.user))
        .select_related("enterprise")
        .order_by("role", "enterprise__name")
    )
    return render_to_string("enterprises/chain_panel.html", {"rows": rows}, request)


def chain_count(user: Any, chain: Any) -> int:
    return ChainRole.objects.filter(chain=chain, enterprise__in=Enterprise.objects.visible_to(user)).count()


def plan_panel(request: Any, plan: Any) -> str:
    rows = (
        Enterprise.objects.visible_to(request.user).filter(plan=plan).prefetch_related("chain_roles__chain")
    )
    return render_to_string("enterprises/plan_panel.html", {"rows": rows}, request) if rows else ""


def services_panel(request: Any, firm: Any) -> str:
    rows = ServiceLog.objects.visible_to(request.user).filter(enterprise=firm)
    return render_to_string("enterprises/services_panel.html", {"firm": firm, "rows": rows[:100]}, request)


def contacts_panel(request: Any, firm: Any) -> str:
    context = {
        "firm": firm,
        "posts": selectors.contacts_of(firm),
        "can_edit": may(request.user, "edit", firm),
    }
    return render_to_string("enterprises/contacts_panel.html", context, request)


def places_panel(request: Any, firm: Any) -> str:
    rows = firm.chain_roles.select_related("chain__region")
    return render_to_string("enterprises/places_panel.html", {"firm": firm, "rows": rows}, request)


def search(user: Any, text: str) -> Iterable[tuple[str, str, str]]:
    rows = Enterprise.objects.visible_to(user).filter(
        Q(name__icontains=text) | Q(short_name__icontains=text) | Q(credit_code__startswith=text)
    )
    return [(row.name, "企业", reverse("ledger-row", args=["enterprises", row.pk])) for row in rows[:8]]


registry.menu_items.setdefault("企业", []).append(NavItem("无人联系", "enterprises-uncontacted", order=30))
registry.panels.append(Panel("chain", "enterprises", "企业", chain_panel, 20, chain_count))
registry.panels.append(Panel("plan", "enterprises", "企业", plan_panel, 70))
registry.panels.append(Panel("enterprise", "services", "走访服务", services_panel, 10))
registry.panels.append(Panel("enterprise", "contacts", "联系包保", contacts_panel, 20))
registry.panels.append(Panel("enterprise", "chains", "链上角色", places_panel, 30))
registry.searches.append(search)
registry.counts["enterprises"] = lambda: Enterprise._base_manager.count()
