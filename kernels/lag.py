"""What a slow sensor shows of what it is held in."""

from math import expm1

from numba import njit


@njit(cache=True)
def lagged(time, values, tau, out):
    """First-order response to values that go straight from sample to sample, at rest before the first.

    time    (w,)    s
    values  (w, P)
    tau     ()      s, time constant
    out     (w, P)  [written]
    """
    w, P = values.shape
    for i in range(P):
        out[0, i] = values[0, i]
    for k in range(1, w):
        a = (time[k] - time[k - 1]) / tau
        moved = -expm1(-a)
        held = 1.0 - moved / a if a > 1e-9 else 0.5 * a
        for i in range(P):
            before, after = values[k - 1, i], values[k, i]
            out[k, i] = out[k - 1, i] + moved * (before - out[k - 1, i]) + (after - before) * held
