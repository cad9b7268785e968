"""A line on stderr that says how far a run is."""

import sys
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    TaskProgressColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)


def _progress(shown: bool) -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        disable=not (shown and sys.stderr.isatty()),
        transient=True,
    )


class Bar:
    """Progress of a run on stderr, with time left; silent where stderr is no terminal or `shown` is False.

    with Bar(legs, shown=True) as bar:
        bar.at(leg, fraction, "812 degC")
    """

    def __init__(self, legs: tuple[str, ...], shown: bool) -> None:
        self.legs = legs
        self._progress = _progress(shown)
        self._task = self._progress.add_task("", total=float(len(legs)))

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    def at(self, leg: int, fraction: float, note: str) -> None:
        """Leg number, share of it that is done (0 to 1), and a word on where it stands."""
        name = self.legs[min(leg, len(self.legs) - 1)]
        self._progress.update(
            self._task,
            completed=leg + min(max(fraction, 0.0), 1.0),
            description=f"{name} {note}",
        )


class Count:
    """How many of many runs are done, on stderr; silent where that is no terminal or `shown` is False."""

    def __init__(self, what: str, total: int, shown: bool) -> None:
        self._progress = _progress(shown)
        self._task = self._progress.add_task(what, total=float(total))

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    def at(self, done: int) -> None:
        """So many are done."""
        self._progress.update(self._task, completed=float(done))
