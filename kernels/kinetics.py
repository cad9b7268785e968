"""Austenite decomposes and forms in every cell, at constant enthalpy.

Competition (isokinetic, fictitious fraction): product i beside austenite g has xi = X_i / (X_i + g), its
progress is s = shape^-1(xi), ds = rate(T) exp(-bent xi^2) dt, and dX_i = (X_i + g) dxi. A product with an
equilibrium limit has that in place of X_i + g where it is less.
"""

from math import ceil, exp, expm1, inf, log, log1p, sqrt
from typing import NamedTuple

import numpy as np
from numba import njit, prange

from .enthalpy import enthalpy as enthalpy_of
from .enthalpy import temperature
from .fractions import unpack

BLOCK = 512  # cells; the largest change is a maximum over blocks, the same for any number of threads
SPACING = 5.0  # K, longest piece of a temperature path with one rate integral
BINS = 256  # of the li98 tables in each octave
DEEPEST = -40  # octave of X where the power law s = X^0.6 / 0.6 takes over
CALM = 0.25  # of its change that martensite counts for: it is solved together with its latent heat
SURPRISE = 0.25  # K, latent heat that nothing in the last step foretold, as bad as a change by the target
STILL = 1e-10  # progress of a product in one piece of a path: a million of such pieces would not be seen
CLOSE = 0.05  # K, agreement of the assumed and the found end of the path
GREW = 1e-9  # austenite that grew by less is round-off
SOLUBLE = 2e-4  # mass fraction of carbon that ferrite keeps
MOST_FERRITE = 0.99  # the carbon of what is left is not followed beyond
ROUND = 1e-13  # a remainder below is round-off: the reaction is complete
# without counted references, for counting those of the tables took longer than all the rest
INNER = {"cache": True, "error_model": "numpy", "forceinline": True, "_nrt": False}
STRIDE = 61  # threads take blocks from everywhere, for the work sits at the skin


class Laws(NamedTuple):
    """What the matter does, on the axis low + step k [K]; K products, P phases, row 0 austenite.

    low, step, per  ()      K, K, 1/step
    table           (P, m)  enthalpy of each phase, J/m3
    product         (K,)    row of each diffusional product
    rates, limits   (K, m)  1/s, and the largest fraction of the cell
    windows         (K, 2)  K, where each forms
    exponents       (K,)    0 for li98, n for jmak
    bents           (K,)    how much a product hinders itself, 0 not at all; with classes (q K,)
    share, knot     (q,)    li98: X from 2^DEEPEST to 1/2, BINS an octave, and S(X)
    hint            (b,)    li98: the knot below each bin of s
    first           ()      li98: octave of the first bin of s
    start, alpha    ()      martensite start K, Koistinen-Marburger 1/K
    ac1, ac3        ()      K; infinite where nothing becomes austenite
    tau1, tau3      ()      s, at ac1 and ac3
    martensite      ()      its row, or -1
    latent          ()      K, latent heat over heat capacity at martensite start; negative where all phases
                            share one enthalpy, and so the temperature never moves
    classes         (q, 4)  start, alpha, ac1, ac3 of each class of carbon where it differs from cell to cell, evenly
                            spaced; then rates and limits are (q K, m), windows (q K, 2), class after class
    least, classed  ()      mass fraction of carbon in the first class, and classes per mass fraction
    row, part       ()      of a cell: first row of the class below its carbon, and how far it is to the next
    reheated        ()      how many of the last products form only above the lowest temperature met: from
                            retained austenite
    ferrite         ()      its row where the carbon that it leaves behind lowers martensite start, or -1
    """

    low: float
    step: float
    per: float
    table: object
    product: object
    rates: object
    limits: object
    windows: object
    exponents: object
    bents: object
    share: object
    knot: object
    hint: object
    first: int
    start: float
    alpha: float
    ac1: float
    ac3: float
    tau1: float
    tau3: float
    martensite: int
    latent: float
    classes: object
    least: float
    classed: float
    row: int
    part: float
    reheated: int = 0
    ferrite: int = -1


@njit(**INNER)
def _between(one, other, part):
    """Linear between two classes; exactly the first where part is 0, also where both are infinite."""
    return one if part == 0.0 else (1.0 - part) * one + part * other


@njit(**INNER)
def _class(laws, carbon):
    """Number of the class below a mass fraction of carbon, and how far that is to the next."""
    place = min(max((carbon - laws.least) * laws.classed, 0.0), laws.classes.shape[0] - 1.0)
    k = min(int(place), laws.classes.shape[0] - 2)
    return k, place - k


