"""An alloy: composition and numbers of its card, and the matter they make for the solver."""

from dataclasses import field, fields, replace
from typing import Annotated, Any, Self

from pydantic import BeforeValidator, model_validator
from pydantic.dataclasses import dataclass

from . import heat, kinetics, stress
from .card import Entry, critical_entries, model_entries, text
from .composition import Composition
from .critical import ac1_trzaska, acm_lee
from .freezing import Freezing
from .hardness import hardness_law, tempering
from .martensite import alpha_furlan, alpha_van_bohemen, ms_furlan, ms_van_bohemen
from .material import Material
from .matter import PHASES, Matter, Phase, Property
from .quantity import Amount, Density, Fraction, Quantity, Temperature
from .refusal import STRICT, CaseError, one_of, plain

PAIRS = {"van Bohemen": (ms_van_bohemen, alpha_van_bohemen), "Furlan": (ms_furlan, alpha_furlan)}
EUTECTOID_CARBON = 0.8
UNREAD = ("M", "U", "assumed")
MOST_CARBON = 2.0
METAL = {"conductivity": (1.0, 500.0, "W/m/K"), "density": (1000.0, 25000.0, "kg/m^3")}


def _by_phase(unit: str) -> BeforeValidator:
    rule = Quantity(unit, nonnegative=True)

    def read(given: object) -> dict[str, Amount]:
        if not isinstance(given, dict):
            raise CaseError(f"{given!r} is no table; write {{bainite: ..., martensite: ...}}")
        return {one_of(phase, PHASES[1:], "phase"): rule.validate(value) for phase, value in given.items()}

    return BeforeValidator(read)


def _material(given: object) -> object:
    return Material(**given) if isinstance(given, dict) else given


