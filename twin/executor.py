"""Where many independent runs are computed: processes of this machine, or any pool of concurrent.futures."""

import multiprocessing
import os
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, as_completed, wait
from concurrent.futures import Executor as Pool
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from typing import Any


class Died(RuntimeError):
    """A run took its process with it."""

    def __init__(self) -> None:
        super().__init__("its process died: out of memory, or killed")


@dataclass(frozen=True)
class Executor:
    """Computes one function for many inputs, in any order.

        Executor(workers=4)                             four processes here, processes x threads = processors
        Executor(pool=lambda: MPIPoolExecutor(16))      mpi4py.futures
        Executor(pool=client.get_executor)              dask, and through dask-jobqueue Slurm, PBS, LSF

    workers  processes of this machine, started afresh (spawn); 1: here and now
    pool     opens a pool of concurrent.futures in their place
    """

    workers: int = 1
    pool: Callable[[], Pool] | None = None

    def each(self, function: Callable[[Any], Any], inputs: Iterable[Any]) -> Iterator[tuple[int, Any]]:
        """(number of the input, answer), as they come in; where the function raised, the answer is its exception."""
        tasks = list(enumerate(inputs))
        if self.pool is not None:
            yield from _through(self.pool, function, tasks)
        elif self.workers > 1 and len(tasks) > 1:
            yield from _here(function, tasks, min(self.workers, len(tasks)))
        else:
            for number, given in tasks:
                yield number, _tried(function, given)

    def map(self, function: Callable[[Any], Any], inputs: Iterable[Any]) -> list[Any]:
        """All answers in the order of the inputs. Raises the first exception that comes in."""
        found: dict[int, Any] = {}
        for number, answer in self.each(function, inputs):
            if isinstance(answer, Exception):
                raise answer
            found[number] = answer
        return [found[number] for number in sorted(found)]


def executor(workers: "int | Executor") -> Executor:
    """An Executor, given as itself or as a number of processes."""
    return workers if isinstance(workers, Executor) else Executor(workers)


def _tried(function: Callable[[Any], Any], given: Any) -> Any:
    try:
        return function(given)
    except Exception as error:
        return error


def _through(pool: Callable[[], Pool], function: Callable[[Any], Any], tasks: Sequence[Any]) -> Iterator[Any]:
    with pool() as opened:
        running = {opened.submit(_tried, function, given): number for number, given in tasks}
        for future in as_completed(running):
            yield running[future], _answer(future)


def _here(function: Callable[[Any], Any], tasks: Sequence[Any], workers: int) -> Iterator[tuple[int, Any]]:
    """In processes of this machine; one that dies breaks its pool, so those that ran beside it run once more, alone."""
    waiting = deque(tasks)
    while waiting:
        lost: list[Any] = []
        with _processes(workers) as pool:
            running: dict[Any, Any] = {}
            while running or (waiting and not lost):
                while waiting and len(running) < workers and not lost:
                    task = waiting.popleft()
                    try:
                        running[pool.submit(_tried, function, task[1])] = task
                    except BrokenProcessPool:
                        waiting.appendleft(task)
                        break
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    task = running.pop(future)
                    if isinstance(future.exception(), BrokenProcessPool):
                        lost.append(task)
                    else:
                        yield task[0], _answer(future)
        for number, given in lost:
            with _processes(1) as pool:
                yield number, _answer(pool.submit(_tried, function, given))


def _answer(future: Any) -> Any:
    error = future.exception()
    return Died() if isinstance(error, BrokenProcessPool) else error or future.result()


def _processes(workers: int) -> Pool:
    context = multiprocessing.get_context("spawn")
    share = max(1, _processors() // workers)
    return ProcessPoolExecutor(workers, context, _begin, (context.Value("i", 0), share))


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _begin(taken: Any, share: int) -> None:
    """Leave each process its own processors, and none behind when its parent is killed."""
    threading.Thread(target=_follow_parent, daemon=True).start()
    os.environ["OMP_NUM_THREADS"] = str(share)
    if not hasattr(os, "sched_setaffinity"):
        return
    with taken.get_lock():
        first, taken.value = taken.value, taken.value + share
    processors = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {processors[(first + i) % len(processors)] for i in range(share)})  # numba counts them


def _follow_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
