"""Running a case, and going on with an interrupted one."""

import os
import platform
import re
import signal
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from ..materials.refusal import CaseError
from ..solver.casting import CastingProblem
from ..solver.clock import Clock, Diverged
from ..solver.geometry import Cells
from ..solver.march import Stopped, march
from ..solver.problem import Leg, Problem, Sink
from ..solver.state import State
from ..solver.symmetry import whole
from . import resultfile, store
from .archive import About
from .case import AnyCase
from .casetext import text
from .castingproblem import poured
from .castingresult import result_of
from .estimate import HEAT_BYTES, LONGEST, STRESS_BYTES
from .grid import axis_of
from .images import Imaged
from .progress import Bar
from .result import Result
from .schedule import celsius
from .step import tools

CHECKPOINT_EVERY = (2.0, 60.0)  # s of wall time, least and most
CHECKPOINT_SHARE = 0.02  # of the wall time, that checkpoints may take
HOTTEST = 1e4  # K, where nothing solid is left to compute
LONGEST_NAME = 50  # characters of a file name taken from the name of a case
FEW = 40  # snapshots of a large part, where their number is left open
NO_FILE = "# this case cannot stand in a file:"
PARTS = ("metaltwin", "numpy", "numba", "h5py")


class Interrupted(KeyboardInterrupt):
    """Ctrl-C during a run; what was computed lies in `file`, beside it the checkpoint."""

    def __init__(self, file: Path) -> None:
        self.file = file
        super().__init__(f"stopped; what was computed is in '{file}', metaltwin run --resume '{file}' goes on")


def run(case: AnyCase, file: str | os.PathLike[str] | None, progress: bool) -> Result:
    """Compute a case. Raises Interrupted on Ctrl-C, CaseError for what cannot be computed or written."""
    path = None if file is None else Path(file)
    if path is not None:
        resultfile.check_writable(path)
    problem: Problem | CastingProblem = case.problem()
    with resultfile.alone(path):
        if path is not None:
            resultfile.check_writable(path, room(problem))
    with asked_to_stop() as asked:
        log = store.Log(
            whole(problem.cells).cells, about(case, problem), _text(case), versions(), path, _stored_around(problem)
        )
        with resultfile.alone(path):
            return follow(case, problem, log, None, None, asked, progress)


def about(case: AnyCase, problem: Problem | CastingProblem) -> About:
    """What the result must know beside its fields."""
    limits = {
        field: (None if low is None else float(low), None if high is None else float(high))
        for field, (low, high) in (case.limits or {}).items()
    }
    return About(
        probes={sensor.name: sensor.position for sensor in case.sensors},
        limits=limits,
        axis=axis_of(case.part.shape),
        centre=case.part.shape.middle,
        legs=tuple(leg.name for leg in problem.legs),
        name=case.name,
        record=problem.record,
        **(_cast(case, problem) if isinstance(problem, CastingProblem) else {}),
    )


def _cast(case: Any, problem: CastingProblem) -> dict[str, Any]:
    """What the result of a casting must know beside: cells of each body, the pour and what was subtracted."""
    sizes = (cells.index.size for cells in problem.bodies.cells)
    said = poured(case, problem.cells)
    return {"bodies": dict(zip(problem.bodies.names, sizes, strict=True)), "poured": (said.said, said.lost)}


def _stored_around(problem: Problem | CastingProblem) -> dict[str, Cells]:
    """The bodies around a casting that go into its result."""
    if not isinstance(problem, CastingProblem) or not problem.store_mould:
        return {}
    bodies = zip(problem.bodies.names[1:], problem.bodies.cells[1:], strict=True)
    return {name: whole(cells).cells for name, cells in bodies}


def _told(log: store.Log, problem: Problem | CastingProblem) -> Sink:
    """What the march tells its results to: the log, or what makes them those of the whole of a mirrored part."""
    if not problem.cells.lattice.mirrored:
        return log
    return Imaged(log, problem.bodies.cells if isinstance(problem, CastingProblem) else (problem.cells,))


def room(problem: Problem | CastingProblem) -> float:
    """Bytes that the result file and its checkpoint may take."""
    cells = int(problem.cells.index.size * problem.cells.lattice.images)
    count = problem.snapshots if isinstance(problem.snapshots, int) else FEW
    if isinstance(problem, CastingProblem):
        share = sum(one.index.size for one in problem.bodies.cells) / cells
        components = 3.0 + (5 if problem.matter.transforms else 0) + (14 if problem.stress else 0)
        components += share - 1.0 if problem.store_mould else 0.0
        state = HEAT_BYTES * share + (STRESS_BYTES if problem.stress else 0.0)
        return resultfile.expected_bytes(cells, components, count, state)
    components = 2 + (5 if problem.matter.transforms else 0) + (14 if problem.stress else 0)
    state = HEAT_BYTES + (STRESS_BYTES if problem.stress else 0.0)
    return resultfile.expected_bytes(cells, components, count, state)