@njit(**INNER)
def _local(laws, carbon, left):
    """The laws of a cell with this mass fraction of carbon, its martensite those of `left`, between two classes."""
    k, part = _class(laws, carbon)
    m, rest = _class(laws, left)
    known = laws.classes
    return Laws(
        laws.low, laws.step, laws.per, laws.table, laws.product, laws.rates, laws.limits, laws.windows,
        laws.exponents, laws.bents, laws.share, laws.knot, laws.hint, laws.first,
        _between(known[m, 0], known[m + 1, 0], rest), _between(known[m, 1], known[m + 1, 1], rest),
        _between(known[k, 2], known[k + 1, 2], part), _between(known[k, 3], known[k + 1, 3], part),
        laws.tau1, laws.tau3, laws.martensite, laws.latent, known, laws.least, laws.classed,
        k * laws.product.size, part, laws.reheated, laws.ferrite,
    )  # fmt: skip


@njit(**INNER)
def enriched(carbon, ferrite):
    """Carbon of what is not ferrite, mass fraction, where the whole has `carbon` and a share is `ferrite`."""
    if ferrite > MOST_FERRITE:
        ferrite = MOST_FERRITE
    return max(carbon, (carbon - SOLUBLE * ferrite) / (1.0 - ferrite))


@njit(**INNER)
def _bin(x, first):
    """Number of the bin of x > 0 among BINS an octave from 2^first, and the part of a bin, from its bits."""
    bits = np.float64(x).view(np.int64)
    return (bits >> 44) - (1023 + first) * BINS, (bits & ((1 << 44) - 1)) * 2.0**-44


@njit(**INNER)
def _li98_half(x, laws):
    """Progress s of a fraction x <= 1/2 by the table."""
    k, t = _bin(x, DEEPEST)
    if k < 0:
        return laws.knot[0] * (x * 2.0**-DEEPEST) ** 0.6 if x > 0.0 else 0.0
    if k >= laws.knot.size - 1:
        return laws.knot[-1]
    return laws.knot[k] + t * (laws.knot[k + 1] - laws.knot[k])


@njit(**INNER)
def _li98_half_inverse(s, laws):
    """Fraction x <= 1/2 of a progress s, the exact inverse of the table."""
    if s <= laws.knot[0]:
        return 2.0**DEEPEST * (s / laws.knot[0]) ** (1.0 / 0.6) if s > 0.0 else 0.0
    b, _ = _bin(s, laws.first)
    k = laws.hint[min(b, laws.hint.size - 1)]
    while k < laws.knot.size - 2 and laws.knot[k + 1] <= s:
        k += 1
    t = (s - laws.knot[k]) / (laws.knot[k + 1] - laws.knot[k])
    return laws.share[k] + t * (laws.share[k + 1] - laws.share[k])


@njit(**INNER)
def _progress(exponent, x, rest, laws):
    """s of the fraction x with rest = 1 - x; li98 where exponent is 0, else jmak."""
    if exponent == 0.0:
        return _li98_half(x, laws) if x <= 0.5 else 2.0 * laws.knot[-1] - _li98_half(rest, laws)
    return (-log1p(-x) if x <= 0.5 else -log(rest)) ** (1.0 / exponent)


@njit(**INNER)
def _fraction(exponent, s, laws):
    """(x, 1 - x) of a progress s, both without cancellation."""
    if exponent == 0.0:
        half = laws.knot[-1]
        if s <= half:
            x = _li98_half_inverse(s, laws)
            return x, 1.0 - x
        rest = _li98_half_inverse(2.0 * half - s, laws)
        return 1.0 - rest, rest
    power = s**exponent
    return -expm1(-power), exp(-power)


@njit(**INNER)
def _rate(table, i, place):
    """Row i of a table at a place counted in steps from its first knot; flat outside."""
    if place <= 0.0:
        return table[i, 0]
    if place >= table.shape[1] - 1:
        return table[i, -1]
    k = int(place)
    return table[i, k] + (place - k) * (table[i, k + 1] - table[i, k])


@njit(**INNER)
def _read(table, i, place, laws):
    """`_rate` of product i in the class of the cell, between it and the next."""
    value = _rate(table, laws.row + i, place)
    if laws.part > 0.0:
        value += laws.part * (_rate(table, laws.row + laws.product.size + i, place) - value)
    return value


