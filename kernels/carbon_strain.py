"""What carbon beyond that of the steel adds to an increment of stress."""

from numba import njit

from .plasticity import FREE, TRIP, YIELD


@njit(cache=True)
def _read(table, k, part, phase, place):
    """Linear in carbon between classes k and k + 1, and in temperature; flat outside."""
    place = min(max(place, 0.0), table.shape[2] - 1.0)
    i = min(int(place), table.shape[2] - 2)
    t = place - i
    low = table[k, phase, i] + t * (table[k, phase, i + 1] - table[k, phase, i])
    high = table[k + 1, phase, i] + t * (table[k + 1, phase, i + 1] - table[k + 1, phase, i])
    return low + part * (high - low)


@njit(cache=True)
def add_carbon(low, step, T0, z0, T1, z1, carbon, least, classed, strain, flow, trip, rows):
    """Bring rows made for the carbon of the steel to that of each cell, which it keeps over the increment.

    low, step       ()         K, knots of the tables
    T0, T1          (n,)       K, before and after
    z0, z1          (P, n)     phase fractions before and after
    carbon          (n,)       mass fraction
    least, classed  ()         carbon of the first class, and classes per mass fraction
    strain, flow    (q, P, m)  free strain and yield stress [Pa] of each class less those of the steel
    trip            (q, s)     1/Pa, K of going through the last s phases, stages of martensite, less that of the steel
    rows            (n, ROW)   see plasticity.point   [written]
    """
    phases, formed = strain.shape[1], strain.shape[1] - trip.shape[1]
    for j in range(carbon.size):
        place = min(max((carbon[j] - least) * classed, 0.0), strain.shape[0] - 1.0)
        k = min(int(place), strain.shape[0] - 2)
        part, p0, p1 = place - k, (T0[j] - low) / step, (T1[j] - low) / step
        for i in range(phases):
            if z0[i, j] > 0.0:
                rows[j, FREE] -= z0[i, j] * _read(strain, k, part, i, p0)
            if z1[i, j] > 0.0:
                rows[j, FREE] += z1[i, j] * _read(strain, k, part, i, p1)
                rows[j, YIELD] += z1[i, j] * _read(flow, k, part, i, p1)
        through = 0.0
        for i in range(phases - 1, formed - 1, -1):
            through += z1[i, j] - z0[i, j]
            stage = i - formed
            rows[j, TRIP] += (trip[k, stage] + part * (trip[k + 1, stage] - trip[k, stage])) * max(through, 0.0)
