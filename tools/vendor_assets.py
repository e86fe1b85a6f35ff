"""Rebuild src/lianshu/core/static/vendor from npm packages (developers only; needs no node at run time).

Usage, in an empty folder::

    npm pack @tabler/core@1.6.1 htmx.org@2.0.11 echarts@6.1.0 @tabler/icons@3.51.0
    python tools/vendor_assets.py FOLDER

Takes the prebuilt files as published, drops their source map lines (the maps are not shipped and
hashed static files would look for them) and makes one SVG sprite of the icons in tools/icons.txt.
"""

from __future__ import annotations

import re
import sys
import tarfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VENDOR = ROOT / "src/lianshu/core/static/vendor"
FILES = {
    "tabler-core-1.6.1": ("dist/css/tabler.min.css", "dist/js/tabler.min.js"),
    "htmx.org-2.0.11": ("dist/htmx.min.js", "LICENSE"),
    "echarts-6.1.0": ("dist/echarts.min.js", "LICENSE", "NOTICE"),
    "tabler-icons-3.51.0": ("LICENSE",),
}
# The package @tabler/core carries no licence file; this is the MIT text its head names.
TABLER_LICENSE = """MIT License

Copyright (c) 2018-2026 The Tabler Authors

Permission is hereby granted, free of charge, to any person obtaining a copy
of this software and associated documentation files (the "Software"), to deal
in the Software without restriction, including without limitation the rights
to use, copy, modify, merge, publish, distribute, sublicense, and/or sell
copies of the Software, and to permit persons to whom the Software is
furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all
copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE
SOFTWARE.
"""


def member(archive: tarfile.TarFile, name: str) -> bytes:
    """Content of one file of an npm package."""
    found = archive.extractfile(f"package/{name}")
    if found is None:
        raise SystemExit(f"{archive.name}: {name} is missing")
    return found.read()


def sprite(archive: tarfile.TarFile) -> str:
    """One SVG with a <symbol> per icon of tools/icons.txt."""
    symbols = []
    for name in (ROOT / "tools/icons.txt").read_text().split():
        folder, stem = ("filled", name[:-7]) if name.endswith("-filled") else ("outline", name)
        svg = member(archive, f"icons/{folder}/{stem}.svg").decode()
        inner = re.sub(r"<!--.*?-->", "", svg, flags=re.S)
        inner = re.search(r"<svg[^>]*>(.*)</svg>", inner, re.S)[1]
        fill = "currentColor" if folder == "filled" else "none"
        stroke = "none" if folder == "filled" else "currentColor"
        body = " ".join(line.strip() for line in inner.split("\n") if line.strip())
        symbols.append(
            f'<symbol id="{name}" viewBox="0 0 24 24" fill="{fill}" stroke="{stroke}" '
            f'stroke-width="2" stroke-linecap="round" stroke-linejoin="round">{body}</symbol>'
        )
    return '<svg xmlns="http://www.w3.org/2000/svg">\n' + "\n".join(symbols) + "\n</svg>\n"


def main(source: Path) -> None:
    for package, names in FILES.items():
        target = VENDOR / package
        target.mkdir(parents=True, exist_ok=True)
        with tarfile.open(source / f"{package}.tgz") as archive:
            for name in names:
                data = re.sub(
                    rb"\n?(/\*|//)# sourceMappingURL=[^\n*]*(\*/)?\s*$", b"\n", member(archive, name)
                )
                (target / Path(name).name).write_bytes(data)
            if package.startswith("tabler-icons"):
                (target / "sprite.svg").write_text(sprite(archive))
    (VENDOR / "tabler-core-1.6.1/LICENSE").write_text(TABLER_LICENSE)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
