"""Correlations of steel against published tables: formulas alone, without a run."""

from collections.abc import Iterator
from statistics import median

import numpy as np
from numpy import float64
from numpy.typing import NDArray

from ..materials import hband
from ..materials.composition import Composition
from ..materials.correlation import CORRELATIONS
from ..materials.critical_rate import critical_rate_li
from ..materials.grain import grain_diameter_16mnd5
from ..materials.hardness import hrc_martensite_a255, hrc_martensite_a255_metric
from ..materials.hardness_scale import hbw_from_hv, hrb_from_hv, hrc_from_hv, hv_from_hrc
from ..materials.jominy import hrc_jominy_a255
from ..materials.tempering import hrc_tempered_fit
from ..materials.ttt import jmak, scheil_start
from .verdict import Verdict, check, farthest

Array = NDArray[float64]
ZERO = 273.15
STEELS = {
    "1020": Composition(C=0.20, Mn=0.45, Si=0.25),
    "1045": Composition(C=0.45, Mn=0.75, Si=0.25),
    "1080": Composition(C=0.80, Mn=0.75, Si=0.25),
    "4130": Composition(C=0.30, Mn=0.50, Si=0.25, Cr=0.95, Mo=0.20),
    "4140": Composition(C=0.40, Mn=0.87, Si=0.25, Cr=0.95, Mo=0.20),
    "4340": Composition(C=0.40, Mn=0.70, Si=0.25, Cr=0.80, Mo=0.25, Ni=1.80),
    "5140": Composition(C=0.40, Mn=0.80, Si=0.25, Cr=0.80),
    "8620": Composition(C=0.20, Mn=0.80, Si=0.25, Ni=0.55, Cr=0.50, Mo=0.20),
}
AC1 = {"1020": 725, "1045": 727, "4130": 760, "4140": 730, "4340": 725, "5140": 740, "8620": 730}
AC3 = {"1020": 845, "1045": 780, "4130": 810, "4140": 805, "4340": 775, "5140": 790, "8620": 830}
MS = {"1080": 225, "4130": 365, "4140": 338, "4340": 288, "5140": 332, "8620": 395}
# ASTM E140 Table 1: HRC, HV, HBW (3000 kg, tungsten carbide)
E140 = (
    (60, 697, 654), (59, 674, 634), (58, 653, 615), (57, 633, 595), (56, 613, 577), (55, 595, 560), (54, 577, 543),
    (53, 560, 525), (52, 544, 512), (51, 528, 496), (50, 513, 481), (49, 498, 469), (48, 484, 455), (47, 471, 443),
    (46, 458, 432), (45, 446, 421), (44, 434, 409), (43, 423, 400), (42, 412, 390), (41, 402, 381), (40, 392, 371),
    (39, 382, 362), (38, 372, 353), (37, 363, 344), (36, 354, 336), (35, 345, 327), (34, 336, 319), (33, 327, 311),
    (32, 318, 301), (31, 310, 294), (30, 302, 286), (29, 294, 279), (28, 286, 271), (27, 279, 264), (26, 272, 258),
    (25, 266, 253), (24, 260, 247), (23, 254, 243), (22, 248, 237), (21, 243, 231), (20, 238, 226),
)  # fmt: skip
TEMPERED = (
    ("4140", Composition(C=0.41, Mn=0.88, Si=0.23, Cr=1.02, Mo=0.22),
     {204: 54.4, 260: 51.1, 316: 48.7, 371: 48.0, 427: 45.0, 482: 41.1, 538: 38.2, 593: 35.4, 649: 31.2}),
    ("1045", Composition(C=0.45, Mn=0.73, Si=0.17, Ni=0.01, Cr=0.02, Mo=0.01),
     {204: 56.3, 260: 53.2, 316: 50.2, 371: 45.9, 427: 40.7, 482: 35.6, 538: 30.4, 593: 25.3, 649: 20.3}),
)  # fmt: skip
"""HRC after 1 h at degC (Grange and Baughman), with the whole analysis of each bar."""
UNALLOYED = {
    "1026": (Composition(C=0.25, Mn=0.79, Si=0.11), (48.9, 45.9, 42.5)),
    "1030": (Composition(C=0.31, Mn=0.57, Si=0.09, Ni=0.02, Cr=0.02), (49.3, 45.9, 42.2)),
    "1035": (Composition(C=0.36, Mn=0.74, Si=0.24, Ni=0.02, Cr=0.02, Mo=0.01), (51.5, 48.9, 46.4)),
    "1038": (Composition(C=0.39, Mn=0.75, Si=0.18), (51.5, 49.0, 46.0)),
    "1040": (Composition(C=0.40, Mn=0.60, Si=0.27, Ni=0.02, Cr=0.07, Mo=0.01), (52.6, 50.4, 47.6)),
    "1042": (Composition(C=0.44, Mn=0.79, Si=0.24, Ni=0.02, Cr=0.02, Mo=0.01), (54.5, 51.9, 48.9)),
    "1045": (Composition(C=0.45, Mn=0.73, Si=0.17, Ni=0.01, Cr=0.02, Mo=0.01), (56.3, 53.2, 50.2)),
    "1049": (Composition(C=0.48, Mn=0.76, Si=0.14), (55.0, 52.0, 49.0)),
    "1050": (Composition(C=0.50, Mn=0.91, Si=0.13), (56.0, 54.0, 50.0)),
    "1065": (Composition(C=0.63, Mn=0.87, Si=0.17, Ni=0.02, Cr=0.04), (58.3, 55.9, 52.4)),
    "1065 with 0.65 C": (Composition(C=0.65, Mn=0.87, Si=0.19), (59.2, 56.5, 53.5)),
}
"""The same of all its unalloyed bars of 0.25 to 0.65 % C, HRC at LOW."""
LOW = (204.4, 260.0, 315.6)
"""degC"""
BANDS = ("4140H", "5140H", "8620H", "4130H")