@njit(**INNER)
def _window(laws, i, side):
    """Lower (0) or upper (1) end of the window of product i, K."""
    value = laws.windows[laws.row + i, side]
    if laws.part > 0.0:
        value += laws.part * (laws.windows[laws.row + laws.product.size + i, side] - value)
    return value


@njit(**INNER)
def _bent(laws, i):
    """How much product i hinders itself."""
    row = laws.row + i
    return _between(laws.bents[row], laws.bents[row + laws.product.size], laws.part) if laws.part else laws.bents[row]


@njit(**INNER)
def _form(z, j, a, b, h, i, room, laws):
    """Product i along a -> b [K] in h [s]; returns the fraction that austenite lost, at most `room`."""
    g = z[0, j]
    down, up = min(a, b), max(a, b)
    lower, upper = max(down, _window(laws, i, 0)), min(up, _window(laws, i, 1))
    if g <= 0.0 or upper < lower or (upper == lower and up > down):
        return 0.0
    place, arm = (0.5 * (lower + upper) - laws.low) * laws.per, 0.5 * (upper - lower) * laws.per
    rate = _read(laws.rates, i, place, laws)
    if arm > 0.2:  # three Gauss points
        arm *= 0.7745966692414834
        outer = _read(laws.rates, i, place - arm, laws) + _read(laws.rates, i, place + arm, laws)
        rate = (8.0 * rate + 5.0 * outer) / 18.0
    row = laws.product[i]
    old = z[row, j]
    whole = min(old + g, _read(laws.limits, i, place, laws))
    inside = h if up == down else h * (upper - lower) / (up - down)
    if rate * inside < STILL or whole <= old:
        return 0.0
    unit = 1.0 / whole
    x, rest = old * unit, (whole - old) * unit
    s, gained = _progress(laws.exponents[i], x, rest, laws), rate * inside
    bent = _bent(laws, i)
    if bent > 0.0:  # by the fraction halfway
        halfway, _ = _fraction(laws.exponents[i], s + 0.5 * gained * exp(-bent * x * x), laws)
        gained *= exp(-bent * halfway * halfway)
    x_new, rest_new = _fraction(laws.exponents[i], s + gained, laws)
    moved = whole * ((x_new - x) if x_new <= 0.5 else (rest - rest_new))
    moved = min(max(moved, 0.0), room, g)
    if g - moved < ROUND:
        moved = g
    z[0, j] = g - moved
    z[row, j] = old + moved
    return moved


@njit(**INNER)
def _equilibrium(T, laws):
    """Austenite of Leblond and Devaux at T."""
    return min(max((T - laws.ac1) / (laws.ac3 - laws.ac1), 0.0), 1.0)


@njit(**INNER)
def _austenitise(z, j, a, b, h, laws):
    """Austenite along a -> b [K] in h [s] by the exact step for constant tau; it never shrinks."""
    start, end = _equilibrium(a, laws), _equilibrium(b, laws)
    tau = laws.tau1 + (laws.tau3 - laws.tau1) * _equilibrium(0.5 * (a + b), laws)
    lag = tau * (end - start) / h
    g = z[0, j]
    grown = end - lag + (g - start + lag) * exp(-h / tau)
    if grown <= g:
        return
    if 1.0 - grown < ROUND:
        grown = 1.0
    keep = (1.0 - grown) / (1.0 - g)
    for p in range(1, z.shape[0]):
        z[p, j] *= keep
    z[0, j] = grown


@njit(**INNER)
def _follow(z, j, a, b, dt, pieces, kinds, laws):
    """Changes by the first `kinds` products on the straight path a -> b [K] in dt [s]."""
    h, rise = dt / pieces, (b - a) / pieces
    for piece in range(pieces):
        c, stop = a + piece * rise, (a + (piece + 1) * rise if piece < pieces - 1 else b)
        while True:
            d, part = stop, h
            if max(c, stop) > laws.ac1:  # no part straddles a kink of the equilibrium
                for bound in (laws.ac1, laws.ac3):
                    if (c < bound < d) or (d < bound < c):
                        d = bound
                if rise != 0.0:
                    part = h * (d - c) / rise
            room = z[0, j]
            if 0.5 * (c + d) > laws.ac1:
                # while austenite grows nothing decomposes, and products stop at the equilibrium
                if room < 1.0 and _equilibrium(0.5 * (c + d), laws) > room:
                    _austenitise(z, j, c, d, part, laws)
                    room = 0.0
                room -= _equilibrium(d, laws)
            for k in range(kinds):
                if room <= 0.0:
                    break
                # turns keep the competition second order
                i = k if piece % 2 == 0 else kinds - 1 - k
                room -= _form(z, j, c, d, part, i, room, laws)
            if d == stop:
                break
            c = d
    _round_off(z, j)


