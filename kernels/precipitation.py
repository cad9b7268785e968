"""What a quench takes from the hardening of an aluminium alloy, and what ageing brings, in every cell."""

from math import ceil, isnan, nan

from numba import njit, prange

FACTOR = 0  # rows of the records: quench factor, NaN until all is in solution
PROGRESS = 1  # progress of ageing P*, NaN until the quench is over
ROWS = 2
SPACING = 2.0  # K, longest piece of a temperature path


@njit(cache=True)
def integral(rates, low, per, T0, T1, dt):
    """Integral of a tabulated rate [1/s] over T0 -> T1 [K] in dt [s]; midpoints, linear between knots.

    rates (m,) at low + k / per [K], flat outside.
    """
    pieces = max(1, int(ceil(abs(T1 - T0) / SPACING)))
    total = 0.0
    for piece in range(pieces):
        place = (T0 + (T1 - T0) * (piece + 0.5) / pieces - low) * per
        k = min(max(int(place), 0), rates.size - 2)
        t = min(max(place - k, 0.0), 1.0)
        total += rates[k] + t * (rates[k + 1] - rates[k])
    return total * dt / pieces


@njit(cache=True, parallel=True, nogil=True)
def follow(before, after, dt, dissolved, over, low, per, loss, ageing, records):
    """Bring the records of all cells over one step.

    before, after  (n,)  temperature at its ends, K
    dt             ()    s
    dissolved      ()    K, at and above everything begins anew
    over           ()    K, below the quench is over and ageing begins
    low, per       ()    K and 1/K, axis of the rates
    loss, ageing   (m,)  1/s, rates of the quench factor and of P*
    records        (ROWS, n)  see the names of the rows above   [written]
    """
    for j in prange(before.size):
        T0, T1 = before[j], after[j]
        if T1 >= dissolved:
            records[FACTOR, j] = 0.0
            records[PROGRESS, j] = nan
        elif not isnan(records[PROGRESS, j]):
            records[PROGRESS, j] += integral(ageing, low, per, T0, T1, dt)
        elif not isnan(records[FACTOR, j]):
            h = dt
            if T1 < over:  # the part of the step above
                records[PROGRESS, j] = 0.0
                h, T1 = (dt * (T0 - over) / (T0 - T1), over) if T0 > over else (0.0, T0)
            records[FACTOR, j] += integral(loss, low, per, T0, T1, h)
