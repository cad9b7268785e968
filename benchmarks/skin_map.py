"""Draws docs/pictures/skin_map.png: stress of the skin of a quenched plate over Biot number and K.

python benchmarks/skin_map.py           about two minutes of one processor

The steel is that of E11: austenite and martensite alone, so that every plate hardens through.
"""

from pathlib import Path

import matplotlib
import numpy as np

from metaltwin.cases.part import Part
from metaltwin.materials.alloy import Alloy
from metaltwin.materials.matter import Kinetics, Mechanics
from metaltwin.validation.path import celsius
from metaltwin.validation.steel_c import ZERO, quench, steel_c
from metaltwin.validation.stress import COMMON, MPA, YIELD, R, matter

matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402 (the window system is chosen first)

PICTURE = Path(__file__).parents[1] / "docs" / "pictures" / "skin_map.png"
BIOT = (0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0)
K = (0.0, 2.5e-11, 5e-11, 7.5e-11, 1e-10)


def hardening(trip: float) -> Alloy:
    """The steel of E11 with a K, 1/Pa."""
    austenite = Mechanics(*COMMON, celsius(lambda T: 2.2e-5 * (T - 850.0)), celsius(lambda T: (220.0 - 0.2 * T) * MPA))
    martensite = Mechanics(
        *COMMON,
        celsius(lambda T: 1.2e-5 * (T - 850.0) + 1.5e-3),
        celsius(lambda T: (1500.0 - 0.5 * T) * MPA),
        trip=trip,
    )
    kinetics = Kinetics(martensite_start=320.0 + ZERO, alpha=0.011)
    return Alloy.from_matter(matter(austenite, martensite, product="martensite", kinetics=kinetics))


def skin(biot: float, alloy) -> float:
    """In-plane stress of the skin of a plate of 50 mm, MPa."""
    h, time = 30.0 * biot / R, 400.0 * (1.0 + 10.0 / biot)
    spacing = "1 mm" if biot <= 2.0 else "0.5 mm" if biot <= 5.0 else "0.25 mm"
    result = quench(Part.plate("50 mm"), spacing, f"{h!r} W/m^2/K", (time,), alloy, hardness=False, snapshots=2)
    return float(result.at_position((R, 0.0, 0.0)).stress.yy) / MPA


def main() -> None:
    found = np.array([[skin(biot, hardening(trip)) for biot in BIOT] for trip in K])
    plain = steel_c(young="200 GPa", poisson=0.3, expansion="1.2e-5 1/K", stress_free="850 degC",
                    yield_stress=f"{YIELD:g} MPa")  # fmt: skip
    without = [skin(biot, plain) for biot in BIOT]
    print("K\\Bi  " + " ".join(f"{biot:6g}" for biot in BIOT))
    for trip, row in zip(K, found, strict=True):
        print(f"{trip:5.1e} " + " ".join(f"{value:6.0f}" for value in row))
    print("inert " + " ".join(f"{value:6.0f}" for value in without))

    figure, axes = plt.subplots(figsize=(6.4, 4.0), constrained_layout=True)
    most = float(np.abs(found).max())
    levels = np.arange(-500, 501, 100)
    shades = axes.contourf(BIOT, 1e12 * np.array(K), found, levels, cmap="RdBu_r", vmin=-most, vmax=most, extend="both")
    zero = axes.contour(BIOT, 1e12 * np.array(K), found, [0.0], colors="black", linewidths=1.5)
    axes.clabel(zero, fmt="0 MPa")
    for trip, row in zip(K, found, strict=True):
        for biot, value in zip(BIOT, row, strict=True):
            axes.annotate(
                f"{value:.0f}", (biot, 1e12 * trip), ha="center", va="center", fontsize=7, annotation_clip=False
            )
    axes.set(
        xscale="log",
        xlabel="Biot number h L / k",
        ylabel="K, 1e-12 1/Pa",
        xticks=BIOT,
        xlim=(0.16, 25.0),
        ylim=(-6, 106),
    )
    axes.set_xticks(BIOT, [f"{biot:g}" for biot in BIOT])
    axes.minorticks_off()
    figure.colorbar(shades, label="stress of the skin, MPa")
    figure.savefig(PICTURE, dpi=110)


if __name__ == "__main__":
    main()
