"""Error against seconds of four integrators: RKL2 of the house, explicit Euler, and two implicit ones by enthalpy.

python benchmarks/work_precision_casting.py [picture.png]       needs pyamg; METALTWIN_DATA for the bearing block

The others stand here alone, on the same cells and tables, as plainly as they can be written: explicit Euler compiled by
numba, implicit Euler as V. R. Voller and C. R. Swaminathan, Numer. Heat Transfer B 19 (1991) 175-189, in the symmetric
form (V c/dt + K) dT = -R with c = dH/dT, and SDIRK2 of R. Alexander, SIAM J. Numer. Anal. 14 (1977) 1006-1021, two such
solutions a step, of second order and L-stable. Linear systems by a direct solver in 1d, in 3d by conjugate gradients
under the diagonal, or under multigrid by smoothed aggregation, set up once a solution. Error: largest of any cell
of the casting at four times against RKL2 at 1 mK (bearing block: 20 mK).
"""

import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyamg
from numba import njit
from scipy.sparse import coo_matrix, diags
from scipy.sparse.linalg import cg, spsolve

from metaltwin.cases.part import Part
from metaltwin.materials.library import alloy
from metaltwin.solver.bodies import assemble, nested
from metaltwin.solver.heat import REACH, neighbours
from metaltwin.solver.shape import Box
from metaltwin.validation.poured import SHUT, bathed, joined, plain, poured

ZERO = 273.15
SHARE = 0.4
LEAST = 0.55  # of 1/h: what is left of a contact where a cut cell has its centre beyond the wall, as in the house
FLATTEST = 1e-10  # m3K/J: a plateau's dT/dH is held above it
ENOUGH = 1.0  # J/m3: residual of an implicit step
LARGE = 3000  # cells: multigrid from here on
GAMMA = 1.0 - np.sqrt(0.5)
MARKS = {"RKL2": "o-", "explicit Euler": "s-", "implicit Euler": "^-", "SDIRK2": "v-", "SDIRK2, multigrid": "d-"}


@dataclass
class Case:
    """bodies, tables, starts degC, h and T of the wall (None: shut), contact h, times s; exact: K of the reference."""

    name: str
    bodies: object
    tables: list
    starts: list
    wall: tuple | None
    h: float
    times: list
    exact: float = 1e-3

    def ours(self, tolerance):
        """(times, n) degC of the casting, and seconds."""
        zones = [len(cells.zones) for cells in self.bodies.cells]
        law = SHUT if self.wall is None else bathed(*self.wall)
        contacts = [joined(self.h)] * len(self.bodies.joints)
        begin = time.process_time()
        run = poured(
            self.bodies, self.tables, self.starts, [(law,) * n for n in zones], self.times, contacts, tolerance
        )
        return np.array([moment.T[0] for moment in run.moments]), time.process_time() - begin, run


