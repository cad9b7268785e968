"""How far martensite has come: the temperatures of 10, 50, 90 % and of the end, and the austenite retained."""

from collections.abc import Callable
from functools import partial
from math import exp, log1p

from .composition import Composition
from .correlation import CORRELATIONS, LOW_ALLOY, Limits, correlation
from .critical import ZERO
from .martensite import (
    STEVEN_HAYNES,
    alpha_furlan,
    alpha_koistinen_marburger,
    alpha_van_bohemen,
    alpha_van_bohemen_sietsma,
    ms_andrews,
    ms_furlan,
    ms_steven_haynes,
    ms_van_bohemen,
)

ROOM = 293.15
FRACTIONS = {"m10": 0.10, "m50": 0.50, "m90": 0.90, "mf": 0.99}
BELOW = {"m10": 10.0, "m50": 47.0, "m90": 103.0, "mf": 215.0}
"""K below Ms, after Steven and Haynes, +-15 K."""


@correlation("law_start", "K", "van Bohemen & Sietsma 2009", "M", LOW_ALLOY)
def start_van_bohemen_sietsma(c: Composition) -> float:
    """T_KM [K], from which the law of Koistinen and Marburger runs; below Ms.

    T_KM = 462 - 273 C - 26 Mn - 16 Ni - 13 Cr - 30 Mo [degC]. Source: S.M.C. van Bohemen, J. Sietsma, Metall. Mater.
    Trans. A 40 (2009) 1059 [M].

    >>> round(start_van_bohemen_sietsma(Composition(C=0.40, Mn=0.87, Si=0.25, Cr=0.95, Mo=0.20)) - ZERO)
    312
    """
    return 462.0 - 273.0 * c.C - 26.0 * c.Mn - 16.0 * c.Ni - 13.0 * c.Cr - 30.0 * c.Mo + ZERO


def temperature_koistinen_marburger(fraction: float, start: float, alpha: float) -> float:
    """Temperature [K] at which a fraction of the austenite is martensite; `start` [K] and `alpha` [1/K] of one source.

    T = start + ln(1 - f) / alpha. Source: D.P. Koistinen, R.E. Marburger, Acta Metall. 7 (1959) 59.

    >>> round(temperature_koistinen_marburger(0.5, 593.15, 0.011) - ZERO)
    257
    """
    return start + log1p(-fraction) / alpha


def retained_koistinen_marburger(start: float, alpha: float, temperature: float = ROOM) -> float:
    """Fraction of austenite left at a temperature [K]: exp(-alpha (start - T)), 1 above the start.

    >>> round(retained_koistinen_marburger(593.15, 0.011), 4)
    0.0369
    """
    return exp(-alpha * max(start - temperature, 0.0))


def temperature_steven_haynes(c: Composition, quantity: str) -> float:
    """M10, M50, M90 or Mf [K]: 10, 47, 103 or 215 K below the Ms of Steven and Haynes.

    >>> round(temperature_steven_haynes(Composition(C=0.40, Mn=0.87, Si=0.25, Cr=0.95, Mo=0.20), "mf") - ZERO)
    107
    """
    return ms_steven_haynes(c) - BELOW[quantity]


Law = Callable[[Composition], float]
PAIRS: dict[str, tuple[Law, Law]] = {
    "van_bohemen": (ms_van_bohemen, alpha_van_bohemen),
    "van_bohemen_sietsma": (start_van_bohemen_sietsma, alpha_van_bohemen_sietsma),
    "koistinen_marburger": (ms_andrews, alpha_koistinen_marburger),
    "furlan": (ms_furlan, alpha_furlan),
}
"""Start and alpha that belong together; the source is that of the alpha, range and mark the narrower of both."""


def _narrower(one: Limits, other: Limits) -> Limits:
    spans = [{**one, **other}, {**other, **one}]
    return {key: (max(span[key][0] for span in spans), min(span[key][1] for span in spans)) for key in spans[0]}


def _enter(author: str, start: Law, alpha: Law) -> None:
    own, begins = CORRELATIONS[alpha.__name__], CORRELATIONS[start.__name__]
    limits, mark = _narrower(own.limits, begins.limits), max(own.mark, begins.mark, key="VCM".index)

    def enter(quantity: str, unit: str, law: Law) -> None:
        correlation(quantity, unit, own.source, mark, limits, own.analysis, f"{quantity}_{author}")(law)

    def reached(c: Composition, fraction: float) -> float:
        return temperature_koistinen_marburger(fraction, start(c), alpha(c))

    for quantity, fraction in FRACTIONS.items():
        enter(quantity, "K", partial(reached, fraction=fraction))
    enter("retained_austenite", "", lambda c: retained_koistinen_marburger(start(c), alpha(c)))


for _author, _pair in PAIRS.items():
    _enter(_author, *_pair)
for _quantity in BELOW:
    correlation(_quantity, "K", "Steven & Haynes 1956", "M", STEVEN_HAYNES, name=f"{_quantity}_steven_haynes")(
        partial(temperature_steven_haynes, quantity=_quantity)
    )
