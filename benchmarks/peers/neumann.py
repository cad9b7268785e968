"""Neumann's two-phase slab in three other codes; FiPy has no enthalpy method that a few lines would do justice to.

Aluminium of code_aster TTNL02 from 740 degC, x = 0 held at 580 degC. Each function gives points (k, 1) m, T (k,) degC
after END seconds, and the processor seconds of the march alone.   n cells; dt s
"""

import re
import tempfile
from pathlib import Path
from time import process_time

import numpy as np
from cube import ccx

K_SOLID, K_LIQUID, C_SOLID, C_LIQUID, LATENT, MELTING = 210.0, 95.0, 3.0e6, 2.576e6, 1.08e9, 660.0
START, WALL, LENGTH, END = 740.0, 580.0, 0.1, 6.0


def temperature(H):
    """Of enthalpy per volume, 0 in the solid at the melting point, degC."""
    return MELTING + np.minimum(H, 0.0) / C_SOLID + np.maximum(H - LATENT, 0.0) / C_LIQUID


def scikit_fem(n, dt):
    """Linear elements, lumped enthalpy, backward Euler, Newton on the enthalpy (its slope is zero on the plateau)."""
    import skfem
    from scipy.sparse import diags
    from scipy.sparse.linalg import splu
    from skfem.helpers import dot, grad
    from skfem.models.poisson import mass

    mesh = skfem.MeshLine(np.linspace(0.0, LENGTH, n + 1))
    basis = skfem.Basis(mesh, skfem.ElementLineP1())
    weight = np.asarray(mass.assemble(basis).sum(axis=1)).ravel()
    shares = basis.with_element(skfem.ElementLineP0())

    @skfem.BilinearForm
    def conduction(u, v, w):
        return w["k"] * dot(grad(u), grad(v))

    H = np.full(basis.N, LATENT + C_LIQUID * (START - MELTING))
    free = np.arange(1, basis.N)
    H[0] = C_SOLID * (WALL - MELTING)
    begin = process_time()
    for _ in range(round(END / dt)):
        new = H.copy()
        solid = 1.0 - np.clip(H / LATENT, 0.0, 1.0)
        across = 0.5 * (solid[:-1] + solid[1:])
        k = shares.interpolate(1.0 / (across / K_SOLID + (1.0 - across) / K_LIQUID))
        K = conduction.assemble(basis, k=k)
        for _ in range(50):
            residual = weight * (new - H) + dt * (K @ temperature(new))
            slope = np.where(new < 0.0, 1.0 / C_SOLID, np.where(new > LATENT, 1.0 / C_LIQUID, 0.0))
            matrix = (diags(weight) + dt * K @ diags(slope)).tocsc()
            step = splu(matrix[1:, 1:]).solve(-residual[free])
            new[free] += step
            if np.abs(step).max() < 1.0:
                break
        H = new
    return mesh.p.T, temperature(H), process_time() - begin


def py_pde(n, dt, backend="numba"):
    """Explicit Euler of the enthalpy; the conductivity integral is written as an expression."""
    import pde

    grid = pde.CartesianGrid([(0.0, LENGTH)], n)
    solid, liquid = 0.5 * K_SOLID / C_SOLID, 0.5 * K_LIQUID / C_LIQUID  # min and max by abs, which compiles
    theta = f"{solid!r} * (H - abs(H)) + {liquid!r} * (H - {LATENT!r} + abs(H - {LATENT!r}))"
    walls = {"x-": {"value": K_SOLID * (WALL - MELTING)}, "x+": {"derivative": 0.0}}
    law = pde.PDE({"H": f"laplace({theta})"}, bc=walls)
    controller = pde.Controller(pde.EulerSolver(law, backend=backend), t_range=END, tracker=None)
    H = controller.run(pde.ScalarField(grid, LATENT + C_LIQUID * (START - MELTING)), dt=dt)
    return grid.cell_coords.reshape(-1, 1), temperature(H.data), controller.info["profiler"]["solver"]


def calculix(n, dt, half=2.0):
    """One row of C3D8, the latent heat as heat capacity over MELTING -+ `half` K, backward Euler of fixed length."""
    x = np.linspace(0.0, LENGTH, n + 1)
    edge = x[1]
    section = [(0.0, 0.0), (edge, 0.0), (edge, edge), (0.0, edge)]
    deck = ["*NODE,NSET=N"]
    deck += [f"{4 * i + j + 1},{x[i]:.12g},{y:.12g},{z:.12g}" for i in range(n + 1) for j, (y, z) in enumerate(section)]
    deck += ["*ELEMENT,TYPE=C3D8,ELSET=E"]
    deck += [f"{i + 1}," + ",".join(str(4 * i + j) for j in range(1, 9)) for i in range(n)]
    low, high, hair = MELTING - half, MELTING + half, 0.01 * half
    mush = (LATENT / (2.0 * half) + 0.5 * (C_SOLID + C_LIQUID)) / 1000.0
    deck += ["*MATERIAL,NAME=M", "*DENSITY", "1000.", "*CONDUCTIVITY", f"{K_SOLID},{low}", f"{K_LIQUID},{high}"]
    deck += ["*SPECIFIC HEAT", f"{C_SOLID / 1000.0},{low - hair}", f"{mush},{low}", f"{mush},{high}"]
    deck += [f"{C_LIQUID / 1000.0},{high + hair}", "*SOLID SECTION,ELSET=E,MATERIAL=M"]
    deck += ["*INITIAL CONDITIONS,TYPE=TEMPERATURE", f"N,{START}", "*STEP,INC=1000000"]
    deck += ["*HEAT TRANSFER", f"{dt},{END},1e-9,{dt}", "*BOUNDARY", *(f"{j},11,11,{WALL}" for j in (1, 2, 3, 4))]
    deck += ["*NODE PRINT,NSET=N,FREQUENCY=100000", "NT", "*END STEP"]
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "slab.inp").write_text("\n".join(deck) + "\n")
        took, said = ccx(folder, "slab")
        rows = re.findall(r"^\s*(\d+)\s+(-?\d\.\d+E[+-]\d+)\s*$", Path(folder, "slab.dat").read_text(), re.M)
    T = np.array([float(value) for _, value in rows[-4 * (n + 1) :: 4]])
    if T.size != n + 1:
        raise ArithmeticError(f"ccx gave {T.size} of {n + 1} temperatures: {said[-500:]}")
    return x[:, None], T, took


CODES = {"scikit-fem": scikit_fem, "py-pde": py_pde, "CalculiX": calculix}
