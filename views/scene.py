"""Fields on the part, in three dimensions."""

import os
from pathlib import Path

import numpy as np
from numpy import float64
from numpy.typing import NDArray

from ..cases.meaning import meaning
from ..cases.reading import Field
from ..cases.result import Result
from ..cases.summary import shown, words
from ..materials.hardness_scale import hrc_from_hv
from ..materials.quantity import parse
from ..materials.refusal import CaseError, one_of
from .brush import Brush, size
from .colours import span
from .display import has_display, renderer
from .lasttofreeze import LAST_TO_FREEZE, last_to_freeze
from .stage import Stage
from .surface import surface

Array = NDArray[float64]

CUTS = ("x", "y", "z")
LOOKED_AT = 50  # snapshots that set the colours of all


def show(
    result: Result,
    field: str = "hardness",
    *,
    cut: str | None = None,
    below: str | None = None,
    above: str | None = None,
    time: str | float | None = None,
    unit: str | None = None,
    limits: bool = False,
    mould: bool = False,
    save: str | os.PathLike[str] | None = None,
) -> Path | None:
    """A picture of a field: in a window where there is a display, or as a PNG at `save`.

        result.show("hardness", cut="y")
        result.show("stress_axial", cut="y", save="axial.png")
        result.show("hardness", limits=True)            # where the drawing's limits are met
        result.show("niyama", below="0.775 (K s)^0.5/mm")
        result.show("last_to_freeze")                   # hot spots and the surfaces that freeze last

    field   a name, or an expression of fields as `Result.evaluate` takes it
    cut     "x", "y" or "z": the half in front of the middle plane is taken away
    below, above  only the cells below, above a quantity, "300 MPa", inside the translucent part
    time    "60 s" or seconds; without it the end, and in a window a slider over the stored instants
    unit    "HRC" shows hardness in Rockwell C
    mould   the temperature of mould, chills and cores too, where the run has stored it

    Raises CaseError for an unknown field or cut, nothing left to show, and a machine that cannot draw.
    """
    if cut is not None:
        one_of(cut, CUTS, "cut")
    if save is None and not has_display():
        raise CaseError("no display here for a window; give save='picture.png'")
    path = None if save is None else Path(save)
    if field == LAST_TO_FREEZE:
        return last_to_freeze(result, cut, path)
    picture = Picture(result, field, cut, unit, mould)
    slides = path is None and time is None and picture.moves
    if time is None and picture.times.size < result.times.size:
        time = float(picture.times[-1])  # the mould is gone after the shake-out
    what = picture.field(result, time)
    keep = _between(what, below, above)
    judged = _judged(result, field) if limits else None
    with renderer():
        stage = Stage(path is not None)
        if not keep.all():
            stage.glass(surface(result.cells, np.ones_like(keep), cut))
        slides = slides and bool(keep.all()) and judged is None
        if judged is not None:
            skin = surface(result.cells, keep, cut)
            stage.verdict(stage.mesh(skin), judged[skin.cell], words(field))
            picture.tell(stage, time)
        else:
            picture.put(stage, time, keep, picture.times if slides else None)
        if slides:
            slide(picture, stage)
        stage.look(cut)
        return stage.done(path)


class Picture:
    """A field on the bodies of a result; `put` on a stage, `move` brings it to another instant.

    result, field, cut, unit, mould  as `show` takes them
    """

    def __init__(self, result: Result, field: str, cut: str | None, unit: str | None, mould: bool = False) -> None:
        self.result, self.name, self.cut = result, field, cut
        self.label = _unit(self.field(result, None), unit)
        self.bodies = (result, *(_around(result, field, cut) if mould else ()))

    def field(self, body: Result, time: str | float | None) -> Field:
        """The field of a body, by name or by expression."""
        return body.field(self.name, time) if self.name.isidentifier() else body.evaluate(self.name, time)

    @property
    def moves(self) -> bool:
        """Whether the field changes between stored instants."""
        return self.name.isidentifier() and not self.result.still(self.name) and self.result.times.size > 1

    def put(
        self,
        stage: Stage,
        time: str | float | None = None,
        keep: NDArray[np.bool_] | None = None,
        times: Array | None = None,
    ) -> None:
        """Draw all bodies at a time, of the first the cells kept; the same colours for all of `times`."""
        whole = [np.ones(body.cells.index.size, bool) for body in self.bodies]
        kept = whole if keep is None else [keep, *whole[1:]]
        self.brushes = [
            Brush(body, surface(body.cells, own, self.cut, self.result.cells))
            for body, own in zip(self.bodies, kept, strict=True)
        ]
        self.meshes = [stage.mesh(brush.skin) for brush in self.brushes]
        values = self._values(time)
        ends = span(self.name, np.concatenate(values) if times is None else self._extremes(times))
        stage.paint(self.meshes, values, self.name, self.label, ends)
        if self.label == "HRC" and any(np.isnan(seen).any() for seen in values):
            stage.write("scale", "grey: below 20 HRC")
        self.tell(stage, time)

    @property
    def times(self) -> Array:
        """Stored instants at which all bodies are there, s."""
        last = min(float(body.times[-1]) for body in self.bodies)
        return self.result.times[self.result.times <= last]

    def _extremes(self, times: Array) -> Array:
        """Least and most of the field at some of these instants."""
        some = times[np.unique(np.linspace(0, times.size - 1, LOOKED_AT).astype(int))]
        fields = [self.field(body, float(time)) for body in self.bodies for time in some]
        return _seen(self.name, np.array([end for field in fields for end in (field.min, field.max)]), self.label)

    def move(self, stage: Stage, time: float) -> None:
        """Bring colours and words to another instant."""
        for mesh, values in zip(self.meshes, self._values(time), strict=True):
            mesh.point_data[self.name] = values
        self.tell(stage, time)
        stage.plotter.render()

    def tell(self, stage: Stage, time: str | float | None) -> None:
        """Name, instant, and the numbers of the field."""
        what = self.field(self.result, time)
        stage.write("title", f"{self.result.name}\n{words(self.name)}{self._when(what, time)}")
        numbers = _numbers(what, _seen(self.name, size(what.values), self.label), self.label)
        stage.write("numbers", f"{'part, ' if len(self.bodies) > 1 else ''}{numbers}")

    def _values(self, time: str | float | None) -> list[Array]:
        """What each mesh shows at its points."""
        read = [brush.values(self.field(brush.body, time), time) for brush in self.brushes]
        return [_seen(self.name, values, self.label) for values in read]

    def _when(self, what: Field, time: str | float | None) -> str:
        if self.name.isidentifier() and self.result.still(self.name):
            return ""
        last = " after machining" if self.result.is_machined else " at the end"
        return last if time is None else f" at {what.time:.{max(4, len(str(int(what.time))))}g} s"


