"""What a result answers with: fields, points, stress, probes, limits. Plain SI numbers with a meaning."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy import float64
from numpy.typing import NDArray

from ..materials.hardness_scale import hrc_from_hv
from ..materials.refusal import CaseError
from .meaning import COMPONENTS, PHASES
from .tensor import frame, matrix, max_principal, von_mises

Array = NDArray[float64]


class Hardness(float):
    """Vickers hardness; `.hrc` is Rockwell C, None below 20 where that scale ends."""

    @property
    def hrc(self) -> float | None:
        """Rockwell C, or None."""
        return hrc_from_hv(float(self))


@dataclass(frozen=True, eq=False)
class Field:
    """A field over the n cells of the part at one instant.

    values   (n,), (3, n) of a vector or (6, n) of a tensor, in `unit`
    volumes  (n,) m3
    time     s
    """

    name: str
    values: Array
    unit: str
    meaning: str
    time: float
    volumes: Array

    @cached_property
    def _scalar(self) -> Array:
        if self.values.ndim == 1:
            return self.values
        if self.values.shape[0] == 3:
            return np.asarray(np.linalg.norm(self.values, axis=0))
        count, parts = ("six", "xx ... axial") if len(self.values) == 6 else ("nine", "10 20 ... 90")
        raise CaseError(f"{self.name} has {count} components, {parts}; ask for one, such as {self.name}_{parts[:2]}")

    @property
    def max(self) -> float:
        """Largest value; of a vector its length. NaN (not reached, such as t8_5 of a warm cell) left out."""
        return _over(np.nanmax, self._scalar)

    @property
    def min(self) -> float:
        """Smallest value; of a vector its length."""
        return _over(np.nanmin, self._scalar)

    @property
    def mean(self) -> float:
        """Mean over the volume."""
        known = np.isfinite(self._scalar)
        return _over(lambda values: np.average(values[known], weights=self.volumes[known]), self._scalar)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        return np.array(self.values, dtype=dtype) if copy is not False else np.asarray(self.values, dtype=dtype)

    def __repr__(self) -> str:
        if self.values.ndim == 2 and len(self.values) > 3:
            return f"Field({self.name} in {self.unit}, {len(self.values)} components; {self.meaning})"
        unit = f" {self.unit}" if self.unit else ""
        numbers = f"min {self.min:.6g}, mean {self.mean:.6g}, max {self.max:.6g}{unit}"
        return f"Field({self.name}: {numbers}; {self.meaning})"


def _over(reduce: Callable[[Array], Any], values: Array) -> float:
    return float(reduce(values)) if np.isfinite(values).any() else float("nan")


@dataclass(frozen=True)
class Stress:
    """Stress at a point, Pa, tension positive; axes of the part.

    about  "cylinder" or "sphere" where radial, hoop (and axial) exist, None elsewhere
    place  (x, y, z) from the axis or the centre, m
    """

    xx: float
    yy: float
    zz: float
    xy: float
    yz: float
    zx: float
    about: str | None = None
    place: tuple[float, float, float] = (0.0, 0.0, 0.0)

    @property
    def tensor(self) -> Array:
        """(3, 3) Pa."""
        return np.asarray(matrix(self._six)[0])

    @property
    def von_mises(self) -> float:
        """sqrt(3/2 s':s')."""
        return float(von_mises(self._six)[0])

    @property
    def max_principal(self) -> float:
        """Largest principal stress."""
        return float(max_principal(self._six)[0])

    @property
    def radial(self) -> float:
        """Away from the axis, or from the centre of a sphere. Raises CaseError where there is none."""
        return self._along(0, "radial")

    @property
    def hoop(self) -> float:
        """Around the axis; of a sphere along its surface. Raises CaseError where there is no axis."""
        return self._along(1, "hoop")

    @property
    def axial(self) -> float:
        """Along the axis. Raises CaseError where there is none; a sphere has none."""
        if self.about == "sphere":
            raise CaseError("a sphere has no axis; ask for radial or hoop")
        return self._along(2, "axial")

    @property
    def _six(self) -> Array:
        return np.array([[getattr(self, name)] for name in COMPONENTS])

    def _along(self, row: int, name: str) -> float:
        if self.about is None:
            raise CaseError(f"the part has no axis, so no {name} stress; ask for xx, yy, zz or max_principal")
        directions = frame(np.array([self.place]), self.about)[0]
        if self.about == "sphere" and row == 1:  # the mean of the two tangents: the same in a sphere of 1d
            return float(
                0.5 * (directions[1] @ self.tensor @ directions[1] + directions[2] @ self.tensor @ directions[2])
            )
        return float(directions[row] @ self.tensor @ directions[row])

    def __repr__(self) -> str:
        normal = f"xx {self.xx / 1e6:.1f}, yy {self.yy / 1e6:.1f}, zz {self.zz / 1e6:.1f}"
        shear = f"xy {self.xy / 1e6:.1f}, yz {self.yz / 1e6:.1f}, zx {self.zx / 1e6:.1f}"
        return f"Stress({normal}, {shear} MPa)"


class Point:
    """What is known at one place and instant; everything is interpolated as it is asked for.

    Raises CaseError for what this run did not compute.
    """

    def __init__(
        self,
        position: tuple[float, float, float],
        time: float,
        scalar: Callable[[str], float],
        stress: Callable[[str], Stress],
        vector: Callable[[str], Array],
        fields: tuple[str, ...],
    ) -> None:
        self.position, self.time = position, time
        self._scalar, self._stress, self._vector, self._fields = scalar, stress, vector, fields

    @property
    def temperature(self) -> float:
        """K."""
        return self._scalar("temperature")

    @property
    def hardness(self) -> Hardness:
        """Vickers; `.hrc` is Rockwell C."""
        return Hardness(self._scalar("hardness"))

    @property
    def phases(self) -> dict[str, float]:
        """Volume fractions by name."""
        shares = {name: self._scalar(name) for name in PHASES if name in self._fields}
        whole = sum(shares.values())
        return {name: share / whole for name, share in shares.items()}

    @property
    def retained_austenite(self) -> float:
        """Volume fraction left at the end."""
        return self._scalar("retained_austenite")

    @property
    def residual_stress(self) -> Stress:
        """Stress at this instant; at the end the residual stress."""
        return self._stress("stress")

    stress = residual_stress

    @property
    def as_quenched_stress(self) -> Stress:
        """Stress before the first temper; without one the residual stress."""
        return self._stress("as_quenched_stress" if "as_quenched_stress" in self._fields else "stress")

    @property
    def plastic_strain(self) -> float:
        """Equivalent plastic strain."""
        return self._scalar("plastic_strain")

    @property
    def displacement(self) -> Array:
        """x, y, z, m, (3,)."""
        return self._vector("displacement")

    def __getitem__(self, name: str) -> float:
        """Any other scalar field by its name."""
        return self._scalar(name)

    def __repr__(self) -> str:
        x, y, z = (1e3 * value for value in self.position)
        words = [f"{self.temperature - 273.15:.1f} degC"]
        if "hardness" in self._fields:
            words.append(f"{self.hardness:.0f} HV")
        words += [f"{name} {value:.3f}" for name, value in self.phases.items() if value > 5e-4]
        return f"Point({x:g}, {y:g}, {z:g} mm at {self.time:g} s: {', '.join(words)})"


@dataclass(frozen=True, eq=False)
class Probe:
    """What a thermocouple saw: time (s,) s, temperature (s,) K, phases name -> (s,); at (x, y, z) m."""

    name: str
    at: tuple[float, float, float]
    time: Array
    temperature: Array
    phases: dict[str, Array]

    def __repr__(self) -> str:
        x, y, z = (1e3 * value for value in self.at)
        return f"Probe({self.name!r} at {x:g}, {y:g}, {z:g} mm: {self.time.size} samples)"


@dataclass(frozen=True, eq=False)
class Limit:
    """A field against the drawing.   least, most in the field's unit, None where open"""

    field: Field
    least: float | None
    most: float | None

    @property
    def map(self) -> NDArray[np.int8]:
        """(n,): 0 within, -1 below the least or not known, +1 above the most."""
        values = self.field.values
        low = values < self.least if self.least is not None else np.zeros(values.shape, bool)
        high = values > self.most if self.most is not None else np.zeros(values.shape, bool)
        return np.where(np.isnan(values), -1, high.astype(np.int8) - low.astype(np.int8)).astype(np.int8)

    @property
    def within(self) -> float:
        """Share of the volume within the limits, 0..1."""
        return float(np.average(self.map == 0, weights=self.field.volumes))

    @property
    def passed(self) -> bool:
        """Whether every cell is within."""
        return bool((self.map == 0).all())

    def __repr__(self) -> str:
        low = "" if self.least is None else f"{self.least:g} <= "
        high = "" if self.most is None else f" <= {self.most:g}"
        verdict = "passed" if self.passed else f"failed, {100 * self.within:.1f} % of the volume within"
        return f"Limit({low}{self.field.name}{high}: {verdict})"
