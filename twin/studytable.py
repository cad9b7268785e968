"""The table of a parameter study: unknowns and results of each member, as HDF5, CSV, text, and what matters."""

import csv
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from numpy import float64
from numpy.typing import NDArray
from scipy.stats import sobol_indices

from ..materials.refusal import CaseError, one_of
from .design import LEVELS, problem, salib

Array = NDArray[float64]

FORMAT = 1
TEXT = h5py.string_dtype()


@dataclass(frozen=True)
class Indices:
    """How much each unknown matters for one result.

    Of Sobol: `first` is the share of the variance that the unknown brings alone, `total` with all it acts through; 90 %
    bands (d, 2) by bootstrap. Of Morris: mu_star is the mean absolute effect across the whole range, in the unit of the
    result, sigma its spread (curvature and interplay).
    """

    labels: tuple[str, ...]
    columns: dict[str, Array]
    result: str
    unit: str

    def __getitem__(self, name: str) -> Array:
        return self.columns[one_of(name, self.columns, "column")]

    def __str__(self) -> str:
        plain = {name: column for name, column in self.columns.items() if column.ndim == 1}
        lines = [f"{self.result} [{self.unit}]: what matters", f"{'':<36}" + "".join(f"{n:>12}" for n in plain)]
        order = np.argsort(-next(iter(reversed(plain.values()))) if "total" in plain else -plain["mu_star"])
        for i in order:
            bands = [self.columns.get(f"{name}_band") for name in plain]
            cells = [
                f"{column[i]:12.4g}" + ("" if band is None else f" ({band[i, 0]:.2f} to {band[i, 1]:.2f})")
                for column, band in zip(plain.values(), bands, strict=True)
            ]
            lines.append(f"{self.labels[i]:<36}" + "".join(cells))
        return "\n".join(lines)


