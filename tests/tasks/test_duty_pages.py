"""Duty pages, calendar, and the number of queries of long pages."""

import pytest
from tests.conftest import signed_in

from .samples import make_duty, make_task


def test_duty_page_counts_the_year_and_offers_the_next_step(as_owner, world):
    duty = make_duty(world)
    page = as_owner.get(f"/duties/{duty.pk}/").content.decode()
    assert "2026年应完成 12 次，已完成 0 次" in page and "登记" in page and "督办" in page


def test_a_duty_without_cadence_says_so(as_owner, world):
    duty = make_duty(world, "加强日常督导", "")
    assert "没有规定固定周期" in as_owner.get(f"/duties/{duty.pk}/").content.decode()


def test_proving_by_form_keeps_input_when_refused(as_colleague, world):
    row = make_duty(world).occurrences.get(period="2026-06")
    bad = as_colleague.post(f"/duties/occurrences/{row.pk}/", {"on": "2026-08-01", "text": "示例内容"})
    assert bad.status_code == 422 and "示例内容" in bad.content.decode()
    good = as_colleague.post(f"/duties/occurrences/{row.pk}/", {"on": "2026-07-01", "text": "示例内容"})
    assert good.status_code == 302 and row.evidence.count() == 1


def test_month_and_year_show_what_is_due(as_owner, world):
    make_duty(world)
    month = as_owner.get("/duties/calendar/?month=2026-06").content.decode()
    assert "2026年6月" in month and "向总链办书面汇报" in month
    assert "本月 0 项" not in month
    year = as_owner.get("/duties/year/?year=2027").content.decode()
    assert "全年 12 项" in year
    mine = as_owner.get("/duties/year/?year=2027&mine=1").content.decode()
    assert "全年 0 项" in mine


@pytest.mark.parametrize("path", ["/supervision/", "/duties/year/", "/tasks/year/", "/tasks/timeline/"])
def test_long_pages_need_no_query_per_row(as_owner, world, path, django_assert_max_num_queries):
    for number in range(15):
        make_duty(world, f"职责{number}")
        make_task(world, f"任务{number}", year=2026)
    with django_assert_max_num_queries(18):
        assert as_owner.get(path).status_code == 200


def test_the_stranger_sees_none_of_it(world):
    duty, stranger = make_duty(world), signed_in(world.stranger)
    assert stranger.get(f"/duties/{duty.pk}/").status_code == 404
    assert stranger.get(f"/duties/occurrences/{duty.occurrences.first().pk}/").status_code == 404
    assert "向总链办书面汇报" not in stranger.get("/duties/year/").content.decode()
