"""One explicit step of 256^3 cells of constant properties by Devito: answers each line of stdin with its best seconds.

The first line that it writes says that it is ready.
"""

import os
import sys

os.environ.update(DEVITO_LANGUAGE="openmp", DEVITO_ARCH="gcc", DEVITO_LOGGING="ERROR")

import numpy as np
from devito import Eq, Grid, Operator, TimeFunction, configuration, solve

configuration["autotuning"] = ["aggressive", "runtime"]
EDGE, STEPS = 256, 10

grid = Grid(shape=(EDGE,) * 3, extent=(1.0,) * 3, dtype=np.float64)
T = TimeFunction(name="T", grid=grid, space_order=2, time_order=1)
T.data[:] = np.linspace(300.0, 1200.0, EDGE**3).reshape(grid.shape)
step = Operator([Eq(T.forward, solve(Eq(T.dt, T.laplace), T.forward))])
dt = 0.1 / EDGE**2
step.apply(time_M=STEPS - 1, dt=dt, autotune="aggressive")
configuration["autotuning"] = "off"
print("ready", flush=True)
for _ in sys.stdin:
    done = step.apply(time_M=STEPS - 1, dt=dt)
    print(sum(part.time for part in done.values()) / STEPS, flush=True)
