"""The page of readings: each text with its items marked, and the items by kind beside it. No scripts."""

from __future__ import annotations

import html
import re
import shutil
from pathlib import Path

from lianshu.policy.highlight import segments
from lianshu.policy.model import KINDS, Item, Reading
from lianshu.policy.wording import COLUMNS, FACT_NAMES, KIND_NAMES

_STYLE = """
:root{color-scheme:light}
body{margin:0;font:16px/1.8 "Noto Serif CJK SC","Source Han Serif SC",SimSun,serif;color:#1d2430;background:#f6f7f9}
header,nav,section{max-width:1500px;margin:0 auto;padding:12px 24px}
h1{font-size:26px;margin:8px 0}h2{font-size:22px;margin:20px 0 4px}h3{font-size:17px;margin:14px 0 4px}
nav ol{columns:2;padding-left:24px}a{color:#0b4f9e}
.facts{color:#4a5261;margin:0 0 8px}.note{background:#fff4d6;border-left:4px solid #b57700;padding:4px 12px;margin:6px 0}
.two{display:grid;grid-template-columns:minmax(0,3fr) minmax(0,2fr);gap:24px;align-items:start}
.text{background:#fff;border:1px solid #d8dce3;padding:16px 22px;white-space:pre-wrap;overflow-wrap:anywhere}
.items{position:sticky;top:0;max-height:100vh;overflow:auto;font:14px/1.6 "Noto Sans CJK SC","Microsoft YaHei",sans-serif}
.items ol{padding-left:28px;margin:0}.items li{margin:2px 0}.items .sub{color:#4a5261}
.low{border-bottom:1px dashed #a33b00}.why{color:#8a3200}
mark{color:inherit;border-radius:2px;padding:0 1px}mark:target,li:target{outline:3px solid #0b4f9e}
.chains{background:#d9ead3}.mechanisms{background:#eadcf4}.targets{background:#ffe3b8}.tasks{background:#d4e5f9}
.recurring{background:#f9d5dc}.projects{background:#d3efec}.enterprises{background:#efe9c3}.orgs{background:#e3e3ea}
.legend span{padding:1px 8px;margin-right:8px;border-radius:2px}
@media(max-width:900px){.two{grid-template-columns:1fr}.items{position:static;max-height:none}nav ol{columns:1}}
@media print{body{background:#fff;font-size:11pt}.two{display:block}.items{position:static;max-height:none}
.text{border:0;padding:0}a{color:inherit;text-decoration:none}section{break-before:page}
mark,.legend span{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
"""


def document_html(reading: Reading, anchor: str) -> str:
    """One document as a section; ``anchor`` makes its element ids unique on the page."""
    facts = [f"{title}：{reading.facts[key]}" for key, title in FACT_NAMES.items() if reading.facts.get(key)]
    notes = list(reading.notes)
    out = [f'<section id="{anchor}"><h2>{html.escape(reading.source.name)}</h2>']
    out.append(f'<p class="facts">{html.escape("　".join(facts))}</p>')
    out += [f'<p class="note">{html.escape(note)}</p>' for note in notes]
    out.append('<div class="two"><div class="text">')
    out.append(_marked(reading, anchor))
    out.append('</div><div class="items">')
    for kind in KINDS:
        entries = [(i, item) for i, item in enumerate(reading.items) if item.kind == kind]
        if entries:
            out.append(f'<h3><span class="{kind}">{KIND_NAMES[kind]}</span> {len(entries)}</h3><ol>')
            out += [_entry(item, f"{anchor}-{i}") for i, item in entries]
            out.append("</ol>")
    out.append("</div></div></section>\n")
    return "".join(out)


def _marked(reading: Reading, anchor: str) -> str:
    text = reading.source.text
    pieces: list[str] = []
    for segment in segments(len(text), reading.items):
        # Anchors of items that begin where a shorter one is shown would be lost without a place of their own.
        pieces += [f'<a id="{anchor}-{i}"></a>' for i in segment.begins if i != segment.items[0]]
        words = html.escape(text[segment.start : segment.end])
        if not segment.items:
            pieces.append(words)
            continue
        top = segment.items[0]
        item = reading.items[top]
        begins = f' id="{anchor}-{top}"' if top in segment.begins else ""
        names = "、".join(dict.fromkeys(KIND_NAMES[reading.items[i].kind] for i in segment.items))
        low = " low" if item.confidence < 0.7 else ""
        pieces.append(f'<mark{begins} class="{item.kind}{low}" title="{names}">{words}</mark>')
    return re.sub(r"\n{3,}", "\n\n", "".join(pieces))


def _entry(item: Item, target: str) -> str:
    first, *rest = [value(item.fields) for _, value in COLUMNS[item.kind]]
    details = "　".join(value for value in rest if value)
    low = ' class="low"' if item.confidence < 0.7 else ""
    words = f'<a href="#{target}"{low}>{html.escape(first or "（无名称）")}</a>'
    if details:
        words += f' <span class="sub">{html.escape(details)}</span>'
    if item.reason:
        words += f' <span class="why">{html.escape(item.reason)}</span>'
    return f"<li>{words}</li>"


class Page:
    """A page that grows document by document; the sections wait in a file beside it, not in memory."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._body = path.with_name(path.name + "-body.part")
        self._file = self._body.open("w", encoding="utf-8")
        self._names: list[tuple[str, str]] = []

    def add(self, anchor: str, name: str, section: str) -> None:
        """Add the section that :func:`document_html` made."""
        self._names.append((anchor, name))
        self._file.write(section)

    def close(self) -> None:
        """Put the head and the list of documents before the sections."""
        self._file.close()
        legend = "".join(f'<span class="{kind}">{name}</span>' for kind, name in KIND_NAMES.items())
        listed = "".join(f'<li><a href="#{a}">{html.escape(name)}</a></li>' for a, name in self._names)
        contents = f"<nav aria-label=文件><ol>{listed}</ol></nav>" if len(self._names) > 1 else ""
        with self._path.open("w", encoding="utf-8") as page:
            page.write(
                '<!DOCTYPE html>\n<html lang="zh-CN"><head><meta charset="utf-8">'
                '<meta name="viewport" content="width=device-width,initial-scale=1"><title>方案解读</title>'
                f'<style>{_STYLE}</style></head><body><header><h1>方案解读</h1><p class="legend">{legend}</p></header>'
                f"{contents}<main>"
            )
            with self._body.open(encoding="utf-8") as body:
                shutil.copyfileobj(body, page)
            page.write("</main></body></html>\n")
        self._body.unlink()

    def finish(self, kind: object, error: object, trace: object) -> None:
        """For an exit stack: close after success, drop what was collected after a failure."""
        if kind is None:
            self.close()
        else:
            self._file.close()
            self._body.unlink(missing_ok=True)
