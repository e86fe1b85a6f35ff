"""The brief of the sample in Chromium: fits desktop and phone, no address outside itself, two A4 pages."""

from __future__ import annotations

import pypdfium2
import pytest

from lianshu.cli import main


@pytest.fixture(scope="module")
def brief(tmp_path_factory):
    path = tmp_path_factory.mktemp("brief") / "brief.html"
    assert main(["network", "brief", "--sample", "--runs", "1", "--out", str(path)]) == 0
    return path


@pytest.mark.parametrize("size", ["page", "phone"])
def test_brief_fits_and_is_accessible(brief, request, size, assert_fits, assert_accessible):
    page = request.getfixturevalue(size)
    asked: list[str] = []
    page.on("request", lambda one: asked.append(one.url))
    page.goto(brief.as_uri())
    assert_fits(page)
    assert_accessible(page)
    assert page.locator(".mark").count() == 2
    assert page.locator("svg.chart").count() == 4
    assert asked == [brief.as_uri()]


def test_brief_prints_on_two_a4_pages_each_marked(brief, page, tmp_path):
    page.goto(brief.as_uri())
    page.pdf(path=str(tmp_path / "brief.pdf"), prefer_css_page_size=True)
    with pypdfium2.PdfDocument(tmp_path / "brief.pdf") as document:
        assert len(document) == 2
        for number in range(2):
            printed = document[number]
            assert printed.get_size() == pytest.approx((595, 842), abs=2)
            text = printed.get_textpage()
            assert "模拟" in text.get_text_bounded()
            text.close()
            printed.close()
