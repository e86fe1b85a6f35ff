"""The verification: recompute the chain, compare it with the checkpoints, say exactly what is missing or wrong."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from . import checkpoints, evidence, keys, notes, pending, triggers
from .checkpoints import Checkpoint
from .evidence import Evidence, Finding, Kind, moment, named
from .reading import Reading, Report, read


class State(StrEnum):
    """``restored``: whole, but with a break that was put on record (a restore, a new key)."""

    INTACT = "intact"
    RESTORED = "restored"
    BROKEN = "broken"


class Verdict(NamedTuple):
    """What a verification found.

    ``count``: entries read. ``broken``: number of the first entry concerned by a finding (0: none in particular;
    None: nothing is wrong). ``explained``: restores and new keys in words. ``remarks``: what else is worth knowing.
    ``checkpoint``: the newest one. ``outside``: entries after it. ``fingerprint``: of the key in place.
    """

    count: int
    broken: int | None
    state: State = State.INTACT
    findings: tuple[Finding, ...] = ()
    explained: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    checkpoint: Checkpoint | None = None
    outside: int = 0
    fingerprint: str = ""

    @property
    def words(self) -> str:
        """The answer in one line."""
        if self.state is State.BROKEN:
            more = f"（另有 {len(self.findings) - 1} 处）" if len(self.findings) > 1 else ""
            return f"审计日志有问题：{self.findings[0].words}{more}"
        if self.state is State.RESTORED:
            return f"审计日志已从备份恢复：现有 {self.count:,} 条，哈希链连续，与检查点相符。"
        return f"审计日志完好：{self.count:,} 条，哈希链连续，与检查点相符。"


def verify(report: Report | None = None, *, against: Path | None = None) -> Verdict:
    """Recompute the chain, compare it with the checkpoints of this installation and with a copy of them kept elsewhere
    (``against``). Triggers that are missing or changed are told and put back. Raises OSError for an unreadable copy."""
    own, fingerprint = Evidence(), ""
    if pending.on():
        # in this order: whatever is committed meanwhile is younger than the checkpoints read
        noted = notes.read()
        public = _own_public()
        own = evidence.follow(checkpoints.read_all(), public)
        fingerprint = next(iter(public), "")
        _compare_note(own, noted)
        _compare_key(own, fingerprint)
    anchors = own.anchors + (_compare_copy(own, against) if against is not None else [])
    reading = read(anchors, report)
    wrong = triggers.put_right()
    findings = list(own.findings) + reading.findings
    if wrong:
        findings.insert(
            0, Finding(Kind.TRIGGERS, f"审计触发器不对：{'、'.join(wrong)}。缺失和被改的已重装。")
        )
    return _verdict(own, reading, findings, fingerprint)


def _verdict(own: Evidence, reading: Reading, findings: list[Finding], fingerprint: str) -> Verdict:
    state = State.BROKEN if findings else State.RESTORED if own.explained else State.INTACT
    remarks = list(reading.remarks)
    if own.lines and own.lines[0].number:
        first = own.lines[0]
        remarks.append(f"检查点从 {moment(first.at)} 开始，此前 {first.count} 条只有哈希链可以核对。")
    newest = own.last
    return Verdict(
        reading.count,
        next((one.number for one in findings if one.number is not None), 0) if findings else None,
        state,
        tuple(findings),
        tuple(own.explained),
        tuple(remarks),
        newest,
        max(reading.last - newest.number, 0) if newest else reading.count,
        fingerprint,
    )


def _own_public() -> dict[str, str]:
    try:
        public = keys.public_hex(keys.load())
    except keys.AuditKeyError:
        return {}
    return {keys.fingerprint(public): public}


def _compare_note(own: Evidence, noted: Checkpoint | None) -> None:
    """The database's memory of the file's last line."""
    if noted is None:
        if not own.lines:
            own.wrong(Kind.FILE, f"检查点文件 {checkpoints.path()} 不在，数据库里也没有它的记录。")
        return
    if any(line.mark == noted.mark for line in own.lines):
        return
    if own.last is None:
        own.wrong(
            Kind.FILE,
            f"检查点文件 {checkpoints.path()} 被移除或清空：数据库记得{named(noted)}。"
            "（数据库是从备份恢复或搬来的：运行 lianshu verify-audit --restored 备份文件。）",
        )
    elif own.last.sequence < noted.sequence:
        own.wrong(
            Kind.FILE, f"检查点文件被截断：数据库记得{named(noted)}，文件只到第 {own.last.sequence} 个。"
        )
    else:
        own.wrong(Kind.FILE, f"检查点文件被换过：其中第 {noted.sequence} 个不是数据库记得的那个。")
    if noted.signed_by(own.publics.get(noted.key, "")):
        own.anchors.append(noted)


def _compare_key(own: Evidence, fingerprint: str) -> None:
    newest = own.last
    if not fingerprint:
        try:
            keys.load()
        except keys.AuditKeyError as error:
            own.wrong(Kind.KEY, str(error))
    elif newest is not None and newest.key != fingerprint:
        own.wrong(
            Kind.KEY,
            f"审计密钥被更换：{keys.path()} 的指纹是 {fingerprint}，签{named(newest)}的是 {newest.key}。"
            "请放回原来的密钥；确已遗失时运行 lianshu verify-audit --new-key。",
        )


def _compare_copy(own: Evidence, place: Path) -> list[Checkpoint]:
    """Compare with a copy kept elsewhere; returns the copy's anchors where they add to our own."""
    data = place.read_bytes()
    copy = evidence.follow(data.split(b"\n"), own.publics, "副本")
    own.findings += [Finding(Kind.COPY, one.words, one.number) for one in copy.findings]
    if not copy.lines:
        own.wrong(Kind.COPY, f"{place} 里没有可用的检查点，无法对照。")
        return []
    ours = {line.sequence: line.mark for line in own.lines}
    absent = [line.sequence for line in copy.lines if line.sequence not in ours]
    other = [line.sequence for line in copy.lines if ours.get(line.sequence, line.mark) != line.mark]
    if absent:
        own.wrong(Kind.COPY, f"副本里的第 {min(absent)} 个到第 {max(absent)} 个检查点，本机文件里没有。")
    if other:
        own.wrong(Kind.COPY, f"从第 {min(other)} 个检查点起，本机文件与副本不同。")
    if not absent and not other:
        # the copy is a part of our own file: it adds nothing, and ours knows of later restores
        return []
    return [anchor for anchor in copy.anchors if anchor.mark not in ours.values()]
