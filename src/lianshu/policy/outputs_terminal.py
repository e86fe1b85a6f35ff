"""The summary of a reading in the terminal."""

from __future__ import annotations

from rich import box
from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text as Words

from lianshu.policy.model import KINDS, Item, Reading
from lianshu.policy.outputs import item_row
from lianshu.policy.wording import COLUMNS, KIND_NAMES


def facts_line(reading: Reading) -> str:
    """``实施方案 · 澄江县（县） · 发文单位 · 文号 · 2023-02-03 发布 · 2023—2025年``, what is known of it."""
    facts = reading.facts
    region = facts.get("region")
    place = f"{region}（{facts['level']}级）" if region and facts.get("level") else region
    published = f"{facts['published']} 发布" if facts.get("published") else None
    issued = f"{facts['issued']} 印发" if facts.get("issued") else None
    start, end = facts.get("plan_start"), facts.get("plan_end")
    years = f"{start}—{end} 年" if start and end else f"到 {end} 年" if end else None
    parts = (facts.get("kind"), place, facts.get("issuer"), facts.get("doc_no"), published, issued, years)
    return " · ".join(str(part) for part in parts if part)


def counts_line(reading: Reading) -> str:
    """``产业链 4，目标 21 …``, kinds without items left out."""
    counts = [(KIND_NAMES[kind], len(reading.of(kind))) for kind in KINDS]
    return "，".join(f"{name} {count}" for name, count in counts if count) or "没有读到内容"


def uncertain_count(reading: Reading) -> int:
    """Items that a person should look at."""
    return sum(item.confidence < 0.7 for item in reading.items)


def summary(reading: Reading, explain: bool = False) -> RenderableType:
    """The whole reading as tables, or as a list with rules and evidence when ``explain`` is set."""
    parts: list[RenderableType] = [
        Words(str(reading.facts.get("title") or reading.source.name), style="bold"),
        Words(facts_line(reading), style="dim"),
        Words(counts_line(reading)),
    ]
    parts += [Words(f"提示：{note}", style="yellow") for note in reading.notes]
    for kind in KINDS:
        items = reading.of(kind)
        if items:
            parts += _explained(reading, kind, items) if explain else [_table(reading, kind, items)]
    doubtful = uncertain_count(reading)
    if doubtful:
        parts.append(Words(f"其中 {doubtful} 项把握不大，请对照原文核对。", style="yellow"))
    return Group(*parts)


def _doubt(confidence: str, reason: str) -> str:
    return f"待核对：{reason or '把握不大'}" if float(confidence) < 0.7 else ""


def _table(reading: Reading, kind: str, items: list[Item]) -> RenderableType:
    table = Table(
        title=f"{KIND_NAMES[kind]} {len(items)}",
        title_justify="left",
        title_style="bold",
        box=box.SIMPLE_HEAD,
    )
    headers = [header for header, _ in COLUMNS[kind]] + [""]
    rows = []
    for item in items:
        *values, _, confidence, reason, _ = item_row(reading, item)
        rows.append([*values, _doubt(confidence, reason)])
    used = [i for i in range(len(headers)) if any(row[i] for row in rows)]
    for i in used:
        table.add_column(headers[i], overflow="fold")
    for row in rows:
        table.add_row(*(Words(row[i]) for i in used))
    return table


def _explained(reading: Reading, kind: str, items: list[Item]) -> list[RenderableType]:
    """Each item with the rule that read it, its confidence and its evidence."""
    out: list[RenderableType] = [Words(f"\n{KIND_NAMES[kind]} {len(items)}", style="bold")]
    for index, item in enumerate(items, 1):
        *values, evidence, confidence, reason, rule = item_row(reading, item)
        words = Words(f"{index:3}. {'　'.join(value for value in values if value)}")
        words.append(f"\n     规则 {rule or '未注明'}，可信度 {confidence}", style="cyan")
        if doubt := _doubt(confidence, reason):
            words.append(f"，{doubt}", style="yellow")
        words.append(f"\n     依据 {evidence}", style="dim")
        out.append(words)
    return out


def brief(reading: Reading) -> str:
    """One line for a document of a batch."""
    mark = "" if reading.is_plan else "（不像方案）"
    return f"{reading.source.name}{mark}：{counts_line(reading)}"


def print_summary(console: Console, reading: Reading, explain: bool) -> None:
    """Print the summary followed by an empty line."""
    console.print(summary(reading, explain))
    console.print()
