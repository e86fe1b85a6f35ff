"""The steps of an import: taken in, matched, checked, written in one transaction."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any

from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.urls import reverse

from lianshu.core import audit
from lianshu.core.errors import LianshuError, invalid
from lianshu.core.jobs import Report, register_job, start_job
from lianshu.core.ledger.declaration import Ledger, ledger_for
from lianshu.core.ledger.many import BATCH, RowRefusedError
from lianshu.core.models import ImportRow, ImportRun, Job
from lianshu.core.scope import SYSTEM, require
from lianshu.core.words import file_size
from lianshu.reference.bounded import shortened

from . import mapping as matching
from .judging import Judge, Judged
from .sheets import LIMIT, Sheet, read_sheet, refuse_at_once
from .values import CellError, Readers, text_of

Status = ImportRun.Status
Verdict = ImportRow.Verdict
_SAMPLES = 3


def sheet_of(run: ImportRun) -> Sheet:
    """The table of a run's file."""
    with run.file.open("rb") as file:
        return read_sheet(file.read(), run.name, set(matching.names_of(ledger_for(run.ledger))))


def refuse_large(name: str, size: int) -> None:
    """Raise E2003 for a file of more than `LIMIT` bytes; pages ask before they read it into memory."""
    if size > LIMIT:
        raise LianshuError("E2003", name=name, size=file_size(size), limit=file_size(LIMIT))


def import_start(user: Any, ledger: Ledger, *, data: bytes, name: str) -> ImportRun:
    """Take a file in and have it read in the background: a job opens it, finds its table and guesses its columns.

    Raises E2002, E2003 for what a look at its first bytes refuses; what the job refuses stands on the run, whose
    status is then FAILED (``counts["refusal"]``).
    """
    require(user, ledger.import_action)
    with transaction.atomic():
        run = _taken_in(user, ledger, data, name)
        job = start_job(user, "import.read", title=f"读取“{run.name}”", input={"run": str(run.pk)})
        ImportRun.objects.filter(pk=run.pk).update(job=job)
    # a job run at once (tests) has read it already
    run.refresh_from_db()
    return run


def _taken_in(user: Any, ledger: Ledger, data: bytes, name: str) -> ImportRun:
    name = PurePath(name).name[:200] or "导入.xlsx"
    refuse_large(name, len(data))
    refuse_at_once(data, name)
    run = ImportRun(ledger=ledger.slug, name=name, status=Status.READING, by=user)
    run.file.save(f"{run.pk}{PurePath(name).suffix.lower()}", ContentFile(data), save=False)
    run.save()
    return run


@register_job("import.read", retry=True)
def read_job(job: Job, report: Report) -> None:
    """Read a run's file; a refusal is kept on the run."""
    run = ImportRun.objects.get(pk=job.input["run"])
    report(5, "打开文件")
    try:
        sheet, mapping = _read(run)
    except LianshuError as error:
        ImportRun.objects.filter(pk=run.pk, status=Status.READING).update(
            status=Status.FAILED, counts={"refusal": error.sentence}
        )
        raise
    with transaction.atomic():
        _keep_read(run, sheet, mapping)
        address = reverse("ledger-import-run", args=(run.ledger, run.pk))
        report.finish({"url": address, "words": f"读到 {len(sheet.rows)} 行"})


def _read(run: ImportRun) -> tuple[Sheet, dict[str, str]]:
    """The table of a run's file and the columns its heads are taken for; raises E2002, E2003."""
    sheet = sheet_of(run)
    if not sheet.rows:
        raise LianshuError("E2002", name=run.name, cause="只有列名，没有数据行", remedy="请填好数据后再传")
    return sheet, matching.guess(ledger_for(run.ledger), sheet.heads)


def _keep_read(run: ImportRun, sheet: Sheet, mapping: dict[str, str]) -> None:
    run.heads, run.mapping, run.status = sheet.heads, mapping, Status.MAPPING
    run.counts = {
        "rows": len(sheet.rows),
        "sheet": sheet.name,
        "defaults": {},
        # the page on which columns are matched shows them without opening the file again
        "samples": [samples(sheet, place) for place in range(len(sheet.heads))],
    }
    run.save(update_fields=["heads", "mapping", "status", "counts"])


