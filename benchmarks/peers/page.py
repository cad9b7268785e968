"""Writes docs/peers.md and its picture from runs.csv:   .venv/bin/python benchmarks/peers/page.py"""

import csv
from pathlib import Path
from textwrap import fill

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
from stress.section import section

HERE = Path(__file__).parent
DOCS = HERE.parents[1] / "docs"
PICTURE = "pictures/peers.png"
AIM = 10.0
OURS = ("metaltwin", "metaltwin, converged")
MARKS = {
    "metaltwin": ("o", "tab:red"), "metaltwin, converged": ("D", "darkred"), "plain stencil": ("x", "black"),
    "scikit-fem": ("s", "tab:blue"), "FiPy": ("^", "tab:green"), "py-pde": ("v", "tab:purple"),
    "CalculiX": ("P", "tab:orange"),
}  # fmt: skip
SAYS = {
    "scikit-fem": "cells an edge, step in s, degree of the hexahedra (1 where none is given), lumped",
    "FiPy": "cells an edge, step in s; False: backward Euler, else Crank-Nicolson",
    "py-pde": "cells an edge, step in s, Euler or Runge-Kutta (RK), back end (numba where none is given)",
    "CalculiX": "cells an edge, step in s, degree, solver (SPOOLES where none is given)",
}
TEXT = """# Beside other codes

The same problems in other codes, on the same machine, one run after the other. `benchmarks/peers/install.sh` makes
their environment, `measure.py` beside it runs everything into `runs.csv`, `page.py` writes this page.

Each figure is the least of three runs in **processor seconds of a second case in a process**: imports and what is
compiled once are left out for all. *Whole* is everything from the case to its result: grid, matrices, march; *march*
is the time integration alone, timed in a run of its own. The other codes keep to one thread. The machine was shared,
which processor seconds feel by a third at most.

## A cooled cube

Half-width 50 mm, k 33.5 W/m/K, rho c 5.26e6 J/m3/K, h 1675 W/m2/K, from 900 to 15 degC, 100 s (Biot 2.5, Fourier
0.255), against the product of three series. The whole cube, no symmetry used. Error: the largest at a code's own
points, nodes or cell centres; of `converged`, which extrapolates over two grids, at those of the coarser one.

![processor seconds against error](pictures/peers.png)

{verdict}

| error at most | metaltwin, whole | best peer library, whole | times less | march alone |
|--|--|--|--|--|
{levels}

What this shows. FiPy and CalculiX, which rebuild or factorise their matrices at every step, the latter by backward
Euler alone, need one to two orders of magnitude more at any error, and scikit-fem with linear elements up to one. The
best library is scikit-fem in expert hands: triquadratic hexahedra, 27 points of integration in place of the default
343, Crank-Nicolson after two damped steps. On a smooth problem in a box that is of fourth order in space. metaltwin,
of second order and extrapolated, needs half to two thirds of its time below 0.5 K, and more than it at 1 to 2 K, where
making grid and result of two cases costs more than their marches. py-pde, explicit Euler, compiles every case anew for
five to fifteen seconds (its NumPy back end does not); its compiled march alone is, like the plain stencil, cheaper than
ours between 0.1 and 0.3 K, for it carries one stencil of constant properties and nothing else. Towards 0.005 K the
cost of both grows with the fifth power of the cells an edge.

{cube}

## Neumann's slab

Aluminium from 740 degC, one side held at 580 degC (B02 of the catalogue, data of code_aster TTNL02), 0.1 m, after 6 s.
Largest error of any node or cell; the cell that freezes holds its temperature, so an error of the order of the fall
over a cell stays in every enthalpy method, and one more cell may raise it. scikit-fem has no latent heat of its own
(an enthalpy method of 20 lines is in `neumann.py`); py-pde takes the enthalpy law as an expression; CalculiX smears
the latent heat over 20 to 40 K, since with less it does not converge; FiPy was left out.

{neumann}

{stress}
## A plain stencil

{stencil}
"""


def rows_of(problem):
    """Rows of the file with numbers."""
    with (HERE / "runs.csv").open() as file:
        return [
            {**row, **{name: float(row[name]) for name in ("error_K", "whole_s", "march_s")}}
            for row in csv.DictReader(file)
            if row["problem"] == problem
        ]


def table(rows):
    """A row a run, code by code."""
    lines = ["| code | setting | error, K | whole, s | march, s |", "|--|--|--|--|--|"]
    for code in dict.fromkeys(row["code"] for row in rows):
        for row in sorted((row for row in rows if row["code"] == code), key=lambda row: row["whole_s"]):
            lines.append(
                f"| {code} | {row['setting']} | {row['error_K']:.3g} | {row['whole_s']:.3g} | {row['march_s']:.3g} |"
            )
    return "\n".join(lines)


def cheapest(rows, error, key="whole_s"):
    """The cheapest run within an error, or None."""
    return min((row for row in rows if row["error_K"] <= error), key=lambda row: row[key], default=None)