@dataclass(frozen=True, eq=False)
class StudyTable:
    """Every member of a study; m members, d axes.

    points    (m, d) in the unit cube
    unknowns  numbers (m,) in SI, or words, by name;  results  (m,) by name, NaN where there is none
    status    "done", "failed" or "missing";  reasons  why;  seconds (m,);  files  of the results
    """

    name: str
    design: str
    members: int
    points: Array
    unknowns: dict[str, Any]
    results: dict[str, Array]
    units: dict[str, str]
    status: tuple[str, ...]
    reasons: tuple[str, ...]
    seconds: Array
    files: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.status)

    def __getitem__(self, name: str) -> Any:
        """A column: an unknown or a result."""
        columns = {**self.unknowns, **self.results}
        return columns[one_of(name, columns, "column")]

    @property
    def failed(self) -> dict[int, str]:
        """Reason by member, counted from 1, of those that failed or whose results could not be read."""
        return {i + 1: reason for i, reason in enumerate(self.reasons) if reason}

    def indices(self, result: str, seed: int = 1) -> Indices:
        """What matters for a result: indices of Sobol ("saltelli") or of Morris, by the design.

        Raises CaseError for another design, and where too few members were computed.
        """
        one_of(result, self.results, "result")
        values, labels = self.results[result], tuple(self.unknowns)
        if self.design == "saltelli":
            columns = _sobol(values.reshape(len(labels) + 2, -1), result, seed)
        elif self.design == "morris":
            columns = _morris(labels, self.points, values, result, seed)
        else:
            raise CaseError(f"a {self.design} tells no indices; compute the study as saltelli or morris", "design")
        return Indices(labels, columns, result, self.units[result])

    def __str__(self) -> str:
        done = self.status.count("done")
        lines = [f"Study of {self.name}: {self.design}, {done} of {len(self)} members done"]
        for name, values in self.results.items():
            known = values[np.isfinite(values)]
            if known.size:
                low, middle, high = np.quantile(known, (0.05, 0.5, 0.95))
                spread = f"median {middle:.4g}, 5 to 95 % {low:.4g} to {high:.4g}"
                lines.append(f"  {name} [{self.units[name]}]: {spread}, {known.min():.4g} to {known.max():.4g}")
        lines += [f"  member {number}: {reason}" for number, reason in list(self.failed.items())[:10]]
        if len(self.failed) > 10:
            lines.append(f"  and {len(self.failed) - 10} more")
        return "\n".join(lines)

    def csv(self, path: str | os.PathLike[str]) -> Path:
        """A row for each member: number, status, unknowns, results."""
        columns = {**self.unknowns, **self.results}
        head = ["member", "status", *(f"{n} [{self.units[n]}]" if n in self.units else n for n in columns)]
        with Path(path).open("w", newline="", encoding="utf-8") as file:
            rows = csv.writer(file)
            rows.writerow(head)
            for i, row in enumerate(zip(*columns.values(), strict=True)):
                rows.writerow([i + 1, self.status[i], *row])
        return Path(path)

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write as HDF5, whole or not at all; `read_table` reads it."""
        path = Path(path)
        part = path.with_name(path.name + ".part")
        with h5py.File(part, "w") as file:
            file.attrs.update({"metaltwin study": FORMAT, "name": self.name, "design": self.design})
            file.attrs["members"] = self.members
            file["points"], file["seconds"] = self.points, self.seconds
            for name in ("status", "reasons", "files"):
                file.create_dataset(name, data=list(getattr(self, name)), dtype=TEXT)
            for group in ("unknowns", "results"):
                place = file.create_group(group, track_order=True)
                for number, (name, column) in enumerate(getattr(self, group).items()):
                    words = isinstance(column, list)
                    one = place.create_dataset(f"{number:03d}", data=column, dtype=TEXT if words else None)
                    one.attrs["name"], one.attrs["unit"] = name, self.units.get(name, "")
        os.replace(part, path)
        return path


def read_table(path: str | os.PathLike[str]) -> StudyTable:
    """The table that a study has written. Raises CaseError for another file."""
    try:
        with h5py.File(path, "r") as file:
            if file.attrs.get("metaltwin study") != FORMAT:
                raise CaseError(f"'{path}' is no table of a study")
            columns: dict[str, dict[str, Any]] = {"unknowns": {}, "results": {}}
            units = {}
            for group, found in columns.items():
                for one in file[group].values():
                    name = str(one.attrs["name"])
                    found[name] = [str(word) for word in one.asstr()] if one.dtype.kind == "O" else one[()]
                    if group == "results":
                        units[name] = str(one.attrs["unit"])
            words = {name: tuple(map(str, file[name].asstr())) for name in ("status", "reasons", "files")}
            return StudyTable(
                name=str(file.attrs["name"]),
                design=str(file.attrs["design"]),
                members=int(file.attrs["members"]),
                points=file["points"][()],
                unknowns=columns["unknowns"],
                results=columns["results"],
                units=units,
                status=words["status"],
                reasons=words["reasons"],
                seconds=file["seconds"][()],
                files=words["files"],
            )
    except OSError:
        raise CaseError(f"'{path}' is no table of a study") from None


def _sobol(rows: Array, result: str, seed: int) -> dict[str, Array]:
    """Of rows A, B and A with a column of B; base points with a failed member are left out, 2^k are taken."""
    whole = rows[:, np.isfinite(rows).all(axis=0)]
    n = 2 ** int(np.log2(whole.shape[1])) if whole.shape[1] else 0
    if n < 2:
        raise CaseError(f"{n} base points have all their members; two must", result)
    whole = whole[:, :n]
    found = sobol_indices(func={"f_A": whole[:1], "f_B": whole[1:2], "f_AB": whole[2:, None, :]}, n=n, rng=seed)
    spread = found.bootstrap(confidence_level=0.9, n_resamples=200)
    ready = {}
    for name, order in (("first", "first_order"), ("total", "total_order")):
        band = getattr(spread, order).confidence_interval
        ready[name] = np.atleast_1d(getattr(found, order))
        ready[f"{name}_band"] = np.stack([np.atleast_1d(band.low), np.atleast_1d(band.high)], axis=1)
    return ready


def _morris(labels: tuple[str, ...], points: Array, values: Array, result: str, seed: int) -> dict[str, Array]:
    """Of trajectories (r (d + 1), d); one with a failed member is left out."""
    size = len(labels) + 1
    whole = np.isfinite(values.reshape(-1, size)).all(axis=1)
    if whole.sum() < 2:
        raise CaseError(f"{int(whole.sum())} trajectories are whole; two must be", result)
    rows = np.repeat(whole, size)
    found = salib("analyze.morris").analyze(problem(labels), points[rows], values[rows], num_levels=LEVELS, seed=seed)
    return {"mu_star": np.asarray(found["mu_star"], float64), "sigma": np.asarray(found["sigma"], float64)}
