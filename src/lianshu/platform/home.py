"""Where an installation keeps its data (`LIANSHU_HOME`)."""

from __future__ import annotations

import os
import secrets
from pathlib import Path


def data_home() -> Path:
    """Return the data folder, created if missing.

    `LIANSHU_HOME` names it; by default it is the folder `home` beside the code of a checkout, or
    `lianshu-home` in the working directory when the package is installed elsewhere.
    """
    named = os.environ.get("LIANSHU_HOME")
    if named:
        home = Path(named).expanduser()
    else:
        root = Path(__file__).resolve().parents[3]
        home = root / "home" if (root / "pyproject.toml").is_file() else Path.cwd() / "lianshu-home"
    home.mkdir(parents=True, exist_ok=True)
    return home


def secret_key(home: Path) -> str:
    """Return the installation's signing key, made on first use and readable by its owner only."""
    path = home / "secret.key"
    if not path.exists():
        temporary = path.with_suffix(f".{os.getpid()}")
        temporary.touch(mode=0o600)
        temporary.write_text(secrets.token_urlsafe(50), "ascii")
        try:
            # link fails when another process was first: then its key is the installation's key
            os.link(temporary, path)
        except FileExistsError:
            pass
        finally:
            temporary.unlink()
    return path.read_text("ascii")
