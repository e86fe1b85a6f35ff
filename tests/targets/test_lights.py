"""The lights of many targets: those of their lines, told from less, some targets at a time."""

import datetime as dt
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from lianshu.obligations.services import follow
from lianshu.targets import selectors, services
from lianshu.targets.models import Target, TargetYear
from lianshu.targets.views import progress

from .samples import make_plan, make_target

TODAY = dt.date(2026, 7, 10)


@pytest.fixture(autouse=True)
def _today(monkeypatch):
    monkeypatch.setattr("django.utils.timezone.localdate", lambda *_: TODAY)


@pytest.fixture
def many(world):
    """Targets of every kind of schedule, with figures near, far and none, on chains and in two regions."""
    plan = make_plan(world)
    kinds = [
        {"period": "by:2027"}, {"period": "year:2026"}, {"period": "annual"}, {"period": "within:3y"}, {"period": "none"},
        {"period": "by:2027", "op": "<="}, {"period": "by:2027", "baseline": 20, "baseline_period": "2024"},
        {"period": "by:2027", "basis": "added"}, {"period": "by:2025"}, {"period": "by:2027", "background": True},
    ]  # fmt: skip
    made = []
    for number, values in enumerate(kinds * 3):
        own = {"chain": world.chain} if number % 4 == 0 else {}
        target = make_target(world, f"指标{number}", "100", plan=plan, **values, **own)
        if number < 20:
            value = str((number * 17) % 130)
            services.observation_record(world.owner, target=target, period="2026-06", value=value)
        made.append(target)
    TargetYear.objects.create(target=made[0], year=2026, value=40)
    Target.objects.filter(pk=made[5].pk).update(region=world.city)
    follow(made[5])
    return made


def rows(world):
    found = selectors.targets_visible(world.people["observer"], background=True)
    return found.order_by("region__path", "chain_id", "id")


def test_lights_are_those_of_the_lines_in_their_order(world, many, monkeypatch):
    wanted = [
        (line.target.pk, line.target.region_id, line.target.chain_id, line.pace.light)
        for line in selectors.lines(rows(world), TODAY)
    ]
    assert {light for *_, light in wanted} >= {"red", "green", "grey"}
    for chunk in (500, 7, 1):
        monkeypatch.setattr(selectors, "_CHUNK", chunk)
        found = [(one.pk, one.region, one.chain, one.light) for one in selectors.lights(rows(world), TODAY)]
        assert found == wanted


def test_lights_ask_nothing_per_target(world, many):
    found = rows(world)
    with CaptureQueriesContext(connection) as captured:
        assert len(selectors.lights(found, TODAY)) == len(many)
    assert len(captured) == 3, "targets, figures, yearly values"


def test_pages_hold_the_targets_of_their_place_with_counts_of_all(as_owner, world, many, monkeypatch):
    monkeypatch.setattr(progress, "PAGE", 7)
    wanted = selectors.lines(
        selectors.targets_visible(world.owner).order_by("region__path", "chain_id", "id"), TODAY
    )
    shown = []
    for number in range(1, len(wanted) // 7 + 2):
        answer = as_owner.get(f"/targets/?page={number}")
        shown += [line.target.pk for line in answer.context["page"]]
        assert answer.context["total"] == len(wanted)
    assert shown == [line.target.pk for line in wanted]
    counts = {colour: number for colour, *_, number in answer.context["counts"]}
    red = [line for line in wanted if line.pace.light == "red"]
    assert counts["red"] == len(red) > 0 and sum(counts.values()) == len(wanted)
    answer = as_owner.get("/targets/?light=red")
    assert [line.target.pk for line in answer.context["page"]] == [line.target.pk for line in red][:7]
    assert re.search(red[0].pace.why, answer.content.decode())


def test_the_page_reads_figures_in_full_only_of_what_it_shows(as_owner, world, many, monkeypatch):
    monkeypatch.setattr(progress, "PAGE", 5)
    read = []
    original = selectors.lines

    def noted(targets, today):
        found = original(targets, today)
        read.extend(found)
        return found

    monkeypatch.setattr(selectors, "lines", noted)
    as_owner.get("/targets/")
    assert len(read) == 5
