"""Step of the demonstration: matters in every state."""

from __future__ import annotations

from dataclasses import dataclass

from lianshu.enterprises.models import Enterprise
from lianshu.matters import services
from lianshu.matters.models import Matter

from .cast import Demo

Nature, Kind, Channel = Matter.Nature, Matter.Kind, Matter.Channel


@dataclass(frozen=True, slots=True)
class Story:
    """One matter: received so many days ago, then the steps (verb, days ago, words)."""

    title: str
    text: str
    chain: int
    firm: str
    lead: str
    kind: str
    back: int
    steps: tuple[tuple[str, int, str], ...] = ()
    nature: str = Nature.PROBLEM
    channel: str = Channel.VISIT
    urgent: bool = False


def solved(back: int, answer: str) -> tuple[tuple[str, int, str], ...]:
    """The whole way, in time: handed out, signed, answered, confirmed, closed."""
    return (
        ("hand_out", back - 1, ""), ("sign", back - 2, ""), ("answer", back - 9, answer),
        ("confirm", back - 12, "已解决，谢谢。"), ("close", back - 13, ""),
    )  # fmt: skip


STORIES = (
    Story("焊线工位缺工 20 人", "扩产后焊线机操作工缺口 20 人，希望协调职校输送。", 0, "青澜微电子", "青澜县人社局", Kind.PEOPLE, 310, solved(310, "已与职校签订定向班协议，首批 24 人到岗。")),
    Story("铸造废砂处置难", "废砂处置单位仅一家，价格逐年上涨。", 1, "青澜精铸", "青澜县工信局", Kind.OTHER, 270, solved(270, "引入第二家处置单位，单价下降。")),
    Story("茶叶加工旺季用电不稳", "旺季多次跳闸，影响杀青工序。", 2, "青澜老山茶厂", "县供电公司", Kind.ENERGY, 230, solved(230, "更换台区变压器并增设回路。"), urgent=True),
    Story("竹材运输超限证办理慢", "跨乡镇运输证办理需跑三个窗口。", 3, "青澜竹材", "青澜县政府办", Kind.APPROVAL, 200, solved(200, "合并为一个窗口办理，两个工作日办结。")),
    Story("高企奖励资金未到账", "去年认定奖励尚未拨付。", 0, "青澜线路板", "青澜县财政局", Kind.POLICY, 170, solved(170, "奖励资金已拨付到账。"), channel=Channel.FIRM),
    Story("阀门出口认证费用高", "希望了解认证补贴。", 1, "青澜阀门", "青澜县市场监管局", Kind.POLICY, 115, solved(115, "符合省级补贴条件，已指导申报。")),
    Story("灌装线流动资金缺口 600 万元", "设备订购后流动资金不足。", 2, "青澜茶饮料", "青澜县财政局", Kind.MONEY, 88, (("hand_out", 87, ""), ("sign", 86, ""), ("answer", 78, "主办行授信 400 万元。"), ("dissatisfied", 74, "还差 200 万元，请再协调。"), ("answer", 64, "追加担保贷款 200 万元。"), ("confirm", 60, "资金已到位。"), ("close", 59, ""))),
    Story("污水处理费统一议价", "园区企业希望统一议价。", 0, "青澜线路板", "县经济开发区管委会", Kind.OTHER, 45, (("hand_out", 44, ""), ("sign", 43, ""))),
    Story("临时堆场 5 亩", "三期设备安装需临时堆场。", 1, "青澜精铸", "青澜县自然资源局", Kind.LAND, 40, (("hand_out", 39, ""), ("sign", 37, ""), ("answer", 20, "已安排开发区北侧空地，月底可用。"))),
    Story("线路走廊补偿未谈妥", "变电站线路走廊两户青苗补偿未谈妥，影响扩容送电。", 0, "青澜微电子", "青澜县自然资源局", Kind.ENERGY, 26, (("hand_out", 25, ""), ("sign", 25, ""), ("escalate", 2, "两户诉求超出标准，提请链长决定是否按重点工程一事一议。")), channel=Channel.TASK_FORCE, urgent=True),
    Story("导电银浆国产替代", "银浆单一来源，请专家会诊可否替代。", 0, "青澜电子浆料", "青澜县科技局", Kind.TECHNOLOGY, 30, (("hand_out", 29, ""), ("sign", 28, ""), ("answer", 2, "专家建议两家替代来源，需试验经费 15 万元，请链长定。")), nature=Nature.QUESTION),
    Story("产业园二期道路配套", "二期 1.2 公里道路未立项。", 3, "青澜竹基新材料", "青澜县发改局", Kind.PLANNING, 14, (("hand_out", 13, ""), ("sign", 12, ""), ("return", 10, "道路属住建职责。"), ("hand_out_housing", 9, ""), ("sign", 8, ""))),
    Story("磁芯二期用地红线调整", "红线与规划道路重叠 3 亩。", 0, "青澜磁芯材料", "青澜县自然资源局", Kind.LAND, 11, (("hand_out", 10, ""), ("sign", 9, ""))),
    Story("扩产用电增容 4000 千伏安", "新增封装线用电负荷。", 0, "青澜微电子", "县供电公司", Kind.ENERGY, 2, (("hand_out", 1, ""),), urgent=True),
    Story("冷链物流县内无备案仓", "出口茶饮料需备案冷库。", 2, "青澜茶饮料", "青澜县市场监管局", Kind.MARKET, 16, (("hand_out", 15, ""), ("sign", 14, ""), ("answer", 8, "已指导冷链物流企业申请备案。"), ("confirm", 2, "已受理，认可。"))),
    Story("出口订单用工缺 15 人", "旺季缺工。", 3, "青澜竹材", "青澜县人社局", Kind.PEOPLE, 1, ()),
    Story("重复登记：高企奖励", "同一事项重复登记。", 0, "青澜线路板", "", Kind.POLICY, 160, (("withdraw", 159, "与前件重复。"),)),
)  # fmt: skip


