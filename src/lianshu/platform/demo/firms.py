"""Steps of the demonstration: firms and their places in the chains, projects, visits with promises."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from lianshu.chains.services import team_add
from lianshu.enterprises.models import ChainRole, Enterprise
from lianshu.enterprises.services import (
    attach,
    chain_role_set,
    enterprise_create,
    enterprise_update,
    service_log,
)
from lianshu.organisation.models import Person
from lianshu.projects.models import Project
from lianshu.projects.services import project_attach, project_create, project_update
from lianshu.reference.credit_code import fictional_credit_code
from lianshu.tasks.models import Task
from lianshu.tasks.services import task_finish

from .cast import Demo

Role, State = ChainRole.Role, Enterprise.State


@dataclass(frozen=True, slots=True)
class Firm:
    name: str
    chain: int
    industry: str
    products: str
    role: str = Role.MEMBER
    state: str = State.OPERATING


FIRMS = (
    Firm("青澜微电子", 0, "3972", "功率器件封装、片式电感", Role.LEAD),
    Firm("青澜精铸", 1, "3391", "泵阀铸件、工程机械铸件", Role.LEAD),
    Firm("青澜云雾茶业", 2, "1530", "绿茶、茶浓缩液", Role.LEAD),
    Firm("青澜竹材", 3, "2041", "重组竹、竹展平板", Role.LEAD),
    Firm("青澜竹基新材料", 3, "2041", "竹缠绕复合管", Role.BACKBONE),
    Firm("青澜线路板", 0, "3982", "双面和多层线路板", Role.BACKBONE),
    Firm("青澜启声连接器", 0, "3989", "精密连接器、线束", Role.SUPPORTING),
    Firm("青澜磁芯材料", 0, "3985", "铁氧体磁芯", Role.SUPPORTING),
    Firm("青澜晶振电子", 0, "3981", "石英晶体谐振器"),
    Firm("青澜电子浆料", 0, "3985", "厚膜电阻浆料", Role.SUPPORTING),
    Firm("青澜模切包装", 0, "2231", "载带、防静电包装", Role.SUPPORTING),
    Firm("东江银浆科技（示例）", 0, "3985", "导电银浆", Role.SOUGHT, State.SOUGHT),
    Firm("青澜重锻", 1, "3393", "法兰锻件", Role.BACKBONE),
    Firm("青澜消失模铸造", 1, "3391", "箱体铸件"),
    Firm("青澜树脂砂", 1, "3099", "覆膜砂、再生砂", Role.SUPPORTING),
    Firm("青澜模具", 1, "3525", "铸造模具", Role.SUPPORTING),
    Firm("青澜阀门", 1, "3443", "工业阀门", Role.BACKBONE),
    Firm("青澜热处理", 1, "3360", "热处理加工", Role.SUPPORTING),
    Firm("南屏检测服务（示例）", 1, "7452", "无损检测", Role.SOUGHT, State.SOUGHT),
    Firm("青澜老山茶厂", 2, "1530", "红茶、黑茶"),
    Firm("青澜茶饮料", 2, "1529", "无糖茶饮料", Role.BACKBONE),
    Firm("青澜花草配料", 2, "1469", "花草茶配料", Role.SUPPORTING),
    Firm("青澜纸塑包装", 2, "2231", "茶叶包装", Role.SUPPORTING),
    Firm("青澜冷链物流", 2, "5930", "冷链仓储", Role.SUPPORTING, State.UNKNOWN),
    Firm("青澜竹家居", 3, "2110", "竹家具"),
    Firm("青澜竹炭", 3, "2663", "竹炭制品"),
    Firm("青澜胶粘剂", 3, "2669", "竹材胶粘剂", Role.SUPPORTING, State.BUILDING),
    Firm("青澜竹机械", 3, "3524", "竹材加工设备", Role.SUPPORTING, State.UNKNOWN),
)

#: who answers each chain's technical questions (链创)
TEAMS = ("示例电子研究院封装团队", "示例铸造研究所", "示例农业大学茶学团队", "示例林业科学院竹材团队")


def open_files(demo: Demo) -> None:
    """The plan's firms get their files, and the ones round them are registered and placed."""
    known = {firm.name: firm for firm in Enterprise._base_manager.filter(region=demo.county)}
    park = demo.unit("县经济开发区管委会")
    for number, one in enumerate(FIRMS, start=1):
        values = {
            "credit_code": fictional_credit_code(number) if one.state == State.OPERATING else "",
            "industry": one.industry, "products": one.products, "state": one.state,
            "site": park if one.state != State.SOUGHT else None, "contact": f"{'金尤许吕'[number % 4]}示例",
            "short_name": one.name.removesuffix("（示例）"),
        }  # fmt: skip
        if one.name in known:
            firm = enterprise_update(demo.general, known[one.name], **values)
        else:
            firm = enterprise_create(
                demo.general, region=demo.county, name=one.name, simulated=True, **values
            )
        chain_role_set(
            demo.clerk(one.chain), firm, chain=demo.chains[one.chain], role=one.role, on=demo.day(40 + 6 * number),
            source="链条办走访核实（模拟）",
        )  # fmt: skip
    leads = [one for one in FIRMS if one.role == Role.LEAD]
    titles = ("分管工业副县长", "常务副县长", "分管农业副县长", "县委常委、组织部部长")
    for one, title in zip(leads, titles, strict=True):
        firm = Enterprise._base_manager.get(region=demo.county, name=one.name)
        attach(demo.general, firm, person=demo.person(title), chain=demo.chains[one.chain], post=title)
    for one, team in zip(leads, TEAMS, strict=True):
        team_add(
            demo.general, demo.chains[one.chain], role="innovation_team", subject_name=team, valid_from=demo.day(300)
        )  # fmt: skip
    envoy = Person._base_manager.get(region=demo.county, title="科技特派员", field=demo.chains[1].name)
    attach(
        demo.general, Enterprise._base_manager.get(region=demo.county, name="青澜消失模铸造"), person=envoy,
        role="envoy", chain=demo.chains[1], post="科技特派员",
    )  # fmt: skip