@cache
def versions() -> dict[str, str]:
    """What computes: packages, Python, machine; looked up once, for it takes as long as a small march."""
    return {name: version(name) for name in PARTS} | {
        "python": platform.python_version(),
        "machine": f"{platform.system()} {platform.machine()}",
    }


def file_name(name: str) -> str:
    """File name of a case: its name with what files cannot carry replaced.

    >>> file_name("42CrMo4 shaft, oil quenched")
    '42CrMo4_shaft_oil_quenched.vtkhdf'
    """
    return (re.sub(r"[^\w.-]+", "_", name)[:LONGEST_NAME].strip("_.") or "case") + resultfile.SUFFIX


def _text(case: AnyCase) -> str:
    try:
        return text(case)
    except CaseError as error:
        return f"{NO_FILE} {error}\n"


def follow(
    case: AnyCase,
    problem: Problem | CastingProblem,
    log: store.Log,
    state: State | None,
    clock: Clock | None,
    asked: Callable[[], bool],
    progress: bool,
) -> Result:
    """Lead a run to its end, or to the next step once `asked` says so, with a checkpoint. Raises as `run`."""
    with Bar(tuple(leg.name for leg in problem.legs), progress) as bar:
        due = time.monotonic() + CHECKPOINT_EVERY[0]

        def watch(clock: Clock, state: State) -> bool:
            nonlocal due
            leg = problem.legs[min(clock.leg, len(problem.legs) - 1)]
            bar.at(clock.leg, clock.fraction(leg, state.time), celsius(float(state.temperature.max())))
            if why := leads_nowhere(leg, clock, state):
                raise Diverged(f"{leg.name}: {why}")
            if log.path is not None and (began := time.monotonic()) > due:
                log.checkpoint(state, clock.as_dict())
                now = time.monotonic()
                due = now + min(max((now - began) / CHECKPOINT_SHARE, CHECKPOINT_EVERY[0]), CHECKPOINT_EVERY[1])
            return asked()

        try:
            march(problem, _told(log, problem), watch, state, clock)
        except Stopped:
            raise Interrupted(log.path or _put_away(log, file_name(case.name))) from None
        except ArithmeticError as error:
            log.flush()
            if log.path is None:
                raise
            raise type(error)(f"{error}; what was computed is in '{log.path}'") from None
    return cut(result_of(log.archive(), case), log.path)


def cut(result: Result, path: Path | None) -> Result:
    """The result after the machining of its schedule; that of a file is written beside it, as _machined."""
    removed = tools(getattr(result.case, "steps", ()))
    for tool in removed.values():
        result = result.machined(tool)
    if removed and path is not None:
        result.save(path.with_name(f"{path.stem}_machined{path.suffix}"))
    return result


def leads_nowhere(leg: Leg, clock: Clock, state: State) -> str:
    """What shows that a leg will never end well; "" where it may."""
    cold, hot, now = float(state.temperature.min()), float(state.temperature.max()), f"at {state.time:.6g} s"
    if cold < 0.0:
        return f"{now} the coldest cell is below absolute zero; a flux takes out more heat than there is"
    if hot > HOTTEST:
        return f"{now} the hottest cell is at {hot:.3g} K; a flux brings in more heat than metal can hold"
    if leg.until is not None and state.time - clock.entered > LONGEST:
        part, end = celsius(cold if leg.rising else hot), celsius(leg.until)
        return f"after {LONGEST / 86400.0:.0f} days the part is at {part}, not at {end}; give a duration"
    return ""


def _put_away(log: store.Log, name: str) -> Path:
    """Write a run in memory to a new file in this folder, or among temporary files where that cannot be."""
    try:
        return log.save(_unused(Path(name)))
    except (CaseError, OSError):
        return log.save(_unused(Path(tempfile.gettempdir(), name)))


def _unused(path: Path) -> Path:
    """The path, or one with a number where it is taken: an earlier result is not overwritten."""
    number, free = 2, path
    while free.exists():
        free, number = path.with_name(f"{path.stem}_{number}{path.suffix}"), number + 1
    return free


@contextmanager
def asked_to_stop() -> Iterator[Callable[[], bool]]:
    """Whether Ctrl-C was pressed, once politely; the second time it interrupts at once.

    Entered before the result file is touched, so that none is left without the checkpoint it goes on from.
    """
    pressed = False

    def ask(number: int, frame: Any) -> None:
        nonlocal pressed
        if pressed:
            raise KeyboardInterrupt
        pressed = True

    if threading.current_thread() is not threading.main_thread():
        yield lambda: False
        return
    before = signal.signal(signal.SIGINT, ask)
    try:
        yield lambda: pressed
    finally:
        signal.signal(signal.SIGINT, before)
