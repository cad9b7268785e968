"""Austenite decomposes and forms: one trial step at constant enthalpy."""

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy import float32, float64
from numpy.typing import NDArray

from ..kernels.kinetics import BINS, BLOCK, DEEPEST, Laws, ratchet, react
from ..kernels.space import space
from ..materials.matter import Kinetics, Matter, Product
from .state import State
from .tables import Tables

Array = NDArray[float64]

UNIFORM = np.empty(0)  # carbon that is everywhere that of the steel
RICHEST = 0.008  # mass fraction: beside ferrite austenite gets no richer than at the eutectoid
CLASSES = 17  # of carbon, between the least and the most: 0.05 % apart in a case, where rates go by 1.5
TARGET = 0.02  # change of a fraction that a step aims at: the paths of competing products are straight within it


@dataclass(frozen=True)
class Change:
    """What a step would do to the phases.

    products  (P - 1, n)
    latent    (n,) W/m3, what the state's memory of that name becomes
    largest   largest change of a product's fraction in any cell, a quarter of it for martensite
    horizon   s, a step of this length should change no phase by more than TARGET
    """

    products: Array
    latent: NDArray[float32]
    largest: float
    horizon: float


class Transformation:
    """The transformations of one matter in n cells; `contents` are the least and most carbon where that differs."""

    def __init__(self, matter: Matter, tables: Tables, n: int, contents: tuple[float, float] | None = None) -> None:
        span = span_of(matter, contents)
        self.laws = laws(matter, tables) if span is None else carbon_laws(matter, tables, *span)
        self._uniform = UNIFORM if span is None or matter.carbon is None else np.full(n, matter.carbon.content)
        blocks = -(-n // BLOCK)
        self._largest, self._horizon = np.empty(blocks), np.empty(blocks)

    def begin(self, state: State) -> None:
        """Add to the state's memory, (n,) each.

        "lowest", the lowest temperature since austenite last grew, K; "latent", float32, the rate at which the
        phases released heat in the last step, W/m3
        """
        state.memory["lowest"] = state.temperature.copy()
        state.memory["latent"] = np.zeros(state.temperature.size, float32)

    def advance(self, state: State, enthalpy: Array, before: Array, after: Array, dt: float) -> Change:
        """Try one step.

        enthalpy (n,) J/m3 at its end; before (n,) K, temperature at the start; dt s. after (n,) K, temperature at
        the end with the state's phases and the latent heat of its memory: becomes the one with the new phases.
        Nothing in the state changes.
        """
        products, latent = space(*state.products.shape), np.empty(state.temperature.size, float32)
        react(
            self.laws, state.memory.get("carbon", self._uniform), enthalpy, before, after, dt, state.products,
            state.memory["lowest"], state.memory["latent"], TARGET, products, latent, self._largest, self._horizon,
        )  # fmt: skip
        return Change(products, latent, float(self._largest.max()), float(self._horizon.min()))

    def accept(self, before: State, after: State) -> None:
        """Take in one accepted step; "lowest" in the memory of `after` is updated in place."""
        ratchet(after.temperature, before.products, after.products, after.memory["lowest"])


def laws(matter: Matter, tables: Tables) -> Laws:
    """The kinetics of a matter on the axis of its tables.

    Raises ValueError where they name a phase that the matter has not, or a number is out of its range.
    """
    kinetics = matter.kinetics
    if kinetics is None:
        raise ValueError(f"{matter.name} has no kinetics: its phases cannot change")
    names = [phase.name for phase in matter.phases]
    _refuse(matter.name, names, kinetics)
    axis, table = tables.axis, np.ascontiguousarray(tables.enthalpy)
    knots = axis.knots
    forming = (*kinetics.products, *kinetics.from_retained)
    count = len(forming)
    rates, limits = np.zeros((count, axis.count)), np.ones((count, axis.count))
    for k, product in enumerate(forming):
        rates[k] = product.rate(_clip(product, knots))
        if product.limit is not None:
            limits[k] = np.clip(product.limit(_clip(product, knots)), 0.0, 1.0)
    if not (np.isfinite(rates).all() and (rates >= 0.0).all()):
        raise ValueError(f"{matter.name}: a transformation rate is negative or no number")
    forms = "martensite" in names and kinetics.martensite_start > 0.0
    martensite = names.index("martensite") if forms else -1
    latent = -1.0
    if (table != table[0]).any():
        i = int(np.clip((kinetics.martensite_start - axis.low) / axis.step, 0, axis.count - 2))
        capacity = (table[0, i + 1] - table[0, i]) / axis.step
        latent = max(0.0, (table[0, i] - table[martensite, i]) / capacity) if martensite > 0 else 0.0
    share, knot, hint, first = li98()
    return Laws(
        low=float(axis.low),
        step=float(axis.step),
        per=1.0 / axis.step,
        table=table,
        product=np.array([names.index(product.phase) for product in forming], np.int64),
        rates=rates,
        limits=limits,
        windows=np.array([(p.low, p.high) for p in forming], float64).reshape(count, 2),
        exponents=np.array([p.shape[1] if p.shape[0] == "jmak" else 0.0 for p in forming], float64),
        bents=np.array([p.bent for p in forming], float64),
        share=share,
        knot=knot,
        hint=hint,
        first=first,
        start=float(kinetics.martensite_start) if martensite >= 0 else -np.inf,
        alpha=float(kinetics.alpha),
        ac1=float("inf") if kinetics.ac1 is None else float(kinetics.ac1),
        ac3=float("inf") if kinetics.ac3 is None else float(kinetics.ac3),
        tau1=float(kinetics.tau[0]),
        tau3=float(kinetics.tau[1]),
        martensite=martensite,
        latent=float(latent),
        classes=np.empty((0, 4)),
        least=0.0,
        classed=0.0,
        row=0,
        part=0.0,
        reheated=len(kinetics.from_retained),
        ferrite=names.index("ferrite") if kinetics.enrichment else -1,
    )


def span_of(matter: Matter, contents: tuple[float, float] | None) -> tuple[float, float] | None:
    """Least and most carbon that laws are asked for; None where all have that of the steel.

    contents  those of a carburised part, mass fractions
    """
    if matter.kinetics is None or not matter.kinetics.enrichment:
        return contents
    if matter.carbon is None:
        raise ValueError(f"{matter.name} has no data for other carbon contents: its austenite cannot be enriched")
    least, most = (matter.carbon.content,) * 2 if contents is None else contents
    return least, max(most, RICHEST)


def contents_of(least: float, most: float) -> Array:
    """(CLASSES,) mass fractions of carbon for which laws are made."""
    return np.linspace(least, max(most, least + 1e-4), CLASSES)


def carbon_laws(matter: Matter, tables: Tables, least: float, most: float) -> Laws:
    """The kinetics where carbon differs from cell to cell: each cell reads between two classes.

    least, most  mass fractions. Enthalpies stay those of the steel as delivered.
    """
    if matter.carbon is None:
        raise ValueError(f"{matter.name} has no data for other carbon contents")
    contents = contents_of(least, most)
    each = [laws(replace(matter, kinetics=matter.carbon.kinetics(float(content))), tables) for content in contents]
    whole = laws(matter, tables)
    if any((one.product != whole.product).any() for one in each):  # type: ignore[attr-defined]
        raise ValueError(f"{matter.name} does not form the same products at {least:g} and {most:g} carbon")
    return whole._replace(
        rates=np.concatenate([one.rates for one in each]),
        limits=np.concatenate([one.limits for one in each]),
        windows=np.concatenate([one.windows for one in each]),
        bents=np.concatenate([one.bents for one in each]),
        classes=np.array([(one.start, one.alpha, one.ac1, one.ac3) for one in each]),
        least=float(contents[0]),
        classed=1.0 / float(contents[1] - contents[0]),
    )


def _refuse(matter: str, names: list[str], kinetics: Kinetics) -> None:
    """Raise ValueError where kinetics cannot be meant for these phases."""
    if names[0] != "austenite":
        raise ValueError(f"{matter}: the first phase is {names[0]}; kinetics start from austenite")
    for product in (*kinetics.products, *kinetics.from_retained):
        kind, exponent = product.shape
        if product.phase not in names[1:]:
            raise ValueError(f"{matter} forms {product.phase}, but has only {', '.join(names)}")
        if not product.low < product.high:
            raise ValueError(f"{matter}: {product.phase} forms between {product.low} and {product.high} K: nowhere")
        if kind != "li98" and not (kind == "jmak" and exponent > 0.0):
            raise ValueError(f"{matter}: {product.phase} has shape {product.shape}; li98, or jmak with n > 0")
    if kinetics.ac1 is not None and not (kinetics.ac3 is not None and kinetics.ac3 > kinetics.ac1):
        raise ValueError(f"{matter}: ac3 {kinetics.ac3} K must be above ac1 {kinetics.ac1} K")
    if not min(kinetics.tau) > 0.0:
        raise ValueError(f"{matter}: time constants {kinetics.tau} s of austenitising must be above 0")
    if not kinetics.alpha > 0.0:
        raise ValueError(f"{matter}: alpha {kinetics.alpha} /K of martensite must be above 0")


def _clip(product: Product, knots: Array) -> Array:
    """The knots, those outside the window drawn to its edge: the kernel cuts the path at the window."""
    edge = 1e-6 * (product.high - product.low)
    return np.clip(knots, product.low + edge, product.high - edge)


@lru_cache(maxsize=1)
def li98() -> tuple[Array, Array, NDArray[np.int64], int]:
    """S(X) of Li et al. 1998 for X <= 1/2: S = integral of dx / (x^(0.4 (1-x)) (1-x)^(0.4 x)), and
    S(1-X) = S(1) - S(X).

    Returns (share, knot, hint, first) as kernels.kinetics.Laws describes them. In u = x^0.6 the integrand is
    smooth. Source: Metall. Mater. Trans. B 29B (1998) 661, eq 12-15. S(0.5) = 1.0259, S(1) = 2.0518.
    """
    places = np.arange(BINS * (-1 - DEEPEST) + 1)
    x = 2.0 ** (DEEPEST + places // BINS) * (1.0 + places % BINS / BINS)
    u = np.concatenate(([0.0], x**0.6))
    points, weights = np.polynomial.legendre.leggauss(8)
    half = 0.5 * np.diff(u)
    y = ((0.5 * (u[1:] + u[:-1]))[:, None] + half[:, None] * points) ** (1.0 / 0.6)
    knot = np.cumsum(half * ((y ** (0.4 * y) * (1.0 - y) ** (-0.4 * y)) @ weights) / 0.6)
    first = int(np.frexp(knot[0])[1]) - 1
    last = int(np.frexp(knot[-1])[1]) - 1
    bins = np.arange(BINS * (last - first + 1))
    edges = 2.0 ** (first + bins // BINS) * (1.0 + bins % BINS / BINS)
    hint = np.clip(np.searchsorted(knot, edges, side="right") - 1, 0, knot.size - 2)
    return x, knot, hint.astype(np.int64), first