@njit(**INNER)
def _round_off(z, j):
    """Give what the fractions lack of 1 to the largest."""
    total, most = z[0, j], 0
    for p in range(1, z.shape[0]):
        total += z[p, j]
        if z[p, j] > z[most, j]:
            most = p
    z[most, j] += 1.0 - total


@njit(**INNER)
def _quench(H, T, z, j, bound, laws):
    """Koistinen-Marburger below `bound` [K] with its latent heat: finds T with H = sum z_i(T) H_i(T), K."""
    g, m = z[0, j], laws.martensite
    if m < 0 or T >= bound or g <= 0.0:
        return T
    old, table = z[m, j], laws.table
    bottom, top = T, bound
    for _ in range(60 if laws.latent >= 0.0 else 0):
        left = g * exp(-laws.alpha * (bound - T))
        place = (T - laws.low) * laws.per
        i = min(max(int(place), 0), table.shape[1] - 2)
        t = place - i
        total = slope = 0.0
        for p in range(z.shape[0]):
            share = left if p == 0 else (old + (g - left) if p == m else z[p, j])
            rise = table[p, i + 1] - table[p, i]
            total += share * (table[p, i] + t * rise)
            slope += share * rise * laws.per
        latent = table[0, i] + t * (table[0, i + 1] - table[0, i])
        latent -= table[m, i] + t * (table[m, i + 1] - table[m, i])
        excess = total - H
        if excess > 0.0:
            top = T
        else:
            bottom = T
        new = T - excess / (slope + laws.alpha * left * latent)
        if not bottom <= new <= top:
            new = 0.5 * (bottom + top)
        done = abs(new - T) < 1e-9
        T = new
        if done:
            break
    left = g * exp(-laws.alpha * (bound - T))
    z[0, j] = left
    z[m, j] = old + (g - left)
    return T


@njit(**INNER)
def _solve(H, before, after, dt, old, z, pieces, kinds, ratchet, laws):
    """End of the path of one cell: its transformations depend on the temperature they lead to.

    Secant on T - x, x the assumed end; a fixed point would diverge while austenite forms with a small tau.
    old, z (P, 1): fractions at the start and at the end [written]. Returns T.
    """
    x, x_old, gap_old = after, 0.0, 0.0
    T = after
    for trial in range(8):
        for p in range(z.shape[0]):
            z[p, 0] = old[p, 0]
        _follow(z, 0, before, x, dt, pieces, kinds, laws)
        if laws.latent >= 0.0:
            T = temperature(H, z, 0, laws.table, laws.low, laws.step, x)
        T = _quench(H, T, z, 0, ratchet, laws)
        gap = T - x
        if abs(gap) < CLOSE:
            break
        slope = -1.0 if trial == 0 else (gap - gap_old) / (x - x_old)
        x_old, gap_old = x, gap
        x -= gap / min(slope, -0.2)
    return T


@njit(**INNER)
def _foresee(T, rise, g, dt, target, laws):
    """Time until martensite or austenite, not yet begun, has changed by target at a rise [K] in dt, s."""
    if rise < 0.0 and g > target and laws.martensite >= 0 and T >= laws.start:
        reach = target / CALM * (1.0 / (laws.alpha * g) + max(laws.latent, 0.0))
        return dt * (T - laws.start + reach) / -rise
    if rise > 0.0 and g < 1.0 - target and T < laws.ac1 < inf:
        return dt * (laws.ac1 - T + target * (laws.ac3 - laws.ac1)) / rise
    return inf