def middle(c: Composition, *quantities: str) -> float:
    """Median [K] of all formulas for these quantities that are in their range."""
    fine = {"grain_size": 8.0}
    known = [own for own in CORRELATIONS.values() if own.quantity in quantities and not own.outside(c, fine)]
    return median(own.value(c, fine) for own in known)


@check("C-critical", "metallurgy")
def critical_temperatures() -> Iterator[Verdict]:
    """Ac1 and Ac3 of seven steels: the median of all formulas in their range (Ac1 with Ae1, Ac3 with Ae3)."""
    reason = "20 K: single formulas scatter by 15 K, the published values by 10"
    for name, published, quantities in (("Ac1", AC1, ("ac1", "ae1")), ("Ac3", AC3, ("ac3", "ae3"))):
        for steel, expected in published.items():
            got = middle(STEELS[steel], *quantities) - ZERO
            source = "ASM approximate critical temperatures [M]"
            yield Verdict("C-critical", f"{name} of {steel}", expected, got, 20.0, "degC", reason, source)


@check("C-ms", "metallurgy")
def martensite_start() -> Iterator[Verdict]:
    """Martensite start of six steels: the median of all formulas in their range."""
    for steel, expected in MS.items():
        got = middle(STEELS[steel], "ms") - ZERO
        reason = "20 K: the best regressions leave 15 to 20 K rms"
        yield Verdict("C-ms", f"Ms of {steel}", expected, got, 20.0, "degC", reason, "ASM and USS diagrams [M]")


@check("C02-points", "metallurgy")
def avrami_points() -> Iterator[Verdict]:
    """Avrami's law through 1 % at 5 s and 99 % at 60 s."""
    b, n = jmak(5.0, 60.0)
    reason, source = "arithmetic, to the digits printed", "closed form, catalogue C02"
    yield Verdict("C02-points", "exponent n", 2.4658185631, n, 1e-6, "-", reason, source)
    yield Verdict("C02-points", "factor b", 1.8995354e-4, b, 1e-10, "s^-n", reason, source)


