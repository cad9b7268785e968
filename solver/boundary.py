"""Surroundings: every law at one time is a table of the heat flux against the surface temperature."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy import float64
from numpy.typing import NDArray

from ..materials.curve import TimeCurve

Array = NDArray[float64]
OfSurface = float | TimeCurve | Callable[[Array], Array]
OfTime = float | TimeCurve | Callable[[float], float]

STEFAN_BOLTZMANN = 5.670374419e-8  # W/m2/K4, CODATA 2018
CONTACT = 1e9  # W/m2/K: a prescribed surface temperature is held through this


@dataclass(frozen=True)
class Law:
    """What one zone of the wall meets: convection, a given flux or surface temperature, and radiation.

    h                    W/m2/K, of the surface temperature [K]; a TimeCurve is of time
    flux                 W/m2 into the part, likewise
    surface_temperature  K, of time
    temperature          K of the surroundings, of time
    emissivity           -
    radiation_temperature  K, of time; None: `temperature`

    A TimeCurve or a callable of time is asked for seconds since the start of the leg. A plain callable in `h`
    and `flux` is one of the surface temperature (kelvin arrays), in the temperatures one of time.
    Raises ValueError unless exactly one of h, flux and surface_temperature is given (none where it only
    radiates), and where the temperature that a law needs is missing.
    """

    h: OfSurface | None = None
    flux: OfSurface | None = None
    surface_temperature: OfTime | None = None
    temperature: OfTime | None = None
    emissivity: float = 0.0
    radiation_temperature: OfTime | None = None

    def __post_init__(self) -> None:
        given = [name for name in ("h", "flux", "surface_temperature") if getattr(self, name) is not None]
        if len(given) > 1:
            raise ValueError(f"a law takes one of h, flux and surface_temperature; got {' and '.join(given)}")
        if not given and not self.emissivity:
            raise ValueError("a law needs h, flux, surface_temperature or an emissivity")
        if self.h is not None and self.temperature is None:
            raise ValueError("a law with h needs the temperature of the surroundings")
        if not 0.0 <= self.emissivity <= 1.0:
            raise ValueError(f"emissivity {self.emissivity} lies outside 0..1")
        if self.emissivity and self.temperature is None and self.radiation_temperature is None:
            raise ValueError("a law that radiates needs a temperature of the surroundings")

    @property
    def steady(self) -> bool:
        """Whether its table never changes."""
        of_time = (self.surface_temperature, self.temperature, self.radiation_temperature)
        return not (
            any(callable(value) for value in of_time)
            or isinstance(self.h, TimeCurve)
            or isinstance(self.flux, TimeCurve)
        )

    def ambient(self, time: float) -> float | None:
        """What the surface tends to at one time (s since the leg began), K; None under a given flux."""
        for value in (self.surface_temperature, self.temperature, self.radiation_temperature):
            if value is not None:
                return _of_time(value, time)
        return None

    def table(self, surface: Array, time: float) -> Array:
        """Heat flux into the part (m,) W/m2 at surface temperatures (m,) K; time is s since the leg began.

        >>> Law(h=1000.0, temperature=300.0).table(np.array([300.0, 400.0]), 0.0).tolist()
        [0.0, -100000.0]
        """
        q = np.zeros_like(surface)
        if self.h is not None:
            assert self.temperature is not None
            q += _of_surface(self.h, surface, time) * (_of_time(self.temperature, time) - surface)
        if self.flux is not None:
            q += _of_surface(self.flux, surface, time)
        if self.surface_temperature is not None:
            q += CONTACT * (_of_time(self.surface_temperature, time) - surface)
        if self.emissivity:
            far = self.temperature if self.radiation_temperature is None else self.radiation_temperature
            assert far is not None
            q += self.emissivity * STEFAN_BOLTZMANN * (_of_time(far, time) ** 4 - surface**4)
        return q


class Tables:
    """Laws as tables on one axis of surface temperature; what never changes is computed once.

    knots  (m,) K, evenly spaced
    """

    def __init__(self, knots: Array) -> None:
        self._knots = knots
        self._steady: dict[int, tuple[Law, Array]] = {}
        self._stacked: tuple[tuple[Law, ...], Array] = ((), np.empty((0, knots.size)))

    def of(self, laws: tuple[Law, ...], time: float) -> Array:
        """(laws, m + 1) W/m2 at the knots, then the steepest fall of each, W/m2/K.   time s"""
        if len(laws) == len(self._stacked[0]) and all(a is b for a, b in zip(laws, self._stacked[0], strict=True)):
            return self._stacked[1]
        rows = []
        for law in laws:
            known = self._steady.get(id(law))
            if known is None or known[0] is not law:
                flux = law.table(self._knots, time)
                step = self._knots[1] - self._knots[0]
                known = (law, np.append(flux, max(0.0, -np.diff(flux).min()) / step))
                if law.steady:
                    self._steady[id(law)] = known
            rows.append(known[1])
        table = np.array(rows).reshape(len(rows), self._knots.size + 1)
        if all(law.steady for law in laws):
            self._stacked = (laws, table)
        return table


def _of_surface(value: OfSurface, surface: Array, time: float) -> Array | float:
    if isinstance(value, TimeCurve):
        return float(value(np.array(time)))
    return value(surface) if callable(value) else float(value)


def _of_time(value: OfTime, time: float) -> float:
    if isinstance(value, TimeCurve):
        return float(value(np.array(time)))
    return float(value(time)) if callable(value) else float(value)