class Network:
    """All cells of a case as one list, joined by pairs: G inside a body, area and distances across contacts."""

    def __init__(self, case, pour):
        self.case, self.states = case, pour.states
        cells = case.bodies.cells
        self.first = np.cumsum([0, *(one.index.size for one in cells)])
        self.V = np.concatenate(pour.volume)
        pairs, across, G, contact = [], [], [], []
        for body, one in enumerate(cells):
            n, size = one.index.size, np.array(one.lattice.spacing)
            full = np.tile(np.repeat(size.prod() / size**2, 2), (n, 1))
            full[one.rim] = one.rim_conductance
            near = neighbours(one, np.arange(n))
            for face in (1, 3, 5):
                open_ = np.flatnonzero((near[:, face] != np.arange(n)) & (full[:, face] > 0.0))
                pairs.append(np.stack([open_, near[open_, face]]) + self.first[body])
                G.append(full[open_, face])
        for joint in case.bodies.joints:
            a, b = cells[joint.one], cells[joint.other]
            i, j = a.patch_cell[joint.mine], b.patch_cell[joint.theirs]
            across.append(np.stack([i + self.first[joint.one], j + self.first[joint.other]]))
            contact.append((a.patch_area[joint.mine], a.patch_distance[joint.mine], b.patch_distance[joint.theirs]))
        self.i, self.j = np.concatenate(pairs, axis=1)
        self.G = np.concatenate(G)
        self.ci, self.cj = np.concatenate(across, axis=1) if across else np.zeros((2, 0), np.int64)
        self.A, self.di, self.dj = np.concatenate(contact, axis=1) if contact else np.zeros((3, 0))
        free = [np.flatnonzero(touching < 0) for touching in case.bodies.touching]
        walls = list(zip(cells, free, self.first, strict=False))
        self.w = np.concatenate([one.patch_cell[q] + at for one, q, at in walls])
        self.wA = np.concatenate([one.patch_area[q] for one, q, _ in walls])
        self.wd = np.concatenate([one.patch_distance[q] for one, q, _ in walls])
        self.H = np.concatenate(pour.begin()[0])
        self.near = REACH * min(cells[0].lattice.spacing)
        self.k = [
            np.interp(s.datum + s.rise * np.arange(s.temperature.size), table.H, table.k)
            for s, table in zip(pour.states, case.tables, strict=True)
        ]

    def read(self, H):
        """T, conductivity integral, dT/dH and k of every cell."""
        T, theta, rise, k = (np.empty(H.size) for _ in range(4))
        for body, s in enumerate(self.states):
            part = slice(self.first[body], self.first[body + 1])
            read = T[part], theta[part], rise[part], k[part]
            look(H[part], s.datum, s.rise, s.temperature, s.theta, self.k[body], *read)
        return T, theta, rise, k

    def flow(self, T, theta, k):
        """W into every cell."""
        out = np.zeros(T.size)
        h, far = self.case.wall or (0.0, 0.0)
        across = self.ci, self.cj, self.A, self.di, self.dj, self.near, self.case.h
        add(out, self.i, self.j, self.G, theta, T, *across, k, self.w, self.wA, self.wd, h, far + ZERO)
        return out

    def casting(self, T):
        return T[: self.first[1]] - ZERO

    def matrix(self, T, theta, k):
        """K of dQ = -K dT, symmetric."""
        gap = T[self.j] - T[self.i]
        mean = np.where(np.abs(gap) > 1e-6, (theta[self.j] - theta[self.i]) / np.where(gap == 0.0, 1.0, gap), k[self.i])
        inner = self.G * mean
        ki, kj, h = k[self.ci], k[self.cj], self.case.h
        through = np.maximum(self.di / ki + 1.0 / h + self.dj / kj, LEAST / h)
        joint = self.A / np.maximum(through, self.near / ki + self.near / kj)
        a, b = np.concatenate([self.i, self.ci]), np.concatenate([self.j, self.cj])
        g = np.concatenate([inner, joint])
        n = T.size
        K = coo_matrix((np.concatenate([-g, -g]), (np.concatenate([a, b]), np.concatenate([b, a]))), (n, n)).tocsr()
        own = np.bincount(a, g, n) + np.bincount(b, g, n)
        if self.case.wall:
            h = self.case.wall[0]  # of 1d cells, whose centres lie inside
            own += np.bincount(self.w, self.wA / (self.wd / k[self.w] + 1.0 / h), n)
        return K + diags(own)


@njit(cache=True)
def look(H, datum, rise, temperature, integral, conductivity, T, theta, slope, k):
    """Linear reading of the tables of one body."""
    for c in range(H.size):
        place = (H[c] - datum) / rise
        i = min(max(int(place), 0), temperature.size - 2)
        part, dT = place - i, temperature[i + 1] - temperature[i]
        T[c], theta[c] = temperature[i] + part * dT, integral[i] + part * (integral[i + 1] - integral[i])
        slope[c], k[c] = dT / rise, conductivity[i]


@njit(cache=True)
def add(out, i, j, G, theta, T, ci, cj, A, di, dj, near, h, k, w, wA, wd, hw, far):
    """Flows of pairs, contacts and walls into cells, W."""
    for p in range(i.size):
        q = G[p] * (theta[j[p]] - theta[i[p]])
        out[i[p]] += q
        out[j[p]] -= q
    for p in range(ci.size):
        a, b = ci[p], cj[p]
        q = A[p] * (T[b] - T[a]) / max(di[p] / k[a] + 1.0 / h + dj[p] / k[b], LEAST / h, near / k[a] + near / k[b])
        out[a] += q
        out[b] -= q
    if hw > 0.0:
        for p in range(w.size):
            out[w[p]] += wA[p] * (far - T[w[p]]) / (wd[p] / k[w[p]] + 1.0 / hw)


