"""From a source to a reading: repair, outline, then every extractor in turn."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from lianshu.policy.budget import OverBudgetError, limited, spend
from lianshu.policy.extract import (
    chains,
    enterprises,
    facts,
    mechanisms,
    orgs,
    projects,
    recurring,
    targets,
    tasks,
)
from lianshu.policy.model import Item, Outline, Reading, Source, Text, UnusableInputError
from lianshu.policy.outline import outline as build_outline
from lianshu.policy.repair import LONGEST_CLAUSE, repair

#: Raised whenever the same text may be read differently; a stored reading names the version that made it.
READER_VERSION = "2"

#: Characters of a text beyond which it is refused: more than ten times the longest of real plans.
TEXT_LIMIT = 200_000

_ADMINISTRATION = re.compile(
    "产业|推进|建设|加强|任务|责任|目标|政府|方案|实施|发展|企业|项目|机制|牵头|落实|部门|领导|工作|完善|推动|培育|规划|服务"
)

Extractor = Callable[[Text, Outline, dict[str, Any]], list[Item]]

#: Order matters only for ``facts["chains"]``: later extractors may look at the chains found first.
EXTRACTORS: tuple[Extractor, ...] = (
    chains.extract,
    mechanisms.extract,
    targets.extract,
    tasks.extract,
    recurring.extract,
    projects.extract,
    enterprises.extract,
    orgs.extract,
)


def read(source: Source) -> Reading:
    """Read one document.

    The extractors get the facts with one more entry, ``chains``: the names of the chains found so far.
    Items come back in the order of the text within each kind. Raises :class:`UnusableInputError` for a text
    too long, or too dense to be read within the budget.
    """
    if len(source.text) > TEXT_LIMIT:
        raise UnusableInputError(
            f"{source.name}：正文 {len(source.text)} 字，超过 {TEXT_LIMIT} 字的上限，请拆成几份分别上传。"
        )
    try:
        with limited():
            text, found, items = _extract(source)
    except (OverBudgetError, RecursionError):
        raise UnusableInputError(
            f"{source.name}：正文里数字、顿号、括号过于密集，无法按方案读取，请核对是否传错文件，或删去附表后再读。"
        ) from None
    items.sort(key=lambda item: (item.start, item.end))
    is_plan = looks_like_plan(text.clean, items)
    return Reading(
        source=source,
        facts=found,
        items=items,
        is_plan=is_plan,
        notes=_notes(text, is_plan),
        reader_version=READER_VERSION,
    )


def _extract(source: Source) -> tuple[Text, dict[str, Any], list[Item]]:
    """The repaired text, its facts and its items, kind after kind."""
    text = repair(source)
    tree = build_outline(text)
    found = facts.extract(text, tree)
    context: dict[str, Any] = {**found, "chains": []}
    items: list[Item] = []
    for extract in EXTRACTORS:
        spend()
        new = extract(text, tree, context)
        items.extend(new)
        context["chains"] += [item.fields["name"] for item in new if item.kind == "chains"]
    return text, found, items


def looks_like_plan(clean: str, items: list[Item]) -> bool:
    """Whether a text is a plan: it orders work or sets targets, in the words of administration.

    One word of administration in a hundred characters is far below any plan and above stories, invoices
    and manuals.
    """
    orders = sum(item.kind in ("tasks", "targets", "recurring") for item in items)
    return orders >= 2 and len(_ADMINISTRATION.findall(clean)) >= 0.01 * len(clean)


def _notes(text: Text, is_plan: bool) -> list[str]:
    """Sentences for people about the reading as a whole."""
    source = text.source
    notes: list[str] = list(source.meta.get("notes", ()))
    if text.runs_cut:
        notes.append(
            f"有 {text.runs_cut} 处文字过长而没有断句（超过 {LONGEST_CLAUSE} 字），已分段读取，"
            "该处结果请对照原文核对。"
        )
    pages = source.meta.get("recognised_pages")
    if pages:
        notes.append(f"第 {'、'.join(map(str, pages))} 页的文字由图片识别得到，请对照原件核对。")
    if not is_plan:
        notes.append("这份文件不像方案：没有成条的任务或目标。已照常读，结果请谨慎使用。")
    return notes
