"""`lianshu network simulate`: day by day with stocks; how long shelves last and what a larger stock buys."""

from __future__ import annotations

import argparse
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lianshu.network.inventory import Simulation
    from lianshu.network.links_network import Loaded
    from lianshu.network.network import FloatArray, Network

DAYS_HEAD = ("day", "output", "share_of_normal", "final_demand_served")
FIRMS_HEAD = ("firm", "normal_output", "lost_days", "first_short", "short_of")
OPTIONS_HEAD = ("firm", "stock_days", "first_short", "lost_days", "total_lost_days")


def register(subparsers: Any) -> None:
    """Add the parser of ``simulate``."""
    from lianshu.network.command_inputs import add_inputs

    parser = subparsers.add_parser(
        "simulate",
        help="逐日模拟：库存能撑几天，多备几天库存值不值",
        description="链接金额视为每日正常供货（只看比例）；受损企业用 --damage 或 --close 给出。",
    )
    add_inputs(parser, sample=True, months=True)
    parser.add_argument("--damage", metavar="文件", help="受损表：scenario, firm, loss（只取第一个情景）")
    parser.add_argument("--close", action="append", default=[], metavar="编号,编号", help="这些企业受损")
    parser.add_argument("--loss", type=float, default=1.0, metavar="比例", help="--close 的产能损失，默认 1")
    parser.add_argument("--days", type=int, default=60, metavar="天", help="模拟天数")
    parser.add_argument(
        "--stock-days", type=float, default=None, metavar="天", help="目标库存，默认 15 或企业表所填"
    )
    parser.add_argument("--refill-days", type=float, default=6.0, metavar="天", help="补库用几天")
    parser.add_argument(
        "--rationing",
        choices=("proportional", "level", "water_filling"),
        default="proportional",
        help="不够分时：按订单同比例、拉平到同一水平、文献程序的逐轮注水",
    )
    parser.add_argument(
        "--recovery", choices=("none", "linear", "at_once", "exponential"), default="none", help="恢复"
    )
    parser.add_argument("--recovery-days", type=float, default=0.0, metavar="天", help="恢复天数")
    parser.add_argument("--what-if", metavar="编号", help="这家企业改备库存会怎样")
    parser.add_argument("--choices", default="0,5,10,15,20,30,45,60", metavar="天,天", help="试这些库存天数")
    parser.add_argument(
        "--out", type=Path, metavar="文件", help="结果写成 xlsx（每日、企业、库存）或 csv（每日）"
    )
    parser.set_defaults(func=simulate)


def simulate(args: argparse.Namespace) -> int:
    """Simulate, tell who runs short first and, on request, what other stocks would do."""
    from lianshu.network import command_inputs as inputs
    from lianshu.network import inventory
    from lianshu.network.tables_out import Sheet, write_sheets

    with inputs.loaded(args) as found:
        network = found.network
        damage = _damage(args, found)
        demand = inventory.final_demand(network)
        plan = inventory.plan(
            network,
            args.days,
            _stocks(args, found),
            rationing=args.rationing,
            refill_days=args.refill_days,
            recovery=args.recovery,
            recovery_days=args.recovery_days,
        )
        result = inventory.simulate(network, demand, damage, plan)
        sheets = {"每日": _days(result), "企业": _firms(network, result)}
        _tell(args, network, result)
        if args.what_if:
            options = inventory.stock_options(
                network, demand, damage, plan, network.index(args.what_if), _choices(args.choices)
            )
            rows = [
                [args.what_if, o.days, _day(o.first_short), o.lost_days, o.total_lost_days] for o in options
            ]
            sheets["库存"] = Sheet(OPTIONS_HEAD, rows)
            inputs.print_table(
                f"{network.name(network.index(args.what_if))} 备不同天数的库存",
                ["库存天数", "哪天断料", "本企业少产（天）", "全网少产（天）"],
                [[f"{row[1]:g}", row[2], f"{row[3]:.2f}", f"{row[4]:.3f}"] for row in rows],
                simulated=args.simulated,
            )
    if args.out:
        write_sheets(args.out, sheets, simulated=args.simulated)
        args.out.with_name(args.out.name + ".run.json").write_text(_record(args, found), encoding="utf-8")
        print(f"已写出 {args.out}")
    return 0


