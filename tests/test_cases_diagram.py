"""TTT and CCT diagrams, dilatometer, bars and tempering curve against closed forms and published numbers."""

import numpy as np
import pytest

import metaltwin as mt
from metaltwin.cases.diagram import cooled
from metaltwin.materials.hardness_scale import hrc_from_hv, hv_from_hrc
from metaltwin.materials.tempering import hrc_tempered_fit
from metaltwin.solver.kinetics import li98

LI_4140 = {"C": 0.38, "Mn": 0.81, "Si": 0.28, "Ni": 0.11, "Cr": 0.98, "Mo": 0.22, "Cu": 0.11}
ZERO = 273.15


def s_of(x):
    """S(X) of Li et al. for X <= 1/2, from its table."""
    share, knot, _, _ = li98()
    return float(np.interp(x, share, knot))


def test_the_ttt_start_of_bainite_is_its_closed_form():
    """Below the pearlite nose nothing competes: t = S(0.01) / rate."""
    steel = mt.alloy("42CrMo4")
    diagram = mt.ttt(steel)
    bainite = next(p for p in steel.matter().kinetics.products if p.phase == "bainite")
    for T in (350.0, 400.0, 450.0):
        i = int(np.argmin(np.abs(diagram.temperature - T - ZERO)))
        exact = s_of(0.01) / float(bainite.rate(diagram.temperature[i : i + 1])[0])
        assert diagram.lines["bainite start"][i] == pytest.approx(exact, rel=5e-3)
    time, kelvin = diagram.nose("bainite start")
    assert kelvin == pytest.approx(462.0 + ZERO, abs=5.0)
    assert time == pytest.approx(7.2, rel=0.02)


def test_lines_of_the_ttt_keep_their_order():
    diagram = mt.ttt("C45")
    start = np.fmin.reduce([line for name, line in diagram.lines.items() if name.endswith("start")])
    with np.errstate(invalid="ignore"):
        known = np.isfinite(diagram.lines["finish"])
        assert (start[known] < diagram.lines["half"][known]).all()
        assert (diagram.lines["half"][known] < diagram.lines["finish"][known]).all()
    levels = diagram.levels
    assert levels["Ae3"] > levels["Ae1"] > levels["Ms"] > levels["M50"] > levels["M90"]
    assert "Li et al. 1998" in str(diagram) and "bainite start" in str(diagram)


def test_critical_rate_of_bainite_is_the_published_one():
    """Linear cooling that leaves 1 % bainite in the 4140 of Li et al. 1998, grain size 8: they give 24.8 K/s."""
    steel = mt.Alloy("4140 of Li", composition=LI_4140, conductivity="42 W/m/K", grain_size=8)
    rates = np.geomspace(5.0, 100.0, 60)
    bainite = cooled(steel, rates).phases[3]
    assert np.exp(np.interp(-0.01, -bainite, np.log(rates))) == pytest.approx(24.8, rel=0.05)


def test_hardness_of_the_cct_falls_with_slower_cooling_and_phases_are_whole():
    diagram = mt.cct("42CrMo4", count=30)
    assert (np.diff(diagram.hardness) > -1.0).all()
    assert sum(diagram.phases.values()) == pytest.approx(np.ones(30), abs=1e-12)
    assert diagram.t8_5 == pytest.approx(300.0 / diagram.rates, rel=1e-3)
    assert hrc_from_hv(float(diagram.hardness[-1])) == pytest.approx(57.0, abs=1.0)
    assert diagram.hardness[0] < 230.0
    time, kelvin = diagram.lines["martensite start"]
    seen = diagram.phases["martensite"] > 0.5
    assert kelvin[seen] == pytest.approx(diagram.levels["Ms"] - 1.0, abs=3.0)
    assert time[seen] == pytest.approx((diagram.levels["Ae3"] - kelvin[seen]) / diagram.rates[seen], rel=1e-3)


@pytest.mark.parametrize(
    "make, said",
    [
        (lambda: mt.ttt("304L"), "alloy '304L' does not transform"),
        (lambda: mt.ttt("42CrMo"), "nearest: 42CrMo4"),
        (lambda: mt.cct(42), "42 is no alloy"),
        (lambda: mt.cct("C45", slowest="5 K/s", fastest="1 K/s"), "no range of cooling rates"),
        (lambda: mt.cct("C45", slowest="5"), "slowest: '5' has no unit"),
        (lambda: mt.cct("C45", count=1), "count: 1 is no number"),
        (lambda: mt.Dilatometer("C45", "-1 K/s"), "must be above zero"),
        (lambda: mt.Dilatometer("C45", "1 K/s", austenitise="20 degC").run(), "not above 25 degC"),
        (lambda: mt.QuenchedBars("C45", "fast oil", []), "no list of diameters"),
        (lambda: mt.QuenchedBars("C45", "fast oi", ["20 mm"]), "nearest: fast oil"),
        (lambda: mt.tempering_curve("8620"), "outside the tempering regression"),
        (lambda: mt.tempering_curve("4140", ["2"]), "'2' has no unit"),
        (lambda: mt.tempering_curve("4140", []), "no durations"),
    ],
)
def test_wrong_input_is_refused(make, said):
    with pytest.raises(mt.CaseError) as refused:
        make()
    assert said in str(refused.value)


