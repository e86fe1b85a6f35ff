"""The form of a backup archive, and the judge who reads one before anything is done with it.

Format 2 is a gzip'ed tar whose first member is `manifest.json`, followed by `lianshu.sqlite3`, `secret.key`,
whatever of :data:`CARRIED` there is, and `files/…`. The manifest says when and by which version it was made, which
migrations the database had gone through, how many rows each table had, and lists every further member with size and
SM3 digest. Format 1 (the versions before) has neither list nor counts. A sealed archive is described in
:mod:`lianshu.platform.sealing`.
"""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import json
import sqlite3
import tarfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import IO, Any
from zoneinfo import ZoneInfo

from lianshu.core.failures import failure_of

from .home import DATABASE, FILES, KEY, HomeError, read_key

FORMAT = 2
#: the time of the platform (Django's TIME_ZONE), also where Django is not set up
ZONE = ZoneInfo("Asia/Shanghai")
MANIFEST = "manifest.json"
CHECKPOINTS = "audit/checkpoints.jsonl"
#: the office's own root certificate: without it every browser would have to be set up again
ROOT_CERTIFICATE = ("tls/ca.crt", "tls/ca.key")
#: further single files of the data folder that an archive carries where they exist: the audit log's checkpoints
#: (public keys and signatures) and the root certificate. A restore takes them over on a machine that has none of
#: its own; `audit.key` stays at home.
CARRIED = (CHECKPOINTS, *ROOT_CERTIFICATE)
_PIECE = 1 << 20
#: an honest archive packs a database some tenfold; beyond this ratio (and this size) it is made to fill a disk
_RATIO, _SMALL = 200, 256 << 20
_LARGEST_MANIFEST = 64 << 20


class BackupError(Exception):
    """The archive cannot be written or read; the message says why and what to do."""


@dataclass(slots=True)
class Manifest:
    """What an archive says about itself. ``members`` holds name → (size in bytes, SM3 digest); empty in format 1."""

    format: int
    version: str
    made_at: datetime
    migrations: list[tuple[str, str]] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    members: dict[str, tuple[int, str]] = field(default_factory=dict)

    def as_bytes(self) -> bytes:
        """The text of `manifest.json`."""
        members = [{"name": name, "size": size, "sm3": sm3} for name, (size, sm3) in self.members.items()]
        content = {
            "program": "lianshu",
            "format": self.format,
            "version": self.version,
            "made_at": self.made_at.isoformat(),
            "migrations": self.migrations,
            "counts": self.counts,
            "members": members,
        }
        return json.dumps(content, ensure_ascii=False, indent=1).encode()

    @classmethod
    def parse(cls, text: bytes) -> Manifest:
        """Read `manifest.json` of any format; raises BackupError for none of ours and for a newer one."""
        try:
            content = json.loads(text)
            number = int(content["format"])
        except (ValueError, TypeError, KeyError) as error:
            raise BackupError("不是链枢备份：manifest.json 读不懂。") from error
        if number > FORMAT:
            raise BackupError(
                f"这个备份的格式（{number}）比本程序（{FORMAT}）新，由版本 {content.get('version', '？')} 写成。"
                "请先升级程序，再恢复。"
            )
        try:
            made_at = datetime.fromisoformat(str(content.get("made_at") or content["at"]))
            # the first format wrote the office's time without saying so
            made_at = made_at.astimezone(ZONE) if made_at.tzinfo else made_at.replace(tzinfo=ZONE)
            if number < FORMAT:
                return cls(number, str(content["version"]), made_at)
            return cls(
                number,
                str(content["version"]),
                made_at,
                [(str(app), str(name)) for app, name in content["migrations"]],
                {str(table): int(count) for table, count in content["counts"].items()},
                {str(one["name"]): (int(one["size"]), str(one["sm3"])) for one in content["members"]},
            )
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise BackupError("不是完整的链枢备份：manifest.json 缺少内容。") from error


def sm3_of(path: Path) -> str:
    """Hex digest by SM3 of a file."""
    digest = hashlib.new("sm3")
    with path.open("rb") as stream:
        while piece := stream.read(_PIECE):
            digest.update(piece)
    return digest.hexdigest()


@contextlib.contextmanager
def _reading() -> Iterator[None]:
    """Turn what a broken archive makes the libraries say into a sentence."""
    try:
        yield
    except (EOFError, tarfile.ReadError) as error:
        if isinstance(error, tarfile.ReadError) and "unexpected end" not in str(error):
            raise BackupError(f"备份文件已损坏或不是链枢备份。请换一份备份。（{error}）") from error
        raise BackupError("备份文件不完整，后半截缺失（可能没有复制完）。请换一份完整的备份。") from error
    except (tarfile.TarError, zlib.error, UnicodeDecodeError) as error:
        raise BackupError(f"备份文件已损坏或不是链枢备份。请换一份备份。（{error}）") from error
    except OSError as error:
        # gzip tells of a wrong checksum by an OSError without a number
        if error.errno is None:
            raise BackupError(f"备份文件已损坏或不是链枢备份。请换一份备份。（{error}）") from error
        raise


def read_manifest(stream: IO[bytes]) -> Manifest:
    """The manifest of an open plain archive."""
    with _reading(), gzip.open(stream) as plain, tarfile.open(fileobj=plain, mode="r|") as tar:
        return _first(tar)


def _first(tar: tarfile.TarFile) -> Manifest:
    member = tar.next()
    if member is None or member.name != MANIFEST or not member.isreg() or member.size > _LARGEST_MANIFEST:
        raise BackupError("不是链枢备份：里面没有 manifest.json。请选 lianshu backup 写的文件。")
    return Manifest.parse(tar.extractfile(member).read())


