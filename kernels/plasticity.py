"""What one material point does in one increment, and what a cell's mixture of phases gives it.

Small strain, isotropic elasticity carried by the ELASTIC STRAIN (a modulus that changes with temperature
changes the stress), J2 plasticity with isotropic hardening, transformation plasticity, Norton creep. All
inelastic strain is along the deviator, so that one scalar equation holds them together.

    s  = 2 G dev(e),  q = sqrt(3/2 s:s),  mean stress = bulk tr(e)
    de = strain - free - 3/2 [ dp s/q + trip s + sum_k creep_k q^(n_k - 1) s ]
    q <= yield + hard_parent r_parent + hard_product r_product

Transformation plasticity and creep take the mean of their rates at both ends of the increment (theta = 1/2,
second order) or the end alone (theta = 1); plasticity is the usual radial return (Simo and Hughes,
Computational Inelasticity, 1998, ch. 3). Leblond's factor: J.-B. Leblond, Int. J. Plasticity 5 (1989) 573.

Components xx yy zz xy yz zx; shear is TENSOR shear (half of the engineering one) everywhere.
"""

import numpy as np
from numba import njit

from .fractions import unpack

# columns of a row: what one increment of one cell needs
SHEAR_BEFORE, SHEAR, BULK, FREE, YIELD, HARD_PARENT, HARD_PRODUCT, TRIP, DONE_BEFORE, DONE, COMPRESSION = range(11)
ROW = 11
NEVER = 1e30  # yield stress of what does not yield, Pa

# first index of the tables; the last only where tension and compression yield apart
YOUNG, POISSON, STRAIN, FLOW, HARDENING, CRUSH = range(6)

LAWS = ("tanaka", "desalos", "leblond", "abrassart")
# Leblond 1989: share of martensite -> share of its yield stress
LEBLOND = np.array([[0.0, 0.125, 0.25, 0.5, 0.75, 1.0], [0.0, 0.044, 0.124, 0.391, 0.668, 1.0]])


@njit(cache=True)
def viscous(q, row, limit, factor, creep, exponent):
    """Inelastic strain at stress q without plasticity, and its slope by q."""
    trip = row[TRIP]
    strain, slope = trip * q, trip
    if factor and q > 0.5 * limit:
        share = 1.0 + 3.5 * (q / limit - 0.5)
        strain, slope = trip * share * q, trip * (share + 3.5 * q / limit)
    for k in range(exponent.size):
        if creep[k] > 0.0 and q > 0.0:
            rate = creep[k] * q ** (exponent[k] - 1.0)
            strain += rate * q
            slope += exponent[k] * rate
    return strain, slope


@njit(cache=True)
def inherit(parent, product, row, memory):
    """Hardening variables after the share row[DONE_BEFORE] -> row[DONE] of the cell has become product.

    The forming phase inherits the share `memory` of the hardening of what it grows from; none: full recovery.
    """
    before, after = row[DONE_BEFORE], row[DONE]
    if after > before:
        product = (product * before + memory * parent * (after - before)) / after
    elif after < before:
        parent = (parent * (1.0 - before) + memory * product * (before - after)) / (1.0 - after)
    return parent, product


@njit(cache=True)
def trial_strain(elastic, strain, row, creep, exponent, theta, limit, factor):
    """Elastic strain where the end of the increment does nothing inelastic: (mean, deviator, theta)."""
    if 3.0 * row[SHEAR] * row[TRIP] > 1.0:  # too long for the mean of the ends, which then overshoots
        theta = 1.0
    mean0 = (elastic[0] + elastic[1] + elastic[2]) / 3.0
    third = (strain[0] + strain[1] + strain[2]) / 3.0
    keep = 1.0
    if theta < 1.0 and (row[TRIP] > 0.0 or exponent.size > 0):
        norm = (elastic[0] - mean0) ** 2 + (elastic[1] - mean0) ** 2 + (elastic[2] - mean0) ** 2
        norm += 2.0 * (elastic[3] ** 2 + elastic[4] ** 2 + elastic[5] ** 2)
        q0 = 2.0 * row[SHEAR_BEFORE] * np.sqrt(1.5 * norm)
        if q0 > 0.0:
            done, _ = viscous(q0, row, limit, factor, creep[0], exponent)
            keep = 1.0 - 3.0 * row[SHEAR_BEFORE] * (1.0 - theta) * done / q0
    middle = keep * mean0 + third
    deviator = (
        keep * elastic[0] + strain[0] - middle, keep * elastic[1] + strain[1] - middle,
        keep * elastic[2] + strain[2] - middle,
        keep * elastic[3] + strain[3], keep * elastic[4] + strain[4], keep * elastic[5] + strain[5],
    )  # fmt: skip
    return mean0 + third - row[FREE], deviator, theta


