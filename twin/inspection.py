"""What was measured on the finished part, or on specimens of its steel, as something to calibrate against."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy import float64
from numpy.typing import NDArray

from ..cases.dilatometer import Dilation, Dilatometer
from ..cases.jominy import EndQuench, Jominy
from ..materials.end_quench import distance
from ..materials.quantity import DIFFERENCE, Amount, parse
from ..materials.refusal import CaseError, one_of
from .observable import Observable

Array = NDArray[float64]

BAR = Amount(3e-3, "3 mm")  # cells of the end-quenched bar: within 1 HV of 1 mm
STRAIN = "strain"


@dataclass(frozen=True)
class EndQuenched:
    """Hardness of an end-quenched bar of the alloy of the case.   at "J4" or "6 mm" """

    at: str

    def __post_init__(self) -> None:
        distance(self.at)

    @property
    def shown(self) -> str:
        """Unit of what it reads."""
        return "HV"

    @property
    def label(self) -> str:
        """What it is called on a page."""
        return f"end quench {self.at}"


@dataclass(frozen=True)
class Dilated:
    """A dilatometer specimen of the alloy of the case, cooled at `rate`, at a temperature.

    of  "strain": its length over that of the annealed specimen at 25 degC, less 1; or a phase
    """

    rate: str
    at: str
    of: str = STRAIN

    def __post_init__(self) -> None:
        parse(self.rate, "K/s", "rate"), parse(self.at, "K", "at")

    @property
    def shown(self) -> str:
        """Unit of what it reads: none."""
        return ""

    @property
    def label(self) -> str:
        """What it is called on a page."""
        return f"{self.of} at {self.at}, {self.rate}"


@dataclass(frozen=True)
class Inspection:
    """One measured number, with one standard deviation.

        Inspection(Observable("hardness", at=("0 mm", "0 mm", "80 mm")), "31 HRC", within="10 HV")
        Inspection(Observable("growth", of="diameter"), "42 um", within="5 um")
        Inspection(EndQuenched("J9"), "45 HRC", within="15 HV")
        Inspection(Dilated("5 K/s", "540 degC", of="bainite"), "30 %", within="5 %")

    within  of the measuring, and of the law that is to give it: hardness laws scatter by 10 to 20 HV

    Raises CaseError for a unit that does not fit, a width that is not above zero.
    """

    what: Observable | EndQuenched | Dilated
    measured: str
    within: str

    def __post_init__(self) -> None:
        if not isinstance(self.what, Observable | EndQuenched | Dilated):
            raise CaseError(f"{self.what!r} is nothing to inspect; write Observable(...)", "what")
        if self.scatter <= 0.0:
            raise CaseError(f"'{self.within}' must be above zero", "within")
        _ = self.value

    @property
    def _unit(self) -> str:
        return "HV" if self.what.shown == "HRC" else self.what.shown

    @cached_property
    def value(self) -> float:
        """In SI, hardness in HV."""
        return parse(self.measured, self._unit, "measured")

    @cached_property
    def scatter(self) -> float:
        """In the same unit."""
        return parse(self.within, DIFFERENCE if self._unit == "K" else self._unit, "within")

    @property
    def label(self) -> str:
        """What it is called on a page."""
        if not isinstance(self.what, Observable):
            return self.what.label
        at = self.what.of if self.what.at is None else "at " + ", ".join(map(str, self.what.at))
        return f"{self.what.field} {at}"


@dataclass
class _Specimens:
    """The part and specimens of one case, each computed once and only where asked for."""

    case: Any
    dilations: dict[str, Dilation] = field(default_factory=dict)

    @cached_property
    def result(self) -> Any:
        return self.case.run(progress=False)

    @cached_property
    def bar(self) -> EndQuench:
        return Jominy(self.case.alloy, spacing=BAR).run()

    def read(self, what: Observable | EndQuenched | Dilated) -> float:
        if isinstance(what, Observable):
            return replace(what, unit=None)(self.result)
        if isinstance(what, EndQuenched):
            return float(self.bar.at(what.at))
        if what.rate not in self.dilations:
            self.dilations[what.rate] = Dilatometer(self.case.alloy, what.rate).run()
        seen = self.dilations[what.rate]
        columns = {STRAIN: seen.strain, **seen.phases}
        column = columns[one_of(what.of, columns, "reading of a dilatometer", "of")]
        return float(np.interp(parse(what.at, "K"), seen.temperature[::-1], column[::-1]))


def computed(task: tuple[Any, Sequence[Inspection]]) -> Array:
    """(k,) what a case says of each inspection."""
    case, inspections = task
    specimens = _Specimens(case)
    return np.array([specimens.read(each.what) for each in inspections])