def explicit(net):
    """Euler forward at SHARE of its longest step with liquid in the mould; a solid takes about half of that."""
    begin, H = time.process_time(), net.H.copy()
    T, theta, rise, k = net.read(H)
    c = 1.0 / np.maximum(rise, FLATTEST)
    own = net.matrix(T, theta, k).diagonal()
    limit = float((net.V * c / own).min())
    dt, t, found, steps = SHARE * limit, 0.0, [], 0
    for end in net.case.times:
        count = int(np.ceil((end - t) / dt - 1e-9))
        for _ in range(count):
            T, theta, _, k = net.read(H)
            H += (end - t) / count * net.flow(T, theta, k) / net.V
        t, steps = end, steps + count
        found.append(net.casting(net.read(H)[0]))
    return np.array(found), time.process_time() - begin, steps


def solve(net, H, known, take, multigrid):
    """(new H, its rate, linear solves): new = known + take F(new), from a guess H; None where it does not converge."""
    new, levels = H.copy(), None
    for count in range(60):
        T, theta, rise, k = net.read(new)
        F = net.flow(T, theta, k)
        R = net.V * (new - known) / take - F
        if np.abs(R * take / net.V).max() < ENOUGH:
            return new, F / net.V, count
        c = 1.0 / np.maximum(rise, FLATTEST)
        A = net.matrix(T, theta, k) + diags(net.V * c / take)
        if H.size > LARGE:
            if multigrid:
                levels = levels or pyamg.smoothed_aggregation_solver(A.tocsr(), max_coarse=100)
            dT, _ = cg(A, -R, rtol=1e-6, M=levels.aspreconditioner() if multigrid else diags(1.0 / A.diagonal()))
        else:
            dT = spsolve(A.tocsc(), -R)
        new += c * dT
    return None


def euler(net, H, F, take, multigrid):
    """One step of implicit Euler: new H, its rate, error J/m3, solves."""
    found = solve(net, H, H, take, multigrid)
    return found and (found[0], found[1], 0.5 * take * np.abs(found[1] - F), found[2])


def sdirk(net, H, F, take, multigrid):
    """One step of SDIRK2; the error is that of the method of first order that lies in it."""
    first = solve(net, H, H, GAMMA * take, multigrid)
    second = first and solve(net, first[0], H + (1.0 - GAMMA) * take * first[1], GAMMA * take, multigrid)
    return second and (second[0], second[1], GAMMA * take * np.abs(second[1] - first[1]), first[2] + second[2])


def implicit(net, tolerance, method, multigrid):
    """March by one of the two, its step from its error."""
    begin, H = time.process_time(), net.H.copy()
    T, theta, rise, k = net.read(H)
    F, dt, t, found, steps, solves = net.flow(T, theta, k) / net.V, 1e-3, 0.0, [], 0, 0
    for end in net.case.times:
        while t < end * (1.0 - 1e-12):
            take = min(dt, end - t)
            taken = method(net, H, F, take, multigrid)
            if taken is None:
                dt = 0.3 * take
                continue
            new, rate, error, count = taken
            rise = net.read(new)[2]
            solves += count
            missed = (error * rise)[: net.first[1]].max()
            dt = take * min(3.0, max(0.2, 0.8 * np.sqrt(tolerance / max(missed, 1e-12))))
            if missed <= 2.0 * tolerance or take <= 1e-6:
                H, F, t, steps = new, rate, t + take, steps + 1
        found.append(net.casting(net.read(H)[0]))
    return np.array(found), time.process_time() - begin, f"{steps}/{solves}"


