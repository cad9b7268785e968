"""Limits from a drawing: a field, the least and the most it may be."""

from typing import Annotated, Any

from pydantic import PlainValidator, WithJsonSchema

from ..materials.quantity import amount
from ..materials.refusal import CaseError, one_of
from .meaning import AXIAL, COMPONENTS, FIELDS, PASSING, meaning

TENSORS = ("stress", "as_quenched_stress")
VECTORS = ("displacement", *PASSING)
KNOWN = (
    *(name for name in FIELDS if name not in (*TENSORS, *VECTORS, "volume_fraction")),
    *(f"{tensor}_{part}" for tensor in TENSORS for part in (*COMPONENTS, *AXIAL)),
)
"""Fields of one number a point, which a drawing may limit."""


def read_limits(given: object) -> object:
    """{field: (least, most)} with amounts; None where a side is open. Raises CaseError."""
    if given is None:
        return None
    if not isinstance(given, dict):
        raise CaseError(f"{given!r} is no mapping; write {{'hardness': ('50 HRC', '56 HRC')}}")
    return {one_of(field, KNOWN, "field", field): _pair(field, pair) for field, pair in given.items()}


def _pair(field: str, given: object) -> tuple[Any, Any]:
    if not isinstance(given, list | tuple) or len(given) != 2:
        raise CaseError(f"{given!r} is not (least, most); None, in a file null, for an open side", field)
    try:
        low, high = (None if side is None else amount(side, meaning(field).unit) for side in given)
    except ValueError as error:
        raise CaseError(str(error), field) from None
    for side in (low, high):
        if side is not None and meaning(field).shown == "%" and side > 1.0:
            raise CaseError(f"'{side}' is more than the whole; write per cent, '{float(side):g} %'", field)
    if low is None and high is None:
        raise CaseError("both sides are open; give at least one", field)
    if low is not None and high is not None and low >= high:
        raise CaseError(f"the least, '{low}', is not below the most, '{high}'", field)
    return low, high


Limits = Annotated[
    Any,
    PlainValidator(read_limits),
    WithJsonSchema({"type": "object", "description": "field: [least, most]"}),
]
