"""Web pages: the main text of a noisy page, its head lines, its tables."""

from __future__ import annotations

import re
from typing import Any

from selectolax.lexbor import LexborHTMLParser

from lianshu.policy import limits
from lianshu.policy.intake_build import SourceBuilder, span_grid
from lianshu.policy.intake_text import decode
from lianshu.policy.model import Source, UnusableInputError

_DROPPED = (
    "script, style, noscript, iframe, svg, select, button, input, textarea, template, object, video, audio, nav, "
    "[hidden], [aria-hidden=true]"
)
_BLOCKS = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "center",
        "dd",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "li",
        "main",
        "ol",
        "p",
        "pre",
        "section",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
        "ul",
    ]
)
_MARGINS = ("header", "footer", "aside", "form")
_CHARSET = re.compile(rb"<meta[^>]+charset\s*=\s*[\"']?([A-Za-z0-9_-]+)", re.I)
#: Tags that stay open until they are closed.
_NESTING = re.compile(
    r"<(/?)(?:div|span|font|table|section|article|blockquote|center|ul|ol|dl|b|i|u|s|em|strong|big|small|a|form|fieldset|"
    r"main|header|footer|aside|nav|code|tt|sub|sup|ins|del|label|button|figure|svg|math|object|template|select)\b",
    re.I,
)
_PUNCTUATION = re.compile(r"[，。；、：,;]")
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.I)
_HEAD_WORDS = re.compile(
    r"索\s*引\s*号|文\s*号|发文字号|来\s*源|发布|日\s*期|时间|主题分类|有\s*效\s*性|名\s*称|公开|成文|发文|机构|解读单位|解读方式|\d{4}[-年/.]\d{1,2}[-月/.]\d{1,2}"
)
_FOOT_WORDS = re.compile(r"责任编辑|编辑[:：]|附件|来源[:：]|审核[:：]|校对")
#: The names under which government sites describe an article in ``<meta>``.
_META = {"articletitle": "title", "pubdate": "published", "contentsource": "source"}


def read_html(data: bytes, name: str) -> Source:
    """Read a web page. The main text is the smallest part of the page that holds nearly all of its
    sentences; of the rest only titles and labelled lines (来源, 发布日期 …) stay."""
    declared = _CHARSET.search(data[:4096])
    found = decode(data, declared[1].decode("ascii") if declared else None)
    if found is None:
        raise UnusableInputError(f"{name}：网页的文字编码无法识别，请另存为 UTF-8 后再读。")
    text, encoding = found
    if text.count("<") > 2 * limits.NODES:
        raise limits.TooBigError(f"网页的标签超过 {limits.NODES} 个", "请复制正文另存为 txt 后再读")
    if _raw_depth(text) > limits.RAW_DEPTH:
        raise limits.TooBigError("网页嵌套过深", "请复制正文另存为 txt 后再读")
    tree = LexborHTMLParser(text)
    meta = _meta(tree)
    for node in tree.css(_DROPPED):
        node.decompose()
    body = tree.body
    if body is None:
        raise UnusableInputError(f"{name}：网页里没有正文，请检查是否保存完整。")
    _refuse_too_big(body)
    for node in body.css("[style]"):
        if _HIDDEN.search(node.attributes.get("style") or ""):
            node.decompose()
    main = _main(body)
    walker = _Walker(main)
    walker.walk(body, inside=main.mem_id == body.mem_id)
    walker.flush()
    source = walker.finish(name, encoding, meta)
    if not source.text.strip():
        raise UnusableInputError(f"{name}：网页里没有正文，可能靠脚本加载，请复制正文另存为 txt 后再读。")
    return source


def _raw_depth(text: str) -> int:
    """How deep the tags of a source are nested at most, told from the source: building the tree of a page takes
    the square of its depth."""
    depth = deepest = 0
    for match in _NESTING.finditer(text):
        depth = max(0, depth - 1) if match[1] else depth + 1
        deepest = max(deepest, depth)
    return deepest


def _refuse_too_big(body: Any) -> None:
    """Raise for a page with more nodes, deeper nesting or more text than any article has."""
    nodes = 0
    level = [body]
    for _ in range(limits.DEPTH):
        level = [child for node in level for child in node.iter()]
        nodes += len(level)
        if nodes > limits.NODES:
            raise limits.TooBigError(f"网页的标签超过 {limits.NODES} 个", "请复制正文另存为 txt 后再读")
        if not level:
            break
    else:
        raise limits.TooBigError("网页嵌套过深", "请复制正文另存为 txt 后再读")
    if len(body.text()) > limits.PAGE_CHARACTERS:
        raise limits.TooBigError(
            f"网页文字超过 {limits.PAGE_CHARACTERS // 10000} 万字", "请只保留正文另存为 txt 后再读"
        )


