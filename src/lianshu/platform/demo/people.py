"""Steps of the demonstration: regions, plans read and adopted, bodies, persons, posts, accounts."""

from __future__ import annotations

import datetime as dt

from lianshu.core.errors import LianshuError
from lianshu.core.scope import SYSTEM
from lianshu.core.settings import setting_set
from lianshu.organisation import accounts
from lianshu.organisation.adopting import region_ensure
from lianshu.organisation.models import Appointment, Chain, Person, Region, Unit, User
from lianshu.organisation.services import (
    appointment_create,
    appointment_update,
    person_create,
    unit_create,
    unit_update,
)
from lianshu.plans.commandline import adopt_files
from lianshu.plans.services.intake import document_read, plan_upload
from lianshu.reference.regions import Level, regions

from .cast import (
    ACCOUNTS,
    CHAINS,
    CITY,
    CITY_PLAN,
    COUNTY,
    COUNTY_PLAN,
    NEIGHBOUR,
    NEIGHBOUR_PLAN,
    PASSWORD,
    PROVINCE,
    Demo,
)

Role = Appointment.Role
#: the day the county's plan was issued: posts hold from then on
APPOINTED = dt.date(2025, 1, 20)

ALIASES = {
    "青澜县工信局": ["县工信局", "县工业和信息化局", "青澜县工业和信息化局"],
    "青澜县发改局": ["县发改局", "县发展和改革局"],
    "青澜县科技局": ["县科技局", "县科学技术局"],
    "青澜县自然资源局": ["县自然资源局", "县自然资源和规划局"],
    "青澜县人社局": ["县人社局", "县人力资源和社会保障局"],
    "青澜县住建局": ["县住建局", "县住房和城乡建设局"],
    "青澜县市场监管局": ["县市场监管局", "县市场监督管理局"],
    "青澜县政府办": ["县政府办", "县政府办公室"],
    "县经济开发区管委会": ["青澜县经济开发区管委会", "开发区管委会", "县开发区"],
    "县供电公司": ["青澜县供电公司"],
}

#: (name, title, unit) of the county's persons
PERSONS = (
    ("王示例", "县委书记", ""),
    ("李示例", "县长", "青澜县政府"),
    ("赵示例", "常务副县长", "青澜县政府"),
    ("陈示例", "分管工业副县长", "青澜县政府"),
    ("孙示例", "分管农业副县长", "青澜县政府"),
    ("钱示例", "县委常委、组织部部长", ""),
    ("马示例", "县政协副主席", ""),
    ("周示例", "总链办综合科科长", "青澜县总链办"),
    ("蒋示例", "县工信局局长", "青澜县工信局"),
    ("卫示例", "县自然资源局局长", "青澜县自然资源局"),
    ("沈示例", "县发改局局长", "青澜县发改局"),
    ("韩示例", "县科技局局长", "青澜县科技局"),
    ("杨示例", "县人社局局长", "青澜县人社局"),
    ("吴示例", "电子元器件链条办主任", "电子元器件链条办"),
    ("郑示例", "精密铸件链条办主任", "精密铸件链条办"),
    ("冯示例", "生态茶饮链条办主任", "生态茶饮链条办"),
    ("褚示例", "竹基新材料链条办主任", "竹基新材料链条办"),
)

#: per chain: chief's title, lead department, experts (name, title, field)
BODIES = (
    (
        "分管工业副县长",
        "青澜县工信局",
        (
            ("施示例", "示例理工大学教授", "半导体封装与可靠性"),
            ("张示例", "示例电子研究院高级工程师", "片式元件工艺"),
        ),
    ),
    (
        "常务副县长",
        "青澜县发改局",
        (
            ("孔示例", "示例铸造研究所研究员", "消失模铸造与节能"),
            ("曹示例", "示例理工大学副教授", "铸件无损检测"),
        ),
    ),
    (
        "分管农业副县长",
        "青澜县市场监管局",
        (("严示例", "示例农业大学教授", "茶叶深加工与风味"),),
    ),
    (
        "县委常委、组织部部长",
        "青澜县科技局",
        (("华示例", "示例林业科学院研究员", "竹纤维复合材料"),),
    ),
)


def make_regions(demo: Demo) -> None:
    """A fictional province, its city, the county and the county next door."""
    table = regions()
    table.add_fictional(PROVINCE, "示例省", level=Level.PROVINCE)
    table.add_fictional(CITY, "望澜市", level=Level.CITY, parent=PROVINCE)
    for code, name in ((COUNTY, "青澜县"), (NEIGHBOUR, "禾渡县")):
        table.add_fictional(code, name, level=Level.COUNTY, parent=CITY)
        region_ensure(code)


def adopt_plans(demo: Demo) -> None:
    """Read and adopt the city's and the county's plans through the pipeline every plan takes."""
    for path, code in ((CITY_PLAN, CITY), (COUNTY_PLAN, COUNTY)):
        for done in adopt_files([path], code, simulated=True):
            if done.error:
                raise LianshuError("E2002", name=path.name, cause=done.error, remedy="请重新安装后再试。")


