"""Progress on a terminal: a bar on standard error, so that standard output stays for the result."""

from __future__ import annotations

from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bars

from airbeat.flying import Watcher


class Progress(Watcher):
    """One line that says what is being done and how far it is."""

    def __init__(self) -> None:
        columns = (TextColumn("{task.description:44}"), BarColumn(), TimeElapsedColumn())
        self._bars = Bars(*columns, console=Console(stderr=True), transient=False)
        self._task = self._bars.add_task("Starting", total=None)

    def step(self, text: str) -> None:
        if text != self._bars.tasks[self._task].description:
            self._bars.update(self._task, description=text, completed=0, total=None)

    def progress(self, done: float, total: float) -> None:
        self._bars.update(self._task, completed=done, total=total)

    def __enter__(self) -> Progress:
        self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bars.stop()
