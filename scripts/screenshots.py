"""Pictures of the demonstration's pages at 1440 and 390 px into docs/screenshots.

Usage: python -m scripts.screenshots [NAME …]. Builds the demonstration in a data folder of its own, serves it
on a free port, signs in as each role through the sign-in form and takes every page of `PAGES` (or the named
ones). Pictures are WebP made by Chromium itself, cut at `TALLEST` pixels.
"""

from __future__ import annotations

import base64
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

TARGET = Path(__file__).resolve().parents[1] / "docs/screenshots"
WIDTHS = {"1440": (1440, 900), "390": (390, 844)}
TALLEST = {"1440": 1300, "390": 1700}
QUALITY = 40
LARGEST = 80_000
ARGS = (
    "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--no-first-run", "--lang=zh-CN",
)  # fmt: skip

OFFICE, CHIEF, CLERK, UNIT = "zonglianban", "lianzhang", "liantiaoban", "zirangju"

#: (name, path, account); {words} in a path are filled from `numbers`
PAGES: tuple[tuple[str, str, str], ...] = (
    ("sign-in", "/sign-in/", ""),
    ("my-work-office", "/", OFFICE),
    ("my-work-chief", "/", CHIEF),
    ("my-work-chain-office", "/", CLERK),
    ("my-work-unit", "/", UNIT),
    ("board", "/board/", OFFICE),
    ("chief-page", "/chief/{chain}/", CHIEF),
    ("plans", "/plans/", OFFICE),
    ("plan", "/plans/{plan}/", OFFICE),
    ("plan-new", "/plans/new/", OFFICE),
    ("reading-desk", "/plans/documents/{desk}/desk/", "linxian"),
    ("adopt", "/plans/documents/{desk}/adopt/", "linxian"),
    ("adoption", "/plans/adoptions/{adoption}/", OFFICE),
    ("chains", "/chains/", OFFICE),
    ("chain", "/chains/{chain}/", CHIEF),
    ("chain-behind", "/chains/{behind}/", OFFICE),
    ("mechanisms", "/mechanisms/", OFFICE),
    ("mechanism", "/mechanisms/{mechanism}/", OFFICE),
    ("linkage", "/linkage/", OFFICE),
    ("targets", "/targets/", OFFICE),
    ("target", "/targets/{disputed}/", OFFICE),
    ("target-split", "/targets/{split}/split/", OFFICE),
    ("targets-entry", "/targets/entry/", CLERK),
    ("values-review", "/targets/review/", OFFICE),
    ("targets-from-above", "/targets/from-above/", OFFICE),
    ("tasks-table", "/tasks/table/", OFFICE),
    ("tasks-year", "/tasks/year/", OFFICE),
    ("tasks-timeline", "/tasks/timeline/", OFFICE),
    ("task", "/tasks/{late}/", UNIT),
    ("duties-month", "/duties/calendar/", OFFICE),
    ("duties-year", "/duties/year/", OFFICE),
    ("duty", "/duties/{duty}/", CLERK),
    ("supervision", "/supervision/", OFFICE),
    ("notice", "/supervision/{notice}/", UNIT),
    ("matters", "/matters/", OFFICE),
    ("matter-decision", "/matters/{decision}/", CHIEF),
    ("matter-closed", "/matters/{closed}/", OFFICE),
    ("matter-new", "/matters/new/", CLERK),
    ("enterprises", "/ledger/enterprises/", OFFICE),
    ("enterprise", "/ledger/enterprises/{firm}/", OFFICE),
    ("enterprises-uncontacted", "/enterprises/uncontacted/", OFFICE),
    ("enterprises-import", "/ledger/enterprises/import/", OFFICE),
    ("projects", "/ledger/projects/", OFFICE),
    ("project", "/ledger/projects/{project}/", OFFICE),
    ("collections", "/collections/", OFFICE),
    ("collection", "/collections/{collection}/", OFFICE),
    ("filing", "/filings/{filing}/", CLERK),
    ("reports", "/reports/", OFFICE),
    ("report", "/reports/{report}/", CHIEF),
    ("score-sheet", "/score-sheets/{sheet}/", OFFICE),
    ("units", "/ledger/units/", OFFICE),
    ("persons", "/ledger/persons/", OFFICE),
    ("appointments", "/ledger/appointments/", OFFICE),
    ("observations", "/ledger/observations/", OFFICE),
    ("search", "/search/?q=青澜微电子", OFFICE),
    ("notices", "/notices/", OFFICE),
    ("why", "/why/matters.matter/{decision}/", OFFICE),
    ("accounts", "/accounts/", "xitong"),
    ("audit", "/audit/", "shenji"),
)


def numbers() -> dict[str, int]:
    """The rows that the paths speak of."""
    from lianshu.chains.models import Mechanism
    from lianshu.enterprises.models import Enterprise
    from lianshu.matters.models import Matter
    from lianshu.organisation.models import Chain
    from lianshu.plans.models import Adoption, Document, Plan
    from lianshu.projects.models import Project
    from lianshu.reports.models import Collection, Filing, Report, ScoreSheet
    from lianshu.targets.models import Target
    from lianshu.tasks.models import Duty, Notice, Task

    county = {"region__code": "990121"}

    def first(model: Any, **where: Any) -> int:
        return model._base_manager.filter(**where).order_by("pk").values_list("pk", flat=True)[0]

    return {
        "plan": first(Plan, **county),
        "desk": first(Document, plan__region__code="990122"),
        "adoption": first(Adoption, document__plan__region__code="990121"),
        "chain": first(Chain, **county),
        "behind": first(Chain, **county, name="竹基新材料"),
        "mechanism": first(Mechanism, **county),
        "disputed": first(Target, **county, chain__name="电子元器件", name__contains="年产值"),
        "split": first(Target, **county, parts__isnull=False),
        "late": first(Task, **county, title="盘活闲置资产", year__isnull=False),
        "duty": first(Duty, **county, chain__name="电子元器件", counts="trip"),
        "notice": first(Notice, **county, state="signed"),
        "decision": first(Matter, **county, state="decision"),
        "closed": first(Matter, **county, state="closed", reopened=1),
        "firm": first(Enterprise, **county, name="青澜微电子"),
        "project": first(Project, **county, name="青澜微电子封装扩产"),
        "collection": first(Collection, **county, kind="month", filings__state="returned"),
        "filing": first(Filing, collection__region__code="990121", chain__name="电子元器件", state="filed"),
        "report": first(Report, **county, state="issued"),
        "sheet": first(ScoreSheet, **county),
    }