def test_the_dilatometer_sees_expansion_and_transformation():
    seen = mt.Dilatometer("42CrMo4", "60 K/s").run()
    T, strain = seen.temperature, seen.strain
    hot = (T > 600.0 + ZERO) & (T < 800.0 + ZERO)
    assert np.polyfit(T[hot], strain[hot], 1)[0] == pytest.approx(21.9e-6, rel=0.05)  # austenite, 600 to 900 degC
    start = mt.alloy("42CrMo4").martensite_pair()[0]
    assert T[np.argmin(strain)] == pytest.approx(start, abs=3.0)
    assert 0.002 < strain[-1] < 0.006  # martensite is longer than what was annealed
    assert seen.phases["martensite"][-1] > 0.98
    slow = mt.Dilatometer("42CrMo4", "0.02 K/s").run()
    assert slow.strain[-1] == pytest.approx(0.0, abs=2e-4)  # back to ferrite and pearlite
    assert slow.begun > slow.done > seen.begun
    assert slow.hardness < 230.0 < 600.0 < seen.hardness
    assert "99 % at" in str(slow)


def test_a_dilatometer_that_heats_again_sees_martensite_temper():
    """Where it shrinks fastest: in the ranges that Jung, Lee, Lee 2009 tell of, 70 to 240 and 200 to 450 degC.

    In the end it has the length of ferrite with cementite, and the hardness of the tempering curve at that parameter.
    """
    seen = mt.Dilatometer("42CrMo4", "60 K/s", reheat="20 K/min").run()
    assert seen.reheated is not None
    T, strain = seen.reheated.temperature - ZERO, seen.reheated.strain
    assert strain[0] == pytest.approx(seen.strain[-1], abs=1e-6)
    steps = mt.Dilatometer("42CrMo4", "0.02 K/s").run()  # ferrite and pearlite, for what heat alone does
    plain = np.interp(T + ZERO, steps.temperature[::-1], steps.strain[::-1])
    rate = np.gradient(strain - plain, T)
    early, late = (np.where((T > low) & (T < high), rate, 0.0) for low, high in ((70.0, 240.0), (260.0, 450.0)))
    assert early.min() < -3e-6 and 100.0 < T[early.argmin()] < 220.0
    assert late.min() < -3e-6 and 280.0 < T[late.argmin()] < 430.0
    assert strain[-1] - plain[-1] == pytest.approx(0.0, abs=2e-4)
    held = 923.15 / (np.log(10.0) * 15.4) / (20.0 / 60.0)  # s at the end that temper as much as the way there
    steel = mt.alloy("42CrMo4").composition
    assert seen.reheated.hardness == pytest.approx(float(hv_from_hrc(hrc_tempered_fit(steel, 923.15, held))), abs=5.0)
    assert "heated again" in str(seen)


def test_thicker_bars_are_softer_and_softest_inside():
    bars = mt.QuenchedBars("42CrMo4", "fast oil", ["100 mm", "20 mm", "50 mm"], bath="60 degC").run()
    assert [1e3 * size for size in bars.diameters] == pytest.approx([20.0, 50.0, 100.0])
    for share in (0.0, 0.5, 1.0):
        assert (np.diff(bars.at(share)) < 0.0).all()
    assert (bars.at(1.0) > bars.at(0.0)).all()
    assert hrc_from_hv(float(bars.at(0.0)[0])) > 54.0  # through-hardened
    assert "fast oil of 60 degC" in str(bars)


def test_the_tempering_curve_is_the_published_one():
    """4140 after 1 h, HRC: Grange and Baughman 1956; the catalogue's D04 asks a mean error of 3 HRC."""
    steel = mt.alloy("4140", composition={"C": 0.41, "Mn": 0.88, "Si": 0.23, "Cr": 1.02, "Mo": 0.22})
    curve = mt.tempering_curve(steel)
    published = {204: 54.4, 260: 51.1, 316: 48.7, 371: 48.0, 427: 45.0, 482: 41.1, 538: 38.2, 593: 35.4, 649: 31.2}
    hv = np.interp(np.array(list(published)) + ZERO, curve.temperature, curve.hardness[0])
    apart = [abs(hrc_from_hv(float(v)) - hrc) for v, hrc in zip(hv, published.values(), strict=True)]
    assert np.mean(apart) < 3.0
    longer = mt.tempering_curve(steel, ["4 h", "1 h"])
    assert longer.durations == pytest.approx([3600.0, 14400.0])
    assert (longer.hardness[1] <= longer.hardness[0]).all()
    assert (longer.hardness <= longer.as_quenched).all()
    assert "4 h" in str(longer)


def test_a_steel_outside_the_laws_is_told_with_every_diagram():
    """Boron is in no rate: a CCT of 22MnB5 without that sentence would be read as its own."""
    wrong = "outside the range of transformation rates (Li 1998): B 0.003 above 0.0005"
    assert wrong in str(mt.cct("22MnB5")) and wrong in str(mt.Dilatometer("22MnB5", "30 K/s").run())
    foot = mt.ttt("22MnB5").plot().get_supxlabel()
    assert foot == wrong and "outside" not in str(mt.ttt("42CrMo4"))
    assert "bainite by its measured diagram" in mt.ttt("100Cr6").model
