"""Reads a result file, see store.py for what it holds."""

import io
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy import float64
from numpy.typing import NDArray

from ..materials.refusal import CaseError
from ..solver.geometry import Cells
from . import around, pending, vtkhdf
from .cellsfile import read_cells
from .resultfile import check_readable, check_writable, disk_trouble, opened

Array = NDArray[float64]


@dataclass(frozen=True)
class About:
    """What a result must know beside its fields.

    probes  name -> (x, y, z) m
    limits  field -> (least, most) in SI, None where open
    axis    "cylinder" or "sphere" where radial and hoop exist, about `centre` (x, y, z) m; None elsewhere
    legs    names of the steps, in order
    ended   whether the schedule was finished
    name    of the case
    record  s between the samples that a probe shows; 0: the steps of the run as they are
    bodies  cells of each body of a casting, itself first
    poured  K in the ladle, and K lost while the mould filled; of a casting
    """

    probes: dict[str, tuple[float, float, float]]
    limits: dict[str, tuple[float | None, float | None]]
    axis: str | None = None
    centre: tuple[float, float, float] = (0.0, 0.0, 0.0)
    legs: tuple[str, ...] = ()
    ended: bool = False
    name: str = ""
    record: float = 0.0
    bodies: dict[str, int] = field(default_factory=dict)
    poured: tuple[float, ...] = ()


class Archive:
    """Reads a result file, or its image in memory. Raises CaseError where it is none or is cut short."""

    def __init__(self, source: Path | io.BytesIO) -> None:
        self.source = source
        if isinstance(source, Path):
            check_readable(source)
        with self._open() as file:
            try:
                self.case: str = file["case"][()].decode()
                self.versions = {key: str(value) for key, value in file["versions"].attrs.items()}
                self.about = _read_about(json.loads(file["about"][()]))
                self.ledger: list[dict[str, Any]] = json.loads(file["ledger"][()])
                self.times: Array = file["VTKHDF/Steps/Values"][: file["VTKHDF/Steps"].attrs["NSteps"]]
                self.legs: NDArray[np.int32] = file["legs"][: self.times.size]
                self.moving = vtkhdf.names(file, static=False)
                self.still = vtkhdf.names(file, static=True)
                self.final = list(file["final"])
                self.bodies = {name: around.count(file, name) for name in around.names(file)}
                self._index: NDArray[np.int64] = file["cells/index"][:]
            except KeyError as error:
                raise CaseError(f"'{source}' is no result of metaltwin: {error.args[0]}") from None
        self.values = lru_cache(24)(self._values)

    @contextmanager
    def _open(self) -> Iterator[Any]:
        """The file for reading. Raises CaseError where what is read from it is damaged."""
        try:
            with opened(self.source) as file:
                yield file
        except CaseError:
            raise
        except (OSError, KeyError, ValueError, TypeError, RuntimeError, AttributeError) as error:
            raise CaseError(f"'{self.source}' is damaged: {str(error).splitlines()[0]}; run the case again") from None

    @cached_property
    def cells(self) -> Cells:
        """The part on its grid."""
        with self._open() as file:
            return read_cells(file["cells"])

    def wall(self, step: int) -> Array:
        """Surface temperatures of a stored step, (p,) K."""
        with self._open() as file:
            return np.asarray(file["wall"][step], float64)

    @cached_property
    def layers(self) -> dict[str, Array]:
        """What the layers below the skin held at the end, (N,) each; empty where the cells resolved all."""
        with self._open() as file:
            return {name: values[:] for name, values in file["layers"].items()} if "layers" in file else {}

    def body_cells(self, body: str) -> Cells:
        """The cells of a body around a casting; `bodies` tells which are stored, and over how many steps."""
        with self._open() as file:
            return around.cells(file, body)

    def body(self, body: str, what: str, step: int) -> Array:
        """`temperature` (n,) or `wall` (p,) of a body at a stored step, K."""
        with self._open() as file:
            return around.take(file, body, what, step)

    def probes(self) -> tuple[Array, Array, dict[str, Array]]:
        """Times (s,) s, temperature (k, s) K and phases name -> (k, s)."""
        with self._open() as file:
            probes = file["probes"]
            phases = {name: values[:].T for name, values in probes["phases"].items()}
            return probes["time"][:], probes["temperature"][:].T, phases

    def _values(self, name: str, step: int) -> Array:
        """A field at a stored step, (n,) or (k, n); at the last from the float64 copy where there is one."""
        with self._open() as file:
            if name in self.final and (name in self.still or step == self.times.size - 1):
                return np.asarray(file["final"][name][:], float64)
            return vtkhdf.take(file, name, step, self._index)


def _read_about(words: dict[str, Any]) -> About:
    """About, as JSON keeps it: tuples come back as lists."""
    for name in ("probes", "limits"):
        words[name] = {key: tuple(value) for key, value in words[name].items()}
    plain: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in words.items()}
    return About(**plain)


def save(archive: Archive, file: str | os.PathLike[str]) -> Path:
    """Write a copy of a result to a file that ends in .vtkhdf. Raises CaseError where that cannot be."""
    path = Path(file)
    check_writable(path)
    data = archive.source.read_bytes() if isinstance(archive.source, Path) else archive.source.getbuffer()
    pending.forget(path)
    try:
        pending.replace(path, data)
    except OSError as error:
        raise disk_trouble(error, path) from None
    return path