def run_of(user: Any, pk: Any) -> ImportRun:
    """An own run; E1002 for anybody else's."""
    run = ImportRun.objects.select_related("job").filter(pk=pk, by=user).first()
    if run is None:
        raise LianshuError("E1002")
    return run


def missing_columns(ledger: Ledger, mapping: dict[str, str], defaults: dict[str, Any]) -> list[str]:
    """Titles of columns an import cannot do without and nobody provides."""
    given = {*mapping.values(), *(name for name, value in defaults.items() if value)}
    needed = [column for column in ledger.importable if column.required or column.name in ledger.key]
    return [column.title for column in needed if column.name not in given]


def import_check(user: Any, run: ImportRun, *, mapping: dict[str, str], defaults: dict[str, Any]) -> Job:
    """Remember the matched columns and judge all rows in the background."""
    ledger = ledger_for(run.ledger)
    require(user, ledger.import_action)
    if run.status in (Status.READING, Status.FAILED, Status.WRITING, Status.DONE):
        raise LianshuError("E3001", what=run.name, state=run.get_status_display(), action="重新检查")
    allowed = {column.name for column in ledger.importable}
    mapping = {number: name for number, name in mapping.items() if name in allowed}
    if len(set(mapping.values())) != len(mapping):
        raise invalid(("mapping", "有两列对应到了同一个项目，请改成各不相同。"))
    missing = missing_columns(ledger, mapping, defaults)
    if missing:
        raise invalid(("mapping", f"缺少{'、'.join(missing)}，请选出对应的列，或下载模板补上。"))
    _refuse_unseen(ledger, user, defaults)
    with transaction.atomic():
        matching.remember(ledger, [(run.heads[int(number)], name) for number, name in mapping.items()])
        run.mapping, run.status = mapping, Status.CHECKING
        run.counts = {**run.counts, "defaults": defaults}
        run.save()
        # a job run at once (tests) must find the status it starts from, and may change it
        job = start_job(user, "import.check", title=f"检查“{run.name}”", input={"run": str(run.pk)})
        ImportRun.objects.filter(pk=run.pk).update(job=job)
    return job


def _refuse_unseen(ledger: Ledger, user: Any, defaults: dict[str, Any]) -> None:
    """Rows chosen for whole columns must be ones the person may see."""
    readers = Readers(ledger, user)
    for name, value in defaults.items():
        if value:
            try:
                readers.restore(ledger.by_name[name], value)
            except CellError as error:
                raise invalid((name, f"{error}，请重新选择。")) from error


def _to_matching(job: Job) -> None:
    """A check without result: the columns are matched again."""
    ImportRun.objects.filter(pk=job.input["run"], status=Status.CHECKING).update(status=Status.MAPPING)


def _to_confirming(job: Job) -> None:
    """A write without result wrote nothing: the preview is confirmed again."""
    ImportRun.objects.filter(pk=job.input["run"], status=Status.WRITING).update(status=Status.READY)


@register_job("import.check", retry=True, given_up=_to_matching)
def check_job(job: Job, report: Report) -> None:
    """Judge the rows of a run and keep them for the preview."""
    run = ImportRun.objects.select_related("by").get(pk=job.input["run"])
    check(run, job.asked_by or SYSTEM, report)


def check(run: ImportRun, user: Any, report: Report | None = None) -> None:
    """Judge all rows; the preview replaces an earlier one in one transaction."""
    ledger = ledger_for(run.ledger)
    sheet = sheet_of(run)
    judge = Judge(ledger, user, run.mapping, {k: v for k, v in run.counts.get("defaults", {}).items() if v})
    total = max(1, len(sheet.rows))
    judged: list[ImportRow] = []
    for row in judge.rows(sheet.rows, sheet.first):
        judged.append(_kept(run, row))
        if report is not None and len(judged) % 200 == 0:
            report(90 * len(judged) / total, f"检查第 {len(judged)} 行，共 {total} 行")
    counts = {verdict.value: 0 for verdict in Verdict}
    for row in judged:
        counts[row.verdict] += 1
    if report is not None:
        report(92, "整理结果")
    with transaction.atomic():
        ImportRow.objects.filter(run=run).delete()
        ImportRow.objects.bulk_create(judged, batch_size=300)
        run.counts = {**run.counts, **counts}
        ImportRun.objects.filter(pk=run.pk).update(status=Status.READY, counts=run.counts)
        if report is not None:
            address = reverse("ledger-import-run", args=(ledger.slug, run.pk))
            report.finish({"url": address, "words": summary(counts)})


