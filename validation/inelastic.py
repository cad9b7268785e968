"""Laws of one material point (part E, E20 to E22, E27): tempering, transformation plasticity, hardening, creep."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

import numpy as np

from ..materials.composition import Composition
from ..materials.matter import Matter, Mechanics, Phase, constant
from ..materials.stress import first_stage, free_strain, mechanics, tempering
from .bar import Bar
from .verdict import Verdict, check

MPA = 1e6
ROOM = 293.15
ELASTIC = constant(200e9), constant(0.3), constant(0.0)
FERRITE, CEMENTITE = 11.777, 155.1 / 12.0  # A3 per atom of iron, from lattice parameters at 20 degC
TRANSITION = 0.75**0.5 * 2.73**2 * 4.33 / 2.0  # the same of hexagonal Fe2.4C
STAYS = 0.25  # wt % C that the first stage leaves in the martensite


def matter(*laws: Mechanics, product: str = "bainite", **words: object) -> Matter:
    """Austenite and its product; heat plays no part."""
    flat = constant(1.0)
    names = ("austenite", product)
    phases = tuple(Phase(name, flat, flat, one) for name, one in zip(names, laws, strict=False))
    return Matter("bar", 7800.0, phases, **words)  # type: ignore[arg-type]


def atoms(content: float) -> float:
    """Atoms of carbon per atom of iron, content in wt %."""
    return content / 12.011 / ((100.0 - content) / 55.845)


@check("E20", "stress")
def tempered() -> Iterator[Verdict]:
    """Shrinkage of martensite that tempers, and the stress that its plasticity takes from a blocked bar."""
    source = "atomic volumes: martensite 11.789 + 0.370 C A3 (ASM Handbook 4A), ferrite 11.777, Fe3C 155.1 A3 a cell"
    for content in (0.2, 0.4, 0.8):
        c, T = Composition(C=content), np.array(ROOM)
        carbon, before = atoms(content), 11.789 + 0.370 * content
        after = (1.0 - 3.0 * carbon) * FERRITE + 3.0 * carbon * CEMENTITE
        got = 300.0 * float(free_strain(c, "ferrite")(T) - free_strain(c, "martensite")(T))
        exact = 100.0 * (after / before - 1.0)
        reason = "20 %: the same of lattice parameters and of dilatometry (1.68 C, Thelning) differ by as much"
        yield Verdict("E20", f"volume change, {content:g} % C", exact, got, abs(0.2 * exact), "%", reason, source)
        if content <= STAYS:
            continue
        taken = 2.4 * (carbon - atoms(STAYS))
        after = (1.0 - taken) * (11.789 + 0.370 * STAYS) + taken * TRANSITION
        exact, got = 100.0 * (after / before - 1.0), got * first_stage(content)
        beside = f"{source}; Fe2.4C: Jack 1950, a 2.73, c 4.33 A; 0.25 % C stay in the martensite"
        reason = "20 %, as of the whole"
        yield Verdict("E20", f"first stage, {content:g} % C", exact, got, abs(0.2 * exact), "%", reason, beside)
    stages = tempering(Composition(C=0.42))
    plain = replace(
        stages[0].mechanics, young=ELASTIC[0], poisson=ELASTIC[1], strain=ELASTIC[2], yield_stress=None, creep=None
    )
    kept = tuple(replace(stage, mechanics=replace(plain, trip=stage.mechanics.trip)) for stage in stages)
    bar = Bar(matter(plain, plain, product="martensite", stages=kept), 300.0, (0.0, 1.0, 0.0, 0.0))
    bar.pull(1e-3, 300.0)
    way = np.linspace(0.0, 1.0, 9)[1:]
    for first, last in [*((x, 0.0) for x in way), *((1.0 - x, x) for x in way)]:
        bar.pull(1e-3, 300.0, (0.0, 1.0 - first - last, first, last))
    exact = 200.0 * float(np.exp(-200e9 * sum(stage.mechanics.trip for stage in stages)))
    yield Verdict("E20", "stress of a blocked bar", exact, bar.sigma / MPA, 1e-3 * exact, "MPa", "0.1 %", "s exp(-E K)")


K, LOAD, LIMIT = 1e-10, 60.0, 200.0
SHARES = (0.25, 0.5, 1.0)
LAWS = {
    "tanaka": SHARES,
    "desalos": tuple(z * (2.0 - z) for z in SHARES),
    "abrassart": tuple(z * (3.0 - 2.0 * z**0.5) for z in SHARES),
    "leblond": tuple(z * (1.0 - np.log(z)) - 0.03 * (1.0 - np.log(0.03)) for z in SHARES),
}
SOURCES = {
    "tanaka": "Tanaka & Sato 1985: f = z",
    "desalos": "Desalos 1981: f = z (2 - z)",
    "abrassart": "Abrassart 1972: f = z (3 - 2 z^1/2)",
    "leblond": "Leblond 1989: f = z (1 - ln z), from z = 0.03",
}


@check("E21", "stress")
def greenwood_johnson_laws() -> Iterator[Verdict]:
    """A bar under constant stress transforms: strain K s f(z) by every law, Leblond's factor above half of yield."""
    for law, shares in LAWS.items():
        for sigma, gain in ((LOAD, 1.0), (0.75 * LIMIT, 1.0 + 3.5 * 0.25 if law == "leblond" else 1.0)):
            phase = Mechanics(*ELASTIC, constant(LIMIT * MPA))
            bar = Bar(matter(phase, replace(phase, trip=K), saturation=law), 700.0, (1.0, 0.0))
            bar.pull(sigma / 200e3, 700.0)
            for z in np.linspace(0.0, 1.0, 41)[1:]:
                bar.load(sigma * MPA, 700.0, (1.0 - z, z))
                if z not in SHARES:
                    continue
                exact = 100.0 * K * sigma * MPA * shares[SHARES.index(z)] * gain
                got = 100.0 * (bar.strain - sigma / 200e3)
                yield Verdict(
                    "E21", f"{law}, {sigma:g} MPa, z {z:g}", exact, got, 1e-4 * exact, "%",
                    "1e-4: the mean of f' over an increment is exact", SOURCES[law],
                )  # fmt: skip


