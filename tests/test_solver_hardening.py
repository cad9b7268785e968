"""Bodies whose yield surface moves: Newton stays quadratic, three metrics agree, a resumed run is the same."""

import numpy as np
import pytest
from cylinders import HOT, MPA, RADIUS, cooled

from metaltwin.materials.matter import Matter, Mechanics, Phase, constant
from metaltwin.solver import line, section
from metaltwin.solver.stress import Load


def matter(kinematic: float) -> Matter:
    law = Mechanics(
        constant(200e9), constant(0.3), lambda T: 1.2e-5 * (np.asarray(T) - HOT), constant(150 * MPA), constant(20e9)
    )
    flat = constant(1.0)
    return Matter("steel", 7800.0, (Phase("solid", flat, flat, law),), kinematic=kinematic)


@pytest.mark.parametrize("kinematic", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("metric", ["cylinder", "rz"])
def test_newton_is_quadratic(monkeypatch, metric, kinematic):
    """Near the end the unbalanced force falls with its square: the tangent is that of the algorithm."""
    _, body, state, r = cooled(metric, matter(kinematic), 6)
    mechanics = state.mechanics
    T1 = state.temperature - 60.0 * (1.0 - (r / RADIUS) ** 2)
    none = np.zeros((0, T1.size))
    load = Load(mechanics["last_temperature"], none, T1, none, 1.0, 0.5)
    rows, creeps = body.properties.rows(load.T0, load.z0, load.T1, load.z1, load.dt)
    module, residuals = {"cylinder": line, "rz": section}[metric], []
    monkeypatch.setattr(module, "TOLERANCE", 1e-13)
    for count in range(1, 12):
        monkeypatch.setattr(module, "ITERATIONS", count)
        residuals.append(body.solve(mechanics, rows, creeps, load)[2])
    fell = [x for x in residuals if 1e-12 < x < 1e-2]
    assert len(fell) >= 2
    assert residuals[-1] < 1e-12
    assert fell[-1] < 1e-7 or np.log(fell[-1]) / np.log(fell[-2]) > 1.7


@pytest.mark.parametrize("kinematic", [0.5, 1.0])
def test_rz_and_3d_agree_with_the_long_cylinder(kinematic):
    """Hoop and axial stress of the core, half way up the bar."""
    found = {}
    for metric in ("cylinder", "rz", "3d"):
        cells, body, state, r = cooled(metric, matter(kinematic), 12)
        stress, z = body.fields(state)["stress"] / MPA, cells.centres()[:, 2]
        core = r < 0.3 * RADIUS
        if metric != "cylinder":
            core &= np.abs(z - 3.0 * RADIUS) < 0.2 * RADIUS
        found[metric] = float(stress[2, core].mean()), float(stress[:2, core].mean())
    axial = abs(found["cylinder"][0])
    assert axial > 100.0
    assert found["rz"] == pytest.approx(found["cylinder"], abs=0.02 * axial)
    assert found["3d"] == pytest.approx(found["cylinder"], abs=0.06 * axial)  # 16 cells across


def test_hardening_matters():
    """The bar yields out and back: kinematic hardening leaves another stress than isotropic."""
    kept = [cooled("cylinder", matter(kinematic), 12)[2].mechanics["stress"] for kinematic in (0.0, 1.0)]
    assert np.abs(kept[0] - kept[1]).max() > 20 * MPA
