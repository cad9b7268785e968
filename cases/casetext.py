"""Cases written as YAML, in the texts of their author."""

import io
import os
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq

from .case import AnyCase
from .part import Part
from .words import fields_spoken

FORMAT = 1
KINDS = ("heat treatment", "casting")
LISTED = ("steps", "then")
BODIES = ("chills", "cores", "sleeves", "feeders")
OUTPUT = ("record", "snapshots")


def text(case: AnyCase, folder: Path | None = None) -> str:
    """The case as YAML; paths of STL files relative to `folder`, absolute where it is None.

    Raises CaseError for a property that is a Python function.
    """
    writer = YAML()
    writer.width = 110
    writer.indent(mapping=2, sequence=4, offset=2)
    stream = io.StringIO()
    writer.dump(_laid_out(_spoken(case, folder)), stream)
    return stream.getvalue()


def save(case: AnyCase, path: str | os.PathLike[str]) -> Path:
    """Write the case as YAML; returns the path. Raises as `text`, and OSError."""
    path = Path(path)
    path.write_text(text(case, path.resolve().parent), "utf-8")
    return path


def _spoken(case: AnyCase, folder: Path | None) -> dict[str, Any]:
    words = fields_spoken(case)
    output = {name: words.pop(name) for name in OUTPUT if name in words}
    words["part"] = _part(case.part, folder)
    for name in filter(words.__contains__, LISTED):
        words[name] = [{step.kind: fields_spoken(step)} for step in getattr(case, name)]
    for name in filter(words.__contains__, BODIES):
        words[name] = [{**fields_spoken(body), "part": _part(body.part, folder)} for body in getattr(case, name)]
    own: Any = case  # words that not every kind of case has
    if "supports" in words:
        words["supports"] = [fields_spoken(support) for support in own.supports]
    if isinstance(words.get("fill_time"), dict):
        words["fill_time"] = own.fill_time.words(folder)
    if case.sensors:
        words["sensors"] = {sensor.name: {"at": [entry.text for entry in sensor.at]} for sensor in case.sensors}
    head = {"metaltwin": FORMAT, "name": words.pop("name"), "kind": case.KIND}
    return head | words | ({"output": output} if output else {})


def _part(part: Part, folder: Path | None) -> dict[str, Any]:
    said = part.words(folder)
    if folder is None and "stl" in said:
        said["stl"] = os.path.abspath(said["stl"])
    return said


def _laid_out(words: dict[str, Any]) -> CommentedMap:
    """The top level and the lists of steps and sensors in block style, all within in flow style."""
    page = CommentedMap()
    for key, value in words.items():
        if key in LISTED:
            page[key] = CommentedSeq(
                [CommentedMap({kind: _flow(step)}) for entry in value for kind, step in entry.items()]
            )
        elif key in (*BODIES, "supports"):
            page[key] = CommentedSeq([_flow(body) for body in value])
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
