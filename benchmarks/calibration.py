"""Accuracy of `calibrate` on synthetic records: python benchmarks/calibration.py [records] [workers] [kept] [page].

An ISO 9950 probe (alloy 600, 12.5 mm) in an oil whose h(T) is smooth and on no knot. Records are made on a grid a
quarter as wide with steps a quarter as long. Error: relative L2 of h over what the surface went through; the bands are
judged at 50 temperatures there. What was computed stands in the file `kept`, so that more records can be added, after a
kill too; the table goes between its marks in `page`, docs/calibration.md. Seconds a record.
"""

import functools
import json
import sys
from pathlib import Path

import numpy as np

import metaltwin as mt
from metaltwin.twin.model import Model
from metaltwin.twin.search import Search
from metaltwin.validation.probe import GUESS, exact, missed, noisy, probe, truth

H = "steps.quench.medium.h"
BEGIN, END = "<!-- accuracy -->", "<!-- end of accuracy -->"
DURATION = {"oil": "60 s", "water": "25 s"}
DESIGNS = {  # place m from the axis, noise, s between samples, target median and p90 of the error, %
    "C1 oil, centre, 1 %, 20 Hz": ("oil", 0.0, "1 %", 0.05, (8, 12)),
    "C2 oil, centre, 1 K, 20 Hz": ("oil", 0.0, "1 K", 0.05, (4, 5)),
    "C3 oil, 1 mm deep, 1 %, 20 Hz": ("oil", 5.25e-3, "1 %", 0.05, (5, 6)),
    "C4 water, centre, 1 K, 20 Hz": ("water", 0.0, "1 K", 0.05, (10, 15)),
    "C4 water, 1 mm deep, 1 %, 20 Hz": ("water", 5.25e-3, "1 %", 0.05, (7, 10)),
    "C4 water, 1 mm deep, 1 %, 100 Hz": ("water", 5.25e-3, "1 %", 0.01, (5, 7)),
    "C5 oil, centre, 0.25 K, 20 Hz": ("oil", 0.0, "0.25 K", 0.05, (4, 5)),
}


@functools.cache
def record(name):
    """Times s and exact temperatures K of a design."""
    kind, place, _, spacing, _ = DESIGNS[name]
    return exact(kind, place, spacing, DURATION[kind])


def one(task):
    """Relative error of h, share of the bands that hold, error of the peak."""
    name, seed = task
    kind, place, noise, *_ = DESIGNS[name]
    run = noisy(*record(name), place, noise, seed)
    case = probe(GUESS[kind], place, DURATION[kind])
    fit = Search(Model(case, (run,), (mt.Unknown.curve(H),))).found()
    at, found, low, high = fit.curve(H)
    real = truth(kind, at)
    places = np.linspace(0, at.size - 1, 50).astype(int)
    held = ((low <= real) & (real <= high))[places].mean()
    return [missed(kind, at, found), float(held), float(found.max() / real.max() - 1.0)]


def table(rows):
    """Markdown of what is there now.   rows {"design|seed": [error, held, peak]}"""
    lines = [
        "| design | records | error median / p90 % | target | 90 % band holds | peak |",
        "|---|---|---|---|---|---|",
    ]
    for name, design in DESIGNS.items():
        mine = np.array([row for key, row in rows.items() if key.startswith(f"{name}|")])
        if mine.size:
            error, held, peak = 100.0 * mine.T
            doubt = held.std() / np.sqrt(held.size)
            again = np.random.default_rng(1).choice(error, (1000, error.size))  # bootstrap
            worst = np.quantile(again, 0.9, axis=1).std()
            lines.append(
                f"| {name} | {held.size} | {np.median(error):.1f} / {np.quantile(error, 0.9):.1f} +- {worst:.1f} "
                f"| {design[4][0]} / {design[4][1]} | {held.mean():.0f} +- {doubt:.0f} % | {np.median(peak):+.1f} % |"
            )
    return "\n".join(lines)


def write(page, rows):
    """Put the table between its marks in a page of docs."""
    before, _, rest = page.read_text("utf-8").partition(BEGIN)
    page.write_text(f"{before}{BEGIN}\n{table(rows)}\n{END}{rest.partition(END)[2]}", "utf-8")


def main(count=10, workers=1, kept="calibration_rows.json", page=None):
    path = Path(kept)
    rows = json.loads(path.read_text("utf-8")) if path.exists() else {}
    tasks = [(name, seed) for seed in range(int(count)) for name in DESIGNS if f"{name}|{seed}" not in rows]
    for number, row in mt.Executor(int(workers)).each(one, tasks):
        if isinstance(row, Exception):
            raise row
        rows["{}|{}".format(*tasks[number])] = row
        path.write_text(json.dumps(rows), "utf-8")
    print(table(rows))
    if page is not None:
        write(Path(page), rows)


if __name__ == "__main__":
    main(*sys.argv[1:])
