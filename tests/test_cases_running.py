"""What surrounds a march: names, stopping, progress, refusals before anything is computed."""

import os
import signal
from contextlib import contextmanager

import numpy as np
import pytest

import metaltwin as mt
from metaltwin.cases import resultfile, running
from metaltwin.cases.progress import Bar

OIL = mt.Medium("oil", h="400 W/m^2/K", temperature="60 degC")


def case(**changes):
    words = {
        "name": "ball, quenched/tempered",
        "part": mt.Part.sphere("40 mm"),
        "alloy": mt.Material("steel", "40 W/m/K", "8000 kg/m^3", "500 J/kg/K"),
        "grid": mt.Grid("2 mm"),
        "steps": [mt.Soak("850 degC", "10 min"), mt.Quench(OIL, until="80 degC")],
        "sensors": [mt.Thermocouple("core", at=("0 mm", "0 mm", "0 mm"))],
        "limits": {"temperature": ("60 degC", None)},
    }
    return mt.HeatTreatment(**(words | changes))


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("42CrMo4 shaft, oil quenched", "42CrMo4_shaft_oil_quenched.vtkhdf"),
        ("ball, quenched/tempered", "ball_quenched_tempered.vtkhdf"),
        ("Zahnrad Größe 3", "Zahnrad_Größe_3.vtkhdf"),
        ("///", "case.vtkhdf"),
    ],
)
def test_a_case_gives_its_file_a_name(name, file):
    assert running.file_name(name) == file


def test_a_result_knows_its_probes_limits_and_axes():
    ball = case()
    about = running.about(ball, ball.problem())
    assert about.probes == {"core": (0.0, 0.0, 0.0)}
    assert about.limits == {"temperature": (pytest.approx(333.15), None)}
    assert (about.axis, about.legs, about.ended) == ("sphere", ("soak", "quench"), False)
    assert running.axis_of(mt.Part.ring("50 mm", "20 mm", "40 mm").shape) == "cylinder"
    assert running.axis_of(mt.Part.box("50 mm", "20 mm", "40 mm").shape) is None


def test_versions_say_what_computes():
    assert {"metaltwin", "numpy", "numba", "python", "machine"} <= set(running.versions())


def test_where_nothing_can_be_written_nothing_is_computed(tmp_path):
    with pytest.raises(mt.CaseError, match="no folder"):
        case().run(tmp_path / "missing" / "ball.vtkhdf")


def test_ctrl_c_is_first_a_question_then_an_order():
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt), running.asked_to_stop() as asked:
        assert not asked()
        os.kill(os.getpid(), signal.SIGINT)
        assert asked()
        os.kill(os.getpid(), signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is before


@pytest.mark.parametrize("again", [False, True])
def test_ctrl_c_as_soon_as_the_file_is_there_says_how_to_go_on(again, tmp_path, monkeypatch):
    file, ball = tmp_path / "ball.vtkhdf", case(stress=False)
    whole = ball.run(progress=False)

    def pressed(make):
        def then(*args):
            made = make(*args)
            os.kill(os.getpid(), signal.SIGINT)
            return made

        return then

    with monkeypatch.context() as patch:
        patch.setattr(running.store, "Log", pressed(running.store.Log))
        with pytest.raises(running.Interrupted, match="--resume"):
            ball.run(file, progress=False)
    if again:
        with monkeypatch.context() as patch:
            patch.setattr(running.store, "resume", pressed(running.store.resume))
            with pytest.raises(running.Interrupted, match="--resume"):
                mt.resume(file, progress=False)
    assert resultfile.checkpoint_path(file).exists()
    result = mt.resume(file, progress=False)
    assert result.ended and result.times[-1] == whole.times[-1]


def test_no_bar_where_nobody_looks(capfd):
    with Bar(("soak", "quench"), shown=True) as bar:
        bar.at(0, 0.5, "627 degC")
        bar.at(2, 1.0, "27 degC")
    assert capfd.readouterr() == ("", "")


def test_a_run_that_is_stopped_goes_on_to_the_same_end(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    ball = case(alloy=mt.alloy("42CrMo4"), stress=False, limits=None)
    whole = ball.run(progress=False)
    assert whole.ended
    assert list(tmp_path.iterdir()) == []
    asked = iter(range(1000))

    @contextmanager
    def at_the_thirtieth_step():
        yield lambda: next(asked) == 30

    monkeypatch.setattr(running, "asked_to_stop", at_the_thirtieth_step)
    with pytest.raises(KeyboardInterrupt, match=r"--resume 'ball_quenched_tempered\.vtkhdf'") as stopped:
        ball.run(progress=False)
    halfway = mt.read(stopped.value.file)
    assert not halfway.ended
    assert halfway.times[-1] < whole.times[-1]
    result = mt.resume(stopped.value.file, progress=False)
    assert result.ended
    np.testing.assert_array_equal(result.hardness.values, whole.hardness.values)
    np.testing.assert_array_equal(result.probe("core").temperature, whole.probe("core").temperature)
    assert result.case == ball