def _meta(tree: Any) -> dict[str, Any]:
    meta: dict[str, Any] = {}
    for node in tree.css("meta[name]"):
        key = _META.get((node.attributes.get("name") or "").lower())
        value = (node.attributes.get("content") or "").strip()
        if key and value:
            meta[key] = value[:300]
    title = tree.css_first("title")
    if "title" not in meta and title is not None:
        words = re.split(r"[_|]|\s[-–—]\s", title.text().strip())
        if words and words[0].strip():
            meta["title"] = words[0].strip()
    return meta


def _weight(node: Any) -> int:
    """Sentences marks outside links: the measure of running text."""
    linked = sum(len(_PUNCTUATION.findall(a.text())) for a in node.css("a"))
    return len(_PUNCTUATION.findall(node.text())) - linked


def _main(body: Any) -> Any:
    total = _weight(body)
    node = body
    while total:
        heavy = [
            child
            for child in node.iter()
            if child.tag not in ("p", "span", "h1", "h2", "h3", "li", "ul", "ol", "strong", "font", "b")
            and _weight(child) >= 0.8 * total
        ]
        if not heavy or (heavy[0].tag == "table" and not _is_layout(heavy[0])):
            break
        node = heavy[0]
    return node


def _is_layout(table: Any) -> bool:
    """Whether a table only arranges the page."""
    nested = any(inner.mem_id != table.mem_id for inner in table.css("table"))
    if (table.attributes.get("role") or "") == "presentation" or nested:
        return True
    rows = table.css("tr")
    cells = table.css("td, th")
    if len(cells) <= 1 or all(len(row.css("td, th")) <= 1 for row in rows):
        return True
    return any(len(cell.text()) > 600 and len(cell.css("p, div, br")) > 4 for cell in cells)


def _is_link_list(node: Any) -> bool:
    links = node.css("a")
    if len(links) < 3:
        return False
    words = len(re.sub(r"\s", "", node.text()))
    return sum(len(re.sub(r"\s", "", a.text())) for a in links) > 0.6 * max(1, words)


class _Walker:
    """Walks the page in order and collects lines; outside the main part only what heads or closes it."""

    def __init__(self, main: Any) -> None:
        self._main = main
        self._above: set[int] = set()
        parent = main
        while parent is not None:
            self._above.add(parent.mem_id)
            parent = parent.parent
        self._build = SourceBuilder()
        self._buffer: list[str] = []
        self._heading = 0
        self._passed = False
        self._inside = False

    def flush(self) -> None:
        text = re.sub(r"[ \t\r\n\f]+", " ", "".join(self._buffer)).strip()
        self._buffer.clear()
        if not text:
            return
        if self._inside:
            self._build.line(text, self._heading)
        elif not self._passed:
            if self._heading or _HEAD_WORDS.search(text):
                self._build.line(text, self._heading)
        elif _FOOT_WORDS.match(text):
            self._build.line(text)

    def walk(self, node: Any, inside: bool) -> None:
        self._inside = inside
        counter = 0
        for child in node.iter(include_text=True):
            tag = child.tag
            if tag == "-text":
                self._buffer.append(child.text(deep=False))
                continue
            if tag == "br":
                self.flush()
                continue
            here = inside or child.mem_id == self._main.mem_id
            if tag not in _BLOCKS:
                self.walk(child, here)
                self._inside = inside
                continue
            self.flush()
            self._inside = here
            if not self._holds_main(child) and (_is_link_list(child) or (tag in _MARGINS and not here)):
                continue
            if here and tag == "table" and not _is_layout(child):
                self._table(child)
                continue
            heading = int(tag[1]) if len(tag) == 2 and tag[0] == "h" and tag[1].isdigit() else 0
            outer, self._heading = self._heading, heading or self._heading
            if tag == "li" and here:
                counter += 1
                self._buffer.append(f"{counter}." if node.tag == "ol" else "·")
            self.walk(child, here)
            self.flush()
            self._heading = outer
            if child.mem_id == self._main.mem_id:
                self._passed = True
            self._inside = inside
        self._inside = inside

    def _holds_main(self, node: Any) -> bool:
        return node.mem_id in self._above

    def _table(self, table: Any) -> None:
        rows = []
        for row in table.css("tr"):
            cells = []
            for cell in row.iter():
                if cell.tag in ("td", "th"):
                    cells.append((cell.text(separator=" "), _span(cell, "colspan"), _span(cell, "rowspan")))
            if cells:
                rows.append(cells)
        self._build.table(span_grid(rows))

    def finish(self, name: str, encoding: str, meta: dict[str, Any]) -> Source:
        return self._build.source(name, "html", encoding, meta)


def _span(cell: Any, attribute: str) -> int:
    value = cell.attributes.get(attribute) or "1"
    return int(value) if value.isascii() and value.isdigit() and 0 < int(value[:9]) < 1000 else 1
