"""The progress line of a batch, on standard error when that is a terminal."""

from __future__ import annotations

import time
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn


class BatchProgress:
    """Shows how many documents are done and the time left; silent when there is no terminal or only a few
    documents. It is redrawn when a document is done, without a thread of its own, because processes are
    forked meanwhile."""

    def __init__(self, console: Console, total: int) -> None:
        self._progress: Progress | None = None
        self._drawn = 0.0
        if console.is_terminal and total > 3:
            self._progress = Progress(
                TextColumn("正在读"),
                BarColumn(),
                MofNCompleteColumn(),
                TextColumn("剩余"),
                TimeRemainingColumn(),
                console=console,
                auto_refresh=False,
                transient=True,
            )
            self._task = self._progress.add_task("", total=total)

    def __enter__(self) -> BatchProgress:
        if self._progress is not None:
            self._progress.start()
        return self

    def advance(self) -> None:
        """One more document is done."""
        if self._progress is None:
            return
        self._progress.advance(self._task)
        now = time.monotonic()
        if now - self._drawn > 0.1:
            self._drawn = now
            self._progress.refresh()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._progress is not None:
            self._progress.stop()
