"""When a duty returns, and that refreshing adds nothing twice."""

import datetime as dt

import pytest

from lianshu.core.errors import LianshuError
from lianshu.obligations.selectors import late
from lianshu.tasks import services
from lianshu.tasks.calendar import occurrences_refresh, returns
from lianshu.tasks.models import Duty, Occurrence
from lianshu.tasks.selectors import occurrence_light

from .samples import make_duty


def duty(every, times=1, anchor="end", starts=dt.date(2026, 3, 20)):
    return Duty(every=every, times=times, anchor=anchor, starts=starts)


def named(every, due, starts=dt.date(2026, 3, 20)):
    return Duty(every=every, times=1, due=due, starts=starts)


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


# --- days that plans name


@pytest.mark.parametrize(
    ("one", "until", "expected"),
    [
        (named("month", "5日前"), (2026, 5, 31), [("2026-04", (4, 5)), ("2026-05", (5, 5))]),
        (named("month", "25日前"), (2026, 4, 30), [("2026-03", (3, 25)), ("2026-04", (4, 25))]),
        (named("month", "30日前", dt.date(2026, 1, 1)), (2026, 2, 28), [("2026-01", (1, 30)), ("2026-02", (2, 28))]),
        (named("month", "次月10日前"), (2026, 4, 30), [("2026-03", (4, 10)), ("2026-04", (5, 10))]),
        # Tomb-sweeping Day and its bridge: 4 to 6 April 2026 are off
        (named("month", "第5个工作日前"), (2026, 4, 30), [("2026-04", (4, 8))]),
        (named("quarter", "末月25日前"), (2026, 6, 30), [("2026Q1", (3, 25)), ("2026Q2", (6, 25))]),
        (named("quarter", "次月10日前"), (2026, 6, 30), [("2026Q1", (4, 10)), ("2026Q2", (7, 10))]),
        (named("half-year", "结束后10个工作日内"), (2026, 6, 30), [("2026H1", (7, 14))]),
        (named("year", "1月底前"), (2027, 12, 31), [("2027", (1, 31))]),
        (named("year", "次年1月底前"), (2026, 12, 31), [("2026", (1, 31))]),
        (named("week", "周五前"), (2026, 3, 29), [("2026-W12", (3, 20)), ("2026-W13", (3, 27))]),
        (named("week", "下周一前"), (2026, 3, 22), [("2026-W12", (3, 23))]),
    ],
)  # fmt: skip
def test_returns_fall_due_on_the_named_day(one, until, expected):
    found = [(period.code, (due.month, due.day)) for period, due, _ in returns(one, dt.date(*until))]
    assert found == expected


def test_a_named_day_outweighs_the_anchor():
    one = named("month", "5日前", dt.date(2026, 1, 1))
    one.anchor = "start"
    assert returns(one, dt.date(2026, 1, 31))[0][1] == dt.date(2026, 1, 5)


def test_a_day_set_by_a_person_moves_what_is_open_and_nothing_else(world):
    one = make_duty(world, times=2)
    done, part = one.occurrences.get(period="2026-05"), one.occurrences.get(period="2026-06")
    for row, days in ((done, (3, 20)), (part, (3,))):
        for day in days:
            services.evidence_record(world.owner, row, text="已汇报", on=dt.date(2026, row.due.month, day))
    services.duty_update(world.owner, one, due="每月 5 号以前")
    one.refresh_from_db()
    assert (one.due, one.cadence) == ("5日前", "每月 2 次，5日前")
    days = dict(one.occurrences.values_list("period", "due"))
    assert days["2026-05"] == dt.date(2026, 5, 31)  # what is done keeps its day
    assert days["2026-06"] == dt.date(2026, 6, 5) and days["2026-08"] == dt.date(2026, 8, 5)
    part.refresh_from_db()
    assert (part.done, part.needed) == (1, 2)
    services.duty_update(world.owner, one, due="")
    assert one.occurrences.get(period="2026-08").due == dt.date(2026, 8, 31)


def test_a_day_is_audited_as_any_change(world):
    from lianshu.core.models import AuditEntry

    one = make_duty(world)
    services.duty_update(world.owner, one, due="次月10日前")
    entry = AuditEntry.objects.filter(object_id=str(one.pk)).latest("pk")
    assert entry.changes["due"] == ["", "次月10日前"]


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"due": "随便"}, "看不懂时限"),
        ({"due": "周五前"}, "5日前、次月10日前"),
        ({"every": "quarter", "due": "5日前"}, "末月25日前"),
        ({"every": "event", "due": "5日前"}, "没有固定周期"),
    ],
)
def test_days_that_the_cadence_does_not_have_are_refused(world, values, words):
    one = make_duty(world)
    with pytest.raises(LianshuError) as refusal:
        services.duty_update(world.owner, one, **values)
    assert refusal.value.problems[0][0] == "due" and words in refusal.value.problems[0][1]


def test_a_new_cadence_asks_for_a_day_it_has(world):
    one = make_duty(world, due="5日前")
    with pytest.raises(LianshuError):
        services.duty_update(world.owner, one, every="quarter")
    services.duty_update(world.owner, one, every="quarter", due="首月5日前")
    assert one.occurrences.get(period="2026Q3").due == dt.date(2026, 7, 5)


def test_what_is_late_follows_the_day(world, today):
    one = make_duty(world, due="5日前")
    july = one.occurrences.get(period="2026-07")
    assert late(world.owner, today).filter(key=f"occurrence:{july.pk}").exists()
    assert occurrence_light(july, today)[0] == "red"
    services.duty_update(world.owner, one, due="次月15日前")
    june = one.occurrences.get(period="2026-06")
    assert june.due == dt.date(2026, 7, 15)
    assert (
        not late(world.owner, today).filter(key__in=[f"occurrence:{row.pk}" for row in (june, july)]).exists()
    )
    assert occurrence_light(june, today) == ("amber", "临期")
    assert occurrence_light(june, dt.date(2026, 7, 2)) == ("green", "时限未到")
    assert occurrence_light(june, dt.date(2026, 6, 2)) == ("green", "本期进行中")
