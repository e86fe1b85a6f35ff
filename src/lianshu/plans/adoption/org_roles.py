"""What the words for bodies and roles in plans mean: which are posts, which are bodies, which come once per
chain. General terms of the chain-chief system, as data."""

from __future__ import annotations

import re
from dataclasses import dataclass

from lianshu.organisation.models import Appointment, Unit

from .unit_names import is_collective
from .units import kind_of

Role = Appointment.Role


@dataclass(frozen=True, slots=True)
class OrgMeaning:
    """``role`` (a post) or ``unit_kind`` (a body); ``each_chain``: one for every chain; ``office``: the post
    belongs to the general office (``general``) or the chain's office (``chain``); ``pattern`` names the
    body of one chain, with ``{chain}``."""

    role: str | None = None
    unit_kind: str | None = None
    each_chain: bool = False
    office: str = ""
    pattern: str = ""


# Order matters: the first expression that fits decides.
_MEANINGS: tuple[tuple[str, OrgMeaning], ...] = (
    (r"^(?:产业链)?(?:第一|常务)?副?总链长$", OrgMeaning(role=Role.GENERAL_CHIEF)),
    (r"^政委$", OrgMeaning(role=Role.COMMISSAR)),
    (r"^(?:各)?(?:产业链)?副链长$", OrgMeaning(role=Role.DEPUTY_CHIEF, each_chain=True)),
    (r"^(?:各)?(?:产业链)?链长$", OrgMeaning(role=Role.CHIEF, each_chain=True)),
    (r"^(?:总链办|领导小组办公室).*专职", OrgMeaning(role=Role.FULL_TIME, office="general")),
    (r"^(?:总链办|领导小组办公室).*副主任$", OrgMeaning(role=Role.OFFICE_DEPUTY, office="general")),
    (r"^(?:总链办|领导小组办公室).*主任$", OrgMeaning(role=Role.OFFICE_HEAD, office="general")),
    (r"^(?:各)?(?:链条办|产业链办公室).*副主任$", OrgMeaning(role=Role.OFFICE_DEPUTY, each_chain=True, office="chain")),
    (r"^(?:各)?(?:链条办|产业链办公室).*主任$", OrgMeaning(role=Role.OFFICE_HEAD, each_chain=True, office="chain")),
    (r"^(?:各)?(?:链条办|产业链办公室).*专职", OrgMeaning(role=Role.FULL_TIME, each_chain=True, office="chain")),
    (r"领导小组.*副组长$", OrgMeaning(role=Role.GROUP_MEMBER)),
    (r"领导小组.*组长$|^组长$", OrgMeaning(role=Role.GROUP_LEADER)),
    (r"^[“\"]?链主[”\"]?(?:企业)?$", OrgMeaning(role=Role.LEAD_FIRM, each_chain=True)),
    (r"^[“\"]?链创[”\"]?(?:团队)?$", OrgMeaning(role=Role.INNOVATION_TEAM, each_chain=True)),
    (r"特派员$", OrgMeaning(role=Role.ENVOY, each_chain=True)),
    (r"联络员$", OrgMeaning(role=Role.LIAISON)),
    (r"主办行$|主办银行$|牵头银行$", OrgMeaning(role=Role.LEAD_BANK, each_chain=True)),
    (r"^(?:各)?(?:产业链)?牵头[省市县区直]*(?:部门|单位)$", OrgMeaning(role=Role.LEAD_DEPARTMENT, each_chain=True)),
    (r"帮办(?:领导|干部|人)", OrgMeaning(role=Role.ASSISTANT)),
    (r"包保(?:领导|责任人|干部|人)", OrgMeaning(role=Role.GUARANTOR)),
    (r"^(?:各)?(?:链条办|产业链办公室|产业链链条办|链办)$",
     OrgMeaning(unit_kind=Unit.Kind.CHAIN_OFFICE, each_chain=True, pattern="{chain}链条办")),
    (r"^(?:各)?(?:产业链)?(?:链条)?(?:工作)?专班$",
     OrgMeaning(unit_kind=Unit.Kind.TASK_FORCE, each_chain=True, pattern="{chain}产业链工作专班")),
    (r"^(?:各)?(?:产业链)?智囊团队$|^智囊团$|^(?:产业链)?智库$",
     OrgMeaning(unit_kind=Unit.Kind.EXPERT_TEAM, each_chain=True, pattern="{chain}产业链智囊团队")),
    (r"^(?:各)?(?:产业链)?专家团队$|^专家组$|^专家服务团$",
     OrgMeaning(unit_kind=Unit.Kind.EXPERT_TEAM, each_chain=True, pattern="{chain}产业链专家团队")),
    (r"^(?:各)?(?:产业链)?(?:专家(?:咨询)?委员会|专家委)$",
     OrgMeaning(unit_kind=Unit.Kind.COMMITTEE, each_chain=True, pattern="{chain}产业链专家委员会")),
)  # fmt: skip
_COMPILED = tuple((re.compile(pattern), meaning) for pattern, meaning in _MEANINGS)
_POST = re.compile(
    r"(?:主任|组长|书记|市长|县长|区长|省长|局长|厅长|领导(?:同志)?|干部|人员|专员|专干|副总|成员|会长|组员)$"
)


