"""What holds a part while it is treated, in words."""

from typing import Annotated, Any

from pydantic.dataclasses import dataclass

from ..materials.quantity import Amount, Quantity
from ..materials.refusal import STRICT, CaseError, one_of, plain
from ..solver import supports as solver
from .step import DIRECTIONS

AXES = "xyz"
Stiffness = Annotated[Any, Quantity("Pa/m", positive=True)]
Gap = Annotated[Any, Quantity("m", nonnegative=True)]


@plain
@dataclass(frozen=True, config=STRICT)
class Support:
    """Something that holds the outermost flat of a part in a direction, for its stress and distortion.

    at         the flat: "-z" is the lowest
    hold       what it holds there: "xyz" is a grip, "z" at "-z" a table
    stiffness  per area, where it yields: "1e9 Pa/m"; None: rigid
    pushes     True for a die of a press or a fixture: it only pushes, along `at`, and lets the part come off
    gap        between such a die and the part, where it is put on
    steps      names of the steps in which it is there, ["quench"]; empty: all

        Support("-z", hold="z")
        Support("+z", hold="z", pushes=True, gap="0.05 mm", steps=["quench"])

    Raises CaseError for an unknown direction, for a die that holds across, and for a gap without a die.
    """

    at: str
    hold: str = AXES
    stiffness: Stiffness | None = None
    pushes: bool = False
    gap: Gap = Amount(0.0, "0 mm")
    steps: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        one_of(self.at, DIRECTIONS, "direction", "at")
        if not self.hold or set(self.hold) - set(AXES) or len(set(self.hold)) < len(self.hold):
            raise CaseError(f"{self.hold!r} names no axes; give 'z', 'xy' or 'xyz'", "hold")
        if self.pushes and self.hold != self.at[1]:
            raise CaseError(f"a die at {self.at!r} pushes along {self.at[1]} alone; give hold='{self.at[1]}'", "hold")
        if self.pushes and self.stiffness is not None:
            raise CaseError("a die that only pushes is rigid; leave stiffness out", "stiffness")
        if self.gap > 0.0 and not self.pushes:
            raise CaseError("only a die that pushes has a gap; give pushes=True", "gap")

    def as_solver(self) -> solver.Support:
        """As the solver takes it."""
        return solver.Support(
            AXES.index(self.at[1]),
            1 if self.at[0] == "+" else -1,
            tuple(AXES.index(axis) for axis in self.hold),
            None if self.stiffness is None else float(self.stiffness),
            self.pushes,
            float(self.gap),
            tuple(self.steps),
        )


def read(given: object) -> tuple[Support, ...]:
    """Supports from a list of them or of their words. Raises CaseError."""
    if given is None:
        return ()
    if not isinstance(given, list | tuple):
        raise CaseError("needs a list of Support('-z', hold='z'), in a file '- {at: -z, hold: z}'")
    ready = []
    for number, entry in enumerate(given):
        if isinstance(entry, dict):
            words: dict[str, Any] = {
                name: tuple(value) if isinstance(value, list) else value for name, value in entry.items()
            }
            try:
                entry = Support(**words)
            except CaseError as error:
                raise error.under(number) from None
        if not isinstance(entry, Support):
            raise CaseError(f"{entry!r} is no support; write Support('-z', hold='z')", number)
        ready.append(entry)
    return tuple(ready)