def levels(rows):
    """The comparison at equal error, and the least and largest ratio."""
    ours = [row for row in rows if row["code"] in OURS]
    theirs = [row for row in rows if row["code"] not in (*OURS, "plain stencil")]
    lines, ratios = [], []
    for error in (5.0, 2.0, 1.1, 0.5, 0.3, 0.1, 0.06, 0.02, 0.005):
        mine, other = cheapest(ours, error), cheapest(theirs, error)
        if mine is None or other is None:
            reached = "-" if mine is None else f"{mine['whole_s']:.3g} s"
            lines.append(f"| {error:g} K | {reached} | none came so near | - | - |")
            continue
        ratios.append(other["whole_s"] / mine["whole_s"])
        march = cheapest(theirs, error, "march_s")["march_s"] / cheapest(ours, error, "march_s")["march_s"]
        whose = f"{other['whole_s']:.3g} s ({other['code']} {other['setting']})"
        lines.append(f"| {error:g} K | {mine['whole_s']:.3g} s | {whose} | {ratios[-1]:.2g} | {march:.2g} |")
    return "\n".join(lines), ratios


def said(met):
    """Of an aim."""
    return "met" if met else "missed"


def each(rows):
    """Against each library at the best error it reaches that we reach too."""
    ours, lines = [row for row in rows if row["code"] in OURS], []
    for code in SAYS:
        his = [row for row in rows if row["code"] == code]
        pairs = [(row["whole_s"] / cheapest(ours, row["error_K"])["whole_s"], row) for row in his
                 if cheapest(ours, row["error_K"])]  # fmt: skip
        if pairs:
            low, high = min(pairs, key=lambda pair: pair[0]), max(pairs, key=lambda pair: pair[0])
            lines.append(f"{code} {low[0]:.2g} to {high[0]:.3g}")
    return "Times the processor seconds of metaltwin at the same error, run by run: " + "; ".join(lines) + "."


def draw(cube, neumann):
    """Error against processor seconds, one mark a run."""
    figure, panels = plt.subplots(1, 2, figsize=(12, 5.2), layout="constrained")
    for panel, rows, title in ((panels[0], cube, "cooled cube"), (panels[1], neumann, "Neumann's slab")):
        for code, (mark, colour) in MARKS.items():
            points = sorted((row["whole_s"], row["error_K"]) for row in rows if row["code"] == code)
            if points:
                panel.loglog(*zip(*points, strict=True), mark, color=colour, label=code, markersize=7)
        panel.set(title=title, xlabel="processor seconds, whole case", ylabel="largest error, K")
        panel.grid(which="both", alpha=0.2)
    peers = [row for row in cube if row["code"] not in (*OURS, "plain stencil")]
    best = sorted((row["error_K"], row["whole_s"]) for row in peers
                  if cheapest(peers, row["error_K"])["whole_s"] == row["whole_s"])  # fmt: skip
    panels[0].loglog([s / AIM for _, s in best], [e for e, _ in best], "k--", lw=1, label=f"aim: best peer / {AIM:g}")
    panels[0].legend(fontsize=8)
    panels[1].legend(fontsize=8)
    figure.savefig(DOCS / PICTURE, dpi=110)


def wrapped(words):
    """Lines of the page's width."""
    return fill(words, 118, break_on_hyphens=False)


def main():
    """Write both."""
    cube, neumann, stencil = (rows_of(problem) for problem in ("cube", "neumann", "stencil"))
    lines, ratios = levels(cube)
    mine = next(row for row in sorted(cube, key=lambda row: row["whole_s"])
                if row["code"] in OURS and row["error_K"] <= 0.005)  # fmt: skip
    plain = max((row for row in cube if row["code"] == "plain stencil"), key=lambda row: row["whole_s"])
    ratio = plain["whole_s"] / mine["whole_s"]
    verdict = [
        each(cube),
        f"At equal error the best library takes {min(ratios):.2g} to {max(ratios):.2g} times ours (aim {AIM:g}: "
        f"{said(min(ratios) >= AIM)}). To 0.005 K metaltwin takes {mine['whole_s']:.1f} s ({mine['setting']}), the "
        f"plain stencil {plain['whole_s']:.0f} s to {plain['error_K']:.2g} K on 128^3: {ratio:.0f} times as much "
        f"(aim 5: {said(ratio >= 5.0)}).",
    ]
    own, other = ({row["code"]: row for row in stencil}[code]["whole_s"] for code in ("metaltwin", "Devito"))
    turns = (
        "One explicit step of 256^3 cells of constant properties, float64, two threads, by turns in one run, best of "
        f"15 turns of 10 steps, wall time on a loaded machine: metaltwin {1e3 * own:.0f} ms, the code that Devito "
        f"generates with OpenMP and its own block search {1e3 * other:.0f} ms, {other / own:.2f} times as long "
        "(`metaltwin bench --only stencil-devito`; 1.05 to 1.34 on three occasions)."
    )
    settings = "Settings:\n\n" + "\n".join(f"* {code}: {words}" for code, words in SAYS.items())
    draw(cube, neumann)
    page = TEXT.format(
        verdict="\n\n".join(map(wrapped, verdict)),
        levels=lines,
        cube=f"{settings}\n\n{table(cube)}",
        neumann=table(neumann),
        stress=section(),
        stencil=wrapped(turns),
    )
    (DOCS / "peers.md").write_text(page, "utf-8")


if __name__ == "__main__":
    main()
