"""The cooled cube in four other codes, as their own documentation would solve it.

Each function builds and solves the whole cube and gives points (k, 3) m from the centre, T (k,) degC at the end,
and the processor seconds of the march alone.   n cells an edge; dt s
"""

import re
import subprocess
import tempfile
from pathlib import Path
from time import process_time

import numpy as np

HALF, CONDUCTIVITY, CAPACITY, H = 0.05, 33.5, 5.26e6, 1675.0  # m, W/m/K, J/m3/K, W/m2/K
START, BATH, END = 900.0, 15.0, 100.0  # degC, degC, s


def scikit_fem(n, dt, degree=1, lumped=False):
    """Hexahedra of first or second degree, Crank-Nicolson after two steps of backward Euler, conjugate gradients."""
    import skfem
    from scipy.sparse import diags
    from scipy.sparse.linalg import cg
    from skfem.models.poisson import laplace, mass, unit_load

    mesh = skfem.MeshHex.init_tensor(*(np.linspace(-HALF, HALF, n + 1),) * 3)
    element = skfem.ElementHex1() if degree == 1 else skfem.ElementHex2()
    inside = skfem.Basis(mesh, element, intorder=2 * degree)  # exact on bricks; the default takes far more points
    walls = skfem.FacetBasis(mesh, element, intorder=2 * degree)
    stiffness = CONDUCTIVITY * laplace.assemble(inside) + H * mass.assemble(walls)
    load = H * BATH * unit_load.assemble(walls)
    capacity = CAPACITY * mass.assemble(inside)
    if lumped:
        capacity = diags(np.asarray(capacity.sum(axis=1)).ravel()).tocsr()
    T = np.full(inside.N, START)
    begin = process_time()
    steps = round(END / dt)
    lengths = [0.5 * dt] * 4 + [dt] * (steps - 2)  # Rannacher: damped first
    system = None
    for number, length in enumerate(lengths):
        share = 1.0 if number < 4 else 0.5
        if number in (0, 4):
            system = (capacity + share * length * stiffness).tocsr()
            inverse = diags(1.0 / system.diagonal())
        right = capacity @ T - (1.0 - share) * length * (stiffness @ T) + length * load
        T, failed = cg(system, right, x0=T, rtol=1e-8, M=inverse)
        if failed:
            raise ArithmeticError("conjugate gradients did not converge")
    return inside.doflocs.T, T, process_time() - begin


def fipy(n, dt, centred=True):
    """Finite volumes, Robin walls as its FAQ gives them, Crank-Nicolson or backward Euler, conjugate gradients."""
    import fipy as fp

    edge = 2.0 * HALF / n
    mesh = fp.Grid3D(dx=edge, dy=edge, dz=edge, nx=n, ny=n, nz=n)
    T = fp.CellVariable(mesh=mesh, value=START, hasOld=True)
    outside = mesh.exteriorFaces
    inner = fp.FaceVariable(mesh=mesh, value=CONDUCTIVITY)
    inner.setValue(0.0, where=outside)
    wall = outside * mesh.faceNormals * (CONDUCTIVITY * H / (CONDUCTIVITY + H * edge / 2.0))
    gain, loss = (wall * BATH).divergence, wall.divergence
    solver = fp.LinearPCGSolver(tolerance=1e-9, iterations=1000)
    implicit = fp.DiffusionTerm(coeff=inner) - fp.ImplicitSourceTerm(coeff=loss)
    begin = process_time()
    if centred:
        explicit = fp.ExplicitDiffusionTerm(coeff=inner) - loss * T
        half = 0.5 * implicit + 0.5 * explicit
    for number in range(round(END / dt)):
        T.updateOld()
        side = half if centred and number >= 2 else implicit
        (fp.TransientTerm(coeff=CAPACITY) == side + gain).solve(var=T, dt=dt, solver=solver)
    took = process_time() - begin
    return mesh.cellCenters.value.T - HALF, np.asarray(T.value), took


def py_pde(n, dt, scheme="Euler", backend="numba"):
    """Finite differences, mixed walls; explicit Euler or Runge-Kutta of fourth order, compiled anew for every case."""
    import pde

    grid = pde.CartesianGrid([(-HALF, HALF)] * 3, n)
    wall = {"type": "mixed", "value": H / CONDUCTIVITY, "const": H / CONDUCTIVITY * BATH}
    law = pde.DiffusionPDE(diffusivity=CONDUCTIVITY / CAPACITY, bc=wall)
    kind = pde.EulerSolver if scheme == "Euler" else pde.RungeKuttaSolver
    controller = pde.Controller(kind(law, backend=backend), t_range=END, tracker=None)
    T = controller.run(pde.ScalarField(grid, START), dt=END / round(END / dt))  # it does not shorten a last step
    return grid.cell_coords.reshape(-1, 3), T.data.ravel(), controller.info["profiler"]["solver"]


