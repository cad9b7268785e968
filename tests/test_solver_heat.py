"""The heat column against exact solutions: ids of the validation catalogue; energy, orders, bits."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.interpolate import CubicSpline
from scipy.special import erf

from metaltwin.materials.matter import Matter, Phase, constant
from metaltwin.solver.boundary import Law
from metaltwin.solver.geometry import Cells, build
from metaltwin.solver.heat import Heat, lift
from metaltwin.solver.lattice import Lattice
from metaltwin.solver.rkl import MOST_STAGES, _reach, next_dt
from metaltwin.solver.shape import Cylinder, Sphere
from metaltwin.solver.state import products
from metaltwin.solver.tables import Axis, Tables

ZERO = 273.15


def matter(conductivity, density, capacity):
    """One phase; capacity J/kg/K."""
    k = conductivity if callable(conductivity) else constant(conductivity)
    H = capacity if callable(capacity) else lambda T: capacity * (T - ZERO)
    return Matter("test matter", density, (Phase("solid", k, H),))


STEEL = matter(30.0, 7800.0, 600.0)


def line(metric, n, outer, inner=0.0, both=False):
    """Cells between two radii; the inner end is a wall too where `both`."""
    dx = (outer - inner) / n
    face = inner + dx * np.arange(n + 1)
    area, whole = {
        "slab": (np.ones(n + 1), face),
        "cylinder": (2 * np.pi * face, np.pi * face**2),
        "sphere": (4 * np.pi * face**2, 4 / 3 * np.pi * face**3),
    }[metric]
    G = np.zeros((n, 6))
    G[1:, 0] = G[:-1, 1] = area[1:-1] / dx
    ends = [0, n - 1] if both else [n - 1]
    return Cells(
        Lattice(metric, (n, 1, 1), (dx, 1.0, 1.0), (inner, 0.0, 0.0)),
        np.arange(n), np.diff(whole), np.zeros((0, 3), np.int64), np.arange(n), G,
        np.array(ends), area[[0, -1]] if both else area[[-1]],
        np.array([[-1.0, 0, 0], [1.0, 0, 0]])[-len(ends) :],
        np.full(len(ends), dx / 2), np.arange(len(ends)), ("inner", "outer")[-len(ends) :],
    )  # fmt: skip


def march(heat, state, laws, marks, fixed=None):
    """States at the times in `marks`, the heat by zone, and the counts; adaptive, or in steps of `fixed`."""
    states, book, steps, stages = [], {}, 0, 0
    dt = fixed or heat.explicit_limit(state, laws)
    for mark in marks:
        while state.time < mark * (1 - 1e-12):
            left = mark - state.time
            take = left / np.ceil(left / dt - 1e-9) if left < 3 * dt else dt
            step = heat.advance(state, laws, take)
            if not fixed:
                dt = next_dt(step.dt, step.error, heat.tolerance)
                if step.error > 2 * heat.tolerance:
                    continue
            state = replace(
                state,
                time=state.time + step.dt,
                enthalpy=step.enthalpy,
                temperature=step.temperature,
                wall=step.wall,
            )
            book = {zone: book.get(zone, 0.0) + joule for zone, joule in step.heat.items()}
            steps, stages = steps + 1, stages + step.stages
        states.append(state)
    return states, book, (steps, stages)


def at(cells, state, x):
    """Temperature in degC at places of a line, mirrored at 0 where that is the axis."""
    centre, dx = cells.lattice.centres(0), cells.lattice.spacing[0]
    X, Y = np.append(centre, centre[-1] + dx / 2), np.append(state.temperature, state.wall[-1])
    if len(state.wall) == 2:
        X, Y = np.append(centre[0] - dx / 2, X), np.append(state.wall[0], Y)
    else:
        X, Y = np.append(-centre[3::-1], X), np.append(state.temperature[3::-1], Y)
    return CubicSpline(X, Y)(x) - ZERO


def mean(cells, state):
    return cells.volume @ state.temperature / cells.volume.sum() - ZERO


def closes(heat, start, end, book):
    """|dH - sum of heat| over the heat."""
    return abs(heat.energy(end.enthalpy - start.enthalpy) - sum(book.values())) / abs(sum(book.values()))


def test_a01_slab_with_convection():
    cells = line("slab", 50, 0.025)
    heat = Heat(cells, STEEL, 0.02)
    start = heat.initial(850 + ZERO)
    states, book, (steps, _) = march(heat, start, (Law(h=1200.0, temperature=20 + ZERO),), (5, 20, 60, 120, 300))
    exact = [
        (849.7583, 837.9612, 674.1847, 813.7274),
        (806.6993, 746.9254, 551.3580, 724.0925),
        (608.9441, 555.3857, 404.2486, 539.0211),
        (393.5290, 359.4992, 263.6100, 349.1253),
        (115.2515, 106.5737, 82.1216, 103.9284),
    ]
    for state, row in zip(states, exact, strict=True):
        assert [*at(cells, state, [0, 0.0125, 0.025]), mean(cells, state)] == pytest.approx(row, abs=0.083)
    assert closes(heat, start, states[-1], book) < 1e-12
    assert steps < 200
    high = max(state.temperature.max() for state in states)
    low = min(min(state.temperature.min(), state.wall.min()) for state in states)
    assert high < 850 + ZERO + 0.02 and low > 20 + ZERO - 0.02


def test_a02_long_cylinder():
    cells = line("cylinder", 50, 0.025)
    heat = Heat(cells, STEEL, 0.02)
    states, _, _ = march(heat, heat.initial(850 + ZERO), (Law(h=6000.0, temperature=20 + ZERO),), (1, 5, 20, 80))
    exact = [
        (850.0, 849.9114, 516.9256, 789.6320),
        (846.0305, 787.8265, 315.4980, 637.0839),
        (566.7570, 444.7524, 149.0689, 342.1524),
        (68.4288, 57.1659, 31.1274, 48.1040),
    ]
    for state, row in zip(states, exact, strict=True):
        assert [*at(cells, state, [0, 0.0125, 0.025]), mean(cells, state)] == pytest.approx(row, abs=0.166)


@pytest.mark.parametrize(
    ("law", "exact"),
    [
        (
            Law(surface_temperature=20 + ZERO),
            [
                (20, 715.0529, 845.6636, 850),
                (20, 303.2065, 536.9729, 785.8105),
                (20, 187.0284, 343.6003, 594.5082),
            ],
        ),
        (
            Law(flux=-1e6),
            [
                (754.7705, 841.1780, 849.8139, 850),
                (548.8579, 686.6312, 771.8234, 838.2770),
                (328.4065, 478.2127, 595.3646, 745.1163),
            ],
        ),
        (
            Law(h=5000.0, temperature=20 + ZERO),
            [
                (566.1325, 820.5765, 849.3388, 850),
                (311.2717, 528.4197, 683.0011, 821.5258),
                (207.4015, 356.9101, 488.4390, 681.9765),
            ],
        ),
    ],
    ids=["temperature", "flux", "convection"],
)
def test_a04_half_space_under_three_laws(law, exact):
    cells = line("slab", 200, 0.1)
    heat = Heat(cells, STEEL, 0.05)
    start = heat.initial(850 + ZERO)
    states, book, _ = march(heat, start, (law,), (1, 10, 30))
    for state, row in zip(states, exact, strict=True):
        assert at(cells, state, 0.1 - np.array([0, 0.005, 0.01, 0.02])) == pytest.approx(row, abs=1.66)
        assert state.temperature.max() < 850 + ZERO + 0.05
    assert closes(heat, start, states[-1], book) < 1e-12


def test_a07_thermal_shock_from_both_sides():
    cells = line("slab", 100, 2.0, both=True)
    heat = Heat(cells, matter(1.0, 1.0, 1.0), 0.01)
    start = heat.initial(ZERO)
    states, book, _ = march(heat, start, (Law(surface_temperature=100 + ZERO),) * 2, (0.1, 0.2, 0.7, 2.0))
    exact = [(65.47770, 8.09286), (75.57519, 26.36728), (93.00500, 78.47162), (99.71703, 99.12912)]
    for state, row in zip(states, exact, strict=True):
        assert at(cells, state, [0.2, 0.8]) == pytest.approx(row, abs=0.05)
        assert state.temperature.min() > ZERO - 0.01 and state.temperature.max() < 100 + ZERO + 0.01
    assert closes(heat, start, states[-1], book) < 1e-12


def test_a08_sphere_heated():
    cells = line("sphere", 50, 0.1)
    heat = Heat(cells, matter(48.822, 1000.0, 4816.8), 0.05)
    states, _, _ = march(heat, heat.initial(20 + ZERO), (Law(h=232.5, temperature=1000 + ZERO),), (400, 1000, 2400))
    for state, row in zip(states, [(341.915, 475.471), (701.484, 762.084), (952.811, 962.390)], strict=True):
        assert at(cells, state, [0, 0.1]) == pytest.approx(row, abs=0.2)


def test_a13_conductivity_that_falls_with_temperature_is_exact():
    cells = line("slab", 20, 0.1, both=True)
    heat = Heat(cells, matter(lambda T: 50 * (1 - 6e-4 * (T - ZERO)), 7800.0, 600.0), 0.02)
    laws = (Law(surface_temperature=900 + ZERO), Law(surface_temperature=100 + ZERO))
    end = march(heat, heat.initial(500 + ZERO), laws, (2000.0,))[0][-1]
    end = march(heat, end, laws, (end.time + 400.0,), fixed=10.0)[0][-1]  # stiff modes fade by a half a step
    # the contact through which a surface temperature is held takes 2.8e5 W/m2 / 1e9 = 0.28 mK at either wall
    assert list(heat.advance(end, laws, 1e-3).heat.values()) == pytest.approx([280.0, -280.0], rel=1e-6)
    assert at(cells, end, [0.025, 0.05, 0.075]) == pytest.approx([639.8052, 433.3333, 256.7809], abs=2e-3)


def test_a16_lumped_radiation():
    cells = line("sphere", 3, 0.01)
    heat = Heat(cells, matter(1e5, 7800.0, 600.0), 0.02)
    law = Law(emissivity=0.8, radiation_temperature=293.15)
    start = heat.initial(1173.15)
    states, book, _ = march(heat, start, (law,), (60, 120, 300, 600))
    got = [mean(cells, state) for state in states]
    assert got == pytest.approx([684.2555, 571.9445, 406.2312, 287.8296], abs=0.1)
    assert closes(heat, start, states[-1], book) < 1e-12


def test_a22_steel_with_a_peak_of_its_heat_capacity():
    def H(T):
        t = T - ZERO
        return 480 * t + 0.125 * t**2 + 600 * 25 * np.sqrt(np.pi) / 2 * erf((t - 735) / 25)

    cells = line("slab", 50, 0.025)
    heat = Heat(cells, matter(lambda T: np.where(T - ZERO <= 800, 50 - 0.03 * (T - ZERO), 26.0), 7800.0, H), 0.01)
    start = heat.initial(850 + ZERO)
    states, book, _ = march(heat, start, (Law(h=2000.0, temperature=25 + ZERO),), (5, 10, 20, 40, 60, 100, 200))
    exact = [
        (849.941, 611.382), (846.698, 545.089), (815.802, 471.458), (723.988, 391.058), (572.393, 331.673),
        (354.577, 222.627), (104.686, 75.809),
    ]  # fmt: skip
    for state, row in zip(states, exact, strict=True):
        assert at(cells, state, [0, 0.025]) == pytest.approx(row, abs=0.05)
    assert closes(heat, start, states[-1], book) < 1e-12


def test_a24_source_inside():
    cells = line("slab", 25, 0.05)
    heat = Heat(cells, STEEL, 0.05, source=1e6)
    start = heat.initial(20 + ZERO)
    states, book, _ = march(heat, start, (Law(h=500.0, temperature=20 + ZERO),), (1e4,))
    assert at(cells, states[-1], [0, 0.05]) == pytest.approx([161.6667, 120.0], abs=0.06)
    assert book["source"] == pytest.approx(1e6 * 0.05 * 1e4, rel=1e-12)
    assert abs(heat.energy(states[-1].enthalpy - start.enthalpy) - sum(book.values())) < 1e-12 * book["source"]


def test_second_order_in_space():
    """Surface, centre and mean of the Bi 1 cylinder and slab against a fine grid, steps far below."""
    for metric in ("slab", "cylinder"):
        found = []
        for n in (10, 20, 40, 80):
            cells = line(metric, n, 0.025)
            heat = Heat(cells, matter(lambda T: 60 - 0.03 * (T - ZERO), 7800.0, 600.0), 0.001)
            end = march(heat, heat.initial(850 + ZERO), (Law(h=1200.0, temperature=20 + ZERO),), (20.0,))[0][-1]
            found.append(np.array([end.wall[0] - ZERO, mean(cells, end)]))
        orders = np.log2(abs((found[1] - found[0]) / (found[2] - found[1])))
        orders_fine = np.log2(abs((found[2] - found[1]) / (found[3] - found[2])))
        assert orders == pytest.approx([2.0, 2.0], abs=0.15)
        assert orders_fine == pytest.approx([2.0, 2.0], abs=0.1)


def test_second_order_in_time():
    """Fixed steps from a smooth field, a law that ramps; H is quadratic in T."""
    cells = line("slab", 20, 0.025)
    steel = matter(lambda T: 60 - 0.03 * (T - ZERO), 7800.0, lambda T: 480 * (T - ZERO) + 0.2 * (T - ZERO) ** 2)
    heat = Heat(cells, steel, 0.001, axis=Axis(200.0, 0.05, 20001))
    law = (Law(h=2000.0, temperature=lambda t: 20 + ZERO + 3.0 * t),)
    smooth = march(heat, heat.initial(850 + ZERO), law, (10.0,))[0][-1]
    found = [march(heat, smooth, law, (42.0,), fixed=32.0 / n)[0][-1].temperature for n in (8, 16, 32, 64, 128)]
    change = [abs(b - a).max() for a, b in zip(found, found[1:], strict=False)]
    orders = np.log2(np.array(change[:-1]) / change[1:])
    assert orders == pytest.approx(np.full(3, 2.0), abs=0.25)


def test_the_tolerance_is_the_error_of_one_step():
    """The estimate against the true error of a step, from a smooth field."""
    cells = line("slab", 30, 0.025)
    heat = Heat(cells, STEEL, 0.01)
    law = (Law(h=2000.0, temperature=20 + ZERO),)
    smooth = march(heat, heat.initial(850 + ZERO), law, (10.0,))[0][-1]
    for dt in (1.0, 4.0):
        step = heat.advance(smooth, law, dt)
        fine = march(heat, smooth, law, (10.0 + dt,), fixed=dt / 64)[0][-1]
        true = abs(step.temperature - fine.temperature).max()
        assert 0.3 * true < step.error < 10.0 * true


def sphere(matter=STEEL, **words):
    cells = build(Sphere(0.03), "3d", 0.006)
    return cells, Heat(cells, matter, 0.05, **words)


def mixed(heat, rng):
    """A state of random phases at random temperatures."""
    state = heat.initial(800.0)
    z = rng.random(state.phases.shape)
    state.products = products(z / z.sum(axis=0))
    z = state.phases
    T = rng.uniform(400.0, 1100.0, z.shape[1])
    knots, H = heat.tables.axis.knots, heat.tables.enthalpy
    enthalpy = sum(z[p] * np.interp(T, knots, H[p]) for p in range(len(z)))
    return replace(state, temperature=T, enthalpy=enthalpy)


TRANSFORMING = Matter(
    "test steel",
    7800.0,
    (
        Phase("austenite", lambda T: 15 + 0.01 * T, lambda T: 530 * (T - ZERO) + 0.08 * (T - ZERO) ** 2),
        Phase("pearlite", lambda T: 55 - 0.02 * T, lambda T: 480 * (T - ZERO) + 0.2 * (T - ZERO) ** 2 - 1e5),
    ),
)


def test_cut_cells_a_mixture_and_a_law_that_changes_keep_the_ledger_closed():
    cells, heat = sphere(TRANSFORMING)
    start = mixed(heat, np.random.default_rng(0))
    law = Law(h=lambda T: 500 + 2.0 * T, temperature=lambda t: 300 + 5 * t, emissivity=0.7)
    states, book, _ = march(heat, start, (law,) * 3, (20.0,))
    assert set(book) == set(cells.zones)
    assert closes(heat, start, states[-1], book) < 1e-12


@pytest.mark.parametrize("steel", [STEEL, TRANSFORMING], ids=["one phase", "mixture"])
def test_threads_and_a_fresh_start_give_the_same_bits(steel):
    """One thread or two; going on with what the last step left, or from its state alone."""
    law = (Law(h=lambda T: 500 + 3.0 * T, temperature=300.0),) * 3
    results = []
    for threads, fresh in ((1, False), (2, False), (1, True)):
        _, heat = sphere(steel, threads=threads)
        state = mixed(heat, np.random.default_rng(1))
        for dt in (0.1, 0.3, 1.0):
            if fresh:
                _, heat = sphere(steel, threads=threads)
                state = replace(state, enthalpy=state.enthalpy.copy())
            step = heat.advance(state, law, dt)
            state = replace(
                state,
                time=state.time + dt,
                enthalpy=step.enthalpy,
                temperature=step.temperature,
                wall=step.wall,
            )
        results.append((state.enthalpy.tobytes(), state.temperature.tobytes(), state.wall.tobytes(), step.error))
    assert results[0] == results[1] == results[2]


def test_a_trial_changes_nothing():
    _, heat = sphere(TRANSFORMING)
    state = mixed(heat, np.random.default_rng(2))
    before = [array.copy() for array in (state.enthalpy, state.products, state.temperature, state.wall)]
    heat.advance(state, (Law(h=5000.0, temperature=300.0),) * 3, 1.0)
    for array, copy in zip((state.enthalpy, state.products, state.temperature, state.wall), before, strict=True):
        assert (array == copy).all()


def test_a_mirrored_part_has_a_mirrored_field():
    cells, heat = sphere()
    law = (Law(h=3000.0, temperature=300.0),) * 3
    end = march(heat, heat.initial(1100.0), law, (5.0,))[0][-1]
    box = np.full(np.prod(cells.lattice.shape), np.nan)
    box[cells.index] = end.temperature
    box = box.reshape(cells.lattice.shape[::-1])
    for other in (box[::-1], box[:, ::-1], box[:, :, ::-1], box.transpose(2, 0, 1), box.transpose(1, 0, 2)):
        np.testing.assert_allclose(other, box, rtol=1e-12)


@pytest.mark.parametrize("offset", [(0.0, 0.0, 0.0), (0.51, 0.95, 0.14), (0.03, 0.75, 0.54)])
def test_lifting_small_cells_keeps_the_sum_and_frees_the_step(offset):
    cells = build(Cylinder(0.025, 0.0, 0.015), "3d", 0.0025, offset)
    volume = lift(cells)
    assert volume.sum() == pytest.approx(cells.volume.sum(), rel=1e-13)
    assert (volume > 0.4 * cells.volume).all()
    heat, bare = Heat(cells, STEEL, 0.05), Heat(cells, STEEL, 0.05, stiffest=1e9)
    law = (Law(h=1000.0, temperature=300.0),) * 3
    full = 0.0025**2 / 6 / (30 / 7800 / 600)
    state = heat.initial(1000.0)
    assert heat.explicit_limit(state, law) > 0.35 * full
    assert heat.explicit_limit(state, law) > 1.5 * bare.explicit_limit(state, law)


def test_a20_sphere_in_a_box_of_cells():
    cells = build(Sphere(0.03), "3d", 0.003)
    heat = Heat(cells, STEEL, 0.05)
    states, _, _ = march(heat, heat.initial(850 + ZERO), (Law(h=50.0, temperature=20 + ZERO),) * 3, (300, 1000, 2000))
    got = [heat.volume @ state.temperature / heat.volume.sum() - ZERO for state in states]
    assert got == pytest.approx([624.292, 308.193, 120.071], abs=0.4)


def test_patches_are_dry_until_they_enter():
    cells = line("slab", 10, 0.02, both=True)
    heat = Heat(cells, STEEL, 0.05)
    state = replace(heat.initial(1000.0), time=100.0)
    bath, air = (Law(flux=-1e6),) * 2, (Law(flux=0.0),) * 2
    step = heat.advance(state, bath, 0.01, since=99.0, dry=air, entry=np.array([0.5, 5.0]))
    assert step.heat["inner"] == pytest.approx(-1e4, rel=1e-12)
    assert step.heat["outer"] == 0.0


def test_a_step_beyond_the_most_stages_is_shortened_and_says_so():
    cells = line("slab", 50, 0.025)
    heat = Heat(cells, STEEL, 0.05)
    law = (Law(h=10.0, temperature=1000.0),)
    step = heat.advance(heat.initial(1000.0), law, 1e6)
    limit = heat.explicit_limit(heat.initial(1000.0), law)
    assert step.dt == pytest.approx(limit * _reach(MOST_STAGES), rel=1e-9)
    assert step.error < 1e-6


def test_the_next_step_follows_the_cube_root():
    assert next_dt(1.0, 0.1, 0.1) == pytest.approx(0.8)
    assert next_dt(1.0, 0.1 / 8, 0.1) == pytest.approx(1.6)
    assert next_dt(1.0, 0.0, 0.1) == 3.0
    assert next_dt(1.0, np.inf, 0.1) == 0.2


def test_the_start_is_as_asked_or_refused():
    heat = Heat(line("slab", 5, 0.01), TRANSFORMING, 0.05)
    state = heat.initial(900.0, {"austenite": 0.25, "pearlite": 0.75})
    assert state.phases[:, 0].tolist() == [0.25, 0.75]
    for phases, message in (({"troostite": 1.0}, "no phase 'troostite'"), ({"austenite": 0.9}, "sum to 1")):
        with pytest.raises(ValueError, match=message):
            heat.initial(900.0, phases)


def test_tables_refuse_an_enthalpy_that_falls_and_name_the_place():
    with pytest.raises(
        ValueError, match="test matter, solid must rise with temperature; it does not from 798 to 800 K"
    ):
        Tables.of(matter(30.0, 7800.0, lambda T: np.where(T < 800, 500 * T, 500 * T - 1e5)))
    with pytest.raises(ValueError, match="must be positive; at 700 K it is 0 W/m/K"):
        Tables.of(matter(lambda T: np.maximum(700.0 - T, 0.0), 7800.0, 600.0))
    far = Tables.of(matter(lambda T: 50 * (1 - 6e-4 * (T - ZERO)), 7800.0, 600.0))  # zero at 1940 K
    assert far.conductivity.min() > 0.0 and np.diff(far.enthalpy).min() > 0.0
