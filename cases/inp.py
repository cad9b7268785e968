"""Input of CalculiX and Abaqus: a mesh and the state that a part starts from."""

from typing import TextIO

from numpy import float64, int64
from numpy.typing import NDArray

from .meaning import PHASES

Array = NDArray[float64]

ELEMENTS = {
    "tetra": ("C3D4", 4, 1),
    "tetra10": ("C3D10", 4, 4),
    "hexahedron": ("C3D8", 8, 8),
    "hexahedron20": ("C3D20R", 8, 8),
}
"""Element of the .inp, its corners and its integration points in CalculiX (initialconditionss.f)."""
ORDER = [0, 1, 2, 3, 5, 4]  # xx yy zz xy zx yz, where the house has xx yy zz xy yz zx


def write_inp(
    file: TextIO,
    name: str,
    points: Array,
    blocks: list[tuple[str, NDArray[int64]]],
    at_nodes: dict[str, Array],
    stress: Array,
    code: str,
) -> None:
    """Nodes, elements, and initial conditions in their numbering, counted from 1.

    points     (m, 3), in the unit of the mesh
    blocks     (type, (e, nodes)) as meshio names types and orders nodes
    at_nodes   name -> (m,) temperature in K, volume fractions of phases
    stress     (6, e), of all elements in order: every integration point of an element has its mean
    code       "calculix", or "abaqus": no integration points, phases as field variables
    """
    file.write(f"*HEADING\n{name}, by metaltwin\n*NODE, NSET=NALL\n")
    _rows(file, points)
    first, count = 1, list[int]()
    for kind, data in blocks:
        element, _, inside = ELEMENTS[kind]
        file.write(f"*ELEMENT, TYPE={element}, ELSET=EALL\n")
        for k, nodes in enumerate(data + 1, first):
            listed = [str(k), *map(str, nodes)]
            head, tail = ", ".join(listed[:11]), ", ".join(listed[11:])
            file.write(f"{head},\n{tail}\n" if tail else f"{head}\n")
        first, count = first + len(data), [*count, *[inside] * len(data)]
    file.write("*INITIAL CONDITIONS, TYPE=TEMPERATURE\n")
    _rows(file, at_nodes["temperature"][:, None])
    if code == "abaqus":
        for variable, phase in enumerate((phase for phase in PHASES if phase in at_nodes), 1):
            file.write(f"** volume fraction of {phase}\n*INITIAL CONDITIONS, TYPE=FIELD, VARIABLE={variable}\n")
            _rows(file, at_nodes[phase][:, None])
    file.write("*INITIAL CONDITIONS, TYPE=STRESS\n")
    for k, (six, inside) in enumerate(zip(stress[ORDER].T, count, strict=True), 1):
        told = ", ".join(f"{value:.7g}" for value in six)
        if code == "abaqus":
            file.write(f"{k}, {told}\n")
        else:
            file.writelines(f"{k}, {point}, {told}\n" for point in range(1, inside + 1))


def _rows(file: TextIO, values: Array) -> None:
    for k, row in enumerate(values, 1):
        file.write(f"{k}, {', '.join(f'{value:.9g}' for value in row)}\n")