def unpack(source: Path, place: Path | None) -> Manifest:
    """Unpack a plain archive into an empty folder, refusing whatever an honest one does not hold; without a
    folder it is only read.

    Names outside the known ones, links and devices, contents that differ from their digest, members missing or
    not listed, and sizes out of all proportion raise BackupError (Chinese).
    """
    packed = source.stat().st_size
    seen: set[str] = set()
    total = 0
    # unlike tarfile's own way, gzip checks its sum, once it is read to the end
    with _reading(), gzip.open(source) as plain, tarfile.open(fileobj=plain, mode="r|") as tar:
        manifest = _first(tar)
        while (member := tar.next()) is not None:
            name = _safe_name(member)
            if member.isdir():
                continue
            total += member.size
            if total > max(_SMALL, packed * _RATIO):
                raise BackupError(f"备份文件不可信：{name} 解开后大得不成比例，没有继续。请核对它的来源。")
            if name in seen:
                raise BackupError(f"备份文件不可信：{name} 出现了两次。请核对它的来源。")
            seen.add(name)
            if manifest.format >= FORMAT and name not in manifest.members:
                raise BackupError(f"备份文件不可信：清单里没有 {name}，没有恢复。请核对它的来源。")
            _take(tar, member, place and place / name, manifest.members.get(name))
        if len(plain.read(_PIECE)) == _PIECE:
            raise BackupError("备份文件已损坏：结尾之后还有内容。请换一份备份。")
    if missing := [name for name in manifest.members if name not in seen]:
        raise BackupError(f"备份文件不完整，缺少 {missing[0]} 等 {len(missing)} 个文件。请换一份完整的备份。")
    return manifest


def _safe_name(member: tarfile.TarInfo) -> str:
    path = PurePosixPath(member.name)
    parts = path.parts
    known = member.name in (DATABASE, KEY, *CARRIED) or (parts and parts[0] == FILES)
    safe = not path.is_absolute() and ".." not in parts and "\x00" not in member.name
    if not safe or not known or not (member.isreg() or (member.isdir() and parts[0] == FILES)):
        raise BackupError(f"备份文件不可信：里面有不该有的 {member.name!r}，没有恢复。请核对它的来源。")
    return str(path)


def _take(
    tar: tarfile.TarFile, member: tarfile.TarInfo, target: Path | None, told: tuple[int, str] | None
) -> None:
    digest = hashlib.new("sm3")
    stream = tar.extractfile(member)
    if target is not None:
        target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("xb") if target is not None else contextlib.nullcontext() as sink:
        while piece := stream.read(_PIECE):
            digest.update(piece)
            if sink is not None:
                sink.write(piece)
    if told is not None and told != (member.size, digest.hexdigest()):
        raise BackupError(f"备份文件已损坏：{member.name} 与清单里的摘要不符。请换一份备份。")


def judge(place: Path, manifest: Manifest) -> tuple[dict[str, int], list[tuple[str, str]]]:
    """Judge an unpacked archive: (rows by table, migrations of the database).

    Raises BackupError (Chinese) where the key or the database is missing, empty or damaged, where rows point at
    nothing, or where the rows are not those the manifest counts.
    """
    if not (place / KEY).is_file():
        raise BackupError("备份里没有密钥（secret.key），没有恢复。请换一份完整的备份。")
    try:
        read_key(place / KEY)
    except HomeError as error:
        raise BackupError(
            "备份里的密钥（secret.key）是空的或已损坏，没有恢复。请换一份完整的备份。"
        ) from error
    database = place / DATABASE
    if not database.is_file() or database.stat().st_size == 0:
        raise BackupError("备份里没有数据库，没有恢复。请换一份完整的备份。")
    tables, migrations = inspect(database)
    if not migrations or "organisation_user" not in tables:
        raise BackupError("备份里的数据库不是链枢的数据库，没有恢复。请核对文件。")
    if manifest.counts:
        differing = [table for table, count in manifest.counts.items() if tables.get(table) != count]
        if differing:
            raise BackupError(f"备份里的数据库与清单不符（表 {differing[0]} 的行数不同）。请换一份备份。")
    return tables, migrations


def inspect(database: Path) -> tuple[dict[str, int], list[tuple[str, str]]]:
    """Rows by table and migrations of a database file nobody else uses; raises BackupError where it is damaged."""
    connection = sqlite3.connect(f"file:{database}?mode=rw", uri=True, isolation_level=None)
    try:
        connection.execute("PRAGMA journal_mode=DELETE")
        problems = [text for (text,) in connection.execute("PRAGMA integrity_check(5)")]
        if problems != ["ok"]:
            raise BackupError(f"数据库已损坏（{problems[0].splitlines()[-1]}）。")
        dangling: list[Any] = connection.execute("PRAGMA foreign_key_check").fetchmany(1)
        if dangling:
            raise BackupError(f"数据库里有指向不存在记录的行（表 {dangling[0][0]}），数据不完整。")
        names = connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name"
        ).fetchall()
        tables = {
            name: connection.execute(f'SELECT COUNT(*) FROM "{name}"').fetchone()[0]  # noqa: S608 - from the schema
            for (name,) in names
        }
        migrations = []
        if "django_migrations" in tables:
            migrations = connection.execute("SELECT app, name FROM django_migrations ORDER BY id").fetchall()
        return tables, migrations
    except sqlite3.DatabaseError as error:
        if failure_of(error) is None or "malformed" in str(error) or "not a database" in str(error):
            raise BackupError(f"数据库已损坏（{error}）。") from error
        raise
    finally:
        connection.close()