@njit(cache=True)
def point(elastic, strain, parent, product, row, creep, exponent, theta, memory, factor):
    """One increment of one point.

    elastic   6-tuple  elastic strain at the start, xx yy zz xy yz zx (tensor shear)
    strain    6-tuple  total strain increment (tensor shear)
    parent    ()       hardening variable of the parent phase at the start
    product   ()       mean hardening variable of the products at the start
    row       (ROW,)   shear modulus before and after [Pa], bulk modulus after [Pa], free (linear) strain
                       increment, yield stress [Pa], hardening of parent and products times their shares [Pa],
                       transformation plasticity sum K_i df/dZ dz_i [1/Pa], share of products before and after, yield
                       stress in compression [Pa], which is 0 here: see kernels.cutoff
    creep     (2, c)   creep strain of the increment per q^n, by the rate before and after [Pa^-n]
    exponent  (c,)     n of each
    theta     ()       weight of the end of the increment, 1/2 or 1
    memory    ()       share of hardening a new phase inherits
    factor    ()       whether the transformation plasticity grows above one half of the yield stress

    Gives (elastic, parent, product, dp, a, b): the state at the end, the plastic strain increment, and the
    exact tangent, with n the unit deviator of the new elastic strain:
        d stress / d strain = bulk 1x1 + 2 G [a (Idev - n x n) + b n x n],   G = row[SHEAR].
    Stress = 2 G elastic + (bulk - 2/3 G) tr(elastic) 1.
    """
    shear = row[SHEAR]
    parent, product = inherit(parent, product, row, memory)
    limit = max(row[YIELD] + row[HARD_PARENT] * parent + row[HARD_PRODUCT] * product, 0.0)
    hard = row[HARD_PARENT] + row[HARD_PRODUCT]
    mean, d, theta = trial_strain(elastic, strain, row, creep, exponent, theta, limit, factor)
    size = d[0] ** 2 + d[1] ** 2 + d[2] ** 2 + 2.0 * (d[3] ** 2 + d[4] ** 2 + d[5] ** 2)
    trial = 2.0 * shear * np.sqrt(1.5 * size)

    scale = 3.0 * shear * theta
    q, slope, dp = trial, 0.0, 0.0
    if row[TRIP] > 0.0 or exponent.size > 0:
        for k in range(exponent.size):  # an upper bound from every term alone, whence Newton is monotone
            if creep[1, k] > 0.0 and trial > 0.0:
                q = min(q, (trial / (scale * creep[1, k])) ** (1.0 / exponent[k]))
        for _ in range(60):
            done, slope = viscous(q, row, limit, factor, creep[1], exponent)
            excess = q + scale * done - trial
            if abs(excess) <= 1e-13 * trial:
                break
            q -= excess / (1.0 + scale * slope)
    b = 1.0 / (1.0 + scale * slope)
    if q > limit:
        q = limit
        for _ in range(60):
            done, slope = viscous(q, row, limit, factor, creep[1], exponent)
            excess = q + 3.0 * shear * dp + scale * done - trial
            if abs(excess) <= 1e-13 * trial:
                break
            dp -= excess / (hard * (1.0 + scale * slope) + 3.0 * shear)
            q = limit + hard * dp
        b = hard / (hard * (1.0 + scale * slope) + 3.0 * shear)
    a = q / trial if trial > 0.0 else b
    new = (a * d[0] + mean, a * d[1] + mean, a * d[2] + mean, a * d[3], a * d[4], a * d[5])
    return new, parent + dp, product + dp, dp, a, b


