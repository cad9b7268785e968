"""Cases written as YAML, in the texts of their author."""

import io
import os
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq

from .case import Case
from .words import fields_spoken

FORMAT = 1
KINDS = ("heat treatment",)
OUTPUT = ("record", "snapshots")


def text(case: Case, folder: Path | None = None) -> str:
    """The case as YAML; paths of STL files relative to `folder`, absolute where it is None.

    Raises CaseError for a property that is a Python function.
    """
    writer = YAML()
    writer.width = 110
    writer.indent(mapping=2, sequence=4, offset=2)
    stream = io.StringIO()
    writer.dump(_laid_out(_spoken(case, folder)), stream)
    return stream.getvalue()


def save(case: Case, path: str | os.PathLike[str]) -> Path:
    """Write the case as YAML; returns the path. Raises as `text`, and OSError."""
    path = Path(path)
    path.write_text(text(case, path.resolve().parent), "utf-8")
    return path


def _spoken(case: Case, folder: Path | None) -> dict[str, Any]:
    words = fields_spoken(case)
    output = {name: words.pop(name) for name in OUTPUT if name in words}
    part = case.part.words(folder)
    if folder is None and "stl" in part:
        part["stl"] = os.path.abspath(part["stl"])
    words["part"] = part
    words["steps"] = [{step.kind: fields_spoken(step)} for step in case.steps]
    if case.sensors:
        words["sensors"] = {sensor.name: {"at": [entry.text for entry in sensor.at]} for sensor in case.sensors}
    head = {"metaltwin": FORMAT, "name": words.pop("name"), "kind": KINDS[0]}
    return head | words | ({"output": output} if output else {})


def _laid_out(words: dict[str, Any]) -> CommentedMap:
    """The top level and the lists of steps and sensors in block style, all within in flow style."""
    page = CommentedMap()
    for key, value in words.items():
        if key == "steps":
            page[key] = CommentedSeq(
                [CommentedMap({kind: _flow(step)}) for entry in value for kind, step in entry.items()]
            )
        elif key in ("sensors", "limits"):
            page[key] = CommentedMap({name: _flow(entry) for name, entry in value.items()})
        else:
            page[key] = _flow(value)
    return page


def _flow(value: Any) -> Any:
    inner: Any
    if isinstance(value, dict):
        inner = CommentedMap({key: _flow(entry) for key, entry in value.items()})
    elif isinstance(value, list):
        inner = CommentedSeq([_flow(entry) for entry in value])
    else:
        return value
    inner.fa.set_flow_style()
    return inner
