"""Media: how the surroundings take heat out of a surface."""

from typing import Annotated, Any

from pydantic import model_validator
from pydantic.dataclasses import dataclass

from .curve import TimeCurve, Varying
from .quantity import Fraction, Temperature
from .refusal import STRICT, CaseError, plain

HeatTransfer = Annotated[Any, Varying("W/m^2/K", nonnegative=True, time=True)]
Flux = Annotated[Any, Varying("W/m^2", time=True)]
Surroundings = Annotated[Any, Varying("K", nonnegative=True, time=True, temperature=False)]
LAWS = ("h", "flux", "surface_temperature")


@plain
@dataclass(frozen=True, config=STRICT)
class Medium:
    """What surrounds a surface, by exactly one of three laws.

    h                    heat transfer coefficient, W/m2/K; 0 is insulation
    flux                 heat flux, W/m2, POSITIVE INTO THE PART: "-1e6 W/m^2" cools
    surface_temperature  K, held at the surface
    temperature          K, of bath, gas or furnace; needed with h or emissivity
    emissivity           0 to 1, adds radiation to surroundings at `temperature`
    highest              K, that a bath can have: where water boils, where an oil may take fire

    h and flux are a quantity, a Curve over surface temperature, or a TimeCurve over the time of the step; the
    temperatures a quantity or a TimeCurve. A medium with an emissivity alone only radiates.

        Medium("oil", h="500 W/m^2/K", temperature="60 degC")

    Raises CaseError for none or several laws, a negative h, an emissivity outside 0 to 1, no temperature,
    one above `highest`.
    """

    name: str
    h: HeatTransfer | None = None
    flux: Flux | None = None
    surface_temperature: Surroundings | None = None
    temperature: Surroundings | None = None
    emissivity: Fraction | None = None
    highest: Temperature | None = None
    source: str = ""
    mark: str = ""

    @model_validator(mode="after")
    def _one_law(self) -> "Medium":
        given = [law for law in LAWS if getattr(self, law) is not None]
        radiates = self.emissivity is not None
        if len(given) > 1:
            raise CaseError(f"medium '{self.name}' has {' and '.join(given)}; give one of {', '.join(LAWS)}")
        if not given and not radiates:
            raise CaseError(f"medium '{self.name}' has no law; give one of {', '.join(LAWS)}")
        if (given == ["h"] or radiates) and self.temperature is None and not self.insulates:
            needs = "h" if given == ["h"] else "emissivity"
            raise CaseError(f"medium '{self.name}' has {needs} but no temperature; give temperature")
        if self.surface_temperature is not None and radiates:
            raise CaseError(f"medium '{self.name}' holds its surface temperature; leave out the emissivity")
        bath = self.temperature
        most = bath.ordinates.max() if isinstance(bath, TimeCurve) else bath
        if self.highest is not None and most is not None and most > self.highest:
            raise CaseError(
                f"'{self.name}' at {most - 273.15:.0f} degC: such a bath boils or takes fire above '{self.highest}'; "
                "give one below that"
            )
        return self

    @property
    def insulates(self) -> bool:
        """Whether no heat passes."""
        return isinstance(self.h, float) and self.h == 0.0 and self.emissivity is None