@contextmanager
def served(home: Path) -> Iterator[str]:
    """The demonstration built in ``home`` and served; yields the address."""
    from lianshu.platform import running

    running.prepare(static=True)
    from lianshu.platform.demo import build

    build.run()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen(  # noqa: S603 - fixed command
        [sys.executable, "-m", "lianshu.cli", "serve", "--port", str(port)],
        env={**os.environ, "LIANSHU_HOME": str(home)}, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    address = f"http://127.0.0.1:{port}"
    try:
        _wait(address, server)
        yield address
    finally:
        server.terminate()
        server.wait(20)


def _wait(address: str, server: subprocess.Popen) -> None:
    for _ in range(240):
        if server.poll() is not None:
            raise SystemExit("the server stopped at once")
        try:
            urllib.request.urlopen(f"{address}/healthz", timeout=2)  # noqa: S310 - our own address
            return
        except OSError:
            time.sleep(0.5)
    raise SystemExit("the server did not answer")


def sign_in(context: Any, address: str, username: str) -> None:
    from lianshu.platform.demo.cast import PASSWORD

    page = context.new_page()
    page.goto(f"{address}/sign-in/")
    page.fill("input[name=username]", username)
    page.fill("input[name=password]", PASSWORD)
    page.click("form button.btn-primary")
    page.wait_for_url(f"{address}/")
    page.close()


def take(page: Any, width: str, target: Path) -> None:
    """One picture: the whole page down to `TALLEST`, as small as it must be."""
    size = page.evaluate("[document.documentElement.clientWidth, document.documentElement.scrollHeight]")
    clip = {"x": 0, "y": 0, "width": size[0], "height": min(size[1], TALLEST[width]), "scale": 1}
    # a window as tall as the picture: what is fixed to its lower edge stays there
    page.set_viewport_size({"width": WIDTHS[width][0], "height": max(WIDTHS[width][1], clip["height"])})
    session = page.context.new_cdp_session(page)
    for quality in (QUALITY, 25):
        answer = session.send(
            "Page.captureScreenshot",
            {"format": "webp", "quality": quality, "clip": clip, "captureBeyondViewport": True},
        )
        data = base64.b64decode(answer["data"])
        if len(data) <= LARGEST:
            break
    session.detach()
    page.set_viewport_size({"width": WIDTHS[width][0], "height": WIDTHS[width][1]})
    target.write_bytes(data)


def shoot(address: str, wanted: list[tuple[str, str, str]]) -> list[str]:
    """Take the pages at both widths; returns a sentence for everything that was not as it should be."""
    from playwright.sync_api import sync_playwright

    chromium = os.environ.get("LIANSHU_CHROMIUM") or shutil.which("chromium")
    if chromium is None:
        raise SystemExit("Chromium is not installed (Debian package chromium)")
    wrong = []
    with sync_playwright() as runner:
        browser = runner.chromium.launch(
            executable_path=chromium, args=list(ARGS), env={**os.environ, "LANGUAGE": "zh_CN"}
        )
        for username in dict.fromkeys(account for _, _, account in wanted):
            for width, (across, down) in WIDTHS.items():
                context = browser.new_context(viewport={"width": across, "height": down}, locale="zh-CN")
                if username:
                    sign_in(context, address, username)
                page = context.new_page()
                page.on("pageerror", lambda error: wrong.append(f"script: {error}"))
                for name, path, account in wanted:
                    if account != username:
                        continue
                    answer = page.goto(address + path, wait_until="networkidle")
                    over = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
                    if answer is None or answer.status != 200:
                        wrong.append(f"{name} {width}: {path} answered {answer and answer.status}")
                    if over > 0:
                        wrong.append(f"{name} {width}: {over} px wider than the window")
                    take(page, width, TARGET / f"{name}-{width}.webp")
                context.close()
        browser.close()
    return wrong


def main() -> int:
    home = Path(tempfile.mkdtemp(prefix="lianshu-pictures-"))
    os.environ["LIANSHU_HOME"] = str(home)
    TARGET.mkdir(parents=True, exist_ok=True)
    names = set(sys.argv[1:])
    try:
        with served(home) as address:
            rows = numbers()
            wanted = [(n, path.format(**rows), who) for n, path, who in PAGES if not names or n in names]
            # what the pictures are of must not be asked for beside playwright's event loop
            wrong = shoot(address, wanted)
    finally:
        shutil.rmtree(home, ignore_errors=True)
    for sentence in wrong:
        print(sentence)
    pictures = list(TARGET.glob("*.webp"))
    print(f"{len(pictures)} pictures, {sum(one.stat().st_size for one in pictures) / 1e6:.1f} MB")
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