#: (name, chain, amount in 亿元, claimed stage, proven stage, started days ago, finish in days, firm)
PROJECTS = (
    ("青澜微电子封装扩产", 0, "4.5", "building", "building", 240, 120, "青澜微电子"),
    ("青澜精铸三期", 1, "3.2", "building", "building", 280, 60, "青澜精铸"),
    ("青澜竹基新材料产业园", 3, "2.8", "building", "started", 200, 260, "青澜竹基新材料"),
    ("青澜储能电池项目", 0, "12", "started", "signed", 90, 600, ""),
    ("青澜云雾茶饮智能工厂项目", 2, "6", "building", "started", 150, 240, "青澜云雾茶业"),
    ("青澜铸件检测中心和茶饮研发中心", 1, "0.9", "building", "building", 170, -8, ""),
    ("线路板绿色改造", 0, "1.2", "producing", "producing", 360, -30, "青澜线路板"),
    ("磁芯二期", 0, "1.6", "signed", "signed", None, 400, "青澜磁芯材料"),
    ("重锻智能产线", 1, "2.1", "producing", "building", 340, -15, "青澜重锻"),
    ("无糖茶饮料灌装线", 2, "1.4", "started", "started", 60, 300, "青澜茶饮料"),
    ("竹展平板出口基地", 3, "1.1", "signed", "", None, 420, "青澜竹材"),
    ("导电银浆落户洽谈", 0, "2.0", "lead", "", None, None, "东江银浆科技（示例）"),
)


