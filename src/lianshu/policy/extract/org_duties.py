"""Units and posts told by what they do: a unit that opens a sentence, people who are appointed to a duty, units
that lead the chains of a table."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lianshu.policy.extract.enumeration import Span
from lianshu.policy.extract.tables import head_words
from lianshu.policy.model import Text

_UNIT_DUTY = re.compile(
    r"(?:^|(?<=[。;；,，:：\n]))(?:由)?(?P<unit>[省市县区州](?!委书记|级|直|内|外|场|域|政府主要|领导)[\u4e00-\u9fff]{1,14}?(?:局|委|厅|办|院|中心|管委会|督查室|银行|人行))"
    r"(?=负责|要(?!求)|牵头|会同|承担|定期|适时|每[年月季周半旬]|应(?!用)|统筹|做好|加强)"
)
_JOINED_BY = re.compile(
    r"会同(?P<unit>[省市县区州](?!委书记|级|直|内|外|场|域|领导)[\u4e00-\u9fff]{2,12}?(?:局|委|厅|办|督查室|中心|管委会))"
    r"(?=定期|开展|每|对|组织|研究|制定|负责)"
)
#: The end of a unit that does something. Ends are sought first: they are far rarer than heads of clauses.
_UNIT_ACTS = re.compile(
    r"(?:(?<![格布结大])局|管委会|督查室|党政办公室|服务中心|促进中心|融媒体中心)"
    r"(?=负责|要(?!求)|牵头|会同|承担|定期|适时|每[年月季周半旬双]|应(?!用)|统筹|做好|加强|建立|设立|开设|组织|围绕|对(?!接|口)|[一二三两]年内?|开展|编制|制定)"
)
#: The whole name, from the head of the clause: offices of a park carry no level in it (招商促进局会同…).
_UNIT_SUBJECT = re.compile(
    r"(?P<unit>(?![在由并于按和与及或将把向对报请各]|经(?!济)|相关|有关)(?:(?!会同|联合)[\u4e00-\u9fff]){3,16})"
)
#: A post in two to four characters that end in 员 …
_STAFF_END = re.compile(r"(?<![人成党委职官会学队动社雇演店全裁定教])员(?=[,，。;；、\n]|每|负责)")
#: … where the words around appoint to it (配备2名专职链务员).
_STAFF = re.compile(
    r"(?:配备|聘请|选派|选聘|派驻|担任|设立|确定)(?:了)?(?:[一两二三四五六七八九十\d]+[名个位])?(?:专职|兼职|专门)?"
    r"(?P<name>(?!工作|专业|管理)[\u4e00-\u9fff]{2,4}员)$"
)
#: A post with its field in front that opens a clause and has a duty (领办专员每月…).
_STAFF_ACTS = re.compile(
    r"(?:专员|特派员|管家|联络员|观察员|指导员|干部)(?=每[年月季周半旬]|负责|要(?!求)|定期)"
)
_STAFF_NAME = re.compile(r"(?P<name>[\u4e00-\u9fff]{4,7})")
_HEAD = re.compile(r"(?<![\u4e00-\u9fff])[\u4e00-\u9fff]+$")
_LEAD_COLUMN = re.compile(r"^牵头(?:责任)?(?:单位|部门)")
_CHAIN_COLUMN = re.compile(r"^(?:重点)?(?:产业链|链条)(?:名称)?$")


def _opening(clean: str, end: re.Pattern[str], whole: re.Pattern[str]) -> Iterator[re.Match[str]]:
    """Matches of ``whole`` that end where ``end`` does and begin behind a stop or a comma."""
    for match in end.finditer(clean):
        head = _HEAD.search(clean, max(0, match.end() - 17), match.end())
        start = head.start() if head else match.start()
        if (start == 0 or clean[start - 1] in "。;；,，\n") and (
            found := whole.fullmatch(clean, start, match.end())
        ):
            yield found


def acting_units(clean: str) -> Iterator[re.Match[str]]:
    """Units with a duty, at the head of a sentence or clause or joined by another; group ``unit`` is the name."""
    yield from _UNIT_DUTY.finditer(clean)
    yield from _opening(clean, _UNIT_ACTS, _UNIT_SUBJECT)
    yield from _JOINED_BY.finditer(clean)


def staff(clean: str) -> Iterator[re.Match[str]]:
    """Posts filled by an order (配备2名专职链务员) or with a duty of their own (领办专员每月…); group ``name``."""
    for end in _STAFF_END.finditer(clean):
        found = _STAFF.search(clean, max(0, end.start() - 20), end.end())
        if found:
            yield found
    yield from _opening(clean, _STAFF_ACTS, _STAFF_NAME)


def leading_cells(text: Text) -> Iterator[Span]:
    """Cells of a column 牵头单位 in tables with a column of chains, as spans of the clean text."""
    for table in text.source.tables:
        head = head_words(text, table)
        leads = {c for c, w in head.items() if _LEAD_COLUMN.search(w)}
        if not leads or not any(_CHAIN_COLUMN.search(w) for w in head.values()):
            continue
        for cell in table.cells:
            place = text.locate(cell.start, cell.end) if cell.row and cell.column in leads else None
            if place:
                yield place