def meaning_of(name: str) -> OrgMeaning:
    """What a body or role is, by its name; an unknown one is a post when it ends like one, else a body."""
    text = re.sub(r"[(（][^)）]*[)）]", "", name).strip()
    for pattern, meaning in _COMPILED:
        if pattern.search(text):
            return meaning
    if _POST.search(text) and not is_collective(text):
        return OrgMeaning(role=Role.OTHER)
    return OrgMeaning(unit_kind=kind_of(text))


#: kinds of bodies as the reader names them, for names that do not tell
READER_KINDS = {
    "leading_group": Unit.Kind.LEADING_GROUP,
    "general_office": Unit.Kind.GENERAL_OFFICE,
    "chain_office": Unit.Kind.CHAIN_OFFICE,
    "task_force": Unit.Kind.TASK_FORCE,
    "expert_team": Unit.Kind.EXPERT_TEAM,
    "think_tank": Unit.Kind.EXPERT_TEAM,
    "department": Unit.Kind.DEPARTMENT,
    "government": Unit.Kind.GOVERNMENT,
    "institution": Unit.Kind.INSTITUTE,
}

_HOLDER = re.compile(
    r"(?:^|由)(?:每[条个][^由]{0,8}由)?([^,，;；由]{2,20}?)(?:同志)?(?:担任|兼任|任)(?![务命])"
)
_COUNT = re.compile(r"(?:在全[省市县区])?(?:[0-9]{1,2}|[一二两三四五六七八九十]{1,2})[名位个]")
_SEATS = re.compile(r"([0-9]{1,2}|[一二两三四五六七八九十]{1,2})\s*[名位]")
_DIGITS = {"一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9, "十": 10}
#: who holds these is found out later, whatever the plan's words are
_CHOSEN_LATER = (Role.LEAD_FIRM, Role.INNOVATION_TEAM, Role.LEAD_BANK)


def holder_of(role: str, leader: str, words: str) -> str:
    """The post that holds a role: ``一名市级领导`` → ``市级领导``, ``市长担任`` → ``市长``; "" when the words
    do not say or the role is one for which somebody is still to be chosen."""
    if role in _CHOSEN_LATER:
        return ""
    if not leader:
        match = _HOLDER.search(words.strip())
        leader = match[1] if match else ""
    post = _COUNT.sub("", leader).strip().removeprefix("由")
    post = re.sub(r"^(?:在?全[省市县区])?选派(?=干部|人员)", "选派的", post)
    return post if 1 < len(post) <= 20 else ""


def seats_of(words: str, chains: int = 1) -> int:
    """How many hold it: ``选派3名干部`` → 3; 1 when the words do not say. Four for four chains are one each."""
    match = _SEATS.search(words)
    if match is None:
        return 1
    count = int(match[1]) if match[1].isdigit() else _DIGITS.get(match[1], 1)
    if chains > 1 and "每" not in words and count % chains == 0:
        return count // chains
    return max(1, count)
