"""A material of one phase from its measured properties: probes, linings, verification."""

from collections.abc import Callable
from dataclasses import replace
from typing import Annotated, Any, Self

import numpy as np
from numpy import float64
from numpy.typing import NDArray
from pydantic import model_validator
from pydantic.dataclasses import dataclass

from .curve import Curve, Varying, function
from .matter import Matter, Mechanics, Phase
from .quantity import Amount, Density, Fraction, Temperature
from .refusal import STRICT, CaseError, plain

Array = NDArray[float64]
DATUM = 293.15
NODES, WEIGHTS = np.polynomial.legendre.leggauss(6)
Conductivity = Annotated[Any, Varying("W/m/K", positive=True)]
HeatCapacity = Annotated[Any, Varying("J/kg/K", positive=True)]
Modulus = Annotated[Any, Varying("Pa", positive=True)]
Stress = Annotated[Any, Varying("Pa", nonnegative=True)]
Ratio = Annotated[Any, Varying("", nonnegative=True, most=0.4999)]
Expansion = Annotated[Any, Varying("1/K", most=1e-3)]
NEEDED = ("young", "poisson", "expansion")
OPTIONAL = ("yield_stress", "yield_compression", "hardening")
TRIED = np.linspace(273.15, 1473.15, 241)


def enthalpy(heat_capacity: Amount | Curve | Callable[[Array], Array]) -> Callable[[Array], Array]:
    """Enthalpy [J/kg] against K, 0 at 20 degC: exact, but for a callable by quadrature."""
    if isinstance(heat_capacity, Curve):
        return lambda T: heat_capacity.integral(T, DATUM)
    if isinstance(heat_capacity, Amount):
        return lambda T: np.asarray(float(heat_capacity) * (np.asarray(T, float64) - DATUM))
    return lambda T: quadrature(heat_capacity, np.asarray(T, float64))


def quadrature(density: Callable[[Array], Array], T: Array, datum: float = DATUM) -> Array:
    """Integral of a smooth function from `datum` to each T; six Gauss points on every 5 K or less."""
    ends = np.union1d(T.ravel(), datum)
    pieces = [np.linspace(a, b, 2 + int((b - a) / 5.0))[:-1] for a, b in zip(ends[:-1], ends[1:], strict=True)]
    grid = np.concatenate([*pieces, ends[-1:]])
    half = 0.5 * np.diff(grid)
    middle = grid[:-1] + half
    slices = half * (density(middle[:, None] + half[:, None] * NODES) * WEIGHTS).sum(axis=1)
    total = np.concatenate([[0.0], np.cumsum(slices)])
    return np.asarray(np.interp(T, grid, total) - np.interp(datum, grid, total), float64)


@plain
@dataclass(frozen=True, config=STRICT)
class Material:
    """Matter of one phase; each property a quantity, a Curve, or a callable of kelvin.

    conductivity   W/m/K                density    kg/m3 (one reference value)
    heat_capacity  J/kg/K               emissivity 0 to 1
    young, poisson                      Pa, -
    expansion      1/K, SECANT from `stress_free`, which must be given where the expansion varies
    yield_stress   Pa; elastic where not given
    yield_compression  Pa, where it differs: yield_stress is then that of tension alone, as of grey iron
    hardening      Pa, d stress / d plastic strain, not the tangent modulus
    kinematic      share of the hardening that moves the yield surface: 0 isotropic, 1 kinematic
    kinetics       refused: a Material has one phase; what transforms is an Alloy

        Material("steel", "50 W/m/K", "7800 kg/m^3", "600 J/kg/K")

    Raises CaseError for values of the wrong sign or dimension and for mechanics that are given only in part.
    """

    name: str
    conductivity: Conductivity
    density: Density
    heat_capacity: HeatCapacity
    emissivity: Fraction | None = None
    young: Modulus | None = None
    poisson: Ratio | None = None
    expansion: Expansion | None = None
    yield_stress: Modulus | None = None
    yield_compression: Modulus | None = None
    hardening: Stress | None = None
    kinematic: Fraction = Amount(0.0, "0")
    stress_free: Temperature | None = None
    kinetics: Any = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        given = [name for name in NEEDED + OPTIONAL if getattr(self, name) is not None]
        missing = [name for name in NEEDED if getattr(self, name) is None]
        if given and missing:
            has, lacks = ", ".join(given), ", ".join(missing)
            raise CaseError(f"material '{self.name}' has {has} but no {lacks}; stress needs all of them")
        if self.hardening is not None and self.yield_stress is None:
            raise CaseError(f"material '{self.name}' has hardening but no yield_stress; give yield_stress")
        if self.yield_compression is not None:
            self._crushed()
        if self.expansion is not None and not isinstance(self.expansion, Amount) and self.stress_free is None:
            raise CaseError(
                f"material '{self.name}': an expansion that varies is secant from a temperature; give stress_free"
            )
        if self.kinetics is not None:
            raise CaseError(f"material '{self.name}' has one phase and cannot transform; use an Alloy")
        return self

    def _crushed(self) -> None:
        """Raises CaseError where a yield stress in compression has no meaning."""
        where = f"material '{self.name}'"
        if self.yield_stress is None:
            raise CaseError(f"{where} has yield_compression but no yield_stress; give yield_stress, that of tension")
        if self.kinematic > 0.0:
            raise CaseError(f"{where}: kinematic hardening goes with equal yield in tension and compression; give one")
        tension, compression = function(self.yield_stress)(TRIED), function(self.yield_compression)(TRIED)
        low = int(np.argmin(compression / tension))
        if compression[low] < tension[low]:
            raise CaseError(
                f"{where} yields in compression at {compression[low] / 1e6:g} MPa, in tension at "
                f"{tension[low] / 1e6:g} MPa, at {TRIED[low] - 273.15:.0f} degC; compression must hold as much or more"
            )

    def replace(self, **changes: Any) -> "Material":
        """A changed material, validated again."""
        return replace(self, **changes)

    def matter(self) -> Matter:
        """What the solver takes: one phase, "solid"."""
        emissivity = None if self.emissivity is None else float(self.emissivity)
        solid = Phase("solid", function(self.conductivity), enthalpy(self.heat_capacity), self._mechanics())
        return Matter(
            self.name,
            float(self.density),
            (solid,),
            emissivity,
            stress_free=self._reference(),
            kinematic=float(self.kinematic),
        )

    def _reference(self) -> float:
        return DATUM if self.stress_free is None else float(self.stress_free)

    def _mechanics(self) -> Mechanics | None:
        if self.young is None:
            return None
        reference, expansion = self._reference(), function(self.expansion)
        flow = None if self.yield_stress is None else function(self.yield_stress)
        hardening = None if self.hardening is None else function(self.hardening)
        crushed = None if self.yield_compression is None else function(self.yield_compression)
        return Mechanics(
            function(self.young),
            function(self.poisson),
            lambda T: expansion(T) * (np.asarray(T, float64) - reference),
            flow,
            hardening,
            yield_compression=crushed,
        )
