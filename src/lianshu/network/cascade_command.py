"""`lianshu network cascade`: what is lost when firms stop, scenario by scenario."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lianshu.network.cascade import Cascade, Scenario
    from lianshu.network.cascade_flow import Block
    from lianshu.network.links_network import Loaded
    from lianshu.network.network import Network
    from lianshu.network.runs import ResultFile, RunRecord

# Headings other programs rely on, and those for people.
RESULT_HEAD = {
    "en": ("scenario", "esri", "esri_down", "esri_up", "steps"),
    "zh": ("情景", "损失", "断供传导", "断单传导", "步数"),
}
LOSSES_HEAD = {
    "en": ("scenario", "firm", "loss_down", "loss_up"),
    "zh": ("情景", "企业", "断供损失", "断单损失"),
}
GROUPS_HEAD = {
    "en": ("scenario", "grouping", "group", "weight", "loss_down", "loss_up", "loss"),
    "zh": ("情景", "分组", "名称", "权重", "断供损失", "断单损失", "损失"),
}
GROUPINGS = {"sector": "行业", "chain": "产业链", "region": "地区", "park": "园区"}


def register(subparsers: Any) -> None:
    """Add the parser of ``cascade``."""
    from lianshu.network.command_inputs import add_inputs

    parser = subparsers.add_parser(
        "cascade",
        help="推演：企业停产或减产，损失沿供需链接传到哪里",
        description="不选情景时逐家推演单独停产；可选若干情景，每个选项成一个情景。",
    )
    add_inputs(parser, sample=True, months=True)
    choose = parser.add_argument_group("情景")
    choose.add_argument("--shocks", metavar="文件", help="情景表：scenario, firm, loss（0 到 1）")
    choose.add_argument("--firms-range", metavar="起:止", help="只推演企业表中这些序号的单独停产，如 0:200")
    choose.add_argument("--close", action="append", default=[], metavar="编号,编号", help="这些企业同时停产")
    for name, title in (("park", "园区"), ("region", "地区"), ("sector", "行业代码")):
        choose.add_argument(f"--{name}", action="append", default=[], metavar=title, help=f"整个{title}")
    choose.add_argument(
        "--flood", action="append", default=[], type=Path, metavar="范围.geojson", help="范围内企业"
    )
    choose.add_argument("--import-ban", nargs="?", const="", metavar="行业代码", help="境外供应商断供")
    choose.add_argument("--loss", type=float, default=1.0, metavar="比例", help="上述情景的直接损失，默认 1")
    choose.add_argument(
        "--direction", choices=("both", "down", "up"), default="both", help="只传供给或只传需求"
    )
    rule = parser.add_argument_group("规则")
    rule.add_argument("--epsilon", type=float, default=1e-4, metavar="ε", help="容差；与文献比较用 0.01")
    market = rule.add_mutually_exclusive_group()
    market.add_argument(
        "--market", dest="market", action="store_true", default=True, help="计入可替代性（默认）"
    )
    market.add_argument("--no-market", dest="market", action="store_false", help="不计可替代性")
    rule.add_argument(
        "--weight", choices=("revenue", "sales", "jobs", "tax"), default="revenue", help="损失按什么加总"
    )
    out = parser.add_argument_group("输出")
    out.add_argument("--out", type=Path, metavar="文件.csv", help="每个情景一行")
    out.add_argument("--losses", type=int, default=0, metavar="K", help="前 K 个情景写出各企业损失")
    out.add_argument("--losses-out", type=Path, metavar="文件.csv", help="各企业损失")
    out.add_argument("--by", choices=list(GROUPINGS), help="另按此分组汇总损失")
    out.add_argument("--groups-out", type=Path, metavar="文件.csv", help="分组损失")
    out.add_argument(
        "--headings",
        choices=("en", "zh"),
        default="en",
        help="zh：中文表头，加 UTF-8 签名供电子表格打开，模拟数据逐行注明；en：供程序读取（默认）",
    )
    out.add_argument(
        "--paths", type=int, default=0, metavar="N", help="单个情景：列出受损最重的 N 家及传导路径"
    )
    out.add_argument(
        "--interval",
        type=int,
        default=0,
        metavar="N",
        help="单个情景：抽 N 次补全链接，给出区间与最该问的企业",
    )
    out.add_argument("--seed", type=int, default=1, help="补全的随机种子")
    out.add_argument("--resume", action="store_true", help="接着上次中断处算")
    parser.set_defaults(func=cascade)


def cascade(args: argparse.Namespace) -> int:
    """Run the scenarios asked for; results grow on disk and survive Ctrl-C."""
    from lianshu.network import command_inputs as inputs
    from lianshu.network.cascade import Cascade

    _check_options(args)
    with inputs.loaded(args) as found:
        network = found.network.weighted_by(args.weight)
        engine = Cascade(network, epsilon=args.epsilon, market=args.market, threads=args.threads)
        scenarios = _scenarios(args, found, engine)
        _tell_weights(network)
        if args.paths or args.interval:
            return _answer(args, found, engine, scenarios)
        if args.out is None:
            return _show(args, engine, scenarios)
        return _write(args, found, engine, scenarios)


def _check_options(args: argparse.Namespace) -> None:
    from lianshu.network.tables_problems import fatal

    if args.losses < 0:
        raise fatal("A10", "命令行", "--losses 不能是负数", "请填要写出企业损失的情景个数")
    if bool(args.losses) != bool(args.losses_out):
        raise fatal(
            "A11", "命令行", "--losses 与 --losses-out 要一起给", "如 --losses 10 --losses-out 损失.csv"
        )
    if bool(args.by) != bool(args.groups_out):
        raise fatal("A12", "命令行", "--by 与 --groups-out 要一起给", "如 --by sector --groups-out 分组.csv")
    for name in ("losses_out", "groups_out", "resume"):
        if getattr(args, name) and args.out is None:
            raise fatal("A13", "命令行", f"--{name.replace('_', '-')} 需要 --out", "请给出结果文件")
    for path in (args.out, args.losses_out, args.groups_out):
        if path is not None and not path.parent.is_dir():
            raise fatal("A15", str(path), "文件夹不存在", "请先建好输出文件夹")


def _scenarios(args: argparse.Namespace, found: Loaded, engine: Cascade) -> Sequence[Scenario]:
    from lianshu.network import shocks

    network = engine.network
    chosen: list[Scenario] = []
    if args.shocks:
        chosen += shocks.read_shocks(found.links.work, network, args.shocks)
    for text in args.close:
        firms = [network.index(firm.strip()) for firm in re.split("[,，、]", text)]
        chosen.append(shocks.shock(network, f"停产:{text}", firms, args.loss))
    for grouping in ("park", "region"):
        chosen += [shocks.by_label(network, grouping, label, args.loss) for label in getattr(args, grouping)]
    chosen += [shocks.of_sector(network, code, args.loss) for code in args.sector]
    chosen += [
        shocks.in_polygon(network, shocks.read_polygon(path), f"范围:{path.stem}", args.loss)
        for path in args.flood
    ]
    if args.import_ban is not None:
        chosen.append(shocks.import_ban(network, args.import_ban or None, args.loss))
    if chosen and args.firms_range:
        from lianshu.network.tables_problems import fatal

        raise fatal("A16", "命令行", "--firms-range 不能与其他情景同用", "请分两次推演")
    if not chosen:
        return _closures(args, engine)
    return [shocks.one_way(scenario, args.direction) for scenario in chosen]


def _closures(args: argparse.Namespace, engine: Cascade) -> Sequence[Scenario]:
    from lianshu.network import shocks
    from lianshu.network.tables_problems import fatal

    count = engine.network.firm_count
    first, last = 0, count
    if args.firms_range:
        match = re.fullmatch(r"(\d*):(\d*)", args.firms_range)
        if match is None:
            raise fatal("A17", "命令行", f"--firms-range {args.firms_range} 写法不对", "应为 起:止，如 0:200")
        first, last = int(match[1] or 0), int(match[2] or count)
        if not first < last <= count:
            raise fatal("A18", "命令行", f"企业序号 {first}:{last} 不在 0:{count} 之内或为空", "请改正范围")
    closures = engine.closures(range(first, last))
    if args.direction == "both":
        return closures
    return [shocks.one_way(scenario, args.direction) for scenario in closures]


def _tell_weights(network: Network) -> None:
    if network.weight_name == "revenue" and network.revenue is not None:
        unknown = int((~(network.revenue > 0)).sum())
        if unknown:
            print(f"提示 {unknown} 家企业没有营业收入，按链接里的销售额加权。", file=sys.stderr)


def _answer(args: argparse.Namespace, found: Loaded, engine: Cascade, scenarios: Sequence[Scenario]) -> int:
    """One scenario looked at closely."""
    from lianshu.network import cascade_answers
    from lianshu.network.tables_problems import fatal

    option = "--paths" if args.paths else "--interval"
    if len(scenarios) != 1:
        raise fatal("A19", "命令行", f"{option} 要求恰好一个情景，现有 {len(scenarios)} 个", "请只选一个情景")
    record = _record(args, found, engine)
    if args.paths:
        cascade_answers.tell_paths(args, engine, scenarios[0], record)
    else:
        cascade_answers.tell_interval(args, engine, scenarios[0], record)
    return 0


def _write(args: argparse.Namespace, found: Loaded, engine: Cascade, scenarios: Sequence[Scenario]) -> int:
    from lianshu.network import command_inputs as inputs
    from lianshu.network.cascade import group_members, names_of
    from lianshu.network.runs import Detail, Journal

    network = engine.network
    keep = min(args.losses, len(scenarios))
    details = []
    if args.losses_out:
        losses = _result_file(args, args.losses_out, LOSSES_HEAD)
        details.append(Detail(losses, network.firm_count, keep))
    if args.groups_out:
        groups = _result_file(args, args.groups_out, GROUPS_HEAD)
        details.append(Detail(groups, len(group_members(network, args.by)), len(scenarios)))
    journal = Journal(_record(args, found, engine), _result_file(args, args.out, RESULT_HEAD), details)
    done = journal.open(args.resume)
    wanted = len(scenarios) if args.groups_out else keep
    try:
        with inputs.progress(len(scenarios), done) as advance:
            for part in engine.blocks(scenarios, keep=wanted, start=done):
                names = names_of(scenarios[part.start : part.start + part.steps.size])
                more = []
                if args.losses_out:
                    more.append(_loss_rows(network, names, part, keep))
                if args.groups_out:
                    more.append(_group_rows(args, network, names, part))
                journal.write(*(_marked(args, rows) for rows in (_result_rows(names, part), *more)))
                done = part.start + part.steps.size
                advance(done, len(scenarios))
    except KeyboardInterrupt:
        print(
            f"已中断：{done}/{len(scenarios)} 个情景已保存在 {args.out}.part，加 --resume 接着算。",
            file=sys.stderr,
        )
        return 130
    journal.finish(scenarios=len(scenarios))
    print(f"已推演 {len(scenarios)} 个情景，写出 {args.out}")
    return 0


def _record(args: argparse.Namespace, found: Loaded, engine: Cascade) -> RunRecord:
    from lianshu.network.runs import RunRecord
    from lianshu.network.tables import file_fingerprint

    hashes = {**found.fingerprints(), "network": engine.network.fingerprint}
    if args.shocks:
        path = Path(args.shocks)
        hashes["shocks"] = file_fingerprint(path) if path.exists() else args.shocks
    parameters = {
        name: getattr(args, name)
        for name in (
            "epsilon",
            "market",
            "weight",
            "firms_range",
            "losses",
            "by",
            "headings",
            "paths",
            "interval",
            "direction",
            "loss",
            "import_ban",
        )
    }
    parameters |= {name: list(getattr(args, name)) for name in ("close", "park", "region", "sector")}
    parameters["flood"] = [file_fingerprint(path) for path in args.flood]
    seed = args.seed if args.interval else None
    return RunRecord("cascade", hashes, parameters, seed, simulated=args.simulated)


def _result_file(args: argparse.Namespace, path: Path, heads: Mapping[str, Sequence[str]]) -> ResultFile:
    from lianshu.network.runs import ResultFile

    for_people = args.headings == "zh"
    more = ("说明",) if for_people and args.simulated else ()
    return ResultFile(path, (*heads[args.headings], *more), signed=for_people)


def _marked(args: argparse.Namespace, rows: Iterable[Sequence[Any]]) -> Iterable[Sequence[Any]]:
    """The rows, for people each with the mark that it comes from simulated data where it does."""
    return ((*row, "模拟") for row in rows) if args.simulated and args.headings == "zh" else rows


def _result_rows(names: Sequence[str], part: Block) -> Iterator[Sequence[Any]]:
    from lianshu.network.tables_out import defused

    for name, index, steps in zip(names, part.index.tolist(), part.steps.tolist(), strict=True):
        yield (defused(name), *index, steps)


def _loss_rows(network: Network, names: Sequence[str], part: Block, keep: int) -> Iterator[Sequence[Any]]:
    from lianshu.network.tables_out import defused

    if part.down is None or part.up is None:
        return
    for row, name in enumerate(names[: max(0, keep - part.start)]):
        for firm, down, up in zip(network.firms, part.down[row].tolist(), part.up[row].tolist(), strict=True):
            yield (defused(name), defused(firm), down, up)


def _group_rows(
    args: argparse.Namespace, network: Network, names: Sequence[str], part: Block
) -> Iterator[Sequence[Any]]:
    from lianshu.network.cascade import group_losses
    from lianshu.network.tables_out import defused

    if part.down is None or part.up is None:
        return
    shown = GROUPINGS[args.by] if args.headings == "zh" else args.by
    for row, name in enumerate(names):
        for group, weight, down, up, both in group_losses(network, args.by, part.down[row], part.up[row]):
            yield (defused(name), shown, defused(group), weight, down, up, both)


def _show(args: argparse.Namespace, engine: Cascade, scenarios: Sequence[Scenario]) -> int:
    from lianshu.network import command_inputs as inputs
    from lianshu.network.network import WEIGHT_NAMES

    with inputs.progress(len(scenarios), 0) as advance:
        result = engine.run(scenarios, progress=lambda done: advance(done, len(scenarios)))
    order = sorted(range(len(result.names)), key=lambda at: (-result.esri[at], at))[:20]
    named = {firm: engine.network.name(at) for at, firm in enumerate(engine.network.firms)}
    inputs.print_table(
        f"损失最大的情景（共 {len(result.names)} 个，ε={engine.epsilon:g}，"
        f"{'计' if engine.market else '不计'}可替代性，按{WEIGHT_NAMES[engine.network.weight_name]}加权）",
        ["情景", "损失", "断供传导", "断单传导", "步数"],
        [
            [
                named.get(result.names[at], result.names[at]),
                f"{result.esri[at]:.2%}",
                f"{result.esri_down[at]:.2%}",
                f"{result.esri_up[at]:.2%}",
                int(result.steps[at]),
            ]
            for at in order
        ],
        simulated=args.simulated,
    )
    return 0
