"""What hardness must know of the way a cell cooled, kept while it cools."""

from math import ceil, exp, isnan, log, log10, nan

from numba import njit, prange
from numpy import float64

from .kinetics import GREW

ROWS = 8  # of the records, in this order:
PASSAGE_700 = 0  # s from 750 to 650 degC: NaN not begun, positive under way, negative over (the time is -value)
PASSAGE_85 = 1  # s from 800 to 500 degC, the same way
SINCE_650 = 2  # s since 650 degC was passed, NaN before
BAINITE = 3  # fraction formed since austenite last grew
BAINITE_HEAT = 4  # sum of its dz (T - DATUM), K
BAINITE_HELD = 5  # fraction of the cell that formed as bainite while cooling was interrupted
PEARLITE = 6
PEARLITE_HEAT = 7

DATUM = 700.0  # K; sums about it lose nothing in float32
INTERRUPTED = 0.2  # of the rate at 700 degC: bainite at a slower mean rate since 650 degC is held, not cooled
SOME = 1e-3  # martensite that can be tempered
COLD = 373.15  # K, no tempering below
FRESH = 5400.0  # K, parameter of untempered martensite: the low end of the regression, m = -8.6 [chosen]
HELD = 1e-3  # 1/s: martensite that forms by this share of itself is tempered half of the time [chosen]
SPACING = 5.0  # K, longest piece of a temperature path in tempering
LN10 = log(10.0)


@njit(cache=True, forceinline=True)
def _passage(clock, T0, T1, dt, top, bottom):
    """The clock of a passage top -> bottom [K] after T0 -> T1 [K] in dt [s]: see PASSAGE_700."""
    if T0 >= top > T1:
        clock = 0.0
        dt *= (top - T1) / (T0 - T1)
        T0 = top
    if not clock >= 0.0:
        return clock
    if T1 > bottom:
        return clock + dt
    return -(clock + dt * (T0 - bottom) / (T0 - T1))


@njit(cache=True)
def temper(P, T0, T1, dt):
    """Tempering parameter P = T (17 + log10 t), K and h, after T0 -> T1 [K] in dt [s], from P before.

    Equivalent time: at each temperature goes on the time that would have given P so far.
    """
    pieces = max(1, int(ceil(abs(T1 - T0) / SPACING)))
    hours = dt / pieces / 3600.0
    for piece in range(pieces):
        T = T0 + (T1 - T0) * (piece + 0.5) / pieces
        if T > COLD:
            exponent = P / T - 17.0
            if exponent < 12.0:
                P = T * (17.0 + log10(exp(LN10 * exponent) + hours))
    return P


@njit(cache=True, forceinline=True)
def held(growth):
    """Share of the time for which martensite that grows by `growth` [1/s] of itself is tempered.

    All of it where it stands, none from 2 HELD on, a smooth step between: at a sharp bound the noise of time steps
    would decide. None at all on a fast quench, so that round-off of the fractions does not reach the steps there.
    """
    s = min(max(1.0 - 0.5 * growth / HELD, 0.0), 1.0)
    return s * s * (3.0 - 2.0 * s)


@njit(cache=True, parallel=True, nogil=True)
def follow(before, after, dt, old, new, bainite, pearlite, martensite, records, parameter):
    """Bring the records of all cells over one step.

    before, after  (n,)       temperature at its ends, K
    dt             ()         s
    old, new       (P - 1, n) volume fractions at its ends of all phases but austenite
    bainite, pearlite, martensite  ()  their rows, or -1
    records        (ROWS, n)  float32, see the names of the rows above   [written]
    parameter      (n,)       tempering parameter T (17 + log10 t_h) of martensite, K; 0 before   [written]
    """
    for j in prange(before.size):
        T0, T1 = before[j], after[j]
        lost = 0.0
        for p in range(old.shape[0]):
            lost += old[p, j] - new[p, j]
        if lost > GREW:
            for row in range(ROWS):
                records[row, j] = nan if row <= SINCE_650 else 0.0
            parameter[j] = 0.0
        clock = records[PASSAGE_700, j]
        records[PASSAGE_85, j] = _passage(records[PASSAGE_85, j], T0, T1, dt, 1073.15, 773.15)
        if isnan(clock) and T0 >= 973.15 > T1 and SOME < old[0, j] < 1.0:
            # intercritical, never at 750 degC: the first 50 K at the rate of this step
            clock = 50.0 * dt / (T0 - T1)
        passage = _passage(clock, T0, T1, dt, 1023.15, 923.15)
        records[PASSAGE_700, j] = passage
        if passage >= 0.0:
            records[SINCE_650, j] = nan
        elif passage < 0.0:
            if clock < 0.0 and not T0 >= 1023.15:
                records[SINCE_650, j] += dt
            else:
                records[SINCE_650, j] = dt * (923.15 - T1) / (T0 - T1)
        middle = 0.5 * (T0 + T1)
        if bainite >= 0:
            dz = float64(new[bainite, j]) - old[bainite, j]
            if dz > 0.0:
                records[BAINITE, j] += dz
                records[BAINITE_HEAT, j] += dz * (middle - DATUM)
                # a mean rate, so that the pause of recalescence does not count as a hold
                mean = (923.15 - middle) * -passage
                if not mean >= INTERRUPTED * 100.0 * records[SINCE_650, j]:
                    records[BAINITE_HELD, j] += dz
        if pearlite >= 0:
            dz = float64(new[pearlite, j]) - old[pearlite, j]
            if dz > 0.0:
                records[PEARLITE, j] += dz
                records[PEARLITE_HEAT, j] += dz * (middle - DATUM)
        if martensite >= 0 and new[martensite, j] > SOME:
            m0, m1 = float64(old[martensite, j]), float64(new[martensite, j])
            if m1 > m0 and parameter[j] > FRESH:  # what forms now has not been tempered: the mean falls
                parameter[j] = FRESH + (parameter[j] - FRESH) * m0 / m1
            # while it forms on cooling, auto-tempering is in the hardness as quenched
            if max(T0, T1) > COLD and dt > 0.0:
                share = held((m1 - m0) / (dt * m1))
                if share > 0.0:
                    parameter[j] = temper(max(parameter[j], FRESH), T0, T1, share * dt)
