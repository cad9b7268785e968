"""When the fields of a march are stored."""

from dataclasses import dataclass
from math import floor, inf
from typing import Self

from .clock import Clock
from .state import State

CHEAP = 2_000_000  # cell values of one field, over all snapshots, that a run may keep without being asked
FEWEST = 40  # snapshots of a run that is not asked


@dataclass(frozen=True)
class Pace:
    """What lies between two snapshots.

    seconds, kelvin  of time, or of the mean temperature, whichever comes first
    lands            whether snapshots stand at whole multiples of the seconds
    """

    seconds: float
    kelvin: float
    lands: bool

    @classmethod
    def of(cls, snapshots: float | int | None, cells: int, known: float, through: float) -> Self:
        """Asked for in seconds, or a count shared between the time and the temperatures that are known beforehand.

        snapshots  s between them, their number, or None for as many as are cheap
        cells      of the part;   known  s of the schedule;   through  K that the part goes through
        """
        if isinstance(snapshots, float):
            return cls(snapshots, inf, True)
        count = snapshots or max(FEWEST, CHEAP // cells)
        return cls(2.0 * known / count or inf, max(2.0 * through / count, 1e-3), False)

    def mark(self, clock: Clock) -> float:
        """The next multiple of the spacing of snapshots that was asked for, s; infinite where none was."""
        if not self.lands:
            return inf
        return self.seconds * (floor(clock.shown[0] / self.seconds * (1.0 + 1e-12)) + 1.0)

    def due(self, state: State, clock: Clock, level: float | None = None) -> bool:
        """Whether enough has changed since the fields were last stored; `level` K in place of the mean temperature."""
        after = self.mark(clock) if self.lands else clock.shown[0] + self.seconds
        late = state.time >= after * (1.0 - 1e-12)
        now = float(state.temperature.mean()) if level is None else level
        return late or abs(now - clock.shown[1]) >= self.kelvin
