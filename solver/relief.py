"""What a body does when material is taken out of it: the stress that was there relaxes elastically."""

from dataclasses import dataclass, replace

import numpy as np
from numpy import float64
from numpy.typing import NDArray

from ..kernels.plasticity import BULK, SHEAR
from ..materials.matter import Matter
from .geometry import Cells
from .mechanics import mechanics_for
from .properties import Properties
from .skin import FULL
from .state import State, products
from .stress import Body
from .tables import Axis

Array = NDArray[float64]

CARRIED = ("elastic", "mean", "deviator")  # of state.mechanics: the elastic strain of one metric or another
AXIS = Axis()


@dataclass(frozen=True)
class Relief:
    """What machining does to the m cells that are left.

    stress        (6, m) Pa, change of the stress
    displacement  (3, m) m
    imbalance     Pa, rms of what the stress changed by before any cut, so that all forces balance
    residual      unbalanced force that is left, see Increment
    """

    stress: Array
    displacement: Array
    imbalance: float
    residual: float


def relieve(cells: Cells, rest: Cells, matter: Matter, stress: Array, T: Array, z: Array) -> Relief:
    """Take out of `cells` what is not in `rest` of the same lattice.

    stress (6, n) Pa, T (n,) K and z (P, n) phase fractions of `cells`. The stress is brought into exact
    balance on the whole body first; only what the cut adds to that is the relief.
    """
    law = _elastic(matter)
    whole, before = _loaded(cells, law, stress, T, z)
    first = whole.advance(before, 1.0)
    balanced = whole.fields(before)["stress"]
    kept = np.searchsorted(cells.index, rest.index)
    body = mechanics_for(rest, law, AXIS)
    after = _state(T[kept], np.ascontiguousarray(z[:, kept]))
    body.start(after)
    for name in CARRIED:
        if name in after.mechanics:
            points = before.mechanics[name].reshape(cells.index.size, -1)
            after.mechanics[name][:] = points[kept].ravel()
    second = body.advance(after, 1.0)
    fields = body.fields(after)
    return Relief(
        _at_centres(rest, fields["stress"] - balanced[:, kept]),
        _at_centres(rest, fields["displacement"]),
        float(np.sqrt(np.average(((balanced - stress) ** 2).mean(0), weights=cells.volume))),
        max(first.residual, second.residual),
    )


def _at_centres(rest: Cells, values: Array) -> Array:
    """In 1d an end cell that was cut has its values where it is; here at the centre of the whole cell.

    A quadratic through the next three, as the skin of other metrics is extrapolated.
    """
    if rest.lattice.metric in ("rz", "3d") or rest.index.size < 4:
        return values
    values = values.copy()
    for end, step in ((0, 1), (-1, -1)):
        if rest.fraction[end] < FULL:
            one, two, three = (values[:, end + k * step] for k in (1, 2, 3))
            values[:, end] = 3.0 * one - 3.0 * two + three
    return values


def _elastic(matter: Matter) -> Matter:
    """The matter without anything that flows or creeps."""
    phases = []
    for phase in matter.phases:
        if phase.mechanics is None:
            raise ValueError(f"{matter.name} has no mechanics for {phase.name}")
        stiff = replace(
            phase.mechanics, yield_stress=None, yield_compression=None, hardening=None, trip=0.0, creep=None
        )
        phases.append(replace(phase, mechanics=stiff))
    return replace(matter, phases=tuple(phases), stages=())


def _state(T: Array, z: Array) -> State:
    return State(0.0, np.zeros(T.size), products(z), T, np.zeros(0))


def elastic_strain(matter: Matter, stress: Array, T: Array, z: Array) -> Array:
    """Elastic strain (6, n), xx yy zz xy yz zx with tensor shear, of a stress (6, n) Pa at T (n,) K, z (P, n)."""
    properties = Properties(matter, AXIS)
    phases = properties.split(products(z))
    row = properties.rows(T, phases, T, phases, 0.0)[0]
    mean = stress[:3].mean(0)
    strain = np.concatenate([stress[:3] - mean, stress[3:]]) / (2.0 * row[:, SHEAR])
    strain[:3] += mean / (3.0 * row[:, BULK])
    return np.asarray(strain)


def _loaded(cells: Cells, law: Matter, stress: Array, T: Array, z: Array) -> tuple[Body, State]:
    """A body that carries a given stress, each cell by an elastic strain of its own."""
    body, state = mechanics_for(cells, law, AXIS), _state(T, z)
    body.start(state)
    n, mechanics = T.size, state.mechanics
    xx, yy, zz, xy, yz, zx = elastic_strain(law, stress, T, z)
    if "deviator" in mechanics:
        mean = (xx + yy + zz) / 3.0
        mechanics["mean"][:] = mean
        mechanics["deviator"].reshape(n, 8, 5)[:] = np.stack([xx - mean, yy - mean, xy, yz, zx], 1)[:, None]
    elif mechanics["elastic"].size == 16 * n:
        mechanics["elastic"].reshape(n, 4, 4)[:] = np.stack([xx, yy, zz, zx], 1)[:, None]
    else:
        mechanics["elastic"].reshape(n, 2, 3)[:] = np.stack([xx, yy, zz], 1)[:, None]
    return body, state
