"""Reads of this room: a chain's team, its three parties, the linkage table."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from lianshu.organisation.models import Appointment, Chain, Region

Role = Appointment.Role

#: Sections of the team page: title and roles in order.
TEAM = (
    ("链长", (Role.CHIEF, Role.DEPUTY_CHIEF)),
    ("牵头部门与办公室", (Role.LEAD_DEPARTMENT, Role.OFFICE_HEAD, Role.OFFICE_DEPUTY, Role.FULL_TIME)),
    ("工作专班", (Role.GROUP_LEADER, Role.GROUP_MEMBER, Role.LIAISON)),
    ("专家团队", (Role.EXPERT,)),
    ("科技特派员", (Role.ENVOY,)),
    ("链主、链创、主办行", (Role.LEAD_FIRM, Role.INNOVATION_TEAM, Role.LEAD_BANK)),
    ("包保帮办", (Role.GUARANTOR, Role.ASSISTANT)),
)


def posts_of(chain: Chain) -> list[Appointment]:
    """The chain's posts in force."""
    return list(
        Appointment._base_manager.filter(Appointment.in_force(), chain=chain).select_related(
            "person__unit", "holder_unit", "unit", "region"
        )
    )


def team_of(chain: Chain) -> list[tuple[str, list[Appointment]]]:
    """Posts by section of the team page; sections stay even when empty."""
    posts = posts_of(chain)
    return [
        (
            title,
            sorted((post for post in posts if post.role in roles), key=lambda post: roles.index(post.role)),
        )
        for title, roles in TEAM
    ]


def former_posts(chain: Chain) -> list[Appointment]:
    """Posts that have ended, the latest first."""
    return list(
        Appointment._base_manager.filter(chain=chain)
        .exclude(Appointment.in_force())
        .select_related("person", "holder_unit", "region")
        .order_by("-valid_to")
    )


def chiefs_by_chain(chains: Any) -> dict[int, list[Appointment]]:
    """Chiefs in force of several chains, in one query."""
    found: dict[int, list[Appointment]] = {}
    rows = Appointment._base_manager.filter(
        Appointment.in_force(), chain__in=list(chains), role=Role.CHIEF
    ).select_related("person", "holder_unit")
    for post in rows:
        found.setdefault(post.chain_id, []).append(post)
    return found


def parties_of(chain: Chain) -> list[tuple[str, list[Appointment]]]:
    """链长, 链主, 链创: the three parties of a chain."""
    posts = posts_of(chain)
    return [
        (Role(role).label, [post for post in posts if post.role == role])
        for role in (Role.CHIEF, Role.LEAD_FIRM, Role.INNOVATION_TEAM)
    ]


@dataclass(slots=True)
class Linkage:
    """What one leader or department is attached to."""

    who: str
    industries: list[Appointment] = field(default_factory=list)
    firms: list[Appointment] = field(default_factory=list)
    projects: list[Appointment] = field(default_factory=list)


def linkage_table(user: Any, region: Region, *, departments: bool = False) -> list[Linkage]:
    """县领导联系重点产业、重点企业、重大项目: one row per leader (or per department)."""
    roles = (Role.CHIEF, Role.GUARANTOR, Role.ASSISTANT, Role.GENERAL_CHIEF, Role.LEAD_DEPARTMENT)
    posts = (
        Appointment.objects.visible_to(user)
        .filter(Appointment.in_force(), region=region, role__in=roles)
        .select_related("person", "holder_unit", "chain__region")
        .order_by("id")
    )
    rows: dict[str, Linkage] = {}
    for post in posts:
        if departments != bool(post.holder_unit_id and not post.person_id):
            continue
        key = (
            f"p{post.person_id}"
            if post.person_id
            else f"u{post.holder_unit_id}"
            if post.holder_unit_id
            else post.post
        )
        row = rows.setdefault(key, Linkage(post.holder))
        if post.subject_type == "enterprises.enterprise":
            row.firms.append(post)
        elif post.subject_type == "projects.project":
            row.projects.append(post)
        elif post.chain_id:
            row.industries.append(post)
    return [row for row in rows.values() if row.industries or row.firms or row.projects]