@njit(**INNER)
def _block(
    first,
    end,
    whole,
    carbon,
    enthalpy,
    before,
    after,
    dt,
    products,
    lowest,
    latent,
    target,
    products_new,
    latent_new,
    old,
    new,
):
    """Cells first <= j < end of `react`; returns (largest change of a phase, horizon).

    old, new (P, 1): fractions of the cell under way, at the start and at the end of the step [written].
    """
    for p in range(products.shape[0]):
        for j in range(first, end):
            products_new[p, j] = products[p, j]
    change, ahead = 0.0, inf
    for j in range(first, end):
        unpack(products, j, old, 0)
        laws = whole
        if carbon.size > 0:
            left = enriched(carbon[j], old[whole.ferrite, 0]) if whole.ferrite > 0 else carbon[j]
            laws = _local(whole, carbon[j], left)
        g, T = old[0, 0], after[j]
        for p in range(old.shape[0]):
            new[p, 0] = old[p, 0]
        down, up = min(before[j], T), max(before[j], T)
        ratchet = min(lowest[j], laws.start)
        kinds = laws.product.size - (0 if down > lowest[j] else laws.reheated)
        active = 1 if g < 1.0 and up > laws.ac1 else 0
        if g > 0.0:
            for i in range(kinds):
                if up >= _window(laws, i, 0) and down <= _window(laws, i, 1):
                    active += 1
        if active > 0:
            pieces = max(min(active, 2), int(ceil((up - down) / SPACING)))
            T = _solve(enthalpy[j], before[j], T, dt, old, new, pieces, kinds, ratchet, laws)
        else:
            if latent[j] != 0.0:  # expected, but nothing forms any more
                T = temperature(enthalpy[j], old, 0, laws.table, laws.low, laws.step, T)
            if T < ratchet and g > 0.0:
                T = _quench(enthalpy[j], T, new, 0, ratchet, laws)
                active = 1
        latent_new[j] = 0.0
        if active > 0:
            moved = 0.0
            for p in range(1, old.shape[0]):  # austenite moves with its products
                share = CALM if p == laws.martensite else 1.0
                moved = max(moved, share * abs(new[p, 0] - old[p, 0]))
                products_new[p - 1, j] = new[p, 0]
            surprise = abs(T - after[j]) / SURPRISE if T >= ratchet else 0.0
            change = max(change, moved, target * surprise)
            if moved > 0.0:
                ahead = min(ahead, dt * target / moved, dt / sqrt(max(surprise, 1e-9)))
                if laws.latent >= 0.0:
                    kept = enthalpy_of(T, old, 0, laws.table, laws.low, laws.step)
                    latent_new[j] = (kept - enthalpy[j]) / dt
        if T >= laws.start and T < laws.ac1 or g == 1.0:
            ahead = min(ahead, _foresee(T, T - before[j], new[0, 0], dt, target, laws))
        after[j] = T
    return change, ahead


@njit(cache=True, parallel=True, nogil=True, error_model="numpy")
def react(
    laws,
    carbon,
    enthalpy,
    before,
    after,
    dt,
    products,
    lowest,
    latent,
    target,
    products_new,
    latent_new,
    largest,
    horizon,
):
    """One step of all transformations at constant enthalpy, on the straight path before -> T(H, new phases).

    laws          Laws
    carbon        (n,)        mass fraction in the austenite; empty where all cells share one class
    enthalpy      (n,)        H at the end of the step, J/m3
    before        (n,)        temperature at the start, K
    after         (n,)        the expected one at the end, K: without `latent` that of the old phases;
                              [written] T(H, new phases)
    dt            ()          s
    products      (P - 1, n)  volume fractions at the start of all phases but austenite
    lowest        (n,)        lowest temperature since austenite last grew, K
    latent        (n,)        rate of release that `after` counts on, W/m3
    target        ()          change of a phase that one step should have
    products_new  (P - 1, n)  [written]
    latent_new    (n,)        [written] mean rate of release in this step, W/m3
    largest       (b,)        [written] largest change of a phase in each block of BLOCK cells
    horizon       (b,)        [written] step that should change no phase by more than target, s
    """
    n, blocks = enthalpy.size, largest.size
    stride = STRIDE if blocks % STRIDE else 1
    for turn in prange(blocks):
        block = turn * stride % blocks
        old, new = np.empty((products.shape[0] + 1, 1)), np.empty((products.shape[0] + 1, 1))
        change, ahead = _block(
            block * BLOCK, min(n, (block + 1) * BLOCK), laws, carbon, enthalpy, before, after, dt, products, lowest,
            latent, target, products_new, latent_new, old, new,
        )  # fmt: skip
        largest[block] = change
        horizon[block] = ahead


@njit(cache=True, parallel=True, nogil=True)
def ratchet(temperature, old, new, lowest):
    """Bring the lowest temperature since austenite last grew over one step.

    temperature  (n,)        K, at its end
    old, new     (P - 1, n)  volume fractions of all phases but austenite, at its ends
    lowest       (n,)        K   [written]
    """
    for j in prange(lowest.size):
        lost = 0.0
        for p in range(old.shape[0]):
            lost += old[p, j] - new[p, j]
        lowest[j] = temperature[j] if lost > GREW else min(lowest[j], temperature[j])
