"""Hardness scales, Vickers, Rockwell and Brinell of non-austenitic steel, and strength from hardness.

The closed forms follow ASTM E140, Tables 1 and 2. ISO 18265 has its own tables, which are not used here: the two
differ. A scale ends where its table ends, and is None there.
"""

from collections.abc import Callable
from typing import overload

from numpy import float64
from numpy.typing import NDArray

from .correlation import correlation
from .refusal import CaseError, one_of


@overload
def hv_from_hrc(hrc: float) -> float: ...
@overload
def hv_from_hrc(hrc: NDArray[float64]) -> NDArray[float64]: ...
def hv_from_hrc(hrc: float | NDArray[float64]) -> float | NDArray[float64]:
    """Vickers hardness from Rockwell C.

    HV = (223 HRC + 14500) / (100 - HRC), HRC 20 to 68; within 2.3 HV of ASTM E140 up to 60 HRC, 13 HV at 68.

    >>> round(hv_from_hrc(40.0), 1)
    390.3
    """
    return (223.0 * hrc + 14500.0) / (100.0 - hrc)


def hrc_from_hv(hv: float) -> float | None:
    """Rockwell C from Vickers hardness; None below 20 HRC, where the scale ends.

    HRC = (100 HV - 14500) / (HV + 223), the inverse of `hv_from_hrc`; within 0.36 HRC of ASTM E140.

    >>> round(hrc_from_hv(392.0), 1)
    40.2
    >>> hrc_from_hv(200.0) is None
    True
    """
    hrc = (100.0 * hv - 14500.0) / (hv + 223.0)
    return hrc if hrc >= 20.0 else None


def hv_from_hrb(hrb: float) -> float:
    """Vickers hardness from Rockwell B.

    HV = 7696 / (131.6 - HRB), 100 to 240 HV; within 0.5 HRB of ASTM E140 Table 2.

    >>> round(hv_from_hrb(90.0))
    185
    """
    return 7696.0 / (131.6 - hrb)


def hrb_from_hv(hv: float) -> float | None:
    """Rockwell B from Vickers hardness; None outside 100 to 240 HV.

    HRB = 131.6 - 7696 / HV, the inverse of `hv_from_hrb`; within 0.5 HRB of ASTM E140 Table 2.

    >>> round(hrb_from_hv(185.0), 1)
    90.0
    """
    return 131.6 - 7696.0 / hv if 100.0 <= hv <= 240.0 else None


@overload
def hv_from_hbw(hbw: float) -> float: ...
@overload
def hv_from_hbw(hbw: NDArray[float64]) -> NDArray[float64]: ...
def hv_from_hbw(hbw: float | NDArray[float64]) -> float | NDArray[float64]:
    """Vickers hardness from Brinell (tungsten carbide ball).

    HBW = 0.9326 HV + 5.0, HV up to 700 (650 HBW); within 1.4 HBW of ASTM E140 Table 1 up to 500 HV, 2.5 above.

    >>> round(hv_from_hbw(371.0))
    392
    """
    return (hbw - 5.0) / 0.9326


def hbw_from_hv(hv: float) -> float | None:
    """Brinell hardness from Vickers hardness; None outside 100 to 700 HV.

    HBW = 0.9326 HV + 5.0, the inverse of `hv_from_hbw`, with its limits.

    >>> round(hbw_from_hv(392.0))
    371
    """
    return 0.9326 * hv + 5.0 if 100.0 <= hv <= 700.0 else None


SCALES: dict[str, Callable[[float], float | None]] = {
    "HV": float,
    "HRC": hrc_from_hv,
    "HBW": hbw_from_hv,
    "HRB": hrb_from_hv,
}


def in_scale(hv: float, scale: str) -> float:
    """Vickers hardness read in another scale of ASTM E140.

    Raises CaseError for an unknown scale, and where the scale does not reach, naming what to ask instead.

    >>> round(in_scale(392.0, "HRC"), 1)
    40.2
    """
    value = SCALES[one_of(scale, SCALES, "hardness scale")](hv)
    if value is None:
        raise CaseError(f"{hv:.0f} HV is outside {scale}, where ASTM E140 has no value; take {said(hv)}")
    return value


def said(hv: float) -> str:
    """Hardness in words: Rockwell C where it is defined, below it Vickers with Rockwell B.

    >>> said(392.0), said(200.0)
    ('40.2 HRC', '200 HV (93.1 HRB, below 20 HRC)')
    """
    hrc, hrb = hrc_from_hv(hv), hrb_from_hv(hv)
    if hrc is not None:
        return f"{hrc:.1f} HRC"
    return f"{hv:.0f} HV ({f'{hrb:.1f} HRB, ' if hrb is not None else ''}below 20 HRC)"


@correlation("yield_strength", "Pa", "Pavlina & Van Tyne 2008", "M", {"hardness": (130.0, 650.0)})
def yield_strength_pavlina(hardness: float) -> float:
    """Yield strength [Pa] of steel from Vickers hardness.

    YS = -90.7 + 2.876 HV [MPa], standard error 102 MPa. Source: E.J. Pavlina, C.J. Van Tyne, J. Mater. Eng. Perform.
    17 (2008) 888, doi 10.1007/s11665-008-9225-5.

    >>> round(yield_strength_pavlina(300.0) / 1e6, 1)
    772.1
    """
    return (-90.7 + 2.876 * hardness) * 1e6


@correlation("tensile_strength", "Pa", "Pavlina & Van Tyne 2008", "M", {"hardness": (130.0, 650.0)})
def tensile_strength_pavlina(hardness: float) -> float:
    """Tensile strength [Pa] of steel from Vickers hardness.

    UTS = -99.8 + 3.734 HV [MPa], standard error 112 MPa; about 77 MPa high for quenched and tempered steel of 195 to
    380 HV. Source: E.J. Pavlina, C.J. Van Tyne, J. Mater. Eng. Perform. 17 (2008) 888.

    >>> round(tensile_strength_pavlina(300.0) / 1e6, 1)
    1020.4
    """
    return (-99.8 + 3.734 * hardness) * 1e6


@correlation("tensile_strength", "Pa", "own fit, 360 steels of NIMS", "C", {"hardness": (195.0, 380.0)})
def tensile_strength_tempered(hardness: float) -> float:
    """Tensile strength [Pa] of quenched and tempered or normalised steel from Vickers hardness.

    UTS = 3.214 HV - 26 [MPa], rms 17 MPa on 360 steels of the NIMS data sheets (own regression).

    >>> round(tensile_strength_tempered(300.0) / 1e6, 1)
    938.2
    """
    return (3.214 * hardness - 26.0) * 1e6
