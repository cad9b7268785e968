"""Fields of a casting that follow from what its cells remember: criteria, arms, strength. Derived on reading."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy import float64
from numpy.typing import NDArray

from ..materials import arm_spacing, cast_aluminium, cast_iron, criteria, feeding, iron_matrix
from ..materials.curve import function
from ..materials.freezing import Freezing
from ..materials.hardness_scale import hv_from_hbw
from ..materials.mould import Mould
from ..materials.refusal import CaseError
from .meaning import meaning

Array = NDArray[float64]
SILICON, COPPER = (6.5, 7.5), 0.2
"""wt % in which an aluminium alloy is an A356, with the magnesium of its strength."""
DUCTILE = "EN-GJS"
SHARP = (
    "freezes at one temperature: its front is sharp and passes a place at once, and melt comes to that temperature "
    "ever more slowly; look at solidification_time"
)
AT_ONCE = "freezes at one temperature, which falls no further meanwhile; look at solidification_time"


@dataclass(frozen=True)
class Frozen:
    """What a law of a casting may ask: alloy, mould, K of the melt in it, and fields (n,) in SI by name."""

    alloy: Any
    mould: Mould
    start: float
    fields: dict[str, Array]

    @property
    def freezing(self) -> Freezing:
        made: Freezing = self.alloy.freezing
        return made

    @property
    def grade(self) -> str:
        """Name of the card."""
        return str(self.alloy.material.name)


def isotherm_velocity(of: Frozen) -> Array:
    """Cooling rate over gradient, m/s; NaN where there is no gradient. Raises CaseError without a range."""
    if of.freezing.range <= 0.0:
        raise CaseError(f"{of.alloy.name} {AT_ONCE}")
    gradient = of.fields["thermal_gradient"]
    return np.asarray(of.fields["cooling_rate"] / np.where(gradient > 0.0, gradient, np.nan))


def niyama(of: Frozen) -> Array:
    """K^0.5 s^0.5/m. Raises CaseError for graphitic iron and for a metal that freezes at one temperature."""
    criteria.niyama_temperature(of.freezing)
    return criteria.niyama(of.fields["thermal_gradient"], of.fields["cooling_rate"])


def dimensionless_niyama(of: Frozen) -> Array:
    """Of the alloy's own arms, viscosity and shrinkage. Raises CaseError where one of them is not known."""
    criteria.niyama_temperature(of.freezing)
    gradient, rate = of.fields["thermal_gradient"], of.fields["cooling_rate"]
    return criteria.dimensionless_niyama(gradient, rate, sdas(of), of.freezing)


def pore_fraction(of: Frozen) -> Array:
    """Share of pores. Raises CaseError as `dimensionless_niyama`."""
    return criteria.pore_fraction(dimensionless_niyama(of), of.freezing)


def sdas(of: Frozen) -> Array:
    """m, by the mean rate of the freezing range. Raises CaseError without a law, and without a range."""
    return arm_spacing.sdas(of.freezing, _mean_rate(of, "arms"))


def grain_size(of: Frozen) -> Array:
    """m, of an inoculated aluminium whose card has the two constants. Raises CaseError for all others."""
    least, slope, elements = of.freezing.grain_least, of.freezing.grain_slope, of.alloy.composition
    if of.freezing.family != "aluminium":
        raise CaseError(f"no law of the grains of {of.alloy.name} as cast is known: it is known of aluminium alone")
    if least is None or slope is None:
        raise CaseError(
            f"how an inoculant refines {of.alloy.name} is not on its card; give its freezing grain_least and "
            "grain_slope"
        )
    if elements is None:
        raise CaseError(f"{of.alloy.name} has no composition, which its grains grow by")
    shares = {element: share for element, share in elements.items() if share > 0.0}
    restriction = arm_spacing.growth_restriction(shares)
    if restriction <= 0.0:
        raise CaseError(f"nothing dissolved in {of.alloy.name} holds back its grains, and no law of that is known")
    return arm_spacing.grain_size(_mean_rate(of, "grains"), restriction, float(least), float(slope))


def _mean_rate(of: Frozen, what: str) -> Array:
    """K/s, from liquidus to solidus. Raises CaseError without a range."""
    if of.freezing.range <= 0.0:
        raise CaseError(f"a metal that freezes at one temperature has no mean rate through its range, so no {what}")
    return np.asarray(of.freezing.range / np.maximum(of.fields["local_solidification_time"], 1e-9))


def thermal_modulus(of: Frozen) -> Array:
    """m: Chvorinov's plane law turned round, all heat from the start to the solidus. Raises CaseError in metal."""
    if of.mould.kind == "metal":
        raise CaseError("a modulus by the solidification time needs a mould of sand, shell or plaster")
    capacity = float(function(of.freezing.liquid_heat_capacity)(np.array(of.start)))
    above = of.start - of.freezing.solidus
    heat = feeding.heat_to_remove(of.freezing, float(of.alloy.material.density), above, capacity)
    constant = feeding.chvorinov(heat, of.freezing.solidus - float(of.mould.temperature), of.mould.effusivity)
    return np.asarray(np.sqrt(of.fields["solidification_time"] / constant))