def raise_matters(demo: Demo) -> None:
    """Every story in its order; the raiser is the chain's office, the answer comes from the unit."""
    firms = {firm.name: firm for firm in Enterprise._base_manager.filter(region=demo.county)}
    for story in sorted(STORIES, key=lambda one: -one.back):
        raiser = demo.clerk(story.chain)
        matter = services.matter_receive(
            raiser, on=demo.day(story.back), region=demo.county, chain=demo.chains[story.chain], title=story.title,
            text=story.text, nature=story.nature, kind=story.kind, channel=story.channel, urgent=story.urgent,
            enterprise=firms[story.firm], raised_by_unit=raiser.unit, raised_by="企业联系人（示例）", simulated=True,
        )  # fmt: skip
        for verb, back, words in story.steps:
            _step(demo, matter, story, verb, back, words)


def _step(demo: Demo, matter: Matter, story: Story, verb: str, back: int, words: str) -> None:
    on = demo.day(back)
    matter.refresh_from_db()
    if verb.startswith("hand_out"):
        lead = demo.unit("青澜县住建局" if verb.endswith("housing") else story.lead)
        services.matter_hand_out(demo.general, matter, lead=lead, kind=story.kind, on=on)
        return
    holder = matter.assignments.filter(active=True, lead=True).first()
    doer = demo.speaker(holder.unit if holder else None)
    raiser = demo.clerk(story.chain)
    match verb:
        case "sign":
            services.matter_sign(doer, matter, on=on)
        case "answer":
            services.matter_answer(doer, matter, answer=words, on=on)
        case "return":
            services.matter_return(doer, matter, reason=words, on=on)
        case "escalate":
            services.matter_escalate(raiser, matter, text=words, on=on)
        case "confirm" | "dissatisfied":
            services.matter_confirm(raiser, matter, satisfied=verb == "confirm", text=words, on=on)
        case "close":
            services.matter_close(demo.general, matter, on=on)
        case "withdraw":
            services.matter_withdraw(raiser, matter, reason=words, on=on)
        case _:
            raise ValueError(f"no step is called {verb!r}")
