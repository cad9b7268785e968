"""Fitting the kinetics of a steel to what was measured on it: end quench, CCT diagram, dilatometer."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy import float64
from numpy.typing import NDArray

from ..materials.alloy import Alloy
from ..materials.matter import PHASES
from ..materials.quantity import Amount, parse
from ..materials.refusal import CaseError, one_of
from ..solver.curves import Level, Traces
from .diagram import BEGUN, cooled
from .jominy import EndQuench, Jominy
from .least_squares import least, spread
from .specimen import COLD, Drawn, model, products, steel

Array = NDArray[float64]

HARDNESS, KELVIN = 15.0, 15.0  # HV and K: scatter of a measured hardness and of a measured temperature
FACTOR = np.log(3.0)  # of a rate, before anything was measured: times are known within a factor 2 to 3
START, ALPHA = 20.0, 0.2  # K of Ms, and share of alpha, before
SHIFTS = {"martensite": 26.0, "bainite": 20.0, "ferrite": 20.0}  # HV, of each phase, before: Maynier 1978
ABSENT = 100.0  # K, charged at most for a transformation that was measured and does not happen
TOLD = 0.7  # of the uncertainty before: a parameter that keeps more was not told by the data
BAND = 1.645  # standard deviations of a 90 % band
COARSE = Amount(3e-3, "3 mm")  # cells of the bar while fitting: within 1 HV of 1 mm
RATED = ("ferrite", "pearlite", "bainite")
STARTS = (*PHASES[1:], "hardness")
SHARE = re.compile(r"(\d+(?:\.\d+)?)\s*%")


@dataclass(frozen=True)
class Parameter:
    """One fitted number with its 90 % band.

    name   "ferrite rate", "martensite start", ...;  unit "" of a multiplier
    told   whether the data say more of it than was known before
    """

    name: str
    value: float
    low: float
    high: float
    unit: str
    told: bool

    def __str__(self) -> str:
        zero = 273.15 if self.unit == "degC" else 0.0
        numbers = f"{self.value - zero:.4g} ({self.low - zero:.4g} to {self.high - zero:.4g})"
        kind = " times the model's" if not self.unit else f" {self.unit}"
        kind += " more than the model's" if self.unit == "HV" else ""
        return f"{self.name:<17} {numbers}{kind}{'' if self.told else '; the data do not tell it'}"


@dataclass(frozen=True, eq=False)
class KineticsFit(Drawn):
    """A steel whose kinetics were fitted; the alloy carries the name of the data, and says that it was fitted.

    alloy          fitted;  base  as it was
    parameters     with 90 % bands
    before, after  kind of data -> (root mean square difference, unit)
    bars           end-quenched bar before and after, or None
    """

    data: str
    alloy: Alloy = field(repr=False)
    base: Alloy = field(repr=False)
    parameters: tuple[Parameter, ...]
    before: dict[str, tuple[float, str]]
    after: dict[str, tuple[float, str]]
    bars: tuple[EndQuench, EndQuench] | None = field(repr=False, default=None)

    @property
    def model(self) -> str:
        """The laws it was made with."""
        return model(self.alloy)

    def __str__(self) -> str:
        said = [f"Kinetics of {self.base.name} fitted to {self.data} (90 % bands)"]
        said += [f"  {parameter}" for parameter in self.parameters]
        for kind, (was, unit) in self.before.items():
            said.append(f"  {kind}: rms difference {was:.1f} {unit} before, {self.after[kind][0]:.1f} {unit} after")
        return "\n".join(said)


@dataclass(frozen=True)
class Datum:
    """One kind of measured points: what they are worth against an alloy.

    compare  alloy -> differences (k,) of the computed from the measured, in unit
    """

    kind: str
    unit: str
    scatter: float
    compare: Callable[[Alloy], Array]


def fit_kinetics(
    alloy: Alloy | str,
    *,
    data: str,
    jominy: Mapping[str, str] | Jominy | None = None,
    cct: Mapping[str, Mapping[str, str]] | None = None,
    dilatometer: Mapping[str, Mapping[str, str]] | None = None,
    martensite: bool = False,
    hardness: bool = False,
) -> KineticsFit:
    """Fit the rates of ferrite, pearlite and bainite, with `martensite` also Ms and alpha, with `hardness` what is
    missing in the hardness of martensite, of bainite, and of ferrite and pearlite together.

    data         what the measurements are called: "heat 4711, end quench"
    jominy       {"J1": "57 HRC", "6 mm": "55 HRC"}, or a Jominy(alloy, measured=..., austenitise=...)
    cct          {"5 K/s": {"bainite": "540 degC", "martensite": "330 degC", "hardness": "450 HV"}}: start of
                 each product (1 %) and the hardness at the end
    dilatometer  {"5 K/s": {"10 %": "560 degC", "50 %": "480 degC"}}: where that much has transformed

    A Bayesian least-squares fit: each multiplier is known within a factor 3 before, Ms within 20 K, alpha
    within 20 %, hardness within 26 HV (martensite) and 20 HV, what Maynier states. A transformation that was
    measured and does not happen counts up to 100 K below where it ends.

        fit = fit_kinetics("42CrMo4", data="heat 4711", jominy={"J1": "57 HRC", "J16": "45 HRC"})
        print(fit); fit.alloy

    Raises CaseError where nothing is given to fit to, or a value is none.
    """
    base = steel(alloy)
    if not isinstance(data, str) or not data.strip():
        raise CaseError(f"{data!r} is no name; say where the data come from, 'heat 4711, end quench'", "data")
    bar = _bar(base, jominy)
    kinds = [*_of_bar(bar), *_of_rates("cct", cct, STARTS), *_of_rates("dilatometer", dilatometer, None)]
    if not kinds:
        raise CaseError("nothing to fit to; give jominy, cct or dilatometer")
    known, names = _unknowns(martensite, hardness), products(base)
    scale = np.array(list(known.values()))

    def changed(x: Array) -> Alloy:
        return _changed(base, dict(zip(known, (x * scale).tolist(), strict=True)), names)

    def residuals(x: Array) -> Array:
        there = changed(x)
        return np.concatenate([kind.compare(there) / kind.scatter for kind in kinds] + [x])

    x, jacobian, final = least(residuals, np.zeros(scale.size))
    found = changed(x)
    parameters = _parameters(found, spread(jacobian, final, scale.size) * scale, known)
    bars = None if bar is None else (replace(bar, alloy=base).run(), replace(bar, alloy=found).run())
    before, after = (_misses(kinds, each, bars and bars[i]) for i, each in enumerate((base, found)))
    said = "; ".join(f"{kind} {before[kind][0]:.1f} -> {after[kind][0]:.1f} {after[kind][1]}" for kind in before)
    fitted = _named(found, data, f"fitted to {data} (rms {said})", martensite, hardness)
    named = None if bars is None else (bars[0], replace(bars[1], alloy=fitted))
    return KineticsFit(data, fitted, base, parameters, before, after, named)


def _misses(kinds: list[Datum], alloy: Alloy, bar: EndQuench | None) -> dict[str, tuple[float, str]]:
    """Root mean square differences by kind; those of the end quench are of the bar on its own cells."""
    found = {}
    for kind in kinds:
        rms = bar.rmse if bar is not None and kind.kind == "jominy" else _rms(kind.compare(alloy))
        found[kind.kind] = (float(rms or 0.0), kind.unit)
    return found


def _bar(alloy: Alloy, given: Mapping[str, str] | Jominy | None) -> Jominy | None:
    if given is None:
        return None
    bar = given if isinstance(given, Jominy) else Jominy(alloy, measured=given)
    if bar.measured is None:
        raise CaseError("the bar has no measured curve; write Jominy(alloy, measured={'J1': '57 HRC'})", "jominy")
    return bar


def _of_bar(bar: Jominy | None) -> list[Datum]:
    if bar is None:
        return []
    x, measured = bar.measured

    def compare(alloy: Alloy) -> Array:
        seen = replace(bar, alloy=alloy, spacing=COARSE).run()
        return np.asarray(seen.at(x) - measured)

    return [Datum("jominy", "HV", HARDNESS, compare)]


def _of_rates(where: str, given: Mapping[str, Mapping[str, str]] | None, known: tuple[str, ...] | None) -> list[Datum]:
    """Points at cooling rates: temperatures of a start or of a share, and hardness."""
    if not given:
        return []
    rates, temperatures, hardness = [], [], []
    for text, points in sorted(given.items(), key=lambda entry: parse(entry[0], "K/s", where)):
        rates.append(parse(text, "K/s", where))
        for name, value in points.items():
            place = (where, text, name)
            try:
                if known is not None and one_of(name, known, "measured point") == "hardness":
                    hardness.append((len(rates) - 1, parse(value, "HV")))
                else:
                    temperatures.append((len(rates) - 1, _level(name, known), parse(value, "K")))
            except CaseError as error:
                raise CaseError(error.sentence, *place) from None
    grid = np.array(rates)
    if len(np.unique(grid)) < grid.size or (grid <= 0.0).any():
        raise CaseError("every cooling rate stands once and above 0", where)
    levels = tuple(dict.fromkeys(level for _, level, _ in temperatures))

    def starts(alloy: Alloy) -> Array:
        seen, low = cooled(alloy, grid, levels), _lowest(alloy)
        return np.array([_start(seen, i, level, low[level[0]]) - kelvin for i, level, kelvin in temperatures])

    def ends(alloy: Alloy) -> Array:
        seen = cooled(alloy, grid)
        return np.array([seen.hardness[i] - hv for i, hv in hardness])

    return [
        *([Datum(f"{where} temperatures", "K", KELVIN, starts)] if temperatures else []),
        *([Datum(f"{where} hardness", "HV", HARDNESS, ends)] if hardness else []),
    ]


def _lowest(alloy: Alloy) -> dict[str, float]:
    """K down to which each phase forms, and austenite goes."""
    kinetics = alloy.matter().kinetics
    return {product.phase: product.low for product in (kinetics.products if kinetics else ())} | {
        name: COLD for name in ("austenite", "martensite")
    }


def _start(seen: Traces, i: int, level: Level, low: float) -> float:
    """K where curve i reaches a level; where it does not, the lower the less it comes near it."""
    (phase, share), kelvin = level, float(seen.reached[level][1][i])
    if np.isfinite(kelvin):
        return kelvin
    end = float(seen.phases[PHASES.index(phase), i])
    part = (1.0 - end) / (1.0 - share) if phase == "austenite" else end / share
    return low - ABSENT * (1.0 - part)


def _level(name: str, known: tuple[str, ...] | None) -> tuple[str, float]:
    """What to look out for: the start of a product, or a share of austenite that is left."""
    if known is not None:
        return name, BEGUN
    match = SHARE.fullmatch(name.strip())
    if match is None or not 0.0 < float(match[1]) < 100.0:
        raise CaseError(f"'{name}' is no share that has transformed; write '50 %'")
    return "austenite", 1.0 - float(match[1]) / 100.0


def _unknowns(martensite: bool, hardness: bool) -> dict[str, float]:
    """What is fitted, and how well each was known before: the standard deviation in the unit of `_changed`."""
    known = dict.fromkeys((f"{phase} rate" for phase in RATED), float(FACTOR))
    known |= {"martensite start": START, "alpha": ALPHA} if martensite else {}
    return known | ({f"{phase} hardness": scatter for phase, scatter in SHIFTS.items()} if hardness else {})


def _changed(base: Alloy, moved: dict[str, float], names: tuple[str, ...]) -> Alloy:
    """The alloy with its rates and alpha times exp, Ms and hardness plus what they have `moved`, K and HV."""
    shown = {phase: float(base.rates.get(phase, 1.0) * np.exp(moved[f"{phase} rate"])) for phase in RATED}
    rates = {phase: Amount(value, f"{value:.6g}") for phase, value in shown.items() if phase in names}
    made = replace(base, rates=rates)
    if "alpha" in moved:
        start, alpha = base.martensite_pair()
        made = replace(
            made,
            martensite_start=f"{start + moved['martensite start']:.2f} K",
            alpha=f"{alpha * np.exp(moved['alpha']):.6g} 1/K",
        )
    if "bainite hardness" in moved:
        harder = {phase: moved[f"{'ferrite' if phase == 'pearlite' else phase} hardness"] for phase in PHASES[1:]}
        shift = {phase: float(base.hardness_shift.get(phase, 0.0)) + hv for phase, hv in harder.items()}
        made = replace(made, hardness_shift={phase: f"{hv:.2f} HV" for phase, hv in shift.items()})
    return made


def _parameters(found: Alloy, after: Array, known: dict[str, float]) -> tuple[Parameter, ...]:
    """What was fitted with its band; `after` and `known` are standard deviations."""
    start, alpha = found.martensite_pair()
    ready = []
    for (name, before), deviation in zip(known.items(), after.tolist(), strict=True):
        wide, told = BAND * deviation, deviation < TOLD * before
        phase, what = name.rsplit(" ", 1) if " " in name else ("", name)
        if what == "rate":
            value, unit = float(found.rates.get(phase, 1.0)), ""
        elif what == "hardness":
            value, unit = float(found.hardness_shift[phase]), "HV"
        else:
            value, unit = (start, "degC") if what == "start" else (alpha, "1/K")
        times = float(np.exp(wide))
        low, high = (value / times, value * times) if unit in ("", "1/K") else (value - wide, value + wide)
        ready.append(Parameter(name, value, low, high, unit, told))
    return tuple(ready)


def _named(found: Alloy, data: str, source: str, martensite: bool, hardness: bool) -> Alloy:
    """The fitted alloy under a name of its own, so that no file and no card hides that it was fitted."""
    note = {"source": source, "mark": "C"}
    fitted = [
        "rates",
        *(["martensite_start", "alpha"] if martensite else []),
        *(["hardness_shift"] if hardness else []),
    ]
    notes = {**found.notes, **dict.fromkeys(fitted, note)}
    return replace(found, name=f"{found.name}, fitted to {data}", notes=notes, base=None)


def _rms(apart: Array) -> float:
    return float(np.sqrt(np.mean(apart**2)))
