"""What each cell remembers of its cooling and tempering, for hardness and for the reader."""

import numpy as np
from numpy import float64
from numpy.typing import NDArray

from ..kernels import hardness as rows
from ..kernels.hardness import follow
from ..materials.matter import Matter
from .state import State

Array = NDArray[float64]

RATES = (0.01, 400.0)  # K/s at 700 degC, range of the cooling rates behind the hardness of phases
AT_ONCE = 1 << 14  # cells
TEMPERS = (-8.6, 4.0)  # m of tempering: 10 s at 100 degC to 32 h at 700 degC


def parts(n: int) -> list[slice]:
    """Cells looked at together, so that what is made for them stays small."""
    return [slice(first, first + AT_ONCE) for first in range(0, n, AT_ONCE)]


class Recorder:
    """Keeps what the hardness laws ask of the past of a cell, 40 bytes each.

    It follows the accepted steps and begins anew in a cell whenever austenite grows there.
    """

    def __init__(self, matter: Matter) -> None:
        names = [phase.name for phase in matter.phases]
        followed = ("bainite", "pearlite", "martensite")
        self._rows = [names.index(name) - 1 if name in names else -1 for name in followed]

    def begin(self, state: State) -> None:
        """Add "records" (8, n) float32 and "tempering" (n,) K to the state's memory."""
        n = state.temperature.size
        records = np.zeros((rows.ROWS, n), np.float32)
        records[: rows.SINCE_650 + 1] = np.nan
        state.memory["records"] = records
        state.memory["tempering"] = np.zeros(n)

    def follow(self, before: State, after: State) -> None:
        """Take in one accepted step; the records in the memory of `after` are updated in place."""
        follow(
            before.temperature,
            after.temperature,
            after.time - before.time,
            before.products,
            after.products,
            *self._rows,
            after.memory["records"],
            after.memory["tempering"],
        )

    def fields(self, state: State) -> dict[str, Array]:
        """cooling_rate_700 in K/s and t8_5 in s, (n,); NaN where not passed since austenite last grew."""
        fields = {name: np.empty(state.temperature.size) for name in ("cooling_rate_700", "t8_5")}
        for some in parts(state.temperature.size):
            known = past(state, some)
            for name, values in fields.items():
                values[some] = known[name]
        return fields

    def warnings(self, state: State) -> tuple[str, ...]:
        """Where the records leave the range of the laws that use them, a sentence each."""
        known, n, found = past(state), state.temperature.size, []
        for name, (least, most), unit in (
            ("cooling_rate_700", RATES, " K/s"),
            ("tempering", TEMPERS, ""),
        ):
            values = known[name]
            outside = int(((values < least) | (values > most)).sum())
            if outside:
                seen = f"{np.nanmin(values):.3g} to {np.nanmax(values):.3g}{unit}"
                found.append(
                    f"{name} is {seen}; {outside} of {n} cells lie outside {least:g} to {most:g}{unit}, "
                    "where hardness takes the bound"
                )
        unseen = int(np.isnan(known["cooling_rate_700"]).sum())
        if unseen:
            found.append(
                f"{unseen} of {n} cells did not cool from 750 to 650 degC: no cooling rate at 700 degC, their ferrite "
                "and pearlite as annealed"
            )
        return tuple(found)


def past(state: State, some: slice = slice(None)) -> dict[str, Array]:
    """What the records of some cells say, (n,) each; NaN where it did not happen since austenite last grew.

    cooling_rate_700      K/s, mean from 750 to 650 degC
    t8_5                  s from 800 to 500 degC
    bainite_temperature   K, mean at which bainite formed
    pearlite_temperature  K, the same of pearlite
    interrupted           share of the bainite that formed while cooling was interrupted: at a mean rate since
                          650 degC below a fifth of that at 700 degC
    tempering             m = T (17 + log10 t_h) / 1000 - 14 of Hollomon and Jaffe, K and h, on the actual
                          path above 100 degC since there is martensite, mean over what formed; NaN: none
    """
    records = state.memory["records"][:, some].astype(float64)
    parameter = np.asarray(state.memory["tempering"][some], float64)
    passage, passage_85 = records[rows.PASSAGE_700], records[rows.PASSAGE_85]
    bainite = np.where(records[rows.BAINITE] > 0.0, records[rows.BAINITE], np.nan)
    pearlite = np.where(records[rows.PEARLITE] > 0.0, records[rows.PEARLITE], np.nan)
    return {
        "cooling_rate_700": 100.0 / np.where(passage < 0.0, -passage, np.nan),
        "t8_5": np.where(passage_85 < 0.0, -passage_85, np.nan),
        "bainite_temperature": rows.DATUM + records[rows.BAINITE_HEAT] / bainite,
        "pearlite_temperature": rows.DATUM + records[rows.PEARLITE_HEAT] / pearlite,
        "interrupted": np.minimum(records[rows.BAINITE_HELD] / bainite, 1.0),
        "tempering": np.where(parameter > rows.FRESH, parameter / 1000.0 - 14.0, np.nan),
    }