def summary(counts: dict[str, int]) -> str:
    """The verdicts in one line: 新增 3 · 更新 2 · 无变化 40 · 有误 1."""
    return " · ".join(f"{verdict.label} {counts.get(verdict.value, 0)}" for verdict in Verdict)


def _kept(run: ImportRun, row: Judged) -> ImportRow:
    return ImportRow(
        run=run,
        number=row.number,
        values={"kept": row.values, "texts": row.texts},
        verdict=row.verdict,
        target_id="" if row.target is None else str(row.target),
        changes=row.changes,
        errors=[list(error) for error in row.errors],
    )


def import_write(user: Any, run: ImportRun) -> Job:
    """Write the new and changed rows in the background; a second press finds the run already taken."""
    require(user, ledger_for(run.ledger).import_action)
    with transaction.atomic():
        taken = ImportRun.objects.filter(pk=run.pk, status=Status.READY).update(status=Status.WRITING)
        if not taken:
            run.refresh_from_db()
            raise LianshuError("E3001", what=run.name, state=run.get_status_display(), action="导入")
        job = start_job(user, "import.write", title=f"导入“{run.name}”", input={"run": str(run.pk)})
        ImportRun.objects.filter(pk=run.pk).update(job=job)
    return job


@register_job("import.write", retry=True, given_up=_to_confirming)
def write_job(job: Job, report: Report) -> None:
    """Write a run; whatever stops it, the run is ready to be tried again and nothing was written."""
    run = ImportRun.objects.select_related("by").get(pk=job.input["run"])
    write(run, job.asked_by or SYSTEM, report)


@dataclass(slots=True)
class _Prepared:
    """A row ready to be written, with the values its service takes."""

    row: ImportRow
    values: dict[str, Any]


def write(run: ImportRun, user: Any, report: Report | None = None) -> int:
    """All new and changed rows of a run in one transaction; returns how many. A refusal names its row.

    Everything that can be is done before the transaction: while it is open, nobody else writes on SQLite.
    """
    ledger = ledger_for(run.ledger)
    readers = Readers(ledger, user)
    if report is not None:
        report(1, "准备写入")
    rows = run.rows.filter(verdict__in=(Verdict.NEW, Verdict.CHANGED)).order_by("number")
    new, changed = [], []
    for row in rows.iterator(chunk_size=1000):
        if row.verdict == Verdict.NEW:
            new.append(_prepared(ledger, readers, row, row.values["kept"]))
        else:
            after = {name: value for name, (_, value) in row.changes.items()}
            changed.append(_prepared(ledger, readers, row, after))
    with transaction.atomic():
        with audit.collected():
            _write_new(ledger, user, new, report)
            _write_changed(ledger, user, readers, changed, report)
        audit.record(user, "导入", run, note=f"{ledger.title}：{summary(run.counts)}")
        ImportRun.objects.filter(pk=run.pk).update(status=Status.DONE)
        if report is not None:
            words = f"已导入：新增 {len(new)} 条，更新 {len(changed)} 条"
            address = reverse("ledger-import-run", args=(ledger.slug, run.pk))
            report.finish({"url": address, "words": words})
    return len(new) + len(changed)


def _prepared(ledger: Ledger, readers: Readers, row: ImportRow, kept: dict[str, Any]) -> _Prepared:
    try:
        values = {name: readers.restore(ledger.by_name[name], value) for name, value in kept.items()}
    except CellError as error:
        raise _at_row(row, error) from error
    return _Prepared(row, values)


