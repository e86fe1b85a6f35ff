"""Names of units, chains and roles as plans write them."""

import pytest
from tests.factories import make_region

from lianshu.organisation.models import Appointment, Chain, Unit
from lianshu.plans.adoption.chain_names import chain_core, match_chain
from lianshu.plans.adoption.org_roles import holder_of, meaning_of, seats_of
from lianshu.plans.adoption.unit_names import core_of, is_collective, match_unit, words_of
from lianshu.plans.adoption.units import kind_of


@pytest.fixture
def county(db):
    return make_region("990121", "云溪县", "county", short_name="云溪")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("县工信局", "云溪县工业和信息化局"), ("工信局", "县工信局"), ("云溪县发改局", "发展和改革局"),
        ("县住建局", "住房和城乡建设局"), ("县人社局", "人力资源和社会保障局"), ("县 科技局", "云溪科技局"),
    ],
)  # fmt: skip
def test_one_body_written_two_ways_has_one_core(county, one, other):
    assert core_of(one, county) == core_of(other, county)


@pytest.mark.parametrize(
    ("one", "other"), [("县工信局", "县科技局"), ("县委办", "县政府办"), ("市科技局", "县科技局")]
)
def test_two_bodies_keep_two_cores(county, one, other):
    assert core_of(one, county) != core_of(other, county)


@pytest.mark.parametrize(
    ("mention", "name", "short"),
    [
        ("县科技局", "云溪县科技局", "县科技局"), ("财政局", "云溪县财政局", "财政局"),
        ("云溪县财政局", "云溪县财政局", "县财政局"), ("高新区管委会", "高新区管委会", ""),
        ("各乡镇人民政府", "各乡镇人民政府", ""), ("县委", "云溪县委", "县委"),
    ],
)  # fmt: skip
def test_a_new_unit_is_named_for_its_region(county, mention, name, short):
    words = words_of(mention, county)
    assert (words.name, words.short_name) == (name, short)


def test_units_are_matched_by_name_alias_and_abbreviation(county):
    science = Unit.objects.create(region=county, name="云溪县科学技术局", aliases=["科技系统"])
    finance = Unit.objects.create(region=county, name="云溪县财政局")
    units = [science, finance]
    assert match_unit("县科技局", county, units).unit == science
    assert match_unit("科技系统", county, units).unit == science
    assert match_unit("财政局", county, units).unit == finance
    assert match_unit("县审计局", county, units).unit is None
    doubtful = match_unit("县科学局", county, units)
    assert doubtful.unit is None and [unit for unit, _ in doubtful.candidates] == [science]


def test_collective_names_are_known():
    assert all(map(is_collective, ["各县市区人民政府", "相关部门", "县直有关单位", "各乡镇"]))
    assert not any(map(is_collective, ["县科技局", "工商联", "高新区管委会"]))


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("云溪县总链办", "general_office"), ("电子信息链条办", "chain_office"), ("招商工作专班", "task_force"),
        ("示例银行云溪支行", "bank"), ("云溪开发区管委会", "park"), ("石桥镇人民政府", "town"),
        ("各县市区人民政府", "government"), ("县科技局", "department"), ("企业家商会", "association"),
        ("制造强县建设领导小组", "leading_group"), ("云溪学院", "institute"), ("朋友圈", "other"),
    ],
)  # fmt: skip
def test_kinds_of_units_follow_from_their_names(name, kind):
    assert kind_of(name) == kind


@pytest.mark.parametrize(
    ("name", "role", "each_chain"),
    [
        ("总链长", "general_chief", False), ("链长", "chief", True), ("副链长", "deputy_chief", True),
        ("政委", "commissar", False), ("总链办主任", "office_head", False), ("链条办专职副主任", "office_deputy", True),
        ("“链主”企业", "lead_firm", True), ("链创团队", "innovation_team", True), ("科技特派员", "envoy", True),
        ("牵头市直部门", "lead_department", True), ("主办行", "lead_bank", True), ("帮办领导", "assistant", False),
        ("云溪联络员", "liaison", False), ("销售副总", "other", False),
    ],
)  # fmt: skip
def test_roles_are_posts(name, role, each_chain):
    meaning = meaning_of(name)
    assert (meaning.role, meaning.each_chain) == (role, each_chain)


@pytest.mark.parametrize(
    ("name", "kind", "each_chain"),
    [
        ("链条办", "chain_office", True), ("工作专班", "task_force", True), ("产业招商工作专班", "task_force", False),
        ("智囊团队", "expert_team", True), ("专家委员会", "committee", True), ("总链办", "general_office", False),
        ("困难企业盘活工作领导小组", "leading_group", False),
    ],
)  # fmt: skip
def test_bodies_are_units(name, kind, each_chain):
    meaning = meaning_of(name)
    assert (meaning.role, meaning.unit_kind, meaning.each_chain) == (None, kind, each_chain)


@pytest.mark.parametrize(
    ("role", "leader", "words", "holder"),
    [
        ("chief", "一名县级领导", "", "县级领导"), ("general_chief", "", "县长担任", "县长"),
        ("office_head", "", "由分管副县长任办公室主任", "分管副县长"), ("chief", "", "负责本链工作", ""),
        ("lead_firm", "生态主导力强的企业", "", ""), ("full_time", "在全县选派3名干部", "", "选派的干部"),
    ],
)  # fmt: skip
def test_who_holds_a_post(role, leader, words, holder):
    assert holder_of(role, leader, words) == holder


@pytest.mark.parametrize(
    ("words", "chains", "seats"),
    [("选派3名干部", 1, 3), ("选派四名干部", 4, 1), ("每条链选派2名干部", 4, 2), ("负责日常工作", 4, 1)],
)
def test_how_many_hold_it(words, chains, seats):
    assert seats_of(words, chains) == seats


def test_chains_are_matched_without_their_tail_words(county):
    chain = Chain.objects.create(region=county, name="汽车及零部件", aliases=["汽车制造"])
    assert chain_core("汽车及零部件产业链") == chain_core("汽车及零部件产业")
    for name in ("汽车及零部件产业链", "汽车与零部件", "汽车制造产业"):
        assert match_chain(name, [chain]) == (chain, [])
    found, doubtful = match_chain("汽车及零部件配套", [chain])
    assert found is None and doubtful[0][0] == chain
    assert match_chain("生物医药", [chain]) == (None, [])


def test_every_role_of_the_table_is_a_role_of_the_model():
    from lianshu.plans.adoption.org_roles import _MEANINGS

    for _, meaning in _MEANINGS:
        assert (meaning.role in Appointment.Role.values) != (meaning.unit_kind in Unit.Kind.values)