def slide(picture: Picture, stage: Stage) -> None:
    """A slider over the stored instants; between them nothing is shown."""
    times = picture.times
    stage.slider(lambda number: picture.move(stage, float(times[round(number)])), times.size - 1)


def _around(result: Result, field: str, cut: str | None) -> tuple[Result, ...]:
    """Mould, chills and cores. Raises CaseError where they are not stored or cannot be seen."""
    if field != "temperature":
        raise CaseError(f"a mould has no {field}; show its temperature")
    if cut is None:
        raise CaseError("the mould hides the casting; give cut='y'")
    if not result.bodies:
        raise CaseError("nothing is stored around this part; run a casting with store_mould=True", "mould")
    if result.cells.lattice.metric not in ("rz", "3d"):
        raise CaseError(
            "a mould about a 1d casting has no height to draw; read result.bodies['mould'].at(...)", "mould"
        )
    return tuple(result.bodies.values())


def _unit(what: Field, unit: str | None) -> str:
    """The unit to show a field in. Raises CaseError for one that it has not."""
    field, usual = what.name, meaning(what.name).shown if what.name.isidentifier() else what.unit
    if unit in (None, usual) or (field == "hardness" and unit == "HRC"):
        return unit or usual
    raise CaseError(f"{field} is shown in {usual}{' or HRC' if field == 'hardness' else ''}, not in {unit!r}")


def _seen(field: str, values: Array, label: str) -> Array:
    """SI values in the unit shown; Rockwell C is NaN below 20."""
    if label != "HRC":
        return np.asarray(shown(field, values))
    rockwell = [hrc_from_hv(value) for value in values]
    return np.array([np.nan if value is None else value for value in rockwell])


def _between(field: Field, below: str | None, above: str | None) -> NDArray[np.bool_]:
    """The cells to show."""
    values = field.values if field.values.ndim == 1 else np.linalg.norm(field.values, axis=0)
    keep = np.ones(values.shape, bool)
    if below is not None:
        keep &= values < parse(below, field.unit, "below")
    if above is not None:
        keep &= values > parse(above, field.unit, "above")
    if not keep.any():
        low, high, unit = field.min, field.max, field.unit
        if field.name.isidentifier():
            low, high, unit = shown(field.name, low), shown(field.name, high), meaning(field.name).shown
        raise CaseError(f"no cell lies there: {field.name} goes from {low:.4g} to {high:.4g} {unit}")
    return keep


def _judged(result: Result, field: str) -> Array:
    """-1, 0, 1 for below, within and above the limits of the drawing."""
    if field not in result.limits:
        raise CaseError(f"the case has no limits of {field}; write limits: {{{field}: [least, most]}}")
    return result.limits[field].map.astype(float64)


def _numbers(field: Field, values: Array, label: str) -> str:
    known = np.isfinite(values)
    if not known.any():
        return "not reached anywhere"
    low, high = values[known].min(), values[known].max()
    mean = float(np.average(values[known], weights=field.volumes[known]))
    mean = 0.0 if abs(mean) < 1e-6 * max(abs(low), abs(high)) else mean  # round-off of a balanced stress
    return f"cells: least {low:.4g}, mean {mean:.4g}, most {high:.4g} {label}"
