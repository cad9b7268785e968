"""Whether a casting makes sense before it is computed."""

from typing import TYPE_CHECKING, Any

import numpy as np

from ..materials.alloy import Alloy
from ..materials.freezing import ABOVE
from ..materials.interface import Contact, default_contact
from ..materials.quantity import of_dimension
from ..materials.refusal import CaseError
from ..solver.shape import Shape
from .castingfields import DERIVED, Frozen
from .grid import Grid, check_spacing, metric_of
from .meaning import FROZEN
from .schedule import ROOM, celsius, check_data, check_steps, layers, uncomputed, ways
from .step import Carburise, Machine, step_names
from .symmetry import check_mirrored

if TYPE_CHECKING:
    from .casting import Casting

LINE = ("slab", "cylinder", "sphere")
HOTTEST = 2350.0
"""K, where the states of the solver end less what it keeps beyond the pour."""
SLACK = 1e-9
LEAST_SHELL = 2
"""Cells across a shell: with fewer its two walls would share one."""


def check_casting(case: "Casting") -> None:
    """Refuse what words alone show to be wrong. Raises CaseError."""
    _alloy(case)
    _pour(case)
    _spacing(case)
    _inserts(case)
    _mould(case)
    _end(case)
    check_data(case, case.alloy.matter())
    _stress(case)
    _limits(case)


def _limits(case: "Casting") -> None:
    """Refuse a limit on a field that is not computed, or that this alloy has no law of."""
    tried = Frozen(case.alloy, case.mould, float(case.pour), dict.fromkeys(FROZEN, np.ones(1)))
    matter = case.alloy.matter()
    for field in case.limits or {}:
        if field in ("temperature", *FROZEN) and field not in DERIVED:
            continue
        computed = field not in FROZEN and not uncomputed(case, matter, field)
        if field not in DERIVED and not computed:
            raise CaseError(uncomputed(case, matter, field), "limits", field)
        try:
            if not computed:
                DERIVED[field](tried)
        except CaseError as error:
            raise CaseError(f"{error.sentence}; drop the limit", "limits", field) from None


def metric(case: "Casting") -> str:
    """The metric of the lattice. Raises CaseError for one the part or something around it cannot have."""
    try:
        found = metric_of(case.part.shape, case.grid)
    except CaseError as error:
        raise error.under("grid", "metric") from None
    return found


def contact_of(case: "Casting", name: str) -> Contact:
    """What passes between the casting and the mould or a body of that name. Raises CaseError where none is known."""
    where: tuple[str, ...]
    if name == "mould":
        given, kind, encloses, where = case.contact, case.mould.kind, "mould", ("contact",)
    else:
        body = case.inserts[name]
        given, kind, encloses = body.contact, body.material.kind, body.encloses
        where = (f"{body.kind}s", name, "contact")
    if given is not None:
        return given
    try:
        return default_contact(case.alloy.freezing, kind, encloses)
    except CaseError as error:
        raise CaseError(error.sentence, *where) from None


def _alloy(case: "Casting") -> None:
    if not isinstance(case.alloy, Alloy) or case.alloy.freezing is None:
        raise CaseError(
            f"'{case.alloy.name}' has no freezing data; take a casting alloy such as A356, WCB or EN-GJL-250, or "
            "Alloy(..., material=, freezing=Freezing(...))",
            "alloy",
        )


def _pour(case: "Casting") -> None:
    freezing = case.alloy.freezing
    most = min(float(freezing.liquidus) + ABOVE, HOTTEST)
    if not freezing.solidus < case.pour <= most:
        low, high = celsius(freezing.solidus), celsius(most)
        why = "all of it is solid" if case.pour <= freezing.solidus else "the data of the melt end"
        raise CaseError(f"'{case.pour}': {why}; pour {case.alloy.name} between {low} and {high}", "pour")


def _spacing(case: "Casting") -> None:
    metric(case)
    try:
        check_spacing(case.part.shape, case.grid)
    except CaseError as error:
        raise error.under("grid", "spacing") from None
    shape: Any = case.part.shape
    if metric(case) in LINE and getattr(shape, "inner", 0.0) > 0.0 and not case.cores:
        raise CaseError(
            "an infinite ring has no core; give cores=[Core(...)] to fill it, or a length", "part", "length"
        )


