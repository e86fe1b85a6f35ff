"""The brief: coverage first, refusal below the floor, the mark on every page, nothing unescaped or external."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

import openpyxl
import pytest
from tests.network.network_files import FIRMS, LINKS, write_inputs

from lianshu.network.brief import make_brief
from lianshu.network.brief_book import sheets
from lianshu.network.brief_html import Shown, render
from lianshu.network.charts import Bar, bars, line, shorten
from lianshu.network.command_measure import _recovery
from lianshu.network.links_network import load_network
from lianshu.network.tables import Workspace
from lianshu.network.tables_out import Sheet, write_sheets
from lianshu.network.tables_problems import InputError

KEY = b"a key of sixteen bytes"


def brief_of(folder, links=LINKS, firms=FIRMS, simulated=True, **options):
    options = {"chain": "甲链", "runs": 2, **options}
    with Workspace(threads=1) as work:
        loaded = load_network(
            work, *write_inputs(folder, links, firms), unit="万元", home="990101", simulated=simulated
        )
        return make_brief(loaded, options.pop("chain"), **options)


@pytest.fixture
def brief(tmp_path):
    return brief_of(tmp_path)


def test_coverage_by_hand(brief):
    c = brief.coverage
    # Declared: s1 10, a1 300, a2 200; seen of these 5, 210 and 170.
    assert (c.firms, c.declaring, c.costs, c.seen) == (4, 3, 510, 385)
    assert c.covered == pytest.approx(385 / 510)
    assert c.unknown_share == pytest.approx(20 / 385)


def test_what_to_collect_next_goes_by_the_amount_unexplained(brief):
    wanted = [(brief.trades.network.firms[w.firm], w.amount) for w in brief.wanted]
    assert wanted == [("a1", 90.0), ("a2", 30.0), ("s1", 5.0), ("s2", None)]


def test_below_the_floor_no_figure_is_given_but_what_to_collect(tmp_path):
    low = brief_of(tmp_path, floor=0.9)
    assert low.findings is None
    page = render(low, Shown.of(low))
    assert "资料不足，不出数" in page
    assert "机一" in page
    assert "链主候选" not in page
    assert set(sheets(low, Shown.of(low))) == {"覆盖", "下一步收集"}


def test_unknown_coverage_is_below_every_floor_but_nought(tmp_path):
    firms = "\n".join(
        ",".join(["" if i == 7 else c for i, c in enumerate(r.split(","))]) for r in FIRMS.splitlines()
    )
    firms = firms.replace("revenue,,", "revenue,costs,", 1) + "\n"
    assert brief_of(tmp_path, firms=firms, floor=0.01).findings is None
    open_brief = brief_of(tmp_path, firms=firms, floor=0)
    assert open_brief.findings is not None
    assert "覆盖率未知" in render(open_brief, Shown.of(open_brief))


def test_page_is_self_contained_marked_on_each_page_and_well_formed(brief):
    page = render(brief, Shown.of(brief))
    sections = page.split('<section class="page">')[1:]
    assert len(sections) == 2
    assert all('<span class="mark">模拟</span>' in section for section in sections)
    assert not re.search(r"(src|href)\s*=|https?://|<script|@import|url\(", page)
    assert page.index("先看覆盖") < page.index("本地配套率")
    parser = Balance()
    parser.feed(page)
    assert parser.open == []
    assert page.count("<svg") == 4


def test_real_data_carry_no_mark(tmp_path):
    real = brief_of(tmp_path, simulated=False)
    assert "模拟" not in render(real, Shown.of(real))


class Balance(HTMLParser):
    """Checks that every element that opens closes in order."""

    VOID = ("meta",)

    def __init__(self):
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag, attrs):
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_names_are_escaped(tmp_path):
    hostile = FIRMS.replace("机一", "<img src=x onerror=alert(1)>")
    made = brief_of(tmp_path, firms=hostile)
    page = render(made, Shown.of(made))
    assert "<img" not in page
    assert "&lt;img" in page


def test_limited_reader_sees_codes_and_ranges_only(brief):
    page = render(brief, Shown.of(brief, KEY))
    for name in ("机一", "机二", "钢一", "芯一", "a1<"):
        assert name not in page
    assert "企-" in page
    assert "以区间显示" in page
    assert (
        not re.search(r"\d万元|\d 万元</td>", page.replace("以下", "").replace("～", "")) or "10 万元" in page
    )
    cells = [str(c) for s in sheets(brief, Shown.of(brief, KEY)).values() for row in s.rows for c in row]
    assert not any("机一" in c or "钢一" in c for c in cells)
    amounts = [row[3] for row in sheets(brief, Shown.of(brief, KEY))["单一来源"].rows]
    assert amounts
    assert all("万元" in a and ("～" in a or "以下" in a or "以上" in a) for a in amounts)


def test_what_if_is_the_worst_of_the_chains_own_or_the_firm_asked_for(tmp_path, brief):
    own = {"s1", "s2", "a1", "a2"}
    worst = next(c for c in brief.findings.card.critical if brief.trades.network.firms[c.firm] in own)
    assert brief.findings.what_if.firm == worst.firm
    asked = brief_of(tmp_path, what_if="p1").findings.what_if
    assert asked.firm == brief.trades.network.index("p1")
    assert {brief.trades.network.firms[hit.firm] for hit in asked.hits} >= {"a1", "a2"}
    assert asked.chain_loss == pytest.approx(
        next(c.loss for c in brief.findings.card.critical if c.firm == asked.firm)
    )


def test_brief_of_the_same_input_is_the_same(tmp_path):
    first, second = brief_of(tmp_path), brief_of(tmp_path, threads=2)
    assert render(first, Shown.of(first)) == render(second, Shown.of(second))
    assert first.parameters["随机种子"] == "1"
    assert all(len(value) == 64 for value in first.fingerprints.values())


def test_workbook_opens_bears_the_mark_and_no_formula(tmp_path, brief):
    path = tmp_path / "brief.xlsx"
    write_sheets(path, sheets(brief, Shown.of(brief)), simulated=True)
    book = openpyxl.load_workbook(path)
    assert book.sheetnames[0] == "覆盖"
    assert {"链主候选", "关键少数", "单一来源", "谁能替", "推演到企业"} <= set(book.sheetnames)
    for sheet in book:
        assert "模拟" in sheet["A1"].value
        assert not any(c.data_type == "f" for row in sheet.iter_rows() for c in row)


def test_tables_out_are_whole_or_not_at_all(tmp_path):
    sheet = Sheet(["甲"], [["=1+1"], ["@x"], [None], [float("nan")], [2]])
    with pytest.raises(InputError, match="O01"):
        write_sheets(tmp_path / "a.pdf", {"a": sheet})
    with pytest.raises(InputError, match="O02"):
        write_sheets(tmp_path / "none" / "a.csv", {"a": sheet})
    write_sheets(tmp_path / "a.csv", {"a": sheet})
    assert (tmp_path / "a.csv").read_text(encoding="utf-8-sig").splitlines()[1:3] == ["'=1+1", "'@x"]
    assert [p.name for p in tmp_path.iterdir()] == ["a.csv"]


def test_bars_are_as_long_as_their_values():
    svg = bars("题", [Bar("甲", 0.5, 1.0, "50%～100%"), Bar("乙<", 0.25, 0.25, "25%", True)], maximum=1.0)
    widths = [float(w) for w in re.findall(r'<rect [^>]*width="([\d.]+)"', svg)]
    assert widths[0] == 2 * widths[1] == 4 * widths[2] == 4 * widths[3]
    assert "乙&lt;" in svg
    with pytest.raises(ValueError, match="画不出来"):
        bars("题", [Bar("甲", 1.0, 0.5, "")])


def test_curve_spans_the_days_and_refuses_rubbish():
    svg = line("题", [1.0, 0.5, 0.0], "甲", "乙")
    points = re.search(r'points="([^"]+)"', svg)[1].split()
    heights = [float(p.split(",")[1]) for p in points]
    assert len(points) == 3
    assert heights[1] - heights[0] == pytest.approx(heights[2] - heights[1])
    with pytest.raises(ValueError, match="曲线"):
        line("题", [1.0], "甲", "乙")


def test_long_labels_are_cut_by_display_width():
    assert shorten("短") == "短"
    assert shorten("一二三四五六七八九十一二三四") == "一二三四五六七八九十一…"


def test_without_a_chain_the_brief_is_about_all_local_firms(tmp_path):
    made = brief_of(tmp_path, chain=None)
    assert made.chain == "全部本地企业"
    assert made.coverage.firms == 5
    assert made.findings.supply.amount == pytest.approx((245 / 385, 265 / 385))


def test_what_the_brief_came_from_is_named_in_chinese(brief):
    footer = re.findall(r"<footer>.*?</footer>", render(brief, Shown.of(brief)))[0]
    assert "企业表 " in footer and "权重 营业收入" in footer
    assert not re.search(r"links|firms|essential|revenue|default", footer)
    titles = [row[0] for row in sheets(brief, Shown.of(brief))["覆盖"].rows]
    assert "输入指纹 链接" in titles


def test_several_periods_are_told_as_a_span_and_a_recovery_at_once_as_such(brief):
    assert "期间 2025；" in render(brief, Shown.of(brief))
    card = brief.findings.card
    at_once = replace(card.recovery, below_on=0, days_back=0)
    months = replace(
        brief,
        periods=("2025-01", "2025-02", "2025-03"),
        findings=replace(brief.findings, card=replace(card, recovery=at_once)),
    )
    page = render(months, Shown.of(months))
    assert "期间 2025-01 至 2025-03（3 期）；" in page
    assert "复产当天回到" in page
    assert "复产当天恢复" in _recovery(str, at_once)
