"""An alloy: composition and numbers of its card, and the matter they make for the solver."""

from dataclasses import field, fields, replace
from typing import Annotated, Any, Self

import numpy as np
from pydantic import AfterValidator, BeforeValidator, model_validator
from pydantic.dataclasses import dataclass

from . import cast_steel, heat, kinetics, lowalloy, stress, ttt
from .alloyfields import (
    TRIED,
    YOURS,
    Notes,
    by_phase,
    default_of,
    read_material,
    read_notes,
    read_shift,
    shown,
    without_peak,
    words_of,
)
from .carbon import alloy_factor, diffusivity_lee
from .card import Entry, critical_entries, model_entries, outside, text
from .composition import Composition, Ranges, beyond, read_ranges
from .critical import ac1_trzaska, acm_lee
from .curve import Curve, Varying, function
from .end_quench import read_end_quench
from .freezing import Freezing
from .hardness import hardness_law, shifted, tempering
from .martensite import alpha_furlan, alpha_van_bohemen, ms_furlan, ms_van_bohemen
from .material import Conductivity, HeatCapacity, Material, enthalpy
from .matter import PHASES, Carbon, FreezingTable, Kinetics, Matter, Mechanics, Phase, Property
from .precipitation import Precipitation
from .quantity import Amount, Density, Fraction, Quantity, Temperature
from .refusal import STRICT, CaseError, one_of, plain

PAIRS = {"van Bohemen": (ms_van_bohemen, alpha_van_bohemen), "Furlan": (ms_furlan, alpha_furlan)}
EUTECTOID_CARBON = 0.8
UNREAD = ("M", "U", "assumed")
MOST_CARBON = 2.0
Line = Annotated[Any, Varying("s", positive=True)]
TRIP_LAWS = ("desalos", "leblond", "tanaka", "abrassart")
TRIP_SPAN = (1e-12, 1e-9)
METAL = {"conductivity": (1.0, 500.0, "W/m/K"), "density": (1000.0, 25000.0, "kg/m^3")}