def _inserts(case: "Casting") -> None:
    used = metric(case)
    if len(case.fed_by) < len(case.feeders):
        raise CaseError(f"two feeders have one name: {', '.join(case.fed_by)}; name each differently", "feeders")
    feeders = dict(zip(step_names(case.feeders), case.feeders, strict=True))
    for name, body in (*case.inserts.items(), *feeders.items()):
        where = (f"{body.kind}s", name, "part")
        shape: Shape = body.part.shape
        if used in LINE and (used != "cylinder" or not used == metric_of(shape, Grid(case.grid.spacing))):
            raise CaseError(
                f"a 1d casting has no place for this {body.kind}: only an infinite cylinder takes one, an infinite "
                "cylinder or ring about the same axis; give the parts their full size",
                *where,
            )
        if used not in shape.metrics:
            raise CaseError(
                f"this {body.part.kind} has no {used} metric; draw it otherwise, or Grid(metric='3d')", *where
            )
        beside = any(abs(a - b) > SLACK for a, b in zip(shape.middle[:2], case.part.shape.middle[:2], strict=True))
        if used == "rz" and beside:
            raise CaseError("stands beside the axis of the part, which rz cannot hold; take Grid(metric='3d')", *where)
        if name in case.inserts:
            contact_of(case, name)


def _mould(case: "Casting") -> None:
    mould = case.mould
    if mould.wall is None:
        raise CaseError(
            f"'{mould.name}' has no wall; write mould('{mould.name}', wall='60 mm'), in a file "
            f"{{name: {mould.name}, wall: 60 mm}}",
            "mould",
            "wall",
        )
    if mould.wall < case.grid.spacing * (1.0 - SLACK):
        raise CaseError(
            f"'{mould.wall}' is thinner than a cell, '{case.grid.spacing}'; give at least that", "mould", "wall"
        )
    if mould.shell:
        _shell(case)
    if mould.temperature >= case.pour:
        raise CaseError(f"'{mould.temperature}' is not below the pour, '{case.pour}'", "mould", "temperature")
    contact_of(case, "mould")


def _shell(case: "Casting") -> None:
    """Refuse a shell that the cells do not resolve."""
    if case.mould.wall < LEAST_SHELL * case.grid.spacing * (1.0 - SLACK):
        raise CaseError(
            f"a shell of '{case.mould.wall}' has less than {LEAST_SHELL} cells of '{case.grid.spacing}' across; take a "
            "smaller spacing",
            "mould",
            "wall",
        )
    if case.grid.coarsest is not None:
        raise CaseError("the cells of a shell do not grow; leave coarsest out", "grid", "coarsest")


def _stress(case: "Casting") -> None:
    if case.restraint is None:
        return
    if not case.stress:
        raise CaseError("holds nothing back where no stress is computed; write stress=True", "restraint")
    if metric(case) in LINE:
        raise CaseError(
            "springs are of rz and 3d; give the part its full size, or leave restraint out",
            "restraint",
        )


def _end(case: "Casting") -> None:
    hot = float(case.pour)
    if case.shake_out is not None and is_temperature(case.shake_out):
        hot = _cools_to(case, case.shake_out, hot, "shake_out")
    if case.then:
        _then(case)
        ways(case.then, (ROOM, hot), "then")
        check_mirrored(case.then, case.grid, "then")
    if case.until is not None:
        _cools_to(case, case.until, hot, "until")


def _then(case: "Casting") -> None:
    matter = case.alloy.matter()
    for name, step in zip(step_names(case.then or ()), case.then or (), strict=True):
        if isinstance(step, Machine):
            raise CaseError("a casting is machined after its run: result.machined(remove=...)", "then", name)
        if isinstance(step, Carburise) and layers(case, matter) is not None:
            raise CaseError(
                f"cells of '{case.grid.spacing}' are too coarse for this case, and a casting has no layers below its "
                "skin; take a smaller spacing, or carburise the part in a HeatTreatment",
                "then", name,
            )  # fmt: skip
    try:
        check_steps(case, matter, metric(case), cast=True)
    except CaseError as error:
        where = ("then", *error.where[1:]) if error.where[0] == "steps" else error.where
        raise CaseError(error.sentence, *where) from None


def _cools_to(case: "Casting", end: Any, hot: float, name: str) -> float:
    """The end itself, K. Raises CaseError where the casting does not come there from `hot`."""
    if end >= hot:
        raise CaseError(f"'{end}' is not below {celsius(hot)}, where the casting begins; give one below", name)
    if end <= ROOM:
        raise CaseError(f"'{end}' is never reached in air at {celsius(ROOM)}; give one above that", name)
    return float(end)


def is_temperature(given: Any) -> bool:
    """Whether a shake-out is a temperature, not a time."""
    return of_dimension(given, "K")