@njit(cache=True)
def _lookup(table, place):
    """Linear value of table (m,) at a place counted in knots; flat outside."""
    if place <= 0.0:
        return table[0]
    if place >= table.size - 1:
        return table[-1]
    i = int(place)
    return table[i] + (place - i) * (table[i + 1] - table[i])


@njit(cache=True)
def _strain(table, place):
    """As _lookup, with the end slopes outside: a strain goes on with temperature."""
    i = min(max(int(place), 0), table.size - 2)
    return table[i] + (place - i) * (table[i + 1] - table[i])


@njit(cache=True)
def saturation(law, z):
    """f(z) of transformation plasticity; law is a place in LAWS. Leblond's starts at 0.03: -ln 0 diverges."""
    if law == 0:
        return z
    if law == 1:
        return z * (2.0 - z)
    if law == 2:
        z = max(z, 0.03)
        return z * (1.0 - np.log(z))
    return z * (3.0 - 2.0 * np.sqrt(z))


@njit(cache=True)
def mixture(low, step, T0, z0, T1, z1, table, trip, creep, creeping, dt, law, martensite, formed, rows, creeps):
    """What one increment means for every cell.

    low, step      ()         K, knots of the tables
    T0, T1         (n,)       K, before and after
    z0, z1         (P, n)     phase fractions before and after
    table          (5, P, m)  Young's modulus [Pa], Poisson's ratio, free strain, yield stress, hardening [Pa];
                              (6, P, m): and yield stress in compression, where that above is in tension
    trip           (P,)       K of forming each phase, 1/Pa
    creep          (c, m)     log of A exp(-Q/RT) [Pa^-n s^-1]
    creeping       (c, P)     whether a phase creeps by it
    dt             ()         s
    law            ()         place in LAWS
    martensite     ()         number of the phase that, with those behind `formed`, mixes with the parent by
                              LEBLOND, -1: linear
    formed         ()         number of phases that form from the parent and the parent itself; those behind
                              are stages of martensite, each with its trip for every share that goes through it
    rows           (n, ROW)   [written] see point()
    creeps         (n, 2, c)  [written] see point()
    """
    phases = z0.shape[0]
    for j in range(T0.size):
        p0, p1 = (T0[j] - low) / step, (T1[j] - low) / step
        young0 = poisson0 = young = poisson = free = flow = harden = shares = weight = 0.0
        for i in range(phases):
            a, b = z0[i, j], z1[i, j]
            if a > 0.0:
                young0 += a * _lookup(table[YOUNG, i], p0)
                poisson0 += a * _lookup(table[POISSON, i], p0)
                free -= a * _strain(table[STRAIN, i], p0)
            if b > 0.0:
                young += b * _lookup(table[YOUNG, i], p1)
                poisson += b * _lookup(table[POISSON, i], p1)
                free += b * _strain(table[STRAIN, i], p1)
                flow += b * _lookup(table[FLOW, i], p1)
                if i > 0:
                    harden += b * _lookup(table[HARDENING, i], p1)
            if i > 0:
                shares += b - a
                if i < formed:
                    weight += trip[i] * max(b - a, 0.0)
        if martensite > 0:
            hard = z1[martensite, j]
            for i in range(formed, phases):
                hard += z1[i, j]
            both = z1[0, j] + hard
            if both > 0.0:
                share = hard / both
                rise = _lookup(table[FLOW, martensite], p1) - _lookup(table[FLOW, 0], p1)
                flow += both * (np.interp(share, LEBLOND[0], LEBLOND[1]) - share) * rise
        before, after = 1.0 - z0[0, j], 1.0 - z1[0, j]
        rows[j, SHEAR_BEFORE] = young0 / (2.0 * (1.0 + poisson0))
        rows[j, SHEAR] = young / (2.0 * (1.0 + poisson))
        rows[j, BULK] = young / (3.0 * (1.0 - 2.0 * poisson))
        rows[j, FREE] = free
        rows[j, YIELD] = flow
        rows[j, HARD_PARENT] = z1[0, j] * _lookup(table[HARDENING, 0], p1)
        rows[j, HARD_PRODUCT] = harden
        rows[j, TRIP] = 0.0
        if weight > 0.0 and shares > 0.0:  # the mean of f' over the increment, exact for every law
            rows[j, TRIP] = weight * (saturation(law, after) - saturation(law, before)) / shares
        through = 0.0
        for i in range(phases - 1, formed - 1, -1):
            through += z1[i, j] - z0[i, j]
            rows[j, TRIP] += trip[i] * max(through, 0.0)
        rows[j, DONE_BEFORE] = max(before, 0.0)
        rows[j, DONE] = max(after, 0.0)
        rows[j, COMPRESSION] = 0.0
        if table.shape[0] > CRUSH:
            for i in range(phases):
                rows[j, COMPRESSION] += z1[i, j] * _lookup(table[CRUSH, i], p1)
        for k in range(creep.shape[0]):
            creeps[j, 0, k] = dt * _rate(creep[k], creeping[k], z0[:, j], p0)
            creeps[j, 1, k] = dt * _rate(creep[k], creeping[k], z1[:, j], p1)


