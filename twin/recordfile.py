"""Records as files: CSV with any delimiter and decimal comma, HDF5, Parquet; units stand with the names."""

import csv
import re
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import numpy as np
from numpy import float64
from numpy.typing import NDArray

from ..materials.quantity import of_dimension, parse
from ..materials.refusal import CaseError

Array = NDArray[float64]
Columns = dict[str, Array]

HEAD = re.compile(r"\s*(?P<name>[^\[\]()]*?)\s*[\[(]\s*(?P<unit>[^\[\]()]+?)\s*[\])]\s*")
LOOSE = re.compile(r"[^\s\[\]()]+\s*[\[(][^\[\]()]+[\])]|\S+")
"""A name with its unit, or a word, where blanks stand between columns."""
DELIMITERS = (";", "\t", ",", None)
TIMES = ("t", "time", "zeit", "temps", "tempo")
MISSING = ("", "nan", "-", "--", "null", "none", "#n/a")


def read_csv(path: Path) -> tuple[Array, Columns]:
    """Time (n,) s and readings (n,) K by name; an empty cell is NaN. Raises CaseError, FileNotFoundError."""
    lines = _text(path).splitlines()
    first = next((i for i, line in enumerate(lines) if line.strip() and not line.startswith("#")), None)
    if first is None:
        raise CaseError("holds no record; its first line names the columns, 'time [s], T2 [degC]'", place=path.name)
    delimiter = next(sign for sign in DELIMITERS if sign is None or sign in lines[first])
    heads = LOOSE.findall(lines[first]) if delimiter is None else _cells(lines[first], delimiter)
    rows = []
    for number, line in enumerate(lines[first + 1 :], first + 2):
        if not line.strip() or line.startswith("#"):
            continue
        cells = _cells(line, delimiter)
        if len(cells) != len(heads):
            wrong = f"{len(cells)} cells under {len(heads)} names"
            place = f"{path.name}:{number}"
            raise CaseError(f"{wrong}; one value for each column, and '#' before lines above the names", place=place)
        rows.append([_number(cell, delimiter, f"{path.name}:{number}") for cell in cells])
    twice = next((head for i, head in enumerate(heads) if head in heads[:i]), None)
    if twice is not None:
        raise CaseError(f"two columns are called '{twice}'; give each a name of its own", place=f"{path.name}:1")
    values = np.array(rows, float64).reshape(len(rows), len(heads))
    return _columns(dict(zip(heads, values.T, strict=True)), path.name)


def read_hdf5(path: Path) -> tuple[Array, Columns]:
    """As `read_csv`, from data sets of one length; units in their names or in an attribute "unit"."""
    import h5py

    with h5py.File(path, "r") as file:
        found = {name: entry for name, entry in file.items() if isinstance(entry, h5py.Dataset) and entry.ndim == 1}
        heads = {
            f"{name} [{entry.attrs['unit']}]" if "unit" in entry.attrs else name: np.asarray(entry[()], float64)
            for name, entry in found.items()
        }
    return _columns(heads, path.name)


def write_hdf5(path: Path, time: Array, values: Columns) -> None:
    """What `read_hdf5` reads back to the last bit: s and K."""
    import h5py

    with h5py.File(path, "w") as file:
        for name, column, unit in (("time", time, "s"), *((name, column, "K") for name, column in values.items())):
            file.create_dataset(name, data=column).attrs["unit"] = unit


def read_parquet(path: Path) -> tuple[Array, Columns]:
    """As `read_csv`, from a Parquet file; needs pyarrow."""
    try:
        parquet = import_module("pyarrow.parquet")
    except ImportError:
        raise CaseError("a Parquet file needs pyarrow; install it, or export CSV", place=path.name) from None
    table = parquet.read_table(path)
    return _columns({name: np.asarray(table[name].to_numpy(), float64) for name in table.column_names}, path.name)


READERS: dict[str, Callable[[Path], tuple[Array, Columns]]] = {
    ".h5": read_hdf5,
    ".hdf5": read_hdf5,
    ".parquet": read_parquet,
}
"""By ending; anything else is read as CSV."""


def _text(path: Path) -> str:
    """UTF-8, or what a logger under Windows writes. Raises CaseError where it is no text."""
    data = path.read_bytes()
    for coding in ("utf-8-sig", "cp1252"):
        try:
            return data.decode(coding)
        except UnicodeDecodeError:
            continue
    raise CaseError("is no text in UTF-8 or Windows-1252; export the record as CSV", place=str(path))


def _cells(line: str, delimiter: str | None) -> list[str]:
    if delimiter is None:
        return line.split()
    return [cell.strip() for cell in next(csv.reader([line], delimiter=delimiter))]


def _number(cell: str, delimiter: str | None, place: str) -> float:
    if cell.lower() in MISSING:
        return np.nan
    try:
        return float(cell if delimiter == "," else cell.replace(",", "."))
    except ValueError:
        raise CaseError(f"'{cell}' is no number; leave the cell empty where nothing was read", place=place) from None


def _columns(heads: Columns, file: str) -> tuple[Array, Columns]:
    """Columns in SI; the first whose unit is one of time is the time."""
    time, values = None, {}
    for head, column in heads.items():
        match = HEAD.fullmatch(head)
        if match is None or not match["name"]:
            unit = "s" if head.strip().lower() in TIMES else "degC"
            raise CaseError(f"column '{head}' has no unit; write '{head.strip()} [{unit}]'", place=f"{file}:1")
        name, unit = match["name"], match["unit"]
        if of_dimension(f"1 {unit}", "s"):
            if time is None:
                time = column * parse(f"1 {unit}", "s")
            continue
        zero, one = (parse(f"{number} {unit}", "K", f"column '{head}' of {file}") for number in (1, 2))
        values[name] = zero + (one - zero) * (column - 1.0)
    if time is None:
        raise CaseError("has no column of time; write 'time [s]'", place=f"{file}:1")
    if not values:
        raise CaseError("has no column of temperature; write 'T2 [degC]'", place=f"{file}:1")
    if np.isnan(time).any() or (np.diff(time) <= 0.0).any():
        at = int(np.argmax(np.isnan(time) | (np.diff(time, prepend=-np.inf) <= 0.0)))
        raise CaseError(f"time does not increase at sample {at + 1}; sort the record and leave each once", place=file)
    return time, values