def cases():
    """The cases."""
    steel, sand = plain(30.0, 4.68e6), plain(0.7, 1.52e6)
    slab = nested(("slab",), "slab", (0.0, 0.02), (0.001,))
    yield Case("water quench, slab 40 mm, 10 s", slab, [steel], [850.0], (10000.0, 20.0), 1.0, [1.0, 2.0, 5.0, 10.0])
    a356 = alloy("A356")
    cast = a356.freezing.table(a356.material)
    plate = nested(("plate", "sand"), "slab", (0.0, 0.0125, 0.1625), (0.0005, 0.001))
    times = [30.0, 150.0, 600.0, 1500.0]
    yield Case("A356 plate 25 mm in sand, 25 min", plate, [cast, sand], [700.0, 25.0], None, 500.0, times)
    times = [600.0, 1800.0, 5400.0, 10800.0]
    yield Case("temper, slab 40 mm, 3 h", slab, [steel], [20.0], (50.0, 560.0), 1.0, times)
    block = ("sand", Box((0.12, 0.12, 0.085), (0.0, 0.0, 0.0)))
    bodies = assemble({"plate": Box((0.06, 0.06, 0.025))}, block, "3d", 0.005)
    times = [30.0, 150.0, 600.0, 1500.0]
    yield Case(
        "A356 plate 60 x 60 x 25 mm in sand, 3d, 25 min", bodies, [cast, sand], [700.0, 25.0], None, 500.0, times
    )
    if data := os.environ.get("METALTWIN_DATA"):
        yield bearing_block(Path(data) / "parts" / "bearing_block.stl", sand)


def bearing_block(stl, sand):
    """Cast steel in 60 mm of sand on 10 mm cells, to the shake-out after 2.5 h."""
    wcb, shape = alloy("WCB"), Part.from_stl(stl, unit="mm").shape
    low, high = np.array(shape.lower) - 0.06, np.array(shape.upper) + 0.06
    block = ("sand", Box(tuple(high - low), tuple(0.5 * (low + high))))
    bodies = assemble({"block": shape}, block, "3d", 0.01)
    cast, times = wcb.freezing.table(wcb.material), [120.0, 600.0, 2400.0, 9000.0]
    return Case("bearing block in sand, 10 mm, 2.5 h", bodies, [cast, sand], [1570.0, 25.0], None, 800.0, times, 0.02)


def study(case):
    """Rows (method, setting, steps, error K, seconds), each once it is known."""
    case.ours(1.0)
    exact, _, run = case.ours(case.exact)
    net = Network(case, run.pour)
    for tolerance in (one for one in (5.0, 1.0, 0.2, 0.05, 0.01) if one > 2.0 * case.exact):
        T, seconds, run = case.ours(tolerance)
        yield "RKL2", f"{tolerance:g} K", f"{run.clock.steps}/{run.clock.stages}", np.abs(T - exact).max(), seconds
    T, theta, _, k = net.read(net.H)
    net.flow(T, theta, k)  # compiled before it is timed
    T, seconds, steps = explicit(net)
    yield "explicit Euler", f"{SHARE:g} limit", steps, np.abs(T - exact).max(), seconds
    methods = [("implicit Euler", euler, (5.0, 1.0, 0.2), False), ("SDIRK2", sdirk, (25.0, 5.0, 1.0), False)]
    if net.H.size > LARGE:
        methods.append(("SDIRK2, multigrid", sdirk, (25.0, 5.0), True))
    for name, method, tolerances, multigrid in methods:
        for tolerance in tolerances:
            T, seconds, steps = implicit(net, tolerance, method, multigrid)
            yield name, f"{tolerance:g} K", steps, np.abs(T - exact).max(), seconds


def draw(studies, path):
    """One panel a case."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    figure, panels = plt.subplots(
        2, -(-len(studies) // 2), figsize=(5 * -(-len(studies) // 2), 7), layout="constrained"
    )
    for panel, (name, rows) in zip(panels.flat, studies, strict=False):
        for method, marker in MARKS.items():
            points = [(row[4], row[3]) for row in rows if row[0] == method]
            panel.loglog([x for x, _ in points], [y for _, y in points], marker, label=method)
        panel.set(title=name, xlabel="s of processor", ylabel="largest error, K")
        panel.grid(alpha=0.3)
    for panel in panels.flat[len(studies) :]:
        panel.axis("off")
    figure.legend(*panels.flat[0].get_legend_handles_labels(), loc="outside lower center", ncols=len(MARKS))
    figure.savefig(path, dpi=110)


def main() -> None:
    """Print one line a run; draw them where a file is named."""
    studies = []
    for case in cases():
        print(case.name)
        studies.append((case.name, []))
        for row in study(case):
            method, setting, steps, error, seconds = row
            studies[-1][1].append(row)
            print(f"  {method:<18}{setting:>10}{steps!s:>14}{error:>10.4f} K{seconds:>9.3f} s", flush=True)
    if len(sys.argv) > 1:
        draw(studies, sys.argv[1])


if __name__ == "__main__":
    main()