@check("C03-diagram", "metallurgy")
def start_on_cooling() -> Iterator[Verdict]:
    """Scheil's sum over tau = 4 exp(((T-560)/70)^2) s from 727 degC."""
    T = np.linspace(727.0, 300.0, 1000) + ZERO
    starts = 4.0 * np.exp(((T - ZERO - 560.0) / 70.0) ** 2)
    for rate, expected in ((1.0, 651.26086), (20.0, 541.57297)):
        got = scheil_start(T, starts, rate) - ZERO
        source = "Scheil's sum, catalogue C03"
        yield Verdict("C03-diagram", f"start at {rate:g} K/s", expected, got, 0.2, "degC", "0.2 K", source)


@check("C06", "metallurgy")
def grain_growth() -> Iterator[Verdict]:
    """Austenite grains of 16MND5 at 900 degC, from nothing."""
    for time, expected in ((100.0, 4.605173), (420.0, 9.164012), (900.0, 13.05713), (3600.0, 23.92867)):
        got = 1e6 * grain_diameter_16mnd5(900.0 + ZERO, time)
        source = "law of code_aster MTLP102A integrated, catalogue C06"
        yield Verdict("C06", f"diameter after {time:g} s", expected, got, 1e-4 * expected, "um", "closed form", source)


@check("C-li", "metallurgy")
def bainite_of_li() -> Iterator[Verdict]:
    """Constant cooling rate that gives 1 % bainite, as printed by Li et al."""
    source = "M.V. Li et al., Metall. Mater. Trans. B 29 (1998) 661, Table II"
    class_1 = Composition(C=0.24, Mn=0.31, Si=0.20, Ni=3.04, Cr=0.39, Mo=0.44, V=0.05)
    bar_4140 = Composition(C=0.38, Mn=0.81, Si=0.28, Ni=0.11, Cr=0.98, Mo=0.22, Cu=0.11)
    for steel, c, size, expected in (("4140", bar_4140, 8.0, 24.8), ("Class 1", class_1, 6.2, 28.0)):
        got = critical_rate_li(c, "bainite", size)
        reason = "5 %: grain size and the rounding of the paper's integral"
        yield Verdict("C-li", f"critical rate of {steel}", expected, got, 0.05 * expected, "K/s", reason, source)


@check("D-scales", "metallurgy")
def hardness_scales() -> Iterator[Verdict]:
    """The closed forms between the scales against every row of ASTM E140 Table 1 from 20 to 60 HRC."""
    hrc, hv, hbw = (np.array(column, float64) for column in zip(*E140, strict=True))
    low = hv <= 500.0
    back = np.array([hrc_from_hv(x) or np.nan for x in hv]) - hrc
    brinell = np.array([hbw_from_hv(x) or np.nan for x in hv]) - hbw
    for what, off, tolerance, unit in (
        ("HV from HRC", hv_from_hrc(hrc) - hv, 2.3, "HV"),
        ("HRC from HV", back[:-1], 0.36, "HRC"),
        ("HBW from HV to 500 HV", brinell[low], 1.4, "HBW"),
        ("HBW from HV, 500 to 700 HV", brinell[~low], 2.5, "HBW"),
    ):
        yield Verdict(
            "D-scales", f"{what}, farthest off", 0.0, farthest(off, 0.0), tolerance, unit,
            "what the form promises; E140 rounds to 1", "ASTM E140 Table 1 [M, anchors read]",
        )  # fmt: skip
    for value, expected in ((240.0, 100.0), (185.0, 90.0), (150.0, 80.0), (125.0, 70.0)):
        got = hrb_from_hv(value) or np.nan
        source = "ASTM E140 Table 2 [M]"
        yield Verdict("D-scales", f"HRB of {value:g} HV", expected, got, 0.6, "HRB", "E140 rounds to 1 HV", source)


