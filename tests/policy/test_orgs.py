"""Bodies and posts the plan creates, assigns or leads with; lists of units and collectives left out."""

from __future__ import annotations

import pytest
from tests.policy.reading import names, run

from lianshu.policy.extract import orgs


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("成立青岚县困难企业盘活工作领导小组,各相关部门协同配合。", ["青岚县困难企业盘活工作领导小组"]),
        ("成立主导产业招商工作专班、沿海招商小分队和高新技术企业招商小组。", ["主导产业招商工作专班", "沿海招商小分队", "高新技术企业招商小组"]),
        ("组建产业链专家咨询委员会,聘请首席专家。", ["产业链专家咨询委员会", "首席专家"]),
        ("配备一个工作专班,组建一个智囊团队,聘请科技特派员。", ["工作专班", "智囊团队", "科技特派员"]),
        ("选派20名科技特派员、10名金融特派员驻企服务。", ["科技特派员", "金融特派员"]),
        ("市委书记任政委,市长任产业链总链长,每条产业链由一名市级领导担任链长。", ["政委", "总链长", "链长"]),
        ("设立总链长2名,由县委书记、县长担任;副总链长1名,由常务副县长担任。", ["总链长", "副总链长"]),
        ("在市工信局设立市工业产业链办公室(简称“总链办”),由分管副市长任办公室主任,相关单位负责人为副主任。",
         ["市工信局", "总链办", "总链办主任", "总链办副主任"]),
        ("市链长制办公室(以下简称市链长办)设在市经济和信息化局,由该局主要负责人兼任办公室主任。",
         ["市链长办", "链长", "市经济和信息化局", "市链长办主任"]),
        ("领导小组办公室定期收集汇总各工作专班报送的突出问题。", ["领导小组办公室", "工作专班"]),
        ("由行业协会、产业联盟负责日常组织工作。", ["行业协会", "产业联盟"]),
        ("每条产业链筛选领航企业担任“链主”企业。“链主”企业要强化引领。", ["链主企业"]),
        ("推行链长招商制度,实行帮办领导负责制。", ["链长", "帮办领导"]),
        ("推行产业链主办行制度,各主办行制定专项授信政策。", ["主办行"]),
        ("鼓励各单位派员入驻企业担任销售副总。", ["销售副总"]),
        ("实行“首席服务员”制度。", ["首席服务员"]),
        ("四大家领导带头招商,市领导“一对一”服务重点项目。", ["四大家领导", "市领导"]),
        ("各乡镇、园区要抓好属地责任管理。", ["各乡镇、园区"]),
        ("各县(市、区)人民政府、高新区管委会要结合实际制定配套措施。", ["各县(市、区)人民政府、高新区管委会"]),
        ("市委、市政府适时召开会议,听取汇报。", ["市委、市政府"]),
        ("充分发挥高研院技术支撑作用。", ["高研院"]),
        ("充分利用企业家商会队伍,加强企业家商会平台建设。", ["企业家商会"]),
        ("市财政局牵头设立制造业高质量发展基金。", ["市财政局"]),
        ("牵头部门要制定年度工作计划。", ["牵头部门"]),
        ("健全群链长、盟会长协同机制。", ["群链长", "盟会长"]),
        ("市发展改革委负责统筹重大项目,市财政局要加大资金支持。", ["市发展改革委", "市财政局"]),
        ("县链长制工作领导小组办公室(县工信局)负责统筹协调。", ["县链长制工作领导小组办公室", "链长", "县工信局"]),
        ("县委、县政府成立强县建设指挥部,指挥部下设办公室、招商组、服务组。", ["强县建设指挥部", "指挥部办公室", "招商组", "服务组"]),
        ("市委书记、市长担任双总链长。", ["总链长"]),
        ("市长每半年召集一次产业链联席会议。", ["产业链联席会议"]),
        ("建立首席质量官制度,设立企业服务专员。", ["首席质量官", "企业服务专员"]),
        ("选派4名干部担任上级产业链的青岚联络员。", ["青岚联络员"]),
    ],
)  # fmt: skip
def test_bodies_and_posts(words: str, expected: list[str]) -> None:
    assert names(orgs, words) == expected


