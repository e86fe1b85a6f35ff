"""Where an installation keeps its data (`LIANSHU_HOME`): its folder, its key, who may read them."""

from __future__ import annotations

import os
import secrets
import stat
from collections.abc import Iterator
from pathlib import Path

from lianshu.core.failures import OperatorError, sentence_of

DATABASE, KEY, FILES = "lianshu.sqlite3", "secret.key", "files"
#: what belongs to an installation inside its folder, as patterns; nothing else there is touched
OURS = (
    f"{DATABASE}*", "*.key", "*.lock", "*.stamp", "backup-log.json", FILES, "audit", "jobs", "static",
    "before-restore-*", "restore-*", "backing-*",
)  # fmt: skip
#: a key shorter than this was not made here (Django's own makes 50 characters)
_SHORTEST_KEY = 32
_standing_in = False


class HomeError(OperatorError):
    """The data folder cannot be used as it is; the message says why and what to do."""


def data_home() -> Path:
    """Return the data folder, created if missing; from here on the process makes files for its owner alone.

    `LIANSHU_HOME` names it; by default it is the folder `home` beside the code of a checkout, or
    `lianshu-home` in the working directory when the package is installed elsewhere. Raises HomeError
    (Chinese) where no folder can be made.
    """
    os.umask(0o077)
    named = os.environ.get("LIANSHU_HOME")
    if named:
        home = Path(named).expanduser()
    else:
        root = Path(__file__).resolve().parents[3]
        home = root / "home" if (root / "pyproject.toml").is_file() else Path.cwd() / "lianshu-home"
    try:
        home.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError) as error:
        raise HomeError(f"数据文件夹 {home} 不是文件夹。请把 LIANSHU_HOME 改为一个文件夹。") from error
    except OSError as error:
        raise HomeError(f"数据文件夹 {home} 建不起来：{sentence_of(error) or error.strerror}") from error
    return home


def is_new(home: Path) -> bool:
    """Whether no installation was ever set up in a folder: no rows, no files, no start."""
    database = home / DATABASE
    used = database.exists() and database.stat().st_size > 0
    return not (used or (home / FILES).exists() or (home / "setup.lock").exists())


def secret_key(home: Path) -> str:
    """Return the installation's signing key, made on the first use of a new folder.

    Raises HomeError where the key of an existing installation is gone, empty or unreadable: a new key made
    silently would end every session and every signature.
    """
    if _standing_in:
        return secrets.token_urlsafe(50)
    path = home / KEY
    if not path.exists():
        if not is_new(home):
            raise HomeError(
                f"密钥 {path} 不见了，而数据还在，没有另造新的。请把备份里的 {KEY} 放回原处；"
                "确实找不到时运行 lianshu new-key 换新密钥（所有人须重新登录）。"
            )
        _make_key(path)
    return read_key(path)


def read_key(path: Path) -> str:
    """The key in a file; raises HomeError where it is unreadable, empty or no key."""
    try:
        key = path.read_text("ascii").strip()
    except UnicodeDecodeError:
        key = ""
    except OSError as error:
        raise HomeError(
            f"密钥 {path} 读不出：{error.strerror}。请用运行链枢的账号执行，或把文件改归该账号，权限设为 600。"
        ) from error
    if len(key) < _SHORTEST_KEY:
        raise HomeError(
            f"密钥 {path} 是空的或已损坏。请用备份里的 {KEY} 替换；"
            "确实找不到时运行 lianshu new-key 换新密钥（所有人须重新登录）。"
        )
    return key


def renew_key(home: Path) -> Path | None:
    """Put a new key in the place of one that is lost; a file in its place is kept beside it and returned."""
    path, kept = home / KEY, None
    if path.exists():
        number = next(
            number for number in range(1, 1000) if not path.with_suffix(f".key.old{number}").exists()
        )
        kept = path.with_suffix(f".key.old{number}")
        path.replace(kept)
    _make_key(path)
    return kept


def do_without_key() -> None:
    """Let this process go on without the installation's key: a restore runs where the key may be lost.

    It gets one of the moment that is stored nowhere.
    """
    global _standing_in
    _standing_in = True


def _make_key(path: Path) -> None:
    temporary = path.with_suffix(f".{os.getpid()}")
    try:
        temporary.touch(mode=0o600)
        temporary.write_text(secrets.token_urlsafe(50), "ascii")
        # link fails when another process was first: then its key is the installation's key
        os.link(temporary, path)
    except FileExistsError:
        pass
    finally:
        temporary.unlink(missing_ok=True)


# --- rights


def _belongings(home: Path) -> Iterator[Path]:
    """The folder and everything of the installation in it, links left alone."""
    yield home
    for pattern in OURS:
        for path in home.glob(pattern):
            yield path
            if path.is_dir() and not path.is_symlink():
                yield from (one for one in path.rglob("*") if not one.is_symlink())


def open_to_others(home: Path) -> list[Path]:
    """What of the installation others than its owner may read or change, the folder itself first."""
    found = []
    for path in _belongings(home):
        try:
            mode = path.stat().st_mode
        except FileNotFoundError:
            # a file of the moment (a job's progress) went while we looked
            continue
        if stat.S_IMODE(mode) & 0o077:
            found.append(path)
    return found


def mend_rights(home: Path) -> list[Path]:
    """Take others' rights away from what is the installation's; returns what could not be mended.

    A folder that is more than a data folder (a home directory, /tmp) is left as it is: its files are mended.
    """
    left = []
    for path in open_to_others(home):
        if path == home and not _is_only_ours(home):
            left.append(path)
            continue
        try:
            path.chmod(stat.S_IMODE(path.stat().st_mode) & 0o700)
        except FileNotFoundError:
            continue
        except OSError:
            left.append(path)
    return left


def _is_only_ours(home: Path) -> bool:
    """Whether a folder may be closed to others without harm: ours, no shared one, nobody's home directory."""
    info = home.stat()
    if info.st_mode & stat.S_ISVTX or info.st_uid != os.geteuid():
        return False
    return home.resolve() not in (Path("/"), Path.home().resolve())