@njit(cache=True)
def _rate(creep, creeping, z, place):
    """Creep strain per q^n and second of phases (P,) by one law, see mixture(), at a place counted in knots."""
    shares = 0.0
    for i in range(z.size):
        if creeping[i]:
            shares += z[i]
    return shares * np.exp(_lookup(creep, place))


@njit(cache=True)
def free_change(low, step, T0, z0, T1, z1, strain):
    """Largest |thermal| + |transformation| free strain of any cell between two instants.

    z0, z1  (P - 1, n) fractions of all phases but the first; strain (P, m); the others see mixture()
    """
    largest, a, b = 0.0, np.empty((strain.shape[0], 1)), np.empty((strain.shape[0], 1))
    for j in range(T0.size):
        unpack(z0, j, a, 0)
        unpack(z1, j, b, 0)
        p0, p1 = (T0[j] - low) / step, (T1[j] - low) / step
        thermal = change = 0.0
        for i in range(strain.shape[0]):
            if a[i, 0] > 0.0 or b[i, 0] > 0.0:
                now = _strain(strain[i], p1)
                thermal += a[i, 0] * (now - _strain(strain[i], p0))
                change += (b[i, 0] - a[i, 0]) * now
        largest = max(largest, abs(thermal) + abs(change))
    return largest


@njit(cache=True)
def relaxed(low, step, T0, z0, T1, z1, table, creep, creeping, dt, exponent, strain):
    """Largest share of its stress that creep takes from any cell in one increment, at the stiffer and faster end.

    z0, z1    (P - 1, n)  fractions of all phases but the first
    exponent  (c,)        n of each law
    strain    (n,)        sqrt(3/2 e':e') of the elastic strain
    others    see mixture()
    """
    most, z, rate = 0.0, np.empty((table.shape[1], 1)), np.empty(exponent.size)
    for j in range(strain.size):
        shear, loss = 0.0, 0.0
        rate[:] = 0.0
        for T, fractions in ((T0, z0), (T1, z1)):
            place = (T[j] - low) / step
            unpack(fractions, j, z, 0)
            young = poisson = 0.0
            for i in range(z.shape[0]):
                if z[i, 0] > 0.0:
                    young += z[i, 0] * _lookup(table[YOUNG, i], place)
                    poisson += z[i, 0] * _lookup(table[POISSON, i], place)
            shear = max(shear, young / (2.0 * (1.0 + poisson)))
            for k in range(rate.size):
                rate[k] = max(rate[k], _rate(creep[k], creeping[k], z[:, 0], place))
        for k in range(rate.size):
            loss += 3.0 * shear * dt * rate[k] * (2.0 * shear * strain[j]) ** (exponent[k] - 1.0)
        most = max(most, loss)
    return most