def run_projects(demo: Demo) -> None:
    """The plan's projects and those won since, each with a firm, a department and an attached leader."""
    known = {project.name: project for project in Project._base_manager.filter(region=demo.county)}
    firms = {firm.name: firm for firm in Enterprise._base_manager.filter(region=demo.county)}
    departments = [demo.unit(name) for name in ("青澜县发改局", "青澜县工信局", "县经济开发区管委会")]
    for number, (name, chain, amount, stage, proven, started, finish, firm) in enumerate(PROJECTS):
        values = {
            "chain": demo.chains[chain], "amount": Decimal(amount), "amount_unit": "亿元", "stage": stage,
            "stage_proven": proven, "enterprise": firms.get(firm), "lead_unit": departments[number % 3],
            "started_on": demo.day(started) if started else None,
            "finish_due": demo.today + dt.timedelta(days=finish) if finish is not None else None,
            "leader": ("陈示例", "赵示例", "孙示例", "钱示例")[chain],
        }  # fmt: skip
        if name in known:
            project = project_update(demo.general, known[name], **values)
        else:
            project = project_create(demo.general, region=demo.county, name=name, simulated=True, **values)
        if number < 6:
            project_attach(
                demo.general, project, person=demo.person("常务副县长" if chain else "分管工业副县长")
            )


#: (firm, days ago, kind, what was learnt, promise, promise due in days)
VISITS = (
    ("青澜微电子", 320, "visit", "订单排到三季度，焊线机缺操作工 20 人。", "协调职校定向班", -260),
    ("青澜微电子", 18, "meeting", "扩产用电负荷需增加 4000 千伏安。", "两周内给出供电方案", -4),
    ("青澜线路板", 150, "visit", "污水处理费上涨，希望园区统一议价。", "", None),
    ("青澜启声连接器", 75, "visit", "客户要求本地化镀金，县内无此工序。", "", None),
    ("青澜磁芯材料", 33, "visit", "二期用地红线待调整。", "协助完成红线调整", 12),
    ("青澜电子浆料", 210, "service", "银粉外购单一来源，已转技术需求。", "", None),
    ("青澜精铸", 290, "visit", "铸造废砂处置费用高。", "", None),
    ("青澜精铸", 47, "meeting", "三期设备安装，需要临时堆场。", "安排临时堆场 5 亩", -25),
    ("青澜阀门", 120, "visit", "出口认证费用较高，询问补贴政策。", "", None),
    ("青澜消失模铸造", 66, "service", "夹渣率偏高，特派员现场指导。", "", None),
    ("青澜模具", 190, "visit", "三坐标测量机利用率低，可对外服务。", "", None),
    ("青澜云雾茶业", 260, "visit", "夏秋茶原料不足。", "", None),
    ("青澜云雾茶业", 26, "visit", "智能工厂钢结构吊装，进度正常。", "", None),
    ("青澜茶饮料", 90, "visit", "灌装线设备已订购，缺流动资金 600 万元。", "组织主办行对接", -70),
    ("青澜纸塑包装", 140, "call", "询问绿色包装认证。", "", None),
    ("青澜竹材", 230, "visit", "竹材收购半径扩大，运输成本上升。", "", None),
    ("青澜竹材", 58, "visit", "出口订单恢复，用工缺 15 人。", "", None),
    ("青澜竹基新材料", 100, "visit", "产业园二期缺道路配套。", "推动道路立项", 20),
)


def visit_firms(demo: Demo) -> None:
    """A year of visits and services; promises became tasks: the older ones kept, the newest one overdue."""
    firms = {firm.name: firm for firm in Enterprise._base_manager.filter(region=demo.county)}
    chain_of = {one.name: one.chain for one in FIRMS}
    for name, back, kind, text, promise, due in VISITS:
        number = chain_of[name]
        service_log(
            demo.clerk(number), enterprise=firms[name], on=demo.day(back), kind=kind, text=text, promise=promise,
            who=f"{demo.clerk(number).name}（{demo.office(number)}）", chain=demo.chains[number],
            unit=demo.office(number),
            promise_due=demo.today + dt.timedelta(days=due) if due is not None else None,
        )  # fmt: skip
        if due is not None and due < -20:
            task = Task._base_manager.get(region=demo.county, title__contains=f"{name}的承诺：{promise}")
            task_finish(demo.clerk(number), task, text=f"{promise}，企业已确认。", on=demo.day(-due + 3))
