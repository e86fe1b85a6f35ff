"""Exports too large for a request: written in the background into a file that is kept for some days.

Beside the file stand the keys of its rows. Who asked for it may open it as long as the own grants are what they
were then; anybody else, and a person whose grants have changed, must be allowed to export every row in it now.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone

from lianshu.core import audit, words
from lianshu.core.errors import LianshuError, invalid
from lianshu.core.jobs import Report, register_job, start_job, under_way
from lianshu.core.models import Job
from lianshu.core.scope import SystemActor, grants_of, require

from . import export
from .declaration import Ledger, ledger_for
from .filters import Listing

JOB = "ledger.export"
#: rows up to which a request writes the file itself: a workbook of so many takes a processor a second
#: (bench/export.py)
LIMIT = 5000
#: rows a sheet of a workbook holds below its heads
SHEET_ROWS = 1_048_575
KEPT = dt.timedelta(days=3)
_CHUNK = 1000


def too_large(rows: models.QuerySet) -> bool:
    """Whether rows are more than a request should write; counts no further than it must."""
    return rows.order_by()[: LIMIT + 1].count() > LIMIT


def note_of(ledger: Ledger, form: str, listing: Listing) -> str:
    """What the audit log says of an export."""
    chips = "；".join(chip.words for chip in listing.chips)
    return f"{ledger.title} {form}：{chips or '全部'}"


def export_start(user: Any, ledger: Ledger, *, form: str, query: str, columns: list[str]) -> Job:
    """Write the rows of a list's address in the background; the same asked for twice is one job."""
    require(user, ledger.export_action)
    given = {"by": user.pk, "ledger": ledger.slug, "form": form, "query": query, "columns": columns}
    running = under_way([JOB], **given)
    if running is not None:
        return running
    title = f"导出“{ledger.title}”（{form}）"
    return start_job(user, JOB, title=title, input={**given, "grants": _grants(user)})


def _remove_parts(job: Job) -> None:
    """An export without result leaves no part of its file (a killed process could not remove it)."""
    for one in (_path(job), _path(job).with_suffix(".partial"), _keys(job)):
        one.unlink(missing_ok=True)


@register_job(JOB, retry=True, given_up=_remove_parts)
def export_job(job: Job, report: Report) -> None:
    """Write the file; a part of one never stands under its name."""
    user, form = job.asked_by, job.input["form"]
    ledger = ledger_for(job.input["ledger"])
    require(user, ledger.export_action)
    listing = Listing(ledger, user, QueryDict(job.input["query"]))
    rows = listing.rows(ledger.export_action)
    total = rows.count()
    if form == "xlsx" and total > SHEET_ROWS:
        raise invalid(
            ("", f"共 {total} 行，Excel 一张表最多放 {SHEET_ROWS} 行，请改导 CSV 或加上筛选分几次导出。")
        )
    columns = [ledger.by_name[name] for name in job.input["columns"] if name in ledger.by_name]
    path, keys = _path(job), _keys(job)
    path.parent.mkdir(mode=0o700, exist_ok=True)
    _sweep(path.parent)
    partial = path.with_suffix(".partial")
    written = 0

    def noted() -> Iterator[Any]:
        nonlocal written
        for written, obj in enumerate(export.streamed(rows), 1):
            keyed.write(f"{obj.pk}\n")
            if written % 500 == 0:
                report(95 * written / max(total, written), f"写到第 {written} 行，共 {total} 行")
            yield obj

    try:
        with partial.open("wb") as file, keys.open("w", encoding="utf-8") as keyed:
            export.write(file, form, ledger, columns, noted())
        size = words.file_size(partial.stat().st_size)
        partial.replace(path)
        until = timezone.localdate() + KEPT
        with transaction.atomic():
            audit.record(user, "导出", user, note=f"{note_of(ledger, form, listing)}，{written} 行")
            report.finish(
                {
                    "download": reverse("ledger-export-file", args=(job.pk,)),
                    "words": f"已导出 {written} 行（{size}），保留到 {words.long_date(until)}",
                }
            )
    except BaseException:
        for one in (partial, path, keys):
            one.unlink(missing_ok=True)
        raise


def file_open(user: Any, pk: Any) -> tuple[Any, str, str]:
    """An export's file open for reading, its name and form; E1002 for who may not have it or when it is gone."""
    job = Job.objects.select_related("asked_by").filter(pk=pk, kind=JOB, status=Job.Status.DONE).first()
    if job is None:
        raise LianshuError("E1002")
    ledger, form = ledger_for(job.input["ledger"]), job.input["form"]
    require(user, ledger.export_action)
    own = job.asked_by_id == user.pk and job.input["grants"] == _grants(user)
    if timezone.now() - job.asked_at > KEPT or not (own or _may_export_all(user, ledger, _keys(job))):
        raise LianshuError("E1002")
    try:
        file = _path(job).open("rb")
    except FileNotFoundError as error:
        raise LianshuError("E1002") from error
    name = f"{ledger.title}{timezone.localtime(job.asked_at):%Y%m%d}.{form}"
    audit.record(user, "下载导出", user, note=f"{name}（{job.asked_by or '系统'}导出）")
    return file, name, form


def _grants(user: Any) -> list[list[Any]]:
    """A person's grants in force, as JSON keeps them."""
    if isinstance(user, SystemActor):
        return []
    return sorted([one.role, one.region_path, sorted(one.chains), one.unit or 0] for one in grants_of(user))


def _may_export_all(user: Any, ledger: Ledger, keys: Path) -> bool:
    """Whether every row of a file is there still and within what ``user`` may export."""
    allowed = ledger.queryset(user, ledger.export_action).order_by().prefetch_related(None)
    with contextlib.suppress(FileNotFoundError), keys.open(encoding="utf-8") as lines:
        while chunk := [line.strip() for line in itertools.islice(lines, _CHUNK)]:
            if len(set(allowed.filter(pk__in=chunk).values_list("pk", flat=True))) != len(set(chunk)):
                return False
        return True
    return False


def _folder() -> Path:
    # beside the kept files, not among them: exports are no part of a backup
    return Path(settings.HOME) / "exports"


def _path(job: Job) -> Path:
    return _folder() / f"{job.pk}.{job.input['form']}"


def _keys(job: Job) -> Path:
    return _folder() / f"{job.pk}.keys"


def _sweep(folder: Path) -> None:
    """Delete what was kept long enough."""
    oldest = (timezone.now() - KEPT).timestamp()
    for one in folder.iterdir():
        with contextlib.suppress(FileNotFoundError):
            if one.stat().st_mtime < oldest:
                one.unlink()
