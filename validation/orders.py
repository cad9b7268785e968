"""The order with which errors vanish."""

import numpy as np
from numpy import float64
from numpy.typing import ArrayLike, NDArray

Array = NDArray[float64]


def observed(sizes: ArrayLike, errors: ArrayLike) -> float:
    """Order p of error = C size^p, by least squares over logarithms.

    sizes, errors (k,), k >= 2, positive. An error that does not fall gives 0 or less.
    Raises ValueError otherwise.

    >>> round(observed([0.4, 0.2, 0.1], [0.16, 0.04, 0.01]), 12)
    2.0
    """
    size, error = np.asarray(sizes, float64), np.asarray(errors, float64)
    if size.shape != error.shape or size.ndim != 1 or size.size < 2:
        raise ValueError(f"an order needs as many errors as sizes, two at least; got {size.shape}, {error.shape}")
    if not ((size > 0.0).all() and (error > 0.0).all() and np.isfinite(error).all()):
        raise ValueError(f"an order needs positive sizes and errors; got {size.tolist()}, {error.tolist()}")
    if np.ptp(size) == 0.0:
        raise ValueError("an order needs different sizes")
    x, y = np.log(size), np.log(error)
    x = x - x.mean()
    return float(x @ (y - y.mean()) / (x @ x))


def pairwise(sizes: ArrayLike, errors: ArrayLike) -> Array:
    """Order between every two neighbours of a study, (k-1,)."""
    size, error = np.asarray(sizes, float64), np.asarray(errors, float64)
    return np.array([observed(size[i : i + 2], error[i : i + 2]) for i in range(size.size - 1)])


def from_three(sizes: ArrayLike, values: ArrayLike) -> float:
    """Order from three values without an exact one, for sizes in a constant ratio (Roache 1998, 5.10.2).

    >>> round(from_three([0.4, 0.2, 0.1], [1.16, 1.04, 1.01]), 12)
    2.0
    """
    size, value = np.asarray(sizes, float64), np.asarray(values, float64)
    if size.shape != (3,) or value.shape[0] != 3 or abs(size[0] * size[2] / size[1] ** 2 - 1.0) > 1e-9:
        raise ValueError(f"needs three sizes in a constant ratio, and their values; got {size.tolist()}")
    coarse, fine = (np.sqrt(np.mean((value[i] - value[i + 1]) ** 2)) for i in (0, 1))
    return observed(size[:2], [coarse, fine])