@check("D-martensite", "metallurgy")
def hardness_of_martensite() -> Iterator[Verdict]:
    """Initial hardness of A255: the polynomial of the metric edition against that of the first."""
    for carbon in (0.1, 0.2, 0.3, 0.4, 0.5, 0.6):
        c = Composition(C=carbon)
        expected, got = hrc_martensite_a255(c), hrc_martensite_a255_metric(c)
        reason = "0.5 HRC: both stand for a table of whole HRC"
        yield Verdict("D-martensite", f"at {carbon:g} % C", expected, got, 0.5, "HRC", reason, "ASTM A255-10, SAE J406")


@check("D02-a255", "metallurgy")
def end_quench_42crmo4() -> Iterator[Verdict]:
    """Calculated end-quench curve of 42CrMo4, middle of its analysis: inside the band of the standard."""
    steel = Composition(C=0.42, Mn=0.70, Si=0.25, Cr=1.05, Mo=0.20)
    band = hband.BANDS["42CrMo4+H"]
    for x, high, low in zip(band.distance, band.most, band.least, strict=True):
        got = hrc_jominy_a255(steel, x)
        yield Verdict(
            "D02-a255", f"hardness at {1e3 * x:g} mm", 0.5 * (high + low), got, 0.5 * (high - low), "HRC",
            "half the width of the band", band.source,
        )  # fmt: skip


@check("D-bands", "metallurgy")
def end_quench_bands() -> Iterator[Verdict]:
    """Calculated end-quench curves of four American grades with usual residual elements against mid-band, rms."""
    for grade in BANDS:
        band = hband.BANDS[grade]
        analysis = {"Ni": 0.10, "Mo": 0.03, "Cu": 0.15, **band.composition(0.5)}
        x, least = band.hrc("least")
        mean = 0.5 * (least + band.hrc("most")[1][: least.size])
        got = np.array([hrc_jominy_a255(Composition(**analysis), place) for place in x.tolist()])
        off = float(np.sqrt(np.mean((got - mean) ** 2)))
        reason = "3 HRC: what the method claims with residual elements"
        yield Verdict("D-bands", f"rms of {grade}", 0.0, off, 3.0, "HRC", reason, f"{band.source} [{band.mark}]")


@check("D04", "metallurgy")
def tempering() -> Iterator[Verdict]:
    """Tempered 1 h: mean absolute error of the regression on two steels of its own data."""
    for steel, c, points in TEMPERED:
        off = [abs(hrc_tempered_fit(c, T + ZERO, 3600.0) - hrc) for T, hrc in points.items()]
        yield Verdict(
            "D04", f"mean error of {steel}", 0.0, float(np.mean(off)), 3.0, "HRC",
            "3 HRC, catalogue D04", "R.A. Grange, R.W. Baughman, Trans. ASM 48 (1956) 165",
        )  # fmt: skip


@check("D04-unalloyed", "metallurgy")
def tempering_unalloyed() -> Iterator[Verdict]:
    """Tempered 1 h at 204 to 316 degC: by how much the regression is off for eleven unalloyed steels of its data."""
    off = np.array([*low_temper().values()])
    yield Verdict(
        "D04-unalloyed", "mean difference, 204 to 316 degC", 0.0, float(off.mean()), 1.0, "HRC",
        "1 HRC: bars 0.03 % C apart differ by 2", "R.A. Grange, R.W. Baughman, Trans. ASM 48 (1956) 165",
    )  # fmt: skip


def low_temper() -> dict[str, Array]:
    """(temperatures,) HRC by which the regression is above each bar of UNALLOYED."""
    return {
        steel: np.array([hrc_tempered_fit(c, T + ZERO, 3600.0) for T in LOW]) - hrc
        for steel, (c, hrc) in UNALLOYED.items()
    }
