"""Heat lost between furnace and full mould: the temperature a casting starts at."""

from math import exp, pi, sqrt

from .refusal import CaseError

GRAVITY = 9.80665
LADLE = {"steel": (10.0, 40.0), "aluminium": (5.0, 20.0)}


def ladle_loss(family: str) -> tuple[float, float]:
    """Least and most loss [K] of ladle and stream: steel 10 to 40, aluminium 5 to 20 [U].

    Raises CaseError for another family.

    >>> ladle_loss("steel")
    (10.0, 40.0)
    """
    if family not in LADLE:
        raise CaseError(f"no ladle loss of {family} is known; give the temperature in the full mould")
    return LADLE[family]


def filling_loss_mould(excess: float, time: float, effusivity: float, heat_capacity: float, modulus: float) -> float:
    """Loss [K] while filling for `time` s against a mould in perfect contact.

    2 b dT sqrt(t/pi)/(c M); excess dT of melt over mould K, effusivity b of the mould W s^0.5/m2/K, heat
    capacity of the melt J/m3/K, modulus m. Range: until the superheat is gone. Source: half space under a step.
    Aluminium, 10 mm plate, 5 s in sand:

    >>> round(filling_loss_mould(675.0, 5.0, 1041.0, 2.77e6, 0.005))
    128
    """
    return 2.0 * effusivity * excess * sqrt(time / pi) / (heat_capacity * modulus)


def filling_loss_interface(excess: float, time: float, h: float, heat_capacity: float, modulus: float) -> float:
    """Loss [K] while filling for `time` s against a joint of conductance h [W/m2/K]: dT (1 - exp(-h t/(c M))).

    Range: the mould stays cold. Source: lumped body. Aluminium, 5 mm plate in a die, 1 s:

    >>> round(filling_loss_interface(450.0, 1.0, 2000.0, 2.77e6, 0.0025))
    113
    """
    return excess * (1.0 - exp(-h * time / (heat_capacity * modulus)))


def filling_loss(
    excess: float, time: float, effusivity: float, h: float, heat_capacity: float, modulus: float
) -> float:
    """Loss [K] while filling: the smaller of mould and joint, each alone an upper bound.

    >>> round(filling_loss(675.0, 5.0, 1041.0, 500.0, 2.77e6, 0.005))
    111
    """
    mould = filling_loss_mould(excess, time, effusivity, heat_capacity, modulus)
    return min(mould, filling_loss_interface(excess, time, h, heat_capacity, modulus))


def gate_flow(area: float, head: float, discharge: float) -> float:
    """Flow [m3/s] through a gate of area [m2] under a head [m]: A C sqrt(2 g H), discharge C from 0 to 1 given.

    Aluminium: keep flow over area below 0.5 m/s. Source: Bernoulli.

    >>> round(gate_flow(1e-4, 0.2, 0.8) * 1e6, 1)
    158.4
    """
    return area * discharge * sqrt(2.0 * GRAVITY * head)