def _at_row(row: ImportRow, error: Exception) -> LianshuError:
    sentence = error.sentence if isinstance(error, LianshuError) else str(error)
    return invalid(("", f"第 {row.number} 行：{sentence} 没有写入任何数据，请改正后重新检查。"))


def _write_new(ledger: Ledger, user: Any, rows: list[_Prepared], report: Report | None) -> None:
    many = type(ledger).create_many
    for start, batch in _batches(rows, BATCH if many is not None else 1):
        with _named(batch):
            if many is not None:
                many(user, [one.values for one in batch])
            else:
                type(ledger).create(user, **batch[0].values)
        if report is not None:
            done = start + len(batch)
            report(5 + 60 * done / len(rows), f"新增 {done} 条，共 {len(rows)} 条")


def _write_changed(
    ledger: Ledger, user: Any, readers: Readers, rows: list[_Prepared], report: Report | None
) -> None:
    many = type(ledger).update_many
    for start, batch in _batches(rows, BATCH if many is not None else 1):
        found = _held(ledger, user, batch)
        for one in batch:
            obj = found.get(one.row.target_id)
            if obj is None or any(
                readers.kept(ledger.by_name[name], obj) != before
                for name, (before, _) in one.row.changes.items()
            ):
                raise _at_row(one.row, ValueError("这条记录在检查之后被别人改过。"))
        with _named(batch):
            if many is not None:
                many(user, [(found[one.row.target_id], one.values) for one in batch])
            else:
                type(ledger).update(user, found[batch[0].row.target_id], **batch[0].values)
        if report is not None:
            done = start + len(batch)
            report(65 + 30 * done / len(rows), f"更新 {done} 条，共 {len(rows)} 条")


def _batches(rows: list[_Prepared], size: int) -> Iterator[tuple[int, list[_Prepared]]]:
    for start in range(0, len(rows), size):
        yield start, rows[start : start + size]


def _held(ledger: Ledger, user: Any, batch: list[_Prepared]) -> dict[str, Any]:
    """The rows a batch changes, by key as text, held against others until the import is written."""
    keys = [one.row.target_id for one in batch]
    held = ledger.model._base_manager.select_for_update().filter(pk__in=keys).order_by("pk")
    # what only lists show (prefetched rows) is not needed here
    rows = ledger.queryset(user).prefetch_related(None)
    rows = rows.filter(pk__in=list(held.values_list("pk", flat=True)))
    return {str(obj.pk): obj for obj in rows}


@contextmanager
def _named(batch: list[_Prepared]) -> Iterator[None]:
    """A refusal of one of the rows of a batch names its row in the file."""
    try:
        yield
    except RowRefusedError as refusal:
        raise _at_row(batch[refusal.place].row, refusal.error) from refusal
    except LianshuError as error:
        raise _at_row(batch[0].row, error) from error
    except IntegrityError as error:
        raise invalid(("", "有记录在检查之后被别人登记了，没有写入任何数据，请重新检查。")) from error


def import_file(
    user: Any, ledger: Ledger, path: Path, *, defaults: dict[str, Any] | None = None
) -> ImportRun:
    """For the command line: all steps at once in this process; refused rows are kept on the run."""
    require(user, ledger.import_action)
    refuse_large(path.name, path.stat().st_size)
    run = _taken_in(user, ledger, path.read_bytes(), path.name)
    _keep_read(run, *_read(run))
    missing = missing_columns(ledger, run.mapping, defaults or {})
    if missing:
        raise invalid(("mapping", f"缺少{'、'.join(missing)}，请补上这些列。"))
    run.counts["defaults"] = defaults or {}
    check(run, user)
    run.refresh_from_db()
    write(run, user)
    run.refresh_from_db()
    return run


def samples(sheet: Sheet, place: int) -> list[str]:
    """The first filled cells below a head, for the page on which columns are matched."""
    found = (text_of(row[place]) for row in sheet.rows[:50] if place < len(row))
    return [shortened(text, 40).replace("\x00", "�") for text in found if text][:_SAMPLES]