def calculix(n, dt, degree=1, solver="SPOOLES"):
    """C3D8 or C3D20R elements, film on all faces, backward Euler of fixed length, the only one that it has."""
    edges = np.linspace(-HALF, HALF, degree * n + 1)
    m = edges.size
    k, j, i = np.meshgrid(*(np.arange(m),) * 3, indexing="ij")
    odd = (i % degree > 0).astype(int) + (j % degree > 0) + (k % degree > 0)
    used = (odd <= 1).ravel()
    number = np.cumsum(used).reshape(m, m, m)
    points = np.stack([edges[i.ravel()], edges[j.ravel()], edges[k.ravel()]], axis=1)[used]
    c, b, a = (degree * one.ravel() for one in np.meshgrid(*(np.arange(n),) * 3, indexing="ij"))
    corner = [(0, 0, 0), (2, 0, 0), (2, 2, 0), (0, 2, 0), (0, 0, 2), (2, 0, 2), (2, 2, 2), (0, 2, 2)]
    middle = [(1, 0, 0), (2, 1, 0), (1, 2, 0), (0, 1, 0), (1, 0, 2), (2, 1, 2), (1, 2, 2), (0, 1, 2)]
    middle += [(0, 0, 1), (2, 0, 1), (2, 2, 1), (0, 2, 1)]
    places = corner + (middle if degree == 2 else [])
    at = [tuple(degree * x // 2 for x in place) for place in places]
    elements = np.stack([number[c + z, b + y, a + x] for x, y, z in at], axis=1)
    last = degree * (n - 1)
    faces = {"F1": c == 0, "F2": c == last, "F3": b == 0, "F4": a == last, "F5": b == last, "F6": a == 0}
    films = [f"{e + 1},{face},{BATH},{H}" for face, where in faces.items() for e in np.flatnonzero(where)]
    kind = "C3D8" if degree == 1 else "C3D20"
    deck = ["*NODE,NSET=N"]
    deck += [f"{at + 1},{x:.12g},{y:.12g},{z:.12g}" for at, (x, y, z) in enumerate(points)]
    deck += [f"*ELEMENT,TYPE={kind},ELSET=E"]
    for e, row in enumerate(elements, 1):
        deck += [f"{e}," + ",".join(map(str, row[:10])) + ("," if row.size > 10 else "")]
        deck += [",".join(map(str, row[10:]))] if row.size > 10 else []
    deck += ["*MATERIAL,NAME=M", "*CONDUCTIVITY", f"{CONDUCTIVITY}", "*DENSITY", "1000."]
    deck += ["*SPECIFIC HEAT", f"{CAPACITY / 1000.0}", "*SOLID SECTION,ELSET=E,MATERIAL=M"]
    deck += ["*INITIAL CONDITIONS,TYPE=TEMPERATURE", f"N,{START}", f"*STEP,INC={round(END / dt) + 1}"]
    deck += [f"*HEAT TRANSFER,DIRECT,SOLVER={solver}", f"{dt},{END}", "*FILM", *films]
    deck += ["*NODE PRINT,NSET=N,FREQUENCY=100000", "NT", "*END STEP"]
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "cube.inp").write_text("\n".join(deck) + "\n")
        took, said = ccx(folder, "cube")
        rows = re.findall(r"^\s*(\d+)\s+(-?\d\.\d+E[+-]\d+)\s*$", Path(folder, "cube.dat").read_text(), re.M)
    T = np.array([float(value) for _, value in rows[-len(points) :]])
    if T.size != len(points):
        raise ArithmeticError(f"ccx gave {T.size} of {len(points)} temperatures: {said[-500:]}")
    return points, T, took


def ccx(folder, name):
    """Run CalculiX on one thread; processor seconds and what it said."""
    import resource

    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        ["ccx", name], cwd=folder, capture_output=True, text=True, env={"PATH": "/usr/bin:/bin", "OMP_NUM_THREADS": "1"}
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, done.stdout


CODES = {"scikit-fem": scikit_fem, "FiPy": fipy, "py-pde": py_pde, "CalculiX": calculix}