def _damage(args: argparse.Namespace, found: Loaded) -> FloatArray:
    import numpy as np

    from lianshu.network import shocks
    from lianshu.network.tables_problems import fatal

    network = found.network
    damage = np.zeros(network.firm_count)
    if args.damage:
        scenarios = shocks.read_shocks(found.links.work, network, args.damage)
        if len(scenarios) > 1:
            raise fatal(
                "A20", args.damage, f"有 {len(scenarios)} 个情景，模拟一次只用一个", "请只留一个情景的行"
            )
        damage[scenarios[0].firms] = scenarios[0].down
    for text in args.close:
        firms = [network.index(firm.strip()) for firm in re.split("[,，、]", text)]
        chosen = shocks.shock(network, text, firms, args.loss)
        damage[chosen.firms] = chosen.down
    if not damage.any():
        raise fatal("A21", "命令行", "没有受损企业", "请用 --damage 或 --close 给出")
    return damage


def _stocks(args: argparse.Namespace, found: Loaded) -> Any:
    import numpy as np

    from lianshu.network.inventory import STOCK_DAYS

    if args.stock_days is not None:
        return args.stock_days
    known = found.firms.numbers("stock_days")
    return np.where(np.isfinite(known), known, STOCK_DAYS)


def _choices(text: str) -> list[float]:
    from lianshu.network.tables_problems import fatal

    try:
        return [float(part) for part in re.split("[,，、]", text)]
    except ValueError as error:
        raise fatal(
            "A22", "命令行", f"--choices {text} 写法不对", "应为逗号分开的天数，如 5,10,15"
        ) from error


def _days(result: Simulation) -> Any:
    from lianshu.network.tables_out import Sheet

    normal = float(result.normal.sum())
    rows = [
        [day, float(total), float(total) / normal, float(served)]
        for day, (total, served) in enumerate(zip(result.total, result.delivered, strict=True))
    ]
    return Sheet(DAYS_HEAD, rows, percent=("share_of_normal",))


def _firms(network: Network, result: Simulation) -> Any:
    from lianshu.network.tables_out import Sheet

    lost = result.lost_days()
    rows = [
        [
            firm,
            float(result.normal[at]),
            float(lost[at]),
            _day(int(result.first_short[at])),
            "" if result.short_of[at] < 0 else network.sectors[result.short_of[at]],
        ]
        for at, firm in enumerate(network.firms)
    ]
    return Sheet(FIRMS_HEAD, rows)


def _tell(args: argparse.Namespace, network: Network, result: Simulation) -> None:
    import numpy as np

    from lianshu.network import command_inputs as inputs

    normal = float(result.normal.sum())
    worst = int(np.argmin(result.total))
    short = np.flatnonzero(result.first_short >= 0)
    order = short[np.lexsort((-result.normal[short], result.first_short[short]))][:20]
    print(
        f"最低在第 {worst} 天，产出为正常的 {result.total[worst] / normal:.1%}；"
        f"{args.days} 天共少产 {args.days - result.total.sum() / normal:.2f} 天的量；断料企业 {short.size} 家。"
    )
    lost = result.lost_days()
    inputs.print_table(
        "最先断料的企业",
        ["企业", "第几天断料", "缺哪个行业的产品", "少产（天）"],
        [
            [
                network.name(int(at)),
                int(result.first_short[at]),
                network.sectors[result.short_of[at]],
                f"{lost[at]:.2f}",
            ]
            for at in order
        ],
        simulated=args.simulated,
    )


def _record(args: argparse.Namespace, found: Loaded) -> str:
    from lianshu.network.runs import RunRecord

    names = (
        "damage",
        "close",
        "loss",
        "days",
        "stock_days",
        "refill_days",
        "rationing",
        "recovery",
        "recovery_days",
    )
    parameters = {name: getattr(args, name) for name in (*names, "what_if", "choices")}
    inputs = {**found.fingerprints(), "network": found.network.fingerprint}
    return RunRecord("simulate", inputs, parameters, simulated=args.simulated).to_json()


def _day(day: int) -> str:
    return "不断料" if day < 0 else str(day)