@plain
@dataclass(frozen=True, config=STRICT)
class Alloy:
    """A metal with a composition: a steel that transforms, or an inert alloy given by its `material`.

    composition    wt %                          ranges      {element: (least, most)} of the grade, wt %
    grain_size     prior-austenite grain size G, ISO 643 and ASTM E112
    dissolved      wt % in the austenite where carbide stays behind (hypereutectoid steel)
    conductivity   W/m/K, annealed: at 20 degC, or a Curve
    heat_capacity  J/kg/K of ferrite to martensite, without the A1 peak; EN 1993-1-2 where not given
    density        kg/m3                         emissivity  0 to 1
    bainite_start, bainite_finish   Curves of the 1 % and 99 % lines of a measured TTT diagram, s against
                   temperature, in place of the model's bainite
    rates          multipliers of the transformation rates by phase, 1 where not given
    martensite     "van Bohemen" or "Furlan": source of martensite start and alpha
    martensite_start, alpha   K and 1/K in place of that pair; one alone is refused unless `mixed` is True
    enrichment     whether the carbon that ferrite leaves behind lowers martensite start and hardens martensite
    hardness_shift HV by phase that measurements say are missing in its hardness, as quenched
    trip           transformation plasticity K by phase, 1/Pa
    trip_law       how it goes with the share transformed: "desalos", "leblond", "tanaka" or "abrassart"
    kinematic      share of the strain hardening that moves the yield surface: 0 isotropic, 1 kinematic
    memory         share of its strain hardening that a phase hands on to what grows from it
    stress_free    temperature at which austenite has zero strain, 850 degC where not given
    end_quench     measured Jominy curve of the heat, {distance: hardness}
    material       the Material of an inert alloy
    freezing       how it freezes, of a casting alloy; its material then holds the solid. A low-alloy steel transforms
                   all the same, by its composition
    precipitation  how it hardens, of an aluminium alloy; its material then holds the rest
    notes          {field: {source, mark, range}} of the card

        alloy("42CrMo4", grain_size=9)
        Alloy("mine", composition={"C": 0.4, "Mn": 0.8}, conductivity="45 W/m/K")
        Alloy.from_composition("my heat", C=0.41, Si=0.25, Mn=0.7, Cr=1.0, Mo=0.2)

    Raises CaseError for an unknown element or phase, a wrong sign or dimension, a value that is missing, a heat
    capacity with the A1 peak in it, martensite start and alpha of two sources.
    """

    name: str
    composition: Annotated[Any, BeforeValidator(Composition.read)] | None = None
    ranges: Annotated[Ranges, BeforeValidator(read_ranges)] = field(default_factory=dict)
    grain_size: float = 8.0
    dissolved: Annotated[Any, BeforeValidator(Composition.read)] | None = None
    conductivity: Conductivity | None = None
    heat_capacity: Annotated[HeatCapacity, AfterValidator(without_peak)] | None = None
    density: Density = Amount(7850.0, "7850 kg/m^3")
    emissivity: Fraction | None = None
    rates: Annotated[dict[str, Any], by_phase("")] = field(default_factory=dict)
    bainite_start: Line | None = None
    bainite_finish: Line | None = None
    martensite: str = "van Bohemen"
    martensite_start: Temperature | None = None
    alpha: Annotated[Any, Quantity("1/K", positive=True)] | None = None
    mixed: bool = False
    enrichment: bool = False
    hardness_shift: Annotated[dict[str, Any], BeforeValidator(read_shift)] = field(default_factory=dict)
    trip: Annotated[dict[str, Any], by_phase("1/Pa")] = field(default_factory=dict)
    trip_law: str = "desalos"
    kinematic: Fraction = Amount(0.0, "0")
    memory: Fraction = Amount(0.0, "0")
    stress_free: Temperature | None = None
    end_quench: Annotated[dict[Any, Any], BeforeValidator(read_end_quench)] = field(default_factory=dict)
    material: Annotated[Material | None, BeforeValidator(read_material)] = None
    freezing: Annotated[Freezing | None, BeforeValidator(Freezing.read)] = None
    precipitation: Annotated[Precipitation | None, BeforeValidator(Precipitation.read)] = None
    notes: Annotated[Notes, BeforeValidator(read_notes)] = field(default_factory=dict, repr=False)
    given: Matter | None = field(default=None, repr=False)
    base: Any = field(default=None, repr=False, compare=False)

    @model_validator(mode="after")
    def _whole(self) -> Self:
        one_of(self.martensite, PAIRS, "martensite model", "martensite")
        one_of(self.trip_law, TRIP_LAWS, "law of transformation plasticity", "trip_law")
        for phase, value in self.trip.items():
            if value and not TRIP_SPAN[0] <= value <= TRIP_SPAN[1]:
                low, high = (f"{1e6 * bound:g}" for bound in TRIP_SPAN)
                raise CaseError(f"'{shown(value)}' is no K of steel, {low} to {high} 1/MPa; its unit?", "trip", phase)
        if (self.martensite_start is None) != (self.alpha is None) and not self.mixed:
            raise CaseError(
                "martensite_start and alpha belong together, from one source; give both or neither, "
                f"or mixed: true to take the other from {self.martensite}"
            )
        if not 0.0 <= self.grain_size <= 14.0:
            raise CaseError(f"{self.grain_size:g} is no ASTM grain size of 0 to 14", "grain_size")
        for name in ("conductivity", "heat_capacity", "kinematic"):
            if self.material is not None and getattr(self, name):
                raise CaseError(f"alloy '{self.name}' has a material; give the {name} there")
        if self.given is None and self.material is None:
            for name in ("composition", "conductivity"):
                if getattr(self, name) is None:
                    raise CaseError(f"alloy '{self.name}' has no {name}; give it, or a material", name)
        if self.freezing is not None:
            if self.material is None:
                raise CaseError(f"alloy '{self.name}' freezes but has no material; give its solid", "material")
            self.freezing.check(self.material)
        if self.precipitation is not None and self.material is None:
            raise CaseError(f"alloy '{self.name}' hardens by precipitation but has no material; give it", "material")
        self._bainite()
        self._plausible()
        return self

    def _bainite(self) -> None:
        begun, done = self.bainite_start, self.bainite_finish
        if begun is None and done is None:
            return
        if not (isinstance(begun, Curve) and isinstance(done, Curve)):
            raise CaseError("bainite_start and bainite_finish are two Curves of s over temperature; give both")
        if begun.temperatures != done.temperatures or begun.knots.size < 2:
            raise CaseError("needs the temperatures of bainite_start, two or more", "bainite_finish")
        if not np.all(done.ordinates > begun.ordinates):
            raise CaseError("must be later than bainite_start at each temperature", "bainite_finish")

    def _plausible(self) -> None:
        for name, (low, high, unit) in METAL.items():
            value = getattr(self, name)
            if value is not None and not np.all((low <= (tried := function(value)(TRIED))) & (tried <= high)):
                raise CaseError(f"'{shown(value)}' is not that of a metal, {low:g} to {high:g} {unit}", name)
        if self.composition is not None and self.material is None:
            self._steel(self.composition)

    def _steel(self, c: Composition) -> None:
        try:
            c.check_steel()
        except CaseError as error:
            raise error.under("composition") from None
        if c.C > MOST_CARBON:
            raise CaseError(f"C {c.C:g} wt % is cast iron; the models know steel, to {MOST_CARBON:g}", "composition")
        ac1 = ac1_trzaska(c)
        if self.martensite_start is not None and float(self.martensite_start) >= ac1:
            raise CaseError(
                f"'{self.martensite_start}' is above Ac1, {ac1 - 273.15:.0f} degC, where austenite is stable",
                "martensite_start",
            )

    @classmethod
    def from_matter(cls, matter: Matter) -> "Alloy":
        """An alloy of ready functions, for verification; it cannot be saved to a file."""
        return cls(matter.name, given=matter)

    @classmethod
    def from_composition(cls, name: str, grain_size: float | None = None, **elements: float) -> "Alloy":
        """A complete low-alloy steel from wt % alone; `.card()` and `.assumed` say what had to be assumed.

            Alloy.from_composition("my heat", C=0.41, Si=0.25, Mn=0.7, Cr=1.0, Mo=0.2)

        Raises CaseError for an unknown element, high-alloy steel and cast iron.
        """
        made = cls(name, **lowalloy.complete(Composition.read(elements)))
        given = made.notes | {"grain_size": YOURS}
        return made if grain_size is None else made.replace(grain_size=grain_size, notes=given)

    def replace(self, **changes: Any) -> "Alloy":
        """A changed alloy, validated again; what you change is noted as yours."""
        changed = replace(self, **changes)
        yours = {name: YOURS for name in self.notes if self._value(name) != changed._value(name)}
        return changed if "notes" in changes or not yours else replace(changed, notes=self.notes | yours)

    def _value(self, name: str) -> Any:
        return getattr(self.material, name, None) if hasattr(self.material, name) else getattr(self, name, None)

    @property
    def _analysis(self) -> Composition:
        return Composition.read({} if self.composition is None else self.composition)

    @property
    def austenite(self) -> Composition:
        """Composition of the austenite: the analysis with what the card says is dissolved."""
        whole = self._analysis
        return whole if self.dissolved is None else replace(whole, **self.dissolved.words())

    @property
    def inert(self) -> bool:
        """Whether its phases do not change, or come ready made."""
        cast = self.material is not None and not cast_steel.transforms(self.freezing, self.composition)
        return self.given is not None or cast

    @property
    def acm(self) -> float | None:
        """Acm in K of a hypereutectoid steel, else None."""
        if self.composition is None or self.inert or self.composition.C <= EUTECTOID_CARBON:
            return None
        return acm_lee(self.composition)

    @property
    def annealed(self) -> dict[str, float]:
        """Fractions of the annealed structure: ferrite and pearlite by the lever rule at Ae1."""
        if self.inert:
            return {self.matter().phases[0].name: 1.0}
        return kinetics.annealed(self.austenite)

    def martensite_pair(self) -> tuple[float, float]:
        """Martensite start, K, and its alpha, 1/K."""
        start, alpha = PAIRS[self.martensite]
        # Furlan et al. count the carbon of the analysis, van Bohemen what is dissolved.
        analysis = self._analysis if self.martensite == "Furlan" else self.austenite
        return (
            start(analysis) if self.martensite_start is None else float(self.martensite_start),
            alpha(analysis) if self.alpha is None else float(self.alpha),
        )

    def matter(self) -> Matter:
        """What the solver takes: five phases of a steel, one of an inert alloy."""
        if self.given is not None:
            return self.given
        if self.material is not None and self.inert:
            solid = self.material.matter()
            law = None if self.precipitation is None else self.precipitation.law()
            return replace(solid, name=self.name, precipitation=law, remarks=self._remarks())
        c, (start, alpha) = self.austenite, self.martensite_pair()
        shines = self.emissivity if self.material is None else self.material.emissivity
        return Matter(
            self.name,
            self._reference_density,
            tuple(self._phase(name, start) for name in PHASES),
            None if shines is None else float(shines),
            replace(self._kinetics(start, alpha), enrichment=self.enrichment),
            shifted(hardness_law(c), self.hardness_shift),
            mixture="leblond",
            saturation=self.trip_law,
            memory=float(self.memory),
            kinematic=float(self.kinematic),
            stages=stress.tempering(c, self._stress_free()),
            stress_free=self._stress_free(),
            carbon=self._carbon(c, start, alpha),
            remarks=self._remarks(),
        )

    def _kinetics(self, start: float, alpha: float) -> Kinetics:
        made = kinetics.decomposition(self.austenite, self.grain_size, start, alpha, dict(self.rates))
        begun, done = self.bainite_start, self.bainite_finish
        if begun is None or done is None:
            return made
        factor = float(self.rates.get("bainite", 1.0))
        own = ttt.product_ttt("bainite", begun.knots, begun.ordinates, done.ordinates, start, factor)
        others = tuple(product for product in made.products if product.phase != "bainite")
        return replace(made, products=(*others, own))

    def _carbon(self, c: Composition, start: float, alpha: float) -> Carbon:
        """The steel with other carbon: start and alpha keep what they differ by from their pair in the core."""
        law, constant = PAIRS[self.martensite]

        def with_carbon(content: float) -> Composition:
            return replace(c, C=100.0 * content)

        def decomposed(content: float) -> Kinetics:
            local = with_carbon(content)
            shifted, scaled = law(local) + start - law(c), alpha * constant(local) / constant(c)
            return kinetics.decomposition(local, self.grain_size, shifted, scaled, dict(self.rates))

        return Carbon(
            0.01 * c.C,
            lambda T, content: diffusivity_lee(c, T, content),
            alloy_factor(c),
            decomposed,
            lambda content: shifted(hardness_law(with_carbon(content)), self.hardness_shift),
            lambda content: self._strained(with_carbon(content)),
        )

    def _strained(self, c: Composition) -> tuple[Mechanics, ...]:
        """Mechanics of the phases, then of the stages of tempered martensite."""
        free = self._stress_free()
        phases = (stress.mechanics(c, name, free, self.trip.get(name)) for name in PHASES)
        return (*phases, *(stage.mechanics for stage in stress.tempering(c, free)))

    def _stress_free(self) -> float:
        return stress.STRESS_FREE if self.stress_free is None else float(self.stress_free)

    @property
    def _reference_density(self) -> float:
        return float(self.density if self.material is None else self.material.density)

    def freezing_table(self) -> FreezingTable:
        """A casting by its enthalpy, on the datum of `matter`. Raises CaseError for what never melts."""
        if self.freezing is None or self.material is None:
            raise CaseError(f"'{self.name}' has no freezing data; give freezing and material")
        table, c = self.freezing.table(self.material), self.austenite
        if self.inert:
            return table
        austenite = heat.enthalpy_austenite(c, self._bcc)
        return cast_steel.rebased(table, self._reference_density, austenite, kinetics.ae3(c))

    def _phase(self, name: str, start: float) -> Phase:
        c, bcc = self.austenite, self._bcc
        if name == "austenite":
            conductivity: Property = heat.conductivity_austenite
            energy = heat.enthalpy_austenite(c, bcc)
            if self.freezing is not None:
                table, joint = self.freezing_table(), kinetics.ae3(c)
                conductivity = cast_steel.conductivity(table, conductivity, joint)
                energy = cast_steel.enthalpy(table, self._reference_density, energy, joint)
        else:
            martensite = name == "martensite"
            conductivity = heat.conductivity_martensite(self._annealed) if martensite else self._annealed
            energy = heat.enthalpy_product(heat.stored_energy_martensite(c, start, bcc) if martensite else 0.0, bcc)
        mechanics = stress.mechanics(c, name, self._stress_free(), self.trip.get(name))
        if self.freezing is not None and name == "austenite":
            mechanics = cast_steel.mechanics(mechanics, self.freezing.solidus)
        return Phase(name, conductivity, energy, mechanics)

    @property
    def _bcc(self) -> Property:
        return heat.enthalpy_bcc if self.heat_capacity is None else enthalpy(self.heat_capacity)

    @property
    def _annealed(self) -> Property:
        k = self.conductivity if self.material is None else self.material.conductivity
        return heat.conductivity_bcc(float(k)) if isinstance(k, Amount) else function(k)

    def entries(self) -> list[Entry]:
        """Every number of the card with value, source, range and mark."""
        silent = [name for name in ("heat_capacity", "end_quench") if getattr(self, name) and name not in self.notes]
        notes = self.notes | dict.fromkeys(silent, YOURS)
        found = [self._entry(name, note) for name, note in notes.items()]
        for block in (self.freezing, self.precipitation):
            found += block.entries() if block is not None else []
        if self.inert:
            return found
        if self.material is not None:
            found.append(Entry("phases and kinetics", "by composition", cast_steel.WROUGHT, "", "assumed"))
            hot = "900 degC to the solidus"
            found.append(Entry("modulus and yield strength", cast_steel.MECHANICS, "straight lines", hot, "U"))
        c, (start, alpha) = self.austenite, self.martensite_pair()
        note = self.notes.get("martensite")
        if self.martensite_start is not None or self.alpha is not None:
            note = self.notes.get("martensite_start", YOURS)
            if self.martensite_start is None or self.alpha is None:
                note = {"source": f"{note['source']}, mixed with {self.martensite}", "mark": "assumed"}
        pair = Entry("", "", note["source"], note.get("range", ""), note["mark"]) if note else None
        rates = ", ".join(f"{phase} {self.rates.get(phase, 1.0):g}" for phase in PHASES[1:4])
        tuned = ("yours", "given") if self.rates else ("Li et al. 1998, not tuned", "assumed")
        if "rates" not in self.notes:
            found.append(Entry("rate multipliers", rates, tuned[0], "times x/ 2-3", tuned[1]))
        trip = {phase: self.trip.get(phase, default) for phase, default in stress.TRIP.items()}
        stored = heat.stored_energy_martensite(c, start, self._bcc)
        models = model_entries(c, stored, tempering(c) is not None, trip)
        own = {"heat capacity, bcc"} if self.heat_capacity is not None else set()
        return [
            *found,
            *critical_entries(c, start, alpha, pair),
            *(entry for entry in models if entry.name not in own),
        ]

    def _entry(self, name: str, note: dict[str, str]) -> Entry:
        return Entry(name, shown(self._value(name)), note["source"], note.get("range", ""), note["mark"])

    @property
    def assumed(self) -> tuple[str, ...]:
        """What was chosen, not measured: one sentence each."""
        return tuple(entry.remark() for entry in self.entries() if entry.mark == "assumed")

    def outside(self) -> list[str]:
        """One sentence for the ranges of the grade, and one for each model, that the composition leaves."""
        if self.composition is None:
            return []
        left = ", ".join(beyond(self.composition, self.ranges))
        found = [f"ranges of the grade: {left}"] if left else []
        return found if self.inert else found + outside(self.austenite, self.grain_size)

    def card(self) -> str:
        """All numbers as a page: value, unit, source, range, mark."""
        return text(self.name, self.entries(), self.outside())

    def _remarks(self) -> tuple[str, ...]:
        return tuple(entry.remark() for entry in self.entries() if entry.mark in UNREAD)

    def words(self) -> dict[str, Any]:
        """As it stands in a case file: the name of its card and what differs from it. Raises CaseError."""
        if self.given is not None:
            raise CaseError(f"alloy '{self.name}' is made of Python functions and cannot stand in a file")
        unsaid = ("name", "given", "base", *(("notes",) if self.base is not None else ()))
        said: dict[str, Any] = {"name": self.name}
        for entry in fields(self):
            value, usual = getattr(self, entry.name), default_of(self.base, entry)
            if entry.name not in unsaid and value != usual:
                said[entry.name] = words_of(value)
        return said
