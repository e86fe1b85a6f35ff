"""The work of ``lianshu read``: read every file, print, write, go on past the bad ones."""

from __future__ import annotations

import argparse
import os
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from lianshu.policy.batch_progress import BatchProgress
from lianshu.policy.intake import SUFFIXES, expand, load
from lianshu.policy.model import Reading, UnusableInputError
from lianshu.policy.outputs import Row, Workbook, atomic_path, fact_row, item_row, write_json
from lianshu.policy.outputs_page import Page, document_html
from lianshu.policy.outputs_terminal import brief, print_summary
from lianshu.policy.reader import read

#: Up to so many documents each is shown in full; more get a line each.
FULL_UP_TO = 3
#: From so many documents on a pool of processes pays.
POOL_FROM = 4
_WINDOW_PER_WORKER = 4
#: Width of the tables when the summary goes to a file or another program.
_PIPE_WIDTH = 160


@dataclass(frozen=True, slots=True)
class Job:
    """What to do with one file; everything a worker process needs."""

    path: str
    anchor: str
    json: Path | None
    rows: bool
    page: bool
    full: bool


@dataclass(slots=True)
class Result:
    """What came of one file. ``error`` is a Chinese sentence; then the rest is empty."""

    name: str
    error: str = ""
    line: str = ""
    reading: Reading | None = None
    section: str = ""
    rows: list[tuple[str, Row]] = field(default_factory=list)


def run(args: argparse.Namespace) -> int:
    """Read ``args.files``; 0 when all were read and written, 2 when a file or an output could not be."""
    out, err = Console(highlight=False), Console(stderr=True, highlight=False)
    if not out.is_terminal and "COLUMNS" not in os.environ:
        out = Console(highlight=False, width=_PIPE_WIDTH)
    files = list(expand(args.files))
    if not files:
        err.print(f"没有可读的文件：文件夹里没有 {'、'.join(SUFFIXES)} 文件。")
        return 2
    for option, target in (("--xlsx", args.xlsx), ("--html", args.html)):
        if target and not Path(target).absolute().parent.is_dir():
            err.print(f"{option} {escape(target)}：所在文件夹不存在，请先建好。")
            return 2
    if args.json:
        try:
            Path(args.json).mkdir(parents=True, exist_ok=True)
        except OSError as error:
            err.print(f"--json {escape(args.json)}：无法建立文件夹（{error.strerror}）。")
            return 2
    jobs = _jobs(files, args)
    bad: list[str] = []
    try:
        with ExitStack() as stack:
            book = page = None
            if args.xlsx:
                book = Workbook(stack.enter_context(atomic_path(Path(args.xlsx).absolute())))
                stack.callback(book.close)
            if args.html:
                page = Page(stack.enter_context(atomic_path(Path(args.html).absolute())))
                stack.push(page.finish)
            progress = stack.enter_context(BatchProgress(err, len(jobs)))
            for job, result in zip(jobs, results(jobs), strict=True):
                progress.advance()
                if result.error:
                    bad.append(result.error)
                    err.print(escape(result.error), soft_wrap=True)
                    continue
                if result.reading is not None:
                    print_summary(out, result.reading, args.explain)
                else:
                    out.print(escape(result.line), soft_wrap=True)
                if book is not None:
                    for key, row in result.rows:
                        book.add(key, result.name, row)
                if page is not None:
                    page.add(job.anchor, result.name, result.section)
    except OSError as error:
        err.print(f"无法写入 {escape(str(error.filename or ''))}（{error.strerror}），已写好的文件不受影响。")
        return 2
    if len(jobs) > 1:
        tail = f"，{len(bad)} 份不能读（见上）" if bad else ""
        out.print(f"共 {len(jobs)} 份，读完 {len(jobs) - len(bad)} 份{tail}。")
    return 2 if bad else 0


def _jobs(files: list[str], args: argparse.Namespace) -> list[Job]:
    """One job per file. JSON files are named as the input's stem; where two inputs share it, the later one
    keeps its suffix in the name, and a number after that."""
    jobs: list[Job] = []
    taken: set[str] = set()
    for index, file in enumerate(files):
        path = Path("标准输入.txt" if file == "-" else file)
        stem, number = path.stem, 2
        if stem in taken:
            stem = path.name
        while stem in taken:
            stem = f"{path.name}-{number}"
            number += 1
        taken.add(stem)
        target = Path(args.json).absolute() / f"{stem}.json" if args.json else None
        full = args.explain or len(files) <= FULL_UP_TO
        jobs.append(Job(file, f"d{index + 1}", target, bool(args.xlsx), bool(args.html), full))
    return jobs


def process(job: Job) -> Result:
    """Read one file and write its JSON. Never raises for what the file holds."""
    name = "标准输入.txt" if job.path == "-" else Path(job.path).name
    try:
        reading = read(load(job.path))
    except UnusableInputError as error:
        return Result(name, error=str(error))
    except Exception as error:  # one document must not stop a batch; what happened is told
        place = _place(error)
        return Result(
            name,
            error=f"{name}：读取时程序出错（{type(error).__name__}: {error}，{place}），其余文件照常读。",
        )
    if job.json is not None:
        try:
            write_json(reading, job.json)
        except OSError as error:
            return Result(name, error=f"{name}：无法写入 {job.json.name}（{error.strerror}）。")
    result = Result(reading.source.name, line=brief(reading))
    if job.full:
        result.reading = reading
    if job.rows:
        result.rows = [("documents", fact_row(reading))]
        result.rows += [(item.kind, item_row(reading, item)) for item in reading.items]
    if job.page:
        result.section = document_html(reading, job.anchor)
    return result


def _place(error: BaseException) -> str:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace else "未知位置"


def results(jobs: list[Job]) -> Iterator[Result]:
    """Results in the order of the jobs. Many jobs run on all cores; only a few results wait at a time, so
    memory does not grow with the batch."""
    workers = min(os.cpu_count() or 1, len(jobs))
    pooled = len(jobs) >= POOL_FROM and workers > 1
    if not pooled:
        yield from map(process, jobs)
        return
    at = 0
    while at < len(jobs):
        # A file on which a process dies (a fault inside a PDF library) breaks the pool: the file is tried
        # once more alone, then the batch goes on with a new pool.
        try:
            for result in _pooled(jobs[at:], workers):
                yield result
                at += 1
        except BrokenProcessPool:
            yield _alone(jobs[at])
            at += 1


def _pooled(jobs: Iterable[Job], workers: int) -> Iterator[Result]:
    waiting: deque[Future[Result]] = deque()
    pending = iter(jobs)
    with ProcessPoolExecutor(workers) as pool:
        try:
            for job in pending:
                # Standard input belongs to this process.
                if job.path == "-":
                    done: Future[Result] = Future()
                    done.set_result(process(job))
                    waiting.append(done)
                else:
                    waiting.append(pool.submit(process, job))
                if len(waiting) >= workers * _WINDOW_PER_WORKER:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()


def _alone(job: Job) -> Result:
    if job.path == "-":
        return process(job)
    with ProcessPoolExecutor(1) as pool:
        try:
            return pool.submit(process, job).result()
        except BrokenProcessPool:
            name = Path(job.path).name
            return Result(name, error=f"{name}：读取时程序异常退出，文件可能已损坏，请重新导出后再读。")
