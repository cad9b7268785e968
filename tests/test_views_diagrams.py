"""Every diagram and test of a steel draws, and its picture names the laws behind it."""

import numpy as np
import pytest

import metaltwin as mt
from metaltwin.cases.fit import KineticsFit
from metaltwin.views.diagrams import DRAWN, plot


def texts(figure):
    """Everything that is written in a figure."""
    import matplotlib.text

    return " | ".join(each.get_text() for each in figure.findobj(matplotlib.text.Text))


@pytest.fixture(scope="module")
def bar():
    return mt.Jominy("4140", measured={"J4": "55 HRC", "J20": "42 HRC"}, spacing="3 mm").run()


def made(name, bar):
    if name == "fit":
        parameters = ()
        return KineticsFit("heat 1", bar.alloy, bar.alloy, parameters, {}, {}, (bar, bar))
    return {
        "ttt": lambda: mt.ttt("C45"),
        "cct": lambda: mt.cct("C45"),
        "jominy": lambda: bar,
        "dilatometer": lambda: mt.Dilatometer("C45", "5 K/s").run(),
        "bars": lambda: mt.QuenchedBars("C45", "fast oil", ["20 mm", "40 mm"]).run(),
        "tempering": lambda: mt.tempering_curve("4140", ["1 h", "4 h"]),
    }[name]()


@pytest.mark.parametrize(
    "name, said",
    [
        ("ttt", ("Li et al. 1998", "time [s]", "temperature [degC]", "bainite start", "99 % transformed")),
        ("cct", ("Li et al. 1998", "time since Ae3", "temperature [degC]", "K/s", "Ms 328")),
        ("jominy", ("Li et al. 1998", "ASTM A255-10", "band 4140H [M]", "measured", "hardness [HRC]", "[mm]")),
        ("dilatometer", ("Miettinen 1997", "change of length [%]", "temperature [degC]", "at 5 K/s")),
        ("bars", ("fast oil", "diameter [mm]", "mid-radius", "hardness [HV]")),
        ("tempering", ("own regression", "tempering temperature [degC]", "as quenched", "4 h")),
        ("fit", ("fitted to heat 1", "before", "measured")),
    ],
)
def test_a_picture_names_units_and_laws(name, said, bar, tmp_path):
    file = tmp_path / f"{name}.png"
    figure = made(name, bar).plot(save=file)
    assert file.stat().st_size > 10_000
    written = texts(figure)
    for text in said:
        assert text in written


def test_the_hardness_at_the_end_of_cooling_curves_is_written(tmp_path):
    diagram = mt.cct("42CrMo4")
    written = texts(diagram.plot(save=tmp_path / "cct.svg"))
    for hardness in (diagram.hardness[0], diagram.hardness[-1]):
        assert f"{hardness:.0f}" in written
    line = np.isfinite(diagram.lines["bainite start"][0])
    assert line.any() and not line.all()


def test_a_fit_without_a_bar_has_no_picture(bar):
    with pytest.raises(mt.CaseError, match="used no end quench"):
        plot(KineticsFit("x", bar.alloy, bar.alloy, (), {}, {}))


def test_all_that_is_drawn_is_known():
    from metaltwin.cases.specimen import Drawn

    assert {each.__name__ for each in Drawn.__subclasses__()} == {each.__name__ for each in DRAWN}
