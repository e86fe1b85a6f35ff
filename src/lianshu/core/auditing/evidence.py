"""What a checkpoint file says, and whether the file itself is whole.

A file is followed line by line: numbers, digests and signatures must fit. Every line is an *anchor*: entry ``number``
must have ``digest``. A line of kind ``restore`` takes back the anchors after the entry up to which the restored archive
agreed with them (``base``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from . import checkpoints, keys
from .checkpoints import Checkpoint
from .digest import GENESIS

_SHOWN = 20
#: how this installation's own file is called in sentences; a copy is called otherwise
OWN = "检查点文件"


class Kind(StrEnum):
    """What kind of wrong a finding tells of."""

    CUT = "cut"
    EDITED = "edited"
    REWRITTEN = "rewritten"
    TRIGGERS = "triggers"
    FILE = "file"
    SIGNATURE = "signature"
    KEY = "key"
    COPY = "copy"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong: a sentence, and the number of the first entry concerned (if any)."""

    kind: Kind
    words: str
    number: int | None = None


def moment(text: str) -> str:
    """An ISO moment as people read it, in the zone it was written in."""
    try:
        return f"{dt.datetime.fromisoformat(text):%Y-%m-%d %H:%M}"
    except ValueError:
        return text


def span(first: int, last: int) -> str:
    """Entries ``first`` to ``last`` in words."""
    return f"第 {first} 号" if first == last else f"第 {first} 号到第 {last} 号"


def named(checkpoint: Checkpoint) -> str:
    return f"第 {checkpoint.sequence} 个检查点（{moment(checkpoint.at)}）"


@dataclass
class Evidence:
    """A followed file: its sound ``lines``, the ``anchors`` in force, what is wrong, restores and new keys."""

    lines: list[Checkpoint] = field(default_factory=list)
    anchors: list[Checkpoint] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    explained: list[str] = field(default_factory=list)
    restores: int = 0
    publics: dict[str, str] = field(default_factory=dict)

    @property
    def last(self) -> Checkpoint | None:
        return self.lines[-1] if self.lines else None

    def wrong(self, kind: Kind, words: str) -> None:
        """Keep the first findings of each kind; a thousand broken lines need no thousand sentences."""
        if sum(one.kind == kind for one in self.findings) < _SHOWN:
            self.findings.append(Finding(kind, words))


def follow(lines: Iterable[bytes], publics: dict[str, str] | None = None, where: str = OWN) -> Evidence:
    """Read lines of a checkpoint file (or of a copy, whose beginning may be missing)."""
    evidence = Evidence(publics=dict(publics or {}))
    before: Checkpoint | None = None
    lost: list[Finding] = []
    for position, line in enumerate(lines, 1):
        found = checkpoints.parse(line)
        if found is None:
            # a syslog holds other programs' lines too
            if line.strip() if where == OWN else b'"signature"' in line:
                evidence.wrong(Kind.FILE, f"{where}第 {position} 行被改动，已不是检查点。")
            continue
        _fits(evidence, before, found, where)
        if not _signed(evidence, before, found, where):
            before = found
            continue
        before = found
        evidence.lines.append(found)
        _apply(evidence, found, lost)
    evidence.findings += lost
    return evidence


def _fits(evidence: Evidence, before: Checkpoint | None, found: Checkpoint, where: str) -> None:
    if before is None:
        if found.sequence == 1 and found.values["previous"] != GENESIS:
            evidence.wrong(Kind.FILE, f"{where}的第 1 个检查点被改动。")
        elif found.sequence != 1 and where == OWN:
            evidence.wrong(Kind.FILE, f"检查点文件缺第 1 个到第 {found.sequence - 1} 个检查点。")
    elif found.sequence != before.sequence + 1:
        if where != OWN:
            # a copy by datagrams may miss lines or have them twice
            return
        evidence.wrong(
            Kind.FILE, f"{where}第 {before.sequence} 个检查点之后缺行或多行（接着是第 {found.sequence} 个）。"
        )
    elif found.values["previous"] != before.mark:
        evidence.wrong(
            Kind.FILE,
            f"{where}第 {before.sequence} 个检查点被改动（第 {found.sequence} 个记着的摘要与它不符）。",
        )


def _signed(evidence: Evidence, before: Checkpoint | None, found: Checkpoint, where: str) -> bool:
    public = str(found.values.get("public", ""))
    if public and (found.kind in checkpoints.NEW_KEY or before is None) and found.key not in evidence.publics:
        try:
            if keys.fingerprint(public) == found.key:
                evidence.publics[found.key] = public
        except ValueError:
            public = ""
    if (
        before is not None
        and before.sequence + 1 == found.sequence
        and found.key != before.key
        and found.kind not in checkpoints.NEW_KEY
    ):
        evidence.wrong(Kind.KEY, f"{where}{named(found)}换了密钥而没有说明。")
    known = evidence.publics.get(found.key, "")
    if not known or not found.signed_by(known):
        evidence.wrong(Kind.SIGNATURE, f"{where}{named(found)}签名不符，是伪造或改动过的。")
        return False
    return True


def _apply(evidence: Evidence, found: Checkpoint, lost: list[Finding]) -> None:
    values = found.values
    if (was := checkpoints.parse(str(values.get("lost", "")).encode())) is not None:
        lost.append(
            Finding(
                Kind.FILE, f"检查点文件曾被截断或移除：原有{named(was)}，{moment(found.at)} 发现时已不在。"
            )
        )
        if was.signed_by(evidence.publics.get(was.key, "")):
            evidence.anchors.append(was)
    if found.kind == "key":
        evidence.explained.append(
            f"{moment(found.at)} 由{values.get('by', '')}更换审计密钥，新密钥指纹 {found.key}。"
        )
    if (restore := found.restore) is not None:
        lost.clear()
        evidence.restores += 1
        base = int(restore["base"])
        # a foreign database that stood here for a while may have left another anchor at the very same number
        kept = (base, restore["base_digest"])
        evidence.anchors = [
            one for one in evidence.anchors if one.number < base or (one.number, one.digest) == kept
        ]
        evidence.explained.append(restore_in_words(found))
        if restore.get("foreign"):
            lost.append(
                Finding(
                    Kind.REWRITTEN,
                    f"恢复所用的备份 {restore['archive']} 从第 {base + 1} 号起与此前的检查点不符，不是本系统原来的记录。",
                    base + 1,
                )
            )
    evidence.anchors.append(found)


def restore_in_words(found: Checkpoint) -> str:
    """The sentence a restore checkpoint stands for."""
    restore = found.restore or {}
    words = (
        f"{moment(found.at)} 由{restore['by']}从备份 {restore['archive']}（{moment(restore['made_at'])} 制作，"
        f"摘要 {restore['sm3'][:16]}…）恢复，备份里的审计记录到第 {found.number} 号"
    )
    if left := restore.get("left"):
        first, last = left
        where = f"留在 {restore['left_in']} 里" if restore.get("left_in") else "不在现在的数据库里"
        words += f"；{span(first, last)}共 {last - first + 1} 条{where}"
    if kept := restore.get("set_aside"):
        words += f"；本机原有的检查点（另一套系统的）留在 {kept}"
    return words + "。"
