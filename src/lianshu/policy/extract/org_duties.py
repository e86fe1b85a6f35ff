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
#: A unit that opens a sentence and does something: offices of a park carry no level in their name (招商促进局会同…).
_UNIT_SUBJECT = re.compile(
    r"(?:^|(?<=[。;；,，\n]))(?P<unit>(?![在由并于按和与及或将把向对报请各]|经(?!济)|相关|有关)(?:(?!会同|联合)[\u4e00-\u9fff]){2,10}?(?:(?<![格布结大])局|管委会|督查室|党政办公室|服务中心|促进中心|融媒体中心))"
    r"(?=负责|要(?!求)|牵头|会同|承担|定期|适时|每[年月季周半旬双]|应(?!用)|统筹|做好|加强|建立|设立|开设|组织|围绕|对(?!接|口)|[一二三两]年内?|开展|编制|制定)"
)
#: A post in two to four characters that end in 员, where the words around appoint to it (配备2名专职链务员).
_STAFF = re.compile(
    r"(?:配备|聘请|选派|选聘|派驻|担任|设立|确定)(?:了)?(?:[一两二三四五六七八九十\d]+[名个位])?(?:专职|兼职|专门)?"
    r"(?P<name>(?!工作|专业|管理)[\u4e00-\u9fff]{2,4}(?<![人成党委职官会学队动社雇演店全裁定教])员)(?=[,，。;；、\n]|每|负责)"
)
#: A post with its field in front that opens a clause and has a duty (领办专员每月…).
_STAFF_DUTY = re.compile(
    r"(?:^|(?<=[。;；,，\n]))(?P<name>[\u4e00-\u9fff]{2,4}(?:专员|特派员|管家|联络员|观察员|指导员|干部))(?=每[年月季周半旬]|负责|要(?!求)|定期)"
)
_LEAD_COLUMN = re.compile(r"^牵头(?:责任)?(?:单位|部门)")
_CHAIN_COLUMN = re.compile(r"^(?:重点)?(?:产业链|链条)(?:名称)?$")


def acting_units(clean: str) -> Iterator[re.Match[str]]:
    """Units with a duty, at the head of a sentence or clause or joined by another; group ``unit`` is the name."""
    yield from _UNIT_DUTY.finditer(clean)
    yield from _UNIT_SUBJECT.finditer(clean)
    yield from _JOINED_BY.finditer(clean)


def staff(clean: str) -> Iterator[re.Match[str]]:
    """Posts filled by an order (配备2名专职链务员) or with a duty of their own (领办专员每月…); group ``name``."""
    yield from _STAFF.finditer(clean)
    yield from _STAFF_DUTY.finditer(clean)


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
