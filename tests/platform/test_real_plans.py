"""The five real plans of the shared folder, adopted on an empty database: what the acceptance asks for."""

import pytest
from django.urls import reverse

from lianshu.chains.models import Mechanism
from lianshu.enterprises.models import Enterprise
from lianshu.organisation.models import Appointment, Chain, Grant, Region, Unit, User
from lianshu.plans.commandline import adopt_files
from lianshu.plans.models import Plan
from lianshu.projects.models import Project
from lianshu.reference.periods import Period
from lianshu.targets.models import Observation, Target
from lianshu.tasks.models import Duty, Occurrence, Task

BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture(scope="module")
def adopted(django_db_setup, django_db_blocker, shared):
    """All five plans adopted once for the whole module; taken back at its end."""
    from django.db import transaction

    with django_db_blocker.unblock():
        block = transaction.atomic()
        block.__enter__()
        try:
            yield adopt_files(sorted((shared / "policies" / "text").glob("*.txt")))
        finally:
            transaction.set_rollback(True)
            block.__exit__(None, None, None)


@pytest.fixture(autouse=True)
def _inside(adopted, db):
    """Every test runs inside the module's transaction."""


def test_five_regions_in_their_hierarchy(adopted):
    assert all(not result.error for result in adopted)
    names = {region.name: region for region in Region.objects.all()}
    assert set(names) == {"湖北省", "咸宁市", "赤壁市", "通城县", "湖南省", "岳阳市", "汨罗市"}
    assert names["赤壁市"].parent == names["通城县"].parent == names["咸宁市"]
    assert names["咸宁市"].parent == names["湖北省"]
    assert names["汨罗市"].parent == names["岳阳市"]
    assert Plan.objects.count() == 5


def test_chains_of_each_region():
    def chains(region):
        return set(Chain.objects.filter(region__name=region).values_list("name", flat=True))

    assert chains("汨罗市") == {"非金属新材料", "电子信息", "有色金属新材料", "工程机械及汽车零部件"}
    assert len(chains("咸宁市")) == 8
    assert len(chains("湖北省")) == 8
    assert chains("通城县") == {"电子信息", "新材料", "大健康"}


def test_every_ledger_is_filled_and_no_figure_is_invented():
    assert Target.objects.count() > 100
    assert Task.objects.count() > 100
    assert Duty.objects.count() > 60
    assert Mechanism.objects.count() > 10
    assert Project.objects.count() > 20
    assert Enterprise.objects.count() > 40
    assert Occurrence.objects.exists()
    assert not Observation.objects.exists(), "the plans carry goals, not results"
    for model in (Chain, Target, Task, Duty, Project, Enterprise):
        assert not model.objects.filter(simulated=True).exists()


def test_miluo_has_a_monthly_report_to_the_chief_and_to_the_general_office_for_each_chain():
    monthly = Duty.objects.filter(region__name="汨罗市", every="month")
    for chain in Chain.objects.filter(region__name="汨罗市"):
        receivers = set(monthly.filter(chain=chain).values_list("to", flat=True))
        assert any("链长" in name for name in receivers), chain
        assert any("总链办" in name for name in receivers), chain
        for duty in monthly.filter(chain=chain):
            assert duty.unit.kind == Unit.Kind.CHAIN_OFFICE
            assert duty.occurrences.filter(period__regex=r"^\d{4}-\d{2}$").count() >= 12


def test_four_trips_a_year_are_counted():
    duty = Duty.objects.get(region__name="汨罗市", what__contains="外出专题招商")
    assert duty.every == "year"
    assert duty.times == 4
    assert duty.occurrences.order_by("due").first().needed == 4
    assert duty.counts == "trip", "logged trips count by themselves"


def test_duties_fall_due_on_the_days_the_plans_name_and_on_no_invented_one():
    """The five plans name the beginning and the end of the year and no day of a month."""
    assert not Duty.objects.exclude(due="").exists()
    for words, day in (
        ("更新完善产业链全景图", (1, 31)), ("制定工作要点", (1, 31)), ("产业链分析报告", (12, 31)),
        ("年度发展目标完成情况", (12, 31)), ("报告工作完成情况", (12, 31)),
    ):  # fmt: skip
        rows = Occurrence.objects.filter(duty__what__contains=words)
        assert rows, words
        assert {(row.due.year, row.due.month, row.due.day) for row in rows} == {
            (int(row.period), *day) for row in rows
        }
    for row in Occurrence.objects.filter(duty__every__in=["month", "quarter"]):
        assert row.due == Period.from_code(row.period).end


def test_tongcheng_aims_at_thirty_billion_by_2025():
    target = Target.objects.get(
        region__name="通城县", name__contains="工业总产值", basis="level", measure="亿元"
    )
    assert (target.low, target.op, target.period) == (300, ">=", "by:2025")
    assert "300亿元" in target.item.evidence


def test_miluo_has_its_offices_and_posts():
    miluo = Region.objects.get(name="汨罗市")
    assert Unit.objects.filter(region=miluo, kind=Unit.Kind.GENERAL_OFFICE).count() == 1
    assert Unit.objects.filter(region=miluo, kind=Unit.Kind.CHAIN_OFFICE).count() == 4
    roles = set(Appointment.objects.filter(region=miluo).values_list("role", flat=True))
    assert {"general_chief", "commissar", "chief"} <= roles
    assert not Appointment.objects.exclude(person=None).exists(), "the plans name posts, not persons"


def test_responsible_units_stand_behind_the_tasks():
    task = Task.objects.get(region__name="汨罗市", number="三(六)2")
    assert "金融办" in task.lead_unit.name
    assert Task.objects.filter(region__name="汨罗市", lead_unit=None).count() < 12


def test_pages_of_a_real_region_open(client):
    miluo = Region.objects.get(name="汨罗市")
    user = User.objects.create_user("reader", None, name="读者")
    Grant.objects.create(user=user, role="general_office", region=miluo)
    client.force_login(user, backend=BACKEND)
    chain = Chain.objects.get(region=miluo, name="电子信息")
    plan = Plan.objects.get(region=miluo)
    target = Target.objects.filter(region=miluo).first()
    pages = [
        reverse("home"), reverse("chains"), reverse("chain", args=[chain.pk]), reverse("mechanisms"),
        reverse("plan-list"), plan.get_absolute_url() if hasattr(plan, "get_absolute_url") else f"/plans/{plan.pk}/",
        reverse("ledger-list", args=["enterprises"]), reverse("ledger-list", args=["projects"]),
        reverse("ledger-list", args=["units"]), reverse("linkage"),
    ]  # fmt: skip
    for page in pages:
        assert client.get(page).status_code == 200, page
    for tab in ("team", "experts", "targets", "tasks", "duties", "enterprises", "projects", "matters"):
        answer = client.get(reverse("chain", args=[chain.pk]), {"tab": tab})
        assert answer.status_code in (200, 404), tab
    assert target is not None
    other = Chain.objects.filter(region__name="通城县").first()
    assert client.get(reverse("chain", args=[other.pk])).status_code == 404


def test_adopting_again_changes_nothing(shared):
    before = [
        model.objects.count() for model in (Chain, Target, Task, Duty, Unit, Appointment, Project, Enterprise)
    ]
    again = adopt_files(sorted((shared / "policies" / "text").glob("*.txt")))
    after = [
        model.objects.count() for model in (Chain, Target, Task, Duty, Unit, Appointment, Project, Enterprise)
    ]
    assert before == after
    assert not any(result.counts.get("create") for result in again)
