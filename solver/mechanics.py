"""Which stress solver a part takes."""

from ..materials.matter import Matter
from .geometry import Cells
from .line import Line
from .properties import Knots
from .restraint import Restraint
from .section import Section
from .solid import Solid
from .stress import Body
from .supports import Support


def mechanics_for(
    cells: Cells, matter: Matter, axis: Knots, supports: tuple[Support, ...] = (), restraint: Restraint | None = None
) -> Body:
    """The stress solver of the metric of these cells; tables are sampled at the knots of `axis`.

    Supports and the restraint of a mould hold it in rz and 3d.
    """
    kinds: dict[str, type[Body]] = {"rz": Section, "3d": Solid}
    return kinds.get(cells.lattice.metric, Line)(cells, matter, axis, supports, restraint)