def tensile_strength(of: Frozen) -> Array:
    """Pa. Raises CaseError where no law is known of the alloy."""
    if _is_a356(of.alloy):
        return cast_aluminium.strength_a356(sdas(of))
    if of.grade in cast_iron.WALLS:
        return cast_iron.strength_grey_wall(of.grade, cast_iron.wall_equivalent(thermal_modulus(of)))
    if of.grade.startswith(DUCTILE):
        return cast_iron.strength_ductile(cast_iron.hardness_ductile(pearlite_share(of)))
    raise CaseError(_no_law(of, "strength"))


def yield_strength(of: Frozen) -> Array:
    """Pa. Raises CaseError where no law is known of the alloy."""
    if _is_a356(of.alloy):
        return np.full_like(of.fields["solidification_time"], cast_aluminium.yield_a356(of.alloy.composition.Mg))
    if of.grade.startswith(DUCTILE):
        return cast_iron.yield_ductile(cast_iron.hardness_ductile(pearlite_share(of)))
    raise CaseError(_no_law(of, "yield strength"))


def hardness(of: Frozen) -> Array:
    """HV. Raises CaseError where no law is known of the alloy."""
    if _is_a356(of.alloy):
        return cast_aluminium.hardness_cahoon(yield_strength(of))
    if of.grade in cast_iron.WALLS:
        return hv_from_hbw(cast_iron.hardness_grey_strength(tensile_strength(of)))
    if of.grade.startswith(DUCTILE):
        return hv_from_hbw(cast_iron.hardness_ductile(pearlite_share(of)))
    raise CaseError(_no_law(of, "hardness"))


def nodule_count(of: Frozen) -> Array:
    """1/m2. Raises CaseError for anything but ductile iron."""
    if not of.grade.startswith(DUCTILE):
        raise CaseError("nodules are counted in ductile iron only")
    capacity = float(function(of.freezing.liquid_heat_capacity)(np.array(of.start)))
    fall = of.start - of.freezing.solidus + float(of.freezing.latent_heat) / capacity
    return 1e6 * cast_iron.nodules(fall / of.fields["solidification_time"])


def pearlite_share(of: Frozen) -> Array:
    """Share of the matrix. Raises CaseError for anything but ductile iron and grey iron with a wall table."""
    if of.grade in cast_iron.WALLS:
        bar = cast_iron.hardness_grey(cast_iron.saturation(of.alloy.composition))
        return iron_matrix.pearlite_grey(cast_iron.hardness_grey_strength(tensile_strength(of)), bar)
    if not of.grade.startswith(DUCTILE):
        raise CaseError("the matrix of grey and ductile iron alone is known as cast")
    capacity = float(function(of.alloy.material.heat_capacity)(np.array(iron_matrix.EUTECTOID)))
    rate = iron_matrix.eutectoid_rate(
        thermal_modulus(of), of.fields["solidification_time"], of.freezing.solidus, float(of.mould.temperature),
        of.mould.effusivity, capacity * float(of.alloy.material.density),
    )  # fmt: skip
    return iron_matrix.pearlite_ductile(of.alloy.composition, rate)


DERIVED: dict[str, Callable[[Frozen], Array]] = {
    law.__name__: law
    for law in (
        isotherm_velocity,
        niyama,
        dimensionless_niyama,
        pore_fraction,
        sdas,
        grain_size,
        thermal_modulus,
        tensile_strength,
        yield_strength,
        hardness,
        nodule_count,
        pearlite_share,
    )
}


def told(name: str, alloy: Any) -> str:
    """What a derived field is of this alloy, with the doubt that belongs to it; "" where its name says all."""
    text = meaning(name).text
    if name == "niyama" and alloy.freezing.family == "aluminium":
        return f"{text}; of aluminium it ranks at best, see pore_fraction"
    if name in ("tensile_strength", "yield_strength", "hardness"):
        what = f"{name.replace('_', ' ')} at 20 degC expected"
        if _is_a356(alloy):
            return f"{what} after T6, by arm spacing and magnesium; sound and modified"
        if str(alloy.material.name) in cast_iron.WALLS:
            return f"{what} as cast, of the plate that freezes as late, by EN 1561"
        if str(alloy.material.name).startswith(DUCTILE):
            least = "" if name == "hardness" else ": what EN 1563 asks at least of a grade as hard"
            return f"{what} as cast, by the pearlite of its matrix, uncertain{least}"
    return ""


def _is_a356(alloy: Any) -> bool:
    c = alloy.composition
    least, most = cast_aluminium.MAGNESIUM
    if alloy.freezing.family != "aluminium" or c is None:
        return False
    return bool(SILICON[0] <= c.Si <= SILICON[1] and least <= c.Mg <= most and c.Cu <= COPPER)


def _no_law(of: Frozen, what: str) -> str:
    grey = () if what == "yield strength" else tuple(cast_iron.WALLS)
    known = ", ".join(("A356 (T6)", *grey, DUCTILE))
    return f"no law of {what} is known of {of.alloy.name} as cast; known: {known}"