def name_units(demo: Demo) -> None:
    """The names by which other papers call the county's units; the neighbour's office."""
    for name, aliases in ALIASES.items():
        unit = demo.unit(name)
        unit_update(SYSTEM, unit, aliases=list(dict.fromkeys([*unit.aliases, *aliases])))
    unit_create(
        SYSTEM,
        region=demo.neighbour,
        name="禾渡县总链办",
        short_name="总链办",
        kind=Unit.Kind.GENERAL_OFFICE,
        simulated=True,
    )


def appoint(demo: Demo) -> None:
    """Persons, and who of them holds which post."""
    people: dict[str, Person] = {}
    for name, title, unit in PERSONS:
        people[title] = person_create(
            SYSTEM, region=demo.county, name=name, title=title, simulated=True,
            unit=demo.unit(unit) if unit else None,
        )  # fmt: skip
    posts = Appointment._base_manager.filter(region=demo.county)
    for role, title in (
        (Role.COMMISSAR, "县委书记"),
        (Role.GENERAL_CHIEF, "县长"),
        (Role.OFFICE_HEAD, "分管工业副县长"),
    ):
        post = posts.get(role=role, chain=None)
        appointment_update(SYSTEM, post, person=people[title], post=title, valid_from=APPOINTED)
    for number, chain in enumerate(demo.chains):
        _appoint_for_chain(demo, number, chain, people)


def _appoint_for_chain(demo: Demo, number: int, chain: Chain, people: dict[str, Person]) -> None:
    chief, department, experts = BODIES[number]
    posts = Appointment._base_manager.filter(region=demo.county, chain=chain)
    first = "县政协副主席" if number == 3 else chief
    seat = posts.get(role=Role.CHIEF)
    appointment_update(SYSTEM, seat, person=people[first], post=first, valid_from=APPOINTED)
    if first != chief:
        appointment_create(
            SYSTEM, replace=True, region=demo.county, chain=chain, role=Role.CHIEF, person=people[chief],
            post=chief, valid_from=demo.day(150), simulated=True,
        )  # fmt: skip
    for role, holder in ((Role.LEAD_DEPARTMENT, department), (Role.LEAD_BANK, "青澜农商银行")):
        appointment_update(SYSTEM, posts.get(role=role), holder_unit=demo.unit(holder), valid_from=APPOINTED)
    office = people[f"{CHAINS[number]}链条办主任"]
    appointment_create(
        SYSTEM, region=demo.county, chain=chain, role=Role.OFFICE_HEAD, person=office, unit=demo.office(number),
        post="主任", valid_from=APPOINTED, simulated=True,
    )  # fmt: skip
    team = demo.unit(f"{chain}专家团队")
    for name, title, field in experts:
        person = person_create(
            SYSTEM, region=demo.county, name=name, title=title, field=field, unit=team, simulated=True
        )
        appointment_create(
            SYSTEM, region=demo.county, chain=chain, role=Role.EXPERT, person=person, unit=team, post=title,
            valid_from=APPOINTED, simulated=True,
        )  # fmt: skip
    envoy = person_create(
        SYSTEM, region=demo.county, name=f"{'魏陶姜戚'[number]}示例", title="科技特派员", simulated=True,
        field=chain.name,
    )  # fmt: skip
    appointment_create(
        SYSTEM, region=demo.county, chain=chain, role=Role.ENVOY, person=envoy, post="科技特派员",
        valid_from=APPOINTED, simulated=True,
    )  # fmt: skip


def open_accounts(demo: Demo) -> None:
    """One account per role and per chain office, all with the demonstration's password."""
    made: list[User] = []
    for one in ACCOUNTS:
        region = Region._base_manager.get(code=one.region)
        unit = Unit._base_manager.get(region=region, name=one.unit) if one.unit else None
        account, _ = accounts.user_create(
            SYSTEM, username=one.username, name=one.name, unit=unit, password=PASSWORD, simulated=True
        )
        accounts.grant_give(
            SYSTEM, account, role=one.role, region=region, unit=unit if one.own else None,
            chains=[] if one.chain is None else [demo.chains[one.chain]],
        )  # fmt: skip
        if one.role == "chain_office":
            # tasks handed to the office itself belong to no single chain
            accounts.grant_give(SYSTEM, account, role="responsible_unit", region=region, unit=unit)
        account.person = Person._base_manager.filter(region=region, name=one.name).first()
        account.save(update_fields=["person"])
        made.append(account)
    setting_set("owner_name", "青澜县（示例）")
    rows = [
        {"role": one.words, "username": one.username, "password": PASSWORD} for one in ACCOUNTS if one.listed
    ]
    setting_set("demo_accounts", rows)


def upload_neighbour_plan(demo: Demo) -> None:
    """The county next door has uploaded its plan and is still reading it at the desk."""
    document = plan_upload(
        demo.user("linxian"), name=NEIGHBOUR_PLAN.name, data=NEIGHBOUR_PLAN.read_bytes(), region=demo.neighbour,
        simulated=True,
    )  # fmt: skip
    document_read(SYSTEM, document)
