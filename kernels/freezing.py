"""What a casting remembers of its freezing: when each cell passed each state, and how steep it was there."""

from math import sqrt

from numba import njit, prange


@njit(cache=True)
def _between(T0, T1, cell, w):
    """Temperature of a cell at the share w of a step, K."""
    return T0[cell] + w * (T1[cell] - T0[cell])


@njit(cache=True)
def _steepness(T0, T1, cell, w, neighbour, spacing):
    """|grad T| of a cell at the share w of a step, K/m: central differences, one-sided at the wall."""
    total, here = 0.0, _between(T0, T1, cell, w)
    for axis in range(3):
        low, high = neighbour[cell, 2 * axis], neighbour[cell, 2 * axis + 1]
        reach = (low >= 0) + (high >= 0)
        if reach > 0:
            below = _between(T0, T1, low, w) if low >= 0 else here
            above = _between(T0, T1, high, w) if high >= 0 else here
            slope = (above - below) / (reach * spacing[axis])
            total += slope * slope
    return sqrt(total)


@njit(cache=True)
def _crossing(above, below, slope):
    """Share of a step at which a parabola falls through 0, from `above` >= 0 with `slope` a step to `below` < 0."""
    bend = below - above - slope
    root = sqrt(max(slope * slope - 4.0 * bend * above, 0.0))
    if slope <= 0.0:
        return min(max(2.0 * above / (root - slope), 0.0), 1.0) if root > slope else 0.0
    return min(max(-(slope + root) / (2.0 * bend), 0.0), 1.0)


@njit(cache=True, parallel=True, nogil=True, error_model="numpy")
def passed(H0, H1, F0, T0, T1, time, dt, levels, steep, neighbour, spacing, times, gradient, rate):
    """Note which cells fell below a state in one step, and forget it in those that rose above it again.

    H0, H1     (n,)    enthalpy before and after the step, J/m3
    F0         (n,)    rate of the enthalpy at its start, W/m3: in the step it is a parabola
    T0, T1     (n,)    temperature, K
    time, dt   ()      begin and length of the step, s
    levels     (q,)    enthalpy of each state, J/m3
    steep      ()      number of the first of the s states where gradient and rate are kept
    neighbour  (n, 6)  cell behind each face -x +x -y +y -z +z: -1 where there is none, the cell itself where
                       that is its mirror image
    spacing    (3,)    m
    times      (q, n)  when the cell fell below, s; NaN before   [written]
    gradient   (s, n)  |grad T| at each of those, K/m            [written]
    rate       (s, n)  cooling rate there, K/s                   [written]
    """
    for c in prange(H0.size):
        for q in range(levels.size):
            level = levels[q]
            if H0[c] >= level and H1[c] < level:
                w = _crossing(H0[c] - level, H1[c] - level, F0[c] * dt)
                times[q, c] = time + w * dt
                if 0 <= q - steep < gradient.shape[0]:
                    gradient[q - steep, c] = _steepness(T0, T1, c, w, neighbour, spacing)
                    rate[q - steep, c] = (T0[c] - T1[c]) / dt
            elif H0[c] < level and H1[c] >= level:
                times[q, c] = float("nan")
