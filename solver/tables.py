"""Matter as tables on a uniform axis, of enthalpy where it freezes: the only place where materials meet kernels."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy import float64
from numpy.typing import NDArray

from ..materials.matter import FreezingTable, Matter, Property

Array = NDArray[float64]

STATES = 16384  # intervals of enthalpy between the coldest and the hottest state of a body
TREATED = (190.0, 1600.0)  # K, deep cooling to the hottest soak; a property that fails beyond is held there


@dataclass(frozen=True)
class Axis:
    """Uniform kelvin axis of every table of a run: low + step * i, i < count."""

    low: float = 100.0
    step: float = 2.0
    count: int = 1001

    @property
    def knots(self) -> Array:
        """(count,) K."""
        return np.asarray(self.low + self.step * np.arange(self.count), float64)

    @property
    def high(self) -> float:
        """Last knot, K."""
        return self.low + self.step * (self.count - 1)


@dataclass(frozen=True)
class Tables:
    """The phases of one matter on an axis; linear between knots.

    phases        names (P,)
    enthalpy      (P, m)  J/m3 with the matter's one reference density; the end lines go on outside the axis
    conductivity  (P, m)  W/m/K; flat outside
    """

    axis: Axis
    phases: tuple[str, ...]
    enthalpy: Array
    conductivity: Array

    @classmethod
    def of(cls, matter: Matter, axis: Axis = Axis()) -> Self:  # noqa: B008 (frozen)
        """Sample a matter.

        Raises ValueError naming phase and temperature where within TREATED the enthalpy does not strictly
        increase or the conductivity is not positive.
        """
        T = axis.knots
        enthalpy = np.array([matter.density * _sample(phase.enthalpy, T) for phase in matter.phases])
        conductivity = np.array([_sample(phase.conductivity, T) for phase in matter.phases])
        for phase, H, k in zip(matter.phases, enthalpy, conductivity, strict=True):
            where = f"of {matter.name}, {phase.name}"
            rise = np.diff(H)
            if (i := _hold(rise, rise > 0.0, T[:-1])) is not None:
                span = f"from {T[i]:g} to {T[i + 1]:g} K"
                raise ValueError(f"the enthalpy {where} must rise with temperature; it does not {span}")
            sure = np.flatnonzero(T >= TREATED[0])[0]
            H[:sure] = H[sure] - np.cumsum(rise[:sure][::-1])[::-1]
            H[sure + 1 :] = H[sure] + np.cumsum(rise[sure:])
            if (i := _hold(k, (k > 0.0) & np.isfinite(k), T)) is not None:
                value = f"at {T[i]:g} K it is {k[i]:g} W/m/K"
                raise ValueError(f"the conductivity {where} must be positive; {value}")
        return cls(axis, tuple(phase.name for phase in matter.phases), enthalpy, conductivity)


def _sample(value: Property, T: Array) -> Array:
    return np.broadcast_to(np.asarray(value(T), float64), T.shape)


def _hold(values: Array, good: NDArray[np.bool_], T: Array) -> int | None:
    """Replace the values beyond the first bad one outside TREATED; the place of a bad one inside, or None."""
    low, high = np.searchsorted(T, TREATED[0]), np.searchsorted(T, TREATED[1], side="right")
    if not good[low:high].all():
        return int(low + np.argmin(good[low:high]))
    if low and not good[:low].all():
        first = int(np.flatnonzero(~good[:low])[-1]) + 1
        values[:first] = values[first]
    if not good[high:].all():
        last = int(high + np.argmin(good[high:]))
        values[last:] = values[last - 1]
    return None


@dataclass(frozen=True)
class States:
    """A body with one enthalpy for each state, on a uniform axis of enthalpy with solidus and liquidus on knots.

    datum, rise    J/m3, first knot and step
    temperature    (s,)  K
    theta          (s,)  W/m, conductivity integral
    solid          (s,)  solid fraction
    """

    datum: float
    rise: float
    temperature: Array
    theta: Array
    solid: Array

    @classmethod
    def of(cls, table: FreezingTable, low: float, high: float) -> Self:
        """Sample a table between two temperatures, K."""
        first, last = float(table.enthalpy(np.array(low))), float(table.enthalpy(np.array(high)))
        melts = np.flatnonzero((table.fs[:-1] >= 1.0) & (table.fs[1:] < 1.0))
        rise = (last - first) / STATES
        if melts.size:
            solidus, liquidus = float(table.H[melts[0]]), float(table.H[np.argmax(table.fs <= 0.0)])
            rise = (liquidus - solidus) / max(1, round((liquidus - solidus) / rise))
            first = solidus - rise * np.ceil((solidus - first) / rise)
        H = first + rise * np.arange(int(np.ceil((last - first) / rise)) + 2)
        values = (np.interp(H, table.H, column) for column in (table.T, table.theta, table.fs))
        return cls(float(first), float(rise), *(np.asarray(column, float64) for column in values))

    @property
    def plan(self) -> tuple[float, float, Array, Array]:
        """As the heat kernels take it."""
        return self.datum, self.rise, self.temperature, self.theta

    def fraction(self, H: Array) -> Array:
        """Solid fraction at H, J/m3."""
        return self._read(self.solid, H)

    def at(self, H: Array) -> Array:
        """T [K] at H, J/m3; the end lines go on outside the axis, as in the heat kernels."""
        return self._read(self.temperature, H)

    def _read(self, column: Array, H: Array) -> Array:
        place = (H - self.datum) / self.rise
        i = np.clip(place.astype(np.int64), 0, column.size - 2)
        return np.asarray(column[i] + (place - i) * (column[i + 1] - column[i]), float64)
