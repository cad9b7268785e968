"""Stress measured by X-rays after layers were etched or turned off, and what was there before.

Taking a layer off lets the rest spring back, so that each reading is that of a thinner body. Depths (k,) m rise
from 0 at the skin; what lies above the first depth counts with its reading. Layers go off the whole outer
surface of a bar or ring, or off one face of a plate, and nothing yields.
"""

import numpy as np
from numpy import float64
from numpy.typing import NDArray

from .refusal import CaseError

Array = NDArray[float64]


def cylinder_moore_evans(
    depth: Array, axial: Array, hoop: Array, radius: float, bore: float = 0.0
) -> tuple[Array, Array, Array]:
    """Axial, hoop and radial stress (k,) [Pa] before the layers were turned off a bar or ring.

    With the readings a, h at r and R = radius, B = bore [m]:
        axial  = a - 2 int_r^R a r / (r2 - B2) dr
        radial = -(1 - B2/r2) int_r^R h r / (r2 - B2) dr,  hoop = h + (r2 + B2) / (r2 - B2) radial
    Range: a long bar, stress the same all around. Source: M. G. Moore, W. P. Evans, SAE Trans. 66 (1958) 340.

    A uniform reading of 100 MPa on a bar turned from 20 to 15 mm:

    >>> depth, same = np.linspace(0.0, 2.5e-3, 1001), np.full(1001, 100e6)
    >>> axial, hoop, radial = cylinder_moore_evans(depth, same, same, 10e-3)
    >>> [round(float(stress[-1] / 1e6), 1) for stress in (axial, hoop, radial)]
    [42.5, 71.2, -28.8]
    """
    depth, axial, hoop = _looked_at(depth, radius - bore, axial, hoop)
    r = radius - depth
    wall = r**2 - bore**2
    radial = -(1.0 - (bore / r) ** 2) * _removed(depth, hoop * r / wall)
    return axial - 2.0 * _removed(depth, axial * r / wall), hoop + (r**2 + bore**2) / wall * radial, radial


def cylinder_readings(depth: Array, axial: Array, hoop: Array, radius: float, bore: float = 0.0) -> tuple[Array, Array]:
    """What X-rays would read of axial and hoop stress (k,) [Pa] as a bar or ring is turned down to each depth.

    axial + 2/(r2 - B2) int_r^R axial r dr;  hoop - (r2 + B2)/(r2 - B2) radial, radial = -1/r int_r^R hoop dr.
    The inverse of `cylinder_moore_evans`, from the same balances of force.

    >>> depth = np.linspace(0.0, 2.5e-3, 1001)
    >>> axial, hoop = cylinder_readings(depth, np.full(1001, 42.5e6), np.zeros(1001), 10e-3)
    >>> round(float(axial[-1] / 1e6), 1)
    75.6
    """
    depth, axial, hoop = _looked_at(depth, radius - bore, axial, hoop)
    r = radius - depth
    wall = r**2 - bore**2
    radial = -_removed(depth, hoop) / r
    return axial + 2.0 / wall * _removed(depth, axial * r), hoop - (r**2 + bore**2) / wall * radial


def plate_moore_evans(depth: Array, reading: Array, thickness: float) -> Array:
    """Stress (k,) [Pa] along a flat plate before the layers were etched off one face.

    With the reading m at the height z above the other face, H the thickness [m]:
        stress = m + 2 int_z^H m/z dz - 6 z int_z^H m/z2 dz
    Range: a plate that is free to bend. Source as `cylinder_moore_evans`.

    >>> depth = np.linspace(0.0, 1e-3, 1001)
    >>> round(float(plate_moore_evans(depth, np.full(1001, 100e6), 10e-3)[-1] / 1e6), 1)
    61.1
    """
    depth, reading = _looked_at(depth, thickness, reading)
    z = thickness - depth
    return np.asarray(reading + 2.0 * _removed(depth, reading / z) - 6.0 * z * _removed(depth, reading / z**2))


def plate_readings(depth: Array, stress: Array, thickness: float) -> Array:
    """What X-rays would read (k,) [Pa] as a plate is etched down to each depth: the rest stretches and bends.

    stress - 2/z int_z^H stress dz + 6/z2 int_z^H stress z dz: the inverse of `plate_moore_evans`.

    >>> depth = np.linspace(0.0, 1e-3, 1001)
    >>> round(float(plate_readings(depth, np.full(1001, 61.1e6), 10e-3)[-1] / 1e6), 1)
    90.5
    """
    depth, stress = _looked_at(depth, thickness, stress)
    z = thickness - depth
    return np.asarray(stress - 2.0 / z * _removed(depth, stress) + 6.0 / z**2 * _removed(depth, stress * z))


def _removed(depth: Array, density: Array) -> Array:
    """Integral (k,) over what lies above each depth."""
    between = 0.5 * (density[1:] + density[:-1]) * np.diff(depth)
    return np.asarray(np.concatenate([[0.0], np.cumsum(between)]) + density[0] * depth[0])


def _looked_at(depth: Array, wall: float, *values: Array) -> tuple[Array, ...]:
    depth, *values = (np.asarray(entry, float64) for entry in (depth, *values))  # type: ignore[assignment]
    if any(entry.shape != depth.shape or entry.ndim != 1 for entry in values):
        raise CaseError("give one reading for each depth")
    if depth.size == 0 or depth[0] < 0.0 or np.any(np.diff(depth) <= 0.0):
        raise CaseError("depths must rise from the skin, 0 m")
    if depth[-1] >= wall:
        raise CaseError(f"the last depth, {1e3 * depth[-1]:.4g} mm, leaves nothing of {1e3 * wall:.4g} mm")
    return (depth, *values)