@check("E22", "stress")
def cycles() -> Iterator[Verdict]:
    """A bar pulled to 2 % and pushed to -1 %: isotropic, mixed and kinematic hardening in closed form."""
    E, H, limit, top, bottom = 200e3, 5e3, 250.0, 0.02, -0.01
    first = (limit + H * top) / (1.0 + H / E)
    p = top - first / E
    one = partial(Verdict, reason="1e-6: radial return is exact on a straight path", source="closed form, Prager 1956")
    for share in (0.0, 0.5, 1.0):
        phase = Mechanics(*ELASTIC, constant(limit * MPA), constant(H * MPA))
        bar = Bar(matter(phase, kinematic=share), 300.0)
        bar.pull(top, 300.0)
        yield one(
            "E22", f"stress at 2 %, kinematic {share:g}", first, bar.sigma / MPA, tolerance=1e-6 * first, unit="MPa"
        )
        # back: s = X - R with X = share H (p - q), R = limit + (1 - share) H (p + q), and E (e - p + q) = s
        bar.pull(bottom, 300.0)
        back, radius = share * H * p, limit + (1.0 - share) * H * p
        q = (back - radius - E * (bottom - p)) / (E + H)
        exact = E * (bottom - p + q)
        yield one(
            "E22", f"stress at -1 %, kinematic {share:g}", exact, bar.sigma / MPA, tolerance=1e-6 * -exact, unit="MPa"
        )
        yield one("E22", f"plastic strain, kinematic {share:g}", p + q, bar.plastic, tolerance=1e-6 * (p + q), unit="-")


PEENED = (1.22e21 / 60.0, 3.29 * 96485.332, 0.122)  # 1/s, J/mol, exponent


@check("E27", "stress")
def relieved() -> Iterator[Verdict]:
    """Stress that a blocked bar of 42CrMo4 keeps in a temper, by creep alone: against shot peening and handbooks."""
    source = "V. Schulze, O. Voehringer, E. Macherauch, Proc. ICSP-5 (1993) 264 [M]: exp(-(a t)^0.122)"
    reason = "5 % of the stress at first: one power law for what fits from 480 degC on"
    factor, heat, exponent = PEENED
    for celsius, hours in ((480.0, 1.0), (540.0, 2.0), (600.0, 1.0)):
        T = celsius + 273.15
        exact = 100.0 * float(np.exp(-((factor * np.exp(-heat / (8.31446 * T)) * 3600.0 * hours) ** exponent)))
        quantity = f"left after {hours:g} h at {celsius:g} degC"
        yield Verdict("E27", quantity, exact, left(T, hours), 5.0, "%", reason, source)
    source, reason = "handbooks of stress relief, alloy steels: about 90 % gone by 540 degC [M]", "5 %: about"
    yield Verdict("E27", "gone after 2 h at 540 degC", 90.0, 100.0 - left(813.15, 2.0), 5.0, "%", reason, source)


def left(T: float, hours: float) -> float:
    """Per cent of 400 MPa that a blocked bar of bcc iron keeps after so many hours at T [K]."""
    law = mechanics(Composition(C=0.42), "bainite")
    bar = Bar(matter(replace(law, strain=constant(0.0), yield_stress=None), product=""), T)
    young = float(law.young(np.array(T)))
    bar.pull(400e6 / young, T)
    times = np.concatenate([[0.0], np.geomspace(1e-3, 3600.0 * hours, 300)])
    for dt in np.diff(times):
        bar.pull(400e6 / young, T, dt=float(dt))
    return bar.sigma / 4e6