@plain
@dataclass(frozen=True, config=STRICT)
class Alloy:
    """A metal with a composition: a steel that transforms, or an inert alloy given by its `material`.

    composition    wt %                          grain_size  ASTM number of the austenite
    dissolved      wt % in the austenite where carbide stays behind (hypereutectoid steel)
    conductivity   W/m/K at 20 degC, annealed    density     kg/m3          emissivity  0 to 1
    rates          multipliers of the transformation rates by phase, 1 where not given
    martensite     "van Bohemen" or "Furlan": source of martensite start and alpha
    martensite_start, alpha   K and 1/K in place of that pair, only together
    trip           transformation plasticity K by phase, 1/Pa
    stress_free    temperature at which austenite has zero strain, 850 degC where not given
    material       the Material of an inert alloy
    freezing       how it freezes, of a casting alloy; its material then holds the solid
    notes          {field: {source, mark}} of the card

        alloy("42CrMo4", grain_size=9)
        Alloy("mine", composition={"C": 0.4, "Mn": 0.8}, conductivity="45 W/m/K")

    Raises CaseError for an unknown element or phase, a wrong sign or dimension, a value that is missing.
    """

    name: str
    composition: Annotated[Any, BeforeValidator(Composition.read)] | None = None
    grain_size: float = 8.0
    dissolved: Annotated[Any, BeforeValidator(Composition.read)] | None = None
    conductivity: Annotated[Any, Quantity("W/m/K", positive=True)] | None = None
    density: Density = Amount(7850.0, "7850 kg/m^3")
    emissivity: Fraction | None = None
    rates: Annotated[dict[str, Any], _by_phase("")] = field(default_factory=dict)
    martensite: str = "van Bohemen"
    martensite_start: Temperature | None = None
    alpha: Annotated[Any, Quantity("1/K", positive=True)] | None = None
    trip: Annotated[dict[str, Any], _by_phase("1/Pa")] = field(default_factory=dict)
    stress_free: Temperature | None = None
    material: Annotated[Material | None, BeforeValidator(_material)] = None
    freezing: Annotated[Freezing | None, BeforeValidator(Freezing.read)] = None
    notes: dict[str, dict[str, str]] = field(default_factory=dict, repr=False)
    given: Matter | None = field(default=None, repr=False)
    base: Any = field(default=None, repr=False, compare=False)

    @model_validator(mode="after")
    def _whole(self) -> Self:
        one_of(self.martensite, PAIRS, "martensite model", "martensite")
        if (self.martensite_start is None) != (self.alpha is None):
            raise CaseError("martensite_start and alpha belong together; give both or neither")
        if not 0.0 <= self.grain_size <= 14.0:
            raise CaseError(f"{self.grain_size:g} is no ASTM grain size of 0 to 14", "grain_size")
        if self.material is not None and self.conductivity is not None:
            raise CaseError(f"alloy '{self.name}' has a material; give the conductivity there")
        if self.given is None and self.material is None:
            for name in ("composition", "conductivity"):
                if getattr(self, name) is None:
                    raise CaseError(f"alloy '{self.name}' has no {name}; give it, or a material", name)
        if self.freezing is not None:
            if self.material is None:
                raise CaseError(f"alloy '{self.name}' freezes but has no material; give its solid", "material")
            self.freezing.check(self.material)
        self._plausible()
        return self

    def _plausible(self) -> None:
        for name, (low, high, unit) in METAL.items():
            value = getattr(self, name)
            if value is not None and not low <= float(value) <= high:
                raise CaseError(f"'{value}' is not that of a metal, {low:g} to {high:g} {unit}", name)
        if self.composition is None or self.material is not None:
            return
        if self.composition.C > MOST_CARBON:
            raise CaseError(
                f"C {self.composition.C:g} wt % is cast iron; the models know steel, to {MOST_CARBON:g}",
                "composition",
            )
        ac1 = ac1_trzaska(self.composition)
        if self.martensite_start is not None and float(self.martensite_start) >= ac1:
            raise CaseError(
                f"'{self.martensite_start}' is above Ac1, {ac1 - 273.15:.0f} degC, where austenite is stable",
                "martensite_start",
            )

    @classmethod
    def from_matter(cls, matter: Matter) -> "Alloy":
        """An alloy of ready functions, for verification; it cannot be saved to a file."""
        return cls(matter.name, given=matter)

    def replace(self, **changes: Any) -> "Alloy":
        """A changed alloy, validated again."""
        return replace(self, **changes)

    @property
    def _analysis(self) -> Composition:
        return Composition.read({} if self.composition is None else self.composition)

    @property
    def austenite(self) -> Composition:
        """Composition of the austenite: the analysis with what the card says is dissolved."""
        whole = self._analysis
        return whole if self.dissolved is None else replace(whole, **self.dissolved.words())

    @property
    def acm(self) -> float | None:
        """Acm in K of a hypereutectoid steel, else None."""
        if self.composition is None or self.material is not None or self.composition.C <= EUTECTOID_CARBON:
            return None
        return acm_lee(self.composition)

    @property
    def annealed(self) -> dict[str, float]:
        """Fractions of the annealed structure: ferrite and pearlite by the lever rule at Ae1."""
        if self.given is not None or self.material is not None:
            return {self.matter().phases[0].name: 1.0}
        return kinetics.annealed(self.austenite)

    def martensite_pair(self) -> tuple[float, float]:
        """Martensite start, K, and its alpha, 1/K."""
        if self.martensite_start is not None and self.alpha is not None:
            return float(self.martensite_start), float(self.alpha)
        start, alpha = PAIRS[self.martensite]
        # Furlan et al. count the carbon of the analysis, van Bohemen what is dissolved.
        analysis = self._analysis if self.martensite == "Furlan" else self.austenite
        return start(analysis), alpha(analysis)

    def matter(self) -> Matter:
        """What the solver takes: five phases of a steel, one of an inert alloy."""
        if self.given is not None:
            return self.given
        if self.material is not None:
            solid = self.material.matter()
            return replace(solid, name=self.name, remarks=self._remarks())
        c, (start, alpha) = self.austenite, self.martensite_pair()
        return Matter(
            self.name,
            float(self.density),
            tuple(self._phase(name, start) for name in PHASES),
            None if self.emissivity is None else float(self.emissivity),
            kinetics.decomposition(c, self.grain_size, start, alpha, dict(self.rates)),
            hardness_law(c),
            mixture="leblond",
            stress_free=self._stress_free(),
            remarks=self._remarks(),
        )

    def _stress_free(self) -> float:
        return stress.STRESS_FREE if self.stress_free is None else float(self.stress_free)

    def _phase(self, name: str, start: float) -> Phase:
        c, room = self.austenite, float(self.conductivity or 0.0)
        if name == "austenite":
            conductivity: Property = heat.conductivity_austenite
            enthalpy = heat.enthalpy_austenite(c)
        else:
            share = heat.MARTENSITE_SHARE if name == "martensite" else 1.0
            stored = heat.stored_energy_martensite(c, start) if name == "martensite" else 0.0
            conductivity = heat.conductivity_bcc(share * room)
            enthalpy = heat.enthalpy_product(stored)
        mechanics = stress.mechanics(c, name, self._stress_free(), self.trip.get(name))
        return Phase(name, conductivity, enthalpy, mechanics)

    def entries(self) -> list[Entry]:
        """Every number of the card with value, source, range and mark."""
        found = [self._entry(name, note) for name, note in self.notes.items()]
        found += self.freezing.entries() if self.freezing is not None else []
        if self.given is not None or self.material is not None:
            return found
        c, (start, alpha) = self.austenite, self.martensite_pair()
        note = self.notes.get("martensite")
        if self.martensite_start is not None:
            note = {"source": "yours", "mark": "given"}
        pair = Entry("", "", note["source"], note.get("range", ""), note["mark"]) if note else None
        rates = ", ".join(f"{phase} {self.rates.get(phase, 1.0):g}" for phase in PHASES[1:4])
        tuned = ("yours", "given") if self.rates else ("Li et al. 1998, not tuned", "assumed")
        found.append(Entry("rate multipliers", rates, tuned[0], "times x/ 2-3", tuned[1]))
        trip = {phase: self.trip.get(phase, default) for phase, default in stress.TRIP.items()}
        return [
            *found,
            *critical_entries(c, start, alpha, pair),
            *model_entries(c, start, tempering(c) is not None, trip),
        ]

    def _entry(self, name: str, note: dict[str, str]) -> Entry:
        owner: Any = self if self.material is None else self.material
        value = getattr(owner, name, getattr(self, name, None))
        if self.base is not None and getattr(self, name, None) != getattr(self.base, name, None):
            note = {"source": "yours", "mark": "given"}
        return Entry(name, _short(value), note["source"], note.get("range", ""), note["mark"])

    def card(self) -> str:
        """All numbers as a page: value, unit, source, range, mark."""
        return text(self.name, self.entries())

    def _remarks(self) -> tuple[str, ...]:
        return tuple(entry.remark() for entry in self.entries() if entry.mark in UNREAD)

    def words(self) -> dict[str, Any]:
        """As it stands in a case file: the name of its card and what differs from it. Raises CaseError."""
        if self.given is not None:
            raise CaseError(f"alloy '{self.name}' is made of Python functions and cannot stand in a file")
        said: dict[str, Any] = {"name": self.name}
        for entry in fields(self):
            value, usual = getattr(self, entry.name), _usual(self.base, entry)
            if entry.name not in ("name", "given", "base") and value != usual:
                said[entry.name] = _words(value)
        return said


def _usual(base: Alloy | None, entry: Any) -> Any:
    if base is not None:
        return getattr(base, entry.name)
    return entry.default_factory() if callable(entry.default_factory) else entry.default


def _words(value: Any) -> Any:
    if isinstance(value, Amount):
        return value.text
    if isinstance(value, dict):
        return {key: _words(item) for key, item in value.items()}
    if isinstance(value, Material):
        named = {entry.name: getattr(value, entry.name) for entry in fields(value)}
        return {name: _words(item) for name, item in named.items() if item is not None}
    return value.words() if hasattr(value, "words") else value


def _short(value: Any) -> str:
    words = value.words() if hasattr(value, "words") else value
    if isinstance(words, dict) and "values" in words:
        return f"{words['values'][0]} at {next(iter(words.values()))[0]}"
    if isinstance(words, dict):
        return ", ".join(f"{key} {value:g}" for key, value in words.items())
    return "" if words is None else str(words)
