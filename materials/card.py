"""What stands behind the numbers of a steel: value, unit, source, range and mark of each."""

from collections.abc import Sequence
from dataclasses import dataclass

from . import critical_rate, tempering  # noqa: F401 (their correlations enter the list)
from .composition import Composition
from .correlation import CORRELATIONS
from .critical import ZERO, ac1_trzaska, ac3_trzaska, bs_li
from .hardness import AUSTENITE, FINE, hv_martensite
from .heat import latent_heat
from .kinetics import TAU, ae1, ae3
from .stress import CREEP

MARKS = {
    "V": "read in a published source",
    "C": "computed or fitted here and checked",
    "M": "from memory of well known tables",
    "U": "uncertain",
    "assumed": "chosen, not measured",
    "given": "from the case",
}

CHAIN = {
    "critical temperatures (Trzaska 2016)": "ac1_trzaska",
    "transformation rates (Li 1998)": "critical_rate_martensite_li",
    "hardness of bainite, ferrite and pearlite (Maynier 1978)": "hv_bainite_maynier",
    "hardness of martensite (A255)": "hrc_martensite_a255",
}
"""Model of the default chain -> the correlation whose range it has."""


@dataclass(frozen=True)
class Entry:
    """One number of a card; mark is a key of MARKS."""

    name: str
    value: str
    source: str
    valid: str
    mark: str

    def remark(self) -> str:
        """One sentence for a report."""
        return f"[{self.mark}] {self.name} {self.value}: {self.source}"


def _celsius(kelvin: float) -> str:
    return f"{kelvin - ZERO:.0f} degC"


def outside(c: Composition, grain_size: float) -> list[str]:
    """One sentence for each model of the default chain that is left, naming element and limit; else empty."""
    left = {model: CORRELATIONS[name].outside(c, {"grain_size": grain_size}) for model, name in CHAIN.items()}
    return [f"{model}: {', '.join(sentences)}" for model, sentences in left.items() if sentences]


def _of(name: str, value: str, correlation: str) -> Entry:
    own = CORRELATIONS[correlation]
    return Entry(name, value, own.source, own.range, own.mark)


def critical_entries(c: Composition, start: float, alpha: float, pair: Entry | None) -> list[Entry]:
    """Critical temperatures; `pair` says where martensite start and alpha come from, if not van Bohemen."""
    low_alloy = "C <= 0.6, +-15 K"
    ms = pair or Entry("", "", "van Bohemen 2012", "C in solution, +-20 K", "V")
    return [
        Entry("Ae1", _celsius(ae1(c)), "Andrews 1965, Grange 1961 above 0.9 % Mn", low_alloy, "V"),
        Entry("Ae3", _celsius(ae3(c)), "Andrews 1965, Grange 1961 above 0.9 % Mn", low_alloy, "V"),
        _of("Ac1", _celsius(ac1_trzaska(c)), "ac1_trzaska"),
        _of("Ac3", _celsius(ac3_trzaska(c)), "ac3_trzaska"),
        Entry("bainite start", _celsius(bs_li(c)), "Li et al. 1998 (kinetic)", "with its rates only", "V"),
        Entry("martensite start", _celsius(start), ms.source, ms.valid, ms.mark),
        Entry("Koistinen-Marburger alpha", f"{alpha:.4f} 1/K", ms.source, "with its Ms", ms.mark),
        Entry("austenitisation time constants", f"{TAU[0]:g} s, {TAU[1]:g} s", "chosen", "", "assumed"),
    ]


def model_entries(c: Composition, stored: float, tempers: bool, trip: dict[str, float]) -> list[Entry]:
    """Heat, hardness and mechanics that follow from the composition; `stored` energy of martensite in J/kg."""
    fine = f"at least {FINE[2]:.0f} HV below {_celsius(FINE[0])}, none above {_celsius(FINE[1])}"
    plastic = ", ".join(f"{phase} {value:.3g}" for phase, value in trip.items()) + " 1/Pa"
    creep = f"A {CREEP[0]:g} Pa^-n/s, n {CREEP[1]:g}, Q {CREEP[2] / 1e3:g} kJ/mol"
    c60 = "C60 set of Denis and Gur"
    entries = [
        Entry("heat capacity, bcc", "425 to 900 J/kg/K", "EN 1993-1-2, no A1 peak", "20 to 700 degC", "V"),
        Entry("heat capacity, austenite", "450 to 640 J/kg/K", "Furlan et al. 2025", "", "V"),
        Entry("conductivity, austenite", "16.8 + 0.0119 T W/m/K", "Furlan et al. 2025", "", "V"),
        Entry("conductivity, martensite", "0.78 of annealed at 20 degC", "tables", "20 to 800 degC", "M"),
        Entry("latent heat at 727 degC", f"{latent_heat(c) / 1e3:.0f} kJ/kg", "Hagel 1956", "+-5 %", "V"),
        Entry(
            "stored energy, martensite", f"{stored / 1e3:.0f} kJ/kg", "640 MJ/m3 set free at Ms, Denis et al.", "", "V"
        ),
        _of("hardness, martensite", f"{hv_martensite(c):.0f} HV", "hrc_martensite_a255"),
        _of("hardness, bainite and pearlite", "by cooling rate", "hv_bainite_maynier"),
        Entry("hardness, bainite held", "by temperature", "handbook values", "+-30 HV", "M"),
        Entry("hardness, fine pearlite", fine, "A304 bands of 1045H", "C >= 0.4", "U"),
        Entry("hardness, austenite", f"{AUSTENITE:.0f} HV", "handbook values", "", "U"),
        Entry("densities of the phases", "free strain", "Miettinen 1997", "20 to 1400 degC", "V"),
        Entry("elasticity", "210 GPa, 0.28 at 0 degC", c60, "0 to 900 degC", "M"),
        Entry("yield strength", "from hardness", f"Pavlina & Van Tyne 2008; {c60}", "130 to 650 HV", "M"),
        Entry("hardening", "from tangent moduli", c60, "0 to 900 degC", "M"),
        Entry("transformation plasticity", plastic, "middle of published ranges", "x/1.5", "U"),
        Entry("creep of bcc phases", creep, "own fit to 42CrMo4, Schulze et al. 1993", "450 to 600 degC, to 4 h", "M"),
    ]
    entries.append(
        _of(
            "tempering",
            "HRC by m(T, t)" + ("" if tempers else ", what is outside held at its end [U]"),
            "hrc_tempered_fit",
        )
    )
    return entries


def columns(rows: Sequence[Sequence[str]]) -> list[str]:
    """Lines of a table, each column as wide as its longest cell."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]


def text(title: str, entries: list[Entry], warnings: Sequence[str] = ()) -> str:
    """A page: one line a number, what is outside its range, the marks explained."""
    head = ("quantity", "value", "source", "range", "mark")
    rows = [head, *((entry.name, entry.value, entry.source, entry.valid, entry.mark) for entry in entries)]
    left = [f"outside  {line}" for line in warnings]
    return "\n".join([title, *columns(rows), *left, legend()])


def legend() -> str:
    """What the marks mean, one line."""
    return "marks  " + "; ".join(f"{mark}: {meaning}" for mark, meaning in MARKS.items())
