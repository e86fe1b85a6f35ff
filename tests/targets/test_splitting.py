"""Splitting a target and adding it up again; three levels."""

import datetime as dt
from decimal import Decimal

import pytest
from tests.conftest import signed_in
from tests.factories import make_user

from lianshu.core.errors import LianshuError
from lianshu.organisation.models import Unit
from lianshu.targets import selectors, services
from lianshu.targets.models import Target

from .samples import make_target

TODAY = dt.date(2026, 7, 10)


@pytest.fixture
def towns(world):
    return [
        Unit.objects.create(region=world.county, name=name, kind=Unit.Kind.TOWN)
        for name in ("南岭镇", "北塘乡")
    ]


def firms(world, **values):
    return make_target(
        world, "规模以上工业企业", "30", basis="added", measure="家", period="by:2027", **values
    )


@pytest.mark.system("S030")
def test_firm_cultivation_is_split_by_town_and_park_with_each_ones_gap(as_owner, world, towns):
    target = firms(world)
    first, second = towns
    page = as_owner.get(f"/targets/{target.pk}/split/?by=unit").content.decode()
    assert "南岭镇" in page and "青澜高新区管委会" in page
    sent = {f"part-{first.pk}": "10", f"part-{second.pk}": "8", f"part-{world.park.pk}": "12"}
    answer = as_owner.post(f"/targets/{target.pk}/split/?by=unit", sent, follow=True)
    assert answer.status_code == 200
    park = Target.objects.visible_to(world.owner).get(whole=target, subject_unit=world.park)
    assert park.unit == world.park
    services.observation_record(world.owner, target=park, period="2025", value="5", today=TODAY)
    page = as_owner.get(f"/targets/{target.pk}/").content.decode()
    assert "合得上" in page and "各部分相加正好等于总目标" in page
    split = selectors.split_of(world.owner, target, TODAY)
    assert {str(line.target.subject_unit): line.pace.gap for line in split.parts} == {
        "南岭镇": None,
        "北塘乡": None,
        "青澜高新区管委会": Decimal(7),
    }


@pytest.mark.system("S126")
def test_a_goal_split_by_unit_is_added_up_and_checked_against_the_whole(as_owner, world, towns):
    target = firms(world)
    first, second = towns
    as_owner.post(
        f"/targets/{target.pk}/split/?by=unit", {f"part-{first.pk}": "10", f"part-{second.pk}": "8"}
    )
    page = as_owner.get(f"/targets/{target.pk}/").content.decode()
    assert "合不上" in page and "还没有分解完" in page
    for part, value in zip(target.parts.order_by("pk"), ("4", "9"), strict=True):
        services.observation_record(world.owner, target=part, period="2025", value=value, today=TODAY)
    split = selectors.split_of(world.owner, target, TODAY)
    assert (split.assigned, split.reached, split.difference) == (18, 13, -12)
    # one unit's share changed, the other's taken back
    services.target_split(world.owner, target, [(first, Decimal(40))])
    assert selectors.split_of(world.owner, target, TODAY).words == "各部分相加超过总目标"
    with pytest.raises(LianshuError) as refusal:
        services.target_split(world.owner, target, [(second, None)])
    assert refusal.value.code == "E1005"


def test_a_bad_figure_in_one_row_keeps_the_others_on_the_form(as_owner, world, towns):
    target = firms(world)
    first, second = towns
    answer = as_owner.post(
        f"/targets/{target.pk}/split/?by=unit", {f"part-{first.pk}": "10", f"part-{second.pk}": "八"}
    )
    assert answer.status_code == 422
    page = answer.content.decode()
    assert 'value="10"' in page and "“八”不是数字" in page
    assert not target.parts.exists()


def test_rates_are_not_split_among_units_but_by_year(as_owner, world, towns):
    target = make_target(world, "产值年均增长", "12", basis="growth", measure="%", period="by:2027")
    with pytest.raises(LianshuError):
        services.target_split(world.owner, target, [(towns[0], Decimal(3))])
    services.target_years_set(world.owner, target, {2026: Decimal(11), 2027: Decimal(12)})
    assert {row.year: row.value for row in target.years.all()} == {2026: 11, 2027: 12}
    services.target_years_set(world.owner, target, {2026: None})
    assert [row.year for row in target.years.all()] == [2027]


def test_a_unit_of_another_county_gets_no_part(world):
    foreign = Unit.objects.create(region=world.neighbour, name="邻县镇", kind=Unit.Kind.TOWN)
    with pytest.raises(LianshuError):
        services.target_split(world.owner, firms(world), [(foreign, Decimal(3))])


def test_a_county_takes_over_the_citys_target_and_reports_against_it(world):
    city_user = make_user("city", "市总链办", "general_office", world.city)
    upper = firms(world, region=world.city)
    city, county = signed_in(city_user), signed_in(world.owner)
    assert "规模以上工业企业" not in county.get("/targets/from-above/").content.decode()
    assert (
        county.post(f"/targets/{upper.pk}/take-over/", {"region": world.county.pk, "low": "9"}).status_code
        == 404
    )
    city.post(f"/targets/{upper.pk}/hand-down/", {"down": "1"})
    assert "规模以上工业企业" in county.get("/targets/from-above/").content.decode()
    county.post(f"/targets/{upper.pk}/take-over/", {"region": world.county.pk, "low": "9"})
    mine = Target.objects.visible_to(world.owner).get(upper=upper)
    assert (mine.region, mine.low, mine.indicator) == (world.county, 9, upper.indicator)
    answer = county.post(f"/targets/{mine.pk}/value/", {"period": "2025", "value": "4"})
    assert answer.status_code == 200
    page = city.get(f"/targets/{upper.pk}/").content.decode()
    assert "下级承接" in page and "青澜县" in page and "2025年全年为 4\N{NO-BREAK SPACE}家" in page
    assert "承接" in county.get(f"/targets/{mine.pk}/").content.decode()
    # the city's other targets stay hidden from the county
    assert county.get(f"/targets/{upper.pk}/").status_code == 404
    # taking over again changes the value, it makes no second one
    county.post(f"/targets/{upper.pk}/take-over/", {"region": world.county.pk, "low": "11"})
    assert [one.low for one in Target.objects.visible_to(world.owner).filter(upper=upper)] == [11]


def test_an_upper_goal_quoted_in_the_own_plan_can_be_taken_over(world):
    quoted = make_target(world, "先进制造业集群", "5", measure="个", background=True)
    mine = services.target_take_over(world.owner, quoted, region=world.county, low=Decimal(1))
    assert mine.upper == quoted and not mine.background
    with pytest.raises(LianshuError):
        services.target_take_over(world.stranger, quoted, region=world.neighbour, low=Decimal(1))
