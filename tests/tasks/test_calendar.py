"""When a duty returns, and that refreshing adds nothing twice."""

import datetime as dt

import pytest

from lianshu.core.errors import LianshuError
from lianshu.tasks import services
from lianshu.tasks.calendar import occurrences_refresh, returns
from lianshu.tasks.models import Duty, Occurrence

from .samples import make_duty


def duty(every, times=1, anchor="end", starts=dt.date(2026, 3, 20)):
    return Duty(every=every, times=times, anchor=anchor, starts=starts)


@pytest.mark.parametrize(
    ("one", "until", "expected"),
    [
        (duty("month"), (2026, 5, 31), [("2026-03", (3, 31)), ("2026-04", (4, 30)), ("2026-05", (5, 31))]),
        (duty("month", 0.5), (2026, 6, 30), [("2026-03", (3, 31)), ("2026-05", (5, 31))]),
        (duty("quarter"), (2026, 6, 30), [("2026Q1", (3, 31)), ("2026Q2", (6, 30))]),
        (duty("half-year"), (2026, 12, 31), [("2026H1", (6, 30)), ("2026H2", (12, 31))]),
        (duty("year", 4), (2026, 12, 31), [("2026", (12, 31))]),
        (duty("year", anchor="start", starts=dt.date(2026, 1, 5)), (2026, 12, 31), [("2026", (1, 31))]),
        (duty("event"), (2026, 12, 31), []),
        (duty(""), (2026, 12, 31), []),
    ],
)
def test_returns_by_cadence(one, until, expected):
    found = [(period.code, (due.month, due.day)) for period, due, _ in returns(one, dt.date(*until))]
    assert found == expected


def test_what_was_due_before_the_start_is_not_asked_for():
    # at the year's beginning, adopted in March: first owed in the next January
    found = returns(duty("year", anchor="start"), dt.date(2027, 12, 31))
    assert [due for _, due, _ in found] == [dt.date(2027, 1, 31)]


def test_times_in_a_period_are_needed_together():
    assert returns(duty("year", 4), dt.date(2026, 12, 31))[0][2] == 4


def test_refresh_reaches_the_end_of_next_year_and_is_idempotent(world, today):
    one = make_duty(world)
    assert one.occurrences.count() == 24
    assert occurrences_refresh(one, today=today) == 0
    assert services.occurrences_refresh_all(today=today) == 0
    assert services.occurrences_refresh_all(today=dt.date(2027, 1, 1)) == 12


def test_a_new_cadence_keeps_what_is_proven(world):
    one = make_duty(world)
    first = one.occurrences.get(period="2026-01")
    services.evidence_record(world.owner, first, text="已汇报", on=dt.date(2026, 1, 30))
    services.duty_update(world.owner, one, every="quarter")
    periods = set(one.occurrences.values_list("period", flat=True))
    assert "2026-01" in periods and "2026Q2" in periods and "2026-02" not in periods


def test_the_past_comes_back_when_asked_for(world):
    one = make_duty(world, starts=dt.date(2026, 7, 10))
    assert not one.occurrences.filter(due__lt=dt.date(2026, 7, 10)).exists()
    services.duty_update(world.owner, one, starts=dt.date(2026, 1, 1))
    assert one.occurrences.filter(due__lt=dt.date(2026, 7, 10)).count() == 6


def test_proof_waiver_and_withdrawal(world):
    one = make_duty(world, times=2)
    row = one.occurrences.get(period="2026-06")
    for day in (3, 20):
        services.evidence_record(world.colleague, row, text="到企业现场办公", on=dt.date(2026, 6, day))
    row.refresh_from_db()
    assert (row.state, row.done, row.done_at) == (Occurrence.State.DONE, 2, dt.date(2026, 6, 20))
    services.evidence_withdraw(world.colleague, row.evidence.first())
    row.refresh_from_db()
    assert (row.state, row.done) == (Occurrence.State.OPEN, 1)
    services.occurrence_waive(world.owner, row, reason="当月合并到专题会")
    row.refresh_from_db()
    assert row.state == Occurrence.State.WAIVED
    with pytest.raises(LianshuError):
        services.evidence_record(world.colleague, row, text="补", on=dt.date(2026, 6, 30))
    with pytest.raises(LianshuError):
        services.evidence_record(
            world.owner, one.occurrences.get(period="2026-07"), text="x", on=dt.date(2026, 8, 1)
        )


def test_the_first_page_of_a_new_year_fills_the_calendar(as_owner, world, monkeypatch):
    one = make_duty(world)
    as_owner.get("/")
    assert one.occurrences.count() == 24
    monkeypatch.setattr("django.utils.timezone.localdate", lambda *_: dt.date(2027, 1, 4))
    as_owner.get("/")
    assert one.occurrences.count() == 36
    as_owner.get("/")
    assert one.occurrences.count() == 36
