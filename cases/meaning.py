"""What each field is called, in which unit it is kept and shown, and what it means."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Meaning:
    """unit in SI ("" for a plain number), shown: the unit on pictures and in tables, text: what it is."""

    unit: str
    shown: str
    text: str


def _phase(name: str) -> Meaning:
    return Meaning("", "%", f"volume fraction of {name}")


NIYAMA = "at solidus + 10 % of the freezing range"
SOLID = "where it is solid"
STRESS = "cut cells are extrapolated from those deeper down, where the field is smooth enough"
FIELDS: dict[str, Meaning] = {
    "temperature": Meaning("K", "degC", "temperature"),
    "austenite": _phase("austenite"),
    "ferrite": _phase("ferrite"),
    "pearlite": _phase("pearlite"),
    "bainite": _phase("bainite"),
    "martensite": _phase("martensite"),
    "retained_austenite": Meaning("", "%", "volume fraction of austenite left at the end"),
    "carbon": Meaning("", "%", "carbon, mass fraction"),
    "hardness": Meaning("HV", "HV", "Vickers hardness at the end"),
    "yield_strength": Meaning("Pa", "MPa", "yield strength at 20 degC: of steel from hardness, of aluminium by ageing"),
    "tensile_strength": Meaning("Pa", "MPa", "tensile strength at 20 degC, from hardness"),
    "quench_factor": Meaning("", "", "quench factor of the C-curve of the alloy, from solution to 150 degC"),
    "strength_share": Meaning("", "%", "share of the hardening by precipitation that the quench left"),
    "cooling_rate_700": Meaning("K/s", "K/s", "mean cooling rate from 750 to 650 degC"),
    "t8_5": Meaning("s", "s", "time from 800 to 500 degC"),
    "stress": Meaning("Pa", "MPa", f"stress, xx yy zz xy yz zx; {STRESS}"),
    "as_quenched_stress": Meaning("Pa", "MPa", f"stress before the temper, xx yy zz xy yz zx; {STRESS}"),
    "von_mises": Meaning("Pa", "MPa", f"von Mises equivalent of the stress; {STRESS}"),
    "max_principal": Meaning("Pa", "MPa", f"largest principal stress, tension positive; {STRESS}"),
    "max_principal_transient": Meaning(
        "Pa", "MPa", f"largest principal stress in time since martensite start; {STRESS}"
    ),
    "crack_index": Meaning(
        "",
        "",
        "largest principal stress over the tensile strength of the phases there and then, largest in time since "
        f"martensite start: where and when cracks threaten, not whether; {STRESS}",
    ),
    "plastic_strain": Meaning("", "%", f"equivalent plastic strain; {STRESS}"),
    "displacement": Meaning("m", "mm", "displacement x y z since the start, rigid motion removed"),
    "machining_displacement": Meaning("m", "mm", "displacement x y z by machining alone, rigid motion removed"),
    "deviation": Meaning("m", "mm", "distance of the skin from the drawing, outwards positive, best fit"),
    "volume_fraction": Meaning("", "%", "share of the cell that the part fills"),
}

FROZEN = {
    "solid_fraction": Meaning("", "%", "solid fraction"),
    "solidification_time": Meaning("s", "s", "time from the pour until the place is solid"),
    "local_solidification_time": Meaning("s", "s", "time from liquidus to solidus at the place"),
    "rigid_time": Meaning("s", "s", "time from the pour until 70 % is solid, where feeding through the mush ends"),
    "thermal_gradient": Meaning("K/m", "K/mm", f"temperature gradient {NIYAMA}"),
    "cooling_rate": Meaning("K/s", "K/s", f"cooling rate {NIYAMA}"),
    "isotherm_velocity": Meaning("m/s", "mm/s", f"velocity of the isotherm {NIYAMA}: cooling rate over gradient"),
    "niyama": Meaning(
        "(K s)^0.5/m", "(K s)^0.5/mm", f"criterion of Niyama, gradient over the root of the cooling rate {NIYAMA}"
    ),
    "dimensionless_niyama": Meaning(
        "", "", "Niyama of Carlson and Beckermann, with arm spacing, viscosity and shrinkage of the alloy"
    ),
    "pore_fraction": Meaning(
        "", "%", "shrinkage pores from the dimensionless Niyama and the alloy's own solid fraction; no hydrogen"
    ),
    "sdas": Meaning("m", "um", "secondary dendrite arm spacing, by the mean rate from liquidus to solidus"),
    "grain_size": Meaning(
        "m", "um", "grains as cast, by the mean rate from liquidus to solidus and the growth restriction, uncertain"
    ),
    "thermal_modulus": Meaning("m", "mm", "modulus of the plate in a thick mould of this sand that freezes as late"),
    "pearlite_share": Meaning(
        "", "%", "pearlite of the matrix of cast iron, by composition and rate through the eutectoid, uncertain"
    ),
    "nodule_count": Meaning("1/m^2", "1/mm^2", "graphite nodules by the rate of its freezing, uncertain"),
    "shrinkage_cavity": Meaning("", "%", "share of the cell that the pipe takes: an estimate, liquid sinks level"),
}
"""Fields of a casting."""
PASSING = {
    "passing_time": Meaning("s", "s", "time from the pour to 10, 20 ... 90 % solid"),
    "passing_gradient": Meaning("K/m", "K/mm", "temperature gradient at 10, 20 ... 90 % solid"),
    "passing_rate": Meaning("K/s", "K/s", "cooling rate at 10, 20 ... 90 % solid"),
}
"""What a casting's cells remember of each solid fraction: passing_time_50."""
FIELDS |= FROZEN | PASSING

PHASES = ("austenite", "ferrite", "pearlite", "bainite", "martensite")
COMPONENTS = ("xx", "yy", "zz", "xy", "yz", "zx")
MACHINE = "machine"  # the last step of a machined part
AXIAL = ("radial", "hoop", "axial")


def meaning(name: str) -> Meaning:
    """The meaning of a field; a component such as stress_axial has its tensor's, an unknown one its name."""
    if name in FIELDS:
        return FIELDS[name]
    stem, _, part = name.rpartition("_")
    if stem in FIELDS:
        whole = FIELDS[stem]
        return Meaning(whole.unit, whole.shown, f"{part} component of {whole.text.split(',')[0]}")
    return Meaning("", "", name.replace("_", " "))