@pytest.mark.parametrize(
    "words",
    [
        "加强组织领导。(责任单位:市工信局、各链条办、总链办)",
        "各部门要各司其职,各责任单位要压实责任,相关职能部门要密切配合。",
        "建设公共服务平台、技术创新中心、重点实验室,设立产业基金。",
        "组建创新联合体和产业投资公司。",
        "支持企业建立院士专家工作站。",
        "县人民政府办公室印发通知。",
        "加快培育头部企业、链主企业、终端产品企业。",
        "《云川市产业链链长制实施方案》已经同意。",
        "各企业要加大研发投入,各行业健康发展。",
    ],
)
def test_no_bodies(words: str) -> None:
    assert names(orgs, words) == []


def test_leader_and_seat() -> None:
    words = (
        "成立青岚县产业链链长制工作领导小组,由县委书记任第一组长,县长任组长,分管副县长任常务副组长。"
        "领导小组下设办公室,办公室设在县工信局,县工信局局长兼任办公室主任。"
    )
    found = {i.fields["name"]: i for i in run(orgs, words)}
    assert found["领导小组组长"].fields["leader"] == "县长"
    assert found["领导小组第一组长"].fields["leader"] == "县委书记"
    assert found["领导小组办公室"].fields["seat"] == "县工信局"
    assert found["领导小组办公室主任"].fields["leader"] == "县工信局局长"
    assert found["青岚县产业链链长制工作领导小组"].fields["kind"] == "leading_group"
    assert found["县工信局"].fields["kind"] == "department"


@pytest.mark.parametrize(
    ("words", "name", "kind"),
    [
        ("设立市工业产业链办公室(简称“总链办”)。", "总链办", "general_office"),
        ("每条产业链设立产业链办公室(简称“链条办”)。", "链条办", "chain_office"),
        ("成立招商专班。", "招商专班", "task_force"),
        ("组建专家服务团。", "专家服务团", "expert_team"),
        ("市长任总链长。", "总链长", "role"),
        ("各县市区要落实责任。", "各县市区", "government"),
        ("发挥商会协会作用,发挥行业协会桥梁作用。", "行业协会", "institution"),
    ],
)
def test_kinds(words: str, name: str, kind: str) -> None:
    found = {i.fields["name"]: i.fields["kind"] for i in run(orgs, words)}
    assert found[name] == kind


def test_a_post_named_before_its_body() -> None:
    words = "成立由市长任组长、分管副市长任副组长的产业链链长制工作领导小组。"
    found = {i.fields["name"]: i.fields["leader"] for i in run(orgs, words)}
    assert (found["领导小组组长"], found["领导小组副组长"]) == ("市长", "分管副市长")


def test_a_long_post_is_cut_to_its_word() -> None:
    words = "由市长担任市先进制造业集群重点产业链总群链长。牵头单位召集责任单位、盟会长单位每月会商。"
    (head, *_) = run(orgs, words)
    assert (head.fields["name"], head.fields["leader"]) == ("总群链长", "市长")
    assert not any("责" in name for name in names(orgs, words))


def test_short_form_is_used_for_later_mentions() -> None:
    words = "设立市产业链推进办公室(以下简称“市推进办”)。市推进办每月调度。市产业链推进办公室负责考核。"
    assert names(orgs, words) == ["市推进办"]


def test_office_seated_with_its_short_form_behind() -> None:
    words = (
        "成立县产业集群发展领导小组,办公室设在县工业和信息化局(以下简称“县集群办”)。县集群办负责督导考核。"
    )
    found = names(orgs, words)
    assert "县集群办" in found and "县工业和信息化局" not in found[:1]


def test_a_bare_name_beside_the_full_one_is_not_repeated() -> None:
    words = "市制造强市建设领导小组统筹全局。领导小组每季度研究。产业链工作专班常驻,专班集中办公。"
    assert names(orgs, words) == ["市制造强市建设领导小组", "产业链工作专班"]


def test_issuer_is_no_body() -> None:
    words = "青岚县人民政府关于加快产业链建设的意见\n一、工作要求\n各乡镇要抓好落实。\n"
    assert names(orgs, words) == ["各乡镇"]
