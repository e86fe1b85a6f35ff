"""Steps of the demonstration: tasks, duties, supervision notices, checklists."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from lianshu.chains.models import ChainItem
from lianshu.chains.services import chain_item_update, consultation_answer, consultation_ask
from lianshu.core.scope import SYSTEM
from lianshu.organisation.models import Appointment
from lianshu.tasks.models import Duty, Notice, Occurrence, Task
from lianshu.tasks.services import (
    duty_update,
    evidence_record,
    notice_answer,
    notice_close,
    notice_send,
    notice_sign,
    task_finish,
    task_hand_out,
    task_report,
    tasks_roll_over,
)

from .cast import Demo

#: the duty that the month reports of the last months answer (see `papers`)
FILED = "书面向总链办报送上月情况"
FILED_MONTHS = 4
#: duties whose number is a figure, kept with the targets
_NUMBERS = re.compile(r"\d+(家|个|项|人次)")


@dataclass(frozen=True, slots=True)
class Way:
    """How a task of the year went: due so many days from today (negative: past), reports, end."""

    title: str
    due: int
    reports: tuple[tuple[int, int, str, str], ...] = ()  # (days ago, progress, text, obstacle)
    finished: tuple[int, str] | None = None  # (days ago, words)


WAYS = (
    Way("绘制产业链图谱", -200, ((250, 60, "四条链上下游企业已走访一遍，全景图初稿完成。", ""),), (206, "四条链全景图、现状图已定稿并报总链办。")),
    Way("建立企业档案", -60, ((180, 40, "规上企业建档 52 户。", ""), (90, 85, "配套企业补录 31 户。", "")), (63, "一企一档 83 户全部入库。")),
    Way("开展供应链风险排查", 30, ((150, 50, "上半年排查完成，列出单一来源环节 6 个。", ""), (20, 80, "下半年排查已覆盖三条链。", ""))),
    Way("实施链式招商", 38, ((160, 45, "外出招商 3 次，签约意向 4 个。", ""), (35, 80, "外出招商 5 次，集中签约 2 次。", ""))),
    Way("推进项目建设", 5, ((120, 55, "封装扩产主体封顶，精铸三期设备安装。", ""), (15, 78, "茶饮智能工厂钢结构吊装过半。", "储能电池项目环评补充材料未批复，影响二标段开工。"))),
    Way("盘活闲置资产", -20, ((170, 20, "闲置土地台账 14 宗，面积 720 亩。", ""), (70, 45, "收回 2 宗 180 亩。", "3 宗土地抵押未解除，收回程序受阻。"))),
    Way("支持链主企业带动配套", 45, ((100, 50, "配套清单梳理 118 项，产销对接 2 次。", ""), (25, 70, "产销对接 3 次，新增本地配套 9 项。", ""))),
    Way("推动企业升规", 38, ((140, 40, "培育库入库 13 家。", ""), (28, 75, "升规申报 6 家，已批 5 家。", ""))),
    Way("培育专精特新企业", -45, ((110, 60, "逐家对标帮扶 7 家。", ""),), (50, "推荐申报省级专精特新企业 5 家，材料已上报。")),
    Way("征集技术难题", -90, ((190, 70, "征集关键技术需求 9 项。", ""),), (95, "征集 12 项，张榜 5 项。")),
    Way("建设公共服务平台", -8, ((130, 35, "铸件检测中心场地装修。", ""), (45, 60, "检测设备到货 70%。", "茶饮研发中心两台设备进口周期长。"))),
    Way("保障用地用能", -30, ((200, 40, "变电站扩容土建完成。", ""), (85, 65, "主变到货。", "线路走廊两户青苗补偿未谈妥。"))),
    Way("推行产业链主办行制度", -120, ((210, 80, "四条链主办行协议文本议定。", ""),), (125, "主办行协议全部签订，全年对接 3 次。")),
    Way("强化人才支撑", 3, ((80, 60, "校企招聘 6 场，培训 1800 人次。", ""), (22, 82, "校企招聘 8 场，培训 2300 人次。", ""))),
    Way("解决企业诉求", 38, ((75, 50, "收集诉求 11 件，销号 8 件。", ""),)),
)  # fmt: skip


def run_tasks(demo: Demo) -> None:
    """The plan's tasks become the year's list, are handed out with dates and reported on."""
    plan_tasks = Task._base_manager.filter(region=demo.county, year=None, lead_unit__isnull=False)
    tasks = {task.title: task for task in tasks_roll_over(demo.general, plan_tasks, demo.year)}
    for way in WAYS:
        task = tasks[way.title]
        task_hand_out(
            demo.general, task, lead_unit=task.lead_unit, support_units=list(task.support_units.all()),
            due=demo.today + dt.timedelta(days=way.due), on=demo.day(300), note="按年度清单办理，每月报进展。",
            leader="陈示例" if "链" in way.title else "赵示例",
        )  # fmt: skip
        speaker = demo.speaker(task.lead_unit)
        for back, progress, text, obstacle in way.reports:
            task_report(speaker, task, progress=progress, text=text, obstacle=obstacle, on=demo.day(back))
        if way.finished:
            back, text = way.finished
            task_finish(speaker, task, text=text, on=demo.day(back))


def prove_duties(demo: Demo) -> None:
    """Duties run since a year ago: most returns are proven, the fourth chain is behind."""
    dice = demo.dice("duties")
    filed = {month.code for month in demo.months(FILED_MONTHS)}
    duties = Duty._base_manager.filter(region=demo.county).exclude(every__in=("", Duty.Every.EVENT))
    for duty in duties.select_related("chain", "unit"):
        values: dict[str, object] = {"starts": demo.start}
        if duty.unit is None and duty.chain is None and "各" not in duty.who:
            values["unit"] = demo.unit("青澜县总链办")
        duty = duty_update(SYSTEM, duty, **values)
        for occurrence in duty.occurrences.order_by("due"):
            counted = _NUMBERS.search(duty.what) and occurrence.due >= demo.today
            if counted or FILED in duty.what and occurrence.period in filed:
                continue
            _prove(demo, dice, duty, occurrence)


def _prove(demo: Demo, dice, duty: Duty, occurrence: Occurrence) -> None:
    whole = _length(duty)
    begun = demo.today - (occurrence.due - dt.timedelta(days=whole))
    share = min(1.0, begun.days / whole)
    if share <= 0:
        return
    lazy = duty.chain is not None and duty.chain.name == "竹基新材料"
    late = occurrence.due >= demo.today - dt.timedelta(days=100) and (lazy or dice.random() < 0.12)
    pace = 0.6 if lazy and occurrence.needed > 1 else 1.05
    times = int(occurrence.needed * share * pace)
    times = max(0, min(occurrence.needed, times) - (1 if late else 0))
    for number in range(times):
        back = whole * (occurrence.needed - number) // (occurrence.needed + 1) + dice.randint(-2, 2)
        on = min(occurrence.due - dt.timedelta(days=min(back, whole)), demo.today)
        evidence_record(
            demo.speaker(duty.unit), occurrence, text=_words(duty, number), on=on, today=demo.today
        )


def _length(duty: Duty) -> int:
    return {"week": 7, "month": 30, "quarter": 90, "half-year": 180}.get(duty.every, 365)


def _words(duty: Duty, number: int) -> str:
    if duty.counts == "trip":
        return f"赴{('东江市', '南屏市', '西岭市', '北浦市', '海桥市', '云溪市')[number % 6]}（示例）招商，拜访企业 {3 + number} 家。"
    if duty.counts == "meeting":
        return "链长主持召开专题会议，形成会议纪要。"
    if duty.counts == "report_filed":
        return "书面报告已报送。"
    return f"已完成第 {number + 1} 次，材料存档。"


def send_notices(demo: Demo) -> None:
    """Supervision notices about late tasks in every state, and a circular."""
    tasks = {task.title: task for task in Task._base_manager.filter(region=demo.county, year=demo.year)}
    made: list[tuple[Notice, int]] = []

    def send(title: str, back: int, words: str, kind: str = Notice.Kind.SUPERVISION) -> Notice:
        task = tasks[title]
        row = notice_send(
            demo.general, to_unit=task.lead_unit, task=task, kind=kind, today=demo.day(back),
            title=f"关于{title}任务滞后的督办" if kind == Notice.Kind.SUPERVISION else f"关于{title}情况的通报",
            text=words,
        )  # fmt: skip
        made.append((row, back))
        return row

    closed = send("保障用地用能", 80, "110 千伏变电站扩容进度滞后，请说明原因和补救措施。")
    notice_answer(
        demo.user("zirangju"), closed, answer="已会同县供电公司重排工期，线路走廊问题由属地乡镇限期解决。"
    )
    notice_close(demo.general, closed)
    send("盘活闲置资产", 12, "年度盘活任务完成不足一半，请逐宗说明进度和时间表。")
    answered = send("建设公共服务平台", 9, "任务已到期，请说明设备到位时间。")
    notice_answer(demo.user("kejiju"), answered, answer="国产替代设备已询价，计划两周内签订合同。")
    signed = send("保障用地用能", 6, "任务逾期且两户补偿仍未谈妥，请提出解决办法。")
    notice_sign(demo.user("zirangju"), signed)
    send("推动企业升规", 40, "三季度升规工作进展较快，予以通报。", Notice.Kind.CIRCULAR)
    for row, back in made:
        moments = {"sent_at": back, "signed_at": back - 1, "answered_at": back - 3, "closed_at": back - 5}
        for name, ago in moments.items():
            if (moment := getattr(row, name)) is not None:
                setattr(row, name, moment - dt.timedelta(days=max(ago, 0)))
    Notice._base_manager.bulk_update(
        [row for row, _ in made], ["sent_at", "signed_at", "answered_at", "closed_at"]
    )


#: items of 六个一 that a chain (by place) has only in part or not at all
GAPS = {
    (1, "一套支持政策"): (ChainItem.State.DOING, 60),
    (2, "一个专家团队"): (ChainItem.State.DOING, 40),
    (3, "一套支持政策"): (ChainItem.State.MISSING, 0),
    (3, "一张产业链图谱"): (ChainItem.State.DOING, 70),
}


def fill_checklists(demo: Demo) -> None:
    """Which of the six ones each chain has, with what proves it; four gaps are left."""
    for number, chain in enumerate(demo.chains):
        for row in ChainItem._base_manager.filter(chain=chain, item__mechanism__per_chain=True):
            name = row.item.name
            state, progress = GAPS.get((number, name), (ChainItem.State.PRESENT, 100))
            values: dict[str, object] = {"text": f"{chain}“{name}”文件（模拟）"}
            if "链长" in name:
                post = Appointment._base_manager.filter(
                    Appointment.in_force(), chain=chain, role="chief"
                ).first()
                values = {"person": post.person if post else None, "text": "县委文件（模拟）"}
            elif "专班" in name:
                values = {"unit": demo.unit(f"{chain}工作专班")}
            elif "部门" in name:
                post = Appointment._base_manager.filter(chain=chain, role="lead_department").first()
                values = {"unit": post.holder_unit if post else None, "text": "实施方案"}
            if state == ChainItem.State.MISSING:
                continue
            chain_item_update(demo.general, row, state=state, progress=progress, **values)


QUESTIONS = (
    (0, "片式电感银浆依赖外地单一来源，有无可用的国产替代？", 96, "可试用两家省内企业的低温银浆，建议先做 500 小时高温高湿试验。"),
    (1, "消失模铸造夹渣率偏高，工艺上先改哪一步？", 60, "先控制泡沫模样密度的一致性，再调浇注温度，预计可降两个百分点。"),
    (2, "茶饮料冷链成本高，常温工艺是否成熟？", 15, ""),
)  # fmt: skip


def ask_experts(demo: Demo) -> None:
    """Questions put to the chains' experts; one still waits for an answer."""
    for number, question, back, opinion in QUESTIONS:
        chain = demo.chains[number]
        post = Appointment._base_manager.filter(chain=chain, role=Appointment.Role.EXPERT).order_by("id")[0]
        asked = consultation_ask(
            demo.clerk(number), chain=chain, expert=post.person, question=question, on=demo.day(back)
        )
        if opinion:
            consultation_answer(demo.clerk(number), asked, opinion=opinion, on=demo.day(back - 7))
