"""Carbon that ferrite leaves behind: martensite of an intercritical quench starts lower and is harder."""

import numpy as np
import pytest

import metaltwin as mt
from metaltwin.materials import library
from metaltwin.materials.hardness import hv_martensite
from metaltwin.materials.martensite_fraction import retained_koistinen_marburger
from metaltwin.solver.curves import Curves


def quenched(ferrite, enrichment):
    """Fractions and hardness at 25 degC of ferrite with austenite, quenched from 760 degC at 400 K/s."""
    alloy = library.alloy("20MnCr5").replace(enrichment=enrichment)
    matter = alloy.matter()
    start = [1.0 - ferrite, ferrite, 0.0, 0.0, 0.0]
    times = np.linspace(0.0, 1.84, 200)
    done = Curves(matter).follow(times, (1033.15 - 400.0 * times)[:, None], start=start)
    return matter, done.phases[:, 0], float(done.hardness[0])


@pytest.mark.parametrize("ferrite", [0.3, 0.6])
def test_martensite_forms_by_the_carbon_of_what_is_left(ferrite):
    matter, phases, hardness = quenched(ferrite, True)
    left = (matter.carbon.content - 2e-4 * ferrite) / (1.0 - ferrite)
    own = matter.carbon.kinetics(left)
    lost = phases[0] / (phases[0] + phases[4])  # beside them is 0.1 % of bainite
    exact = retained_koistinen_marburger(own.martensite_start, own.alpha, 297.15)
    # start and alpha are straight between classes of carbon 0.04 % apart
    assert lost == pytest.approx(exact, abs=5e-4) and phases[1] == pytest.approx(ferrite, abs=2e-3)
    share = matter.carbon.hardness(left).law["martensite"][0]
    assert share > matter.hardness.law["martensite"][0] + 50.0
    bulk = quenched(ferrite, False)
    assert bulk[1][0] < 0.4 * phases[0] and hardness > bulk[2]


def test_without_ferrite_nothing_changes():
    _, phases, hardness = quenched(0.0, True)
    _, bulk, usual = quenched(0.0, False)
    # a trace of ferrite forms before the martensite does
    assert phases == pytest.approx(bulk, abs=1e-7) and hardness == pytest.approx(usual, abs=1e-2)


def test_an_intercritical_quench_of_a_part_keeps_its_ferrite_and_enriches_the_rest():
    def pin(enrichment):
        alloy = mt.alloy("C22").replace(enrichment=enrichment)
        return mt.HeatTreatment(
            "dual phase", mt.Part.plate("2 mm"), alloy, mt.Grid("0.5 mm"),
            [
                mt.Heat("770 degC", until="765 degC"),
                mt.Hold("770 degC", "20 min"),
                mt.Quench("agitated water 20", until="40 degC"),
            ],
            stress=False,
        )  # fmt: skip

    plain, rich = pin(False).run(progress=False), pin(True).run(progress=False)
    assert rich.ferrite.mean == pytest.approx(plain.ferrite.mean, abs=0.01) and rich.ferrite.mean > 0.3
    assert rich.hardness.mean > plain.hardness.mean + 20.0
    assert hv_martensite(mt.alloy("C22").composition) < 500.0
    assert mt.alloy("C22").replace(enrichment=True).words()["enrichment"] is True
