from typing import Any

from numpy import float32, float64, int64
from numpy.typing import NDArray

Array = NDArray[float64]
Single = NDArray[float32]

class Plan:
    def __init__(self, arrays: dict[str, Any], threads: int) -> None: ...
    def begin(
        self, H0: Array, products: Array, T: Array | None, per_heat: NDArray[float32], latent: NDArray[float32] | None
    ) -> None: ...
    def rest(self) -> None: ...
    def look(self, D: Array | None, scale: float, laws: Array, patch_law: NDArray[int64]) -> None: ...
    def sum(self, sums: Array, zone_power: Array) -> None: ...
    def touch(self, other: Plan, mine: NDArray[int64], theirs: NDArray[int64], conductance: Array) -> None: ...
    def rate(self, strips: Array, out: Array) -> None: ...
    def stage(
        self,
        F0: Array,
        D1: Array,
        mu: float,
        nu: float,
        a: float,
        b: float,
        strips: Array,
        D2: Array,
        E: Single | None,
        keep: float,
        weight: float,
    ) -> None: ...
    def survey(
        self, E: Single | None, weight: float, sweeps: int, floor: float, spare: Single, radius: Array, error: Array
    ) -> float: ...

def conduct_constant(T: Array, x: float, y: float, z: float, steps: int, rolling: Array, out: Array) -> None: ...
def conduct_nonlinear(
    H: Array, pairs: Array, low: float, step: float, x: float, y: float, z: float, rolling: Array, out: Array
) -> None: ...
def triad(a: Array, b: Array, c: Array, scalar: float, threads: int) -> None: ...
