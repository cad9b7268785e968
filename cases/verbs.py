"""What a case does, whatever its kind: changed, computed, written to a file."""

import dataclasses
import os
from typing import TYPE_CHECKING, Any, ClassVar, Self

from ..materials.refusal import CaseError, one_of
from .words import replaced

if TYPE_CHECKING:
    from .case import AnyCase
    from .result import Result


class Verbs:
    """What every case can do beside `check` and `problem`; a mixin of the frozen words.

    LISTS  argument that holds a list of words -> (dotted names of its entries, what one is called)
    KIND   what a case file calls it
    """

    LISTS: ClassVar[dict[str, tuple[Any, str]]] = {}
    KIND: ClassVar[str]

    def replace(self, **changes: Any) -> Self:
        """A changed case, checked again.

        Names may reach inside: `case.replace(**{"steps.quench.bath": "40 degC", "grid.spacing": "2 mm"})`.

        Raises CaseError for an unknown name, with the nearest right one, and for values that are refused.
        """
        case = self
        for name, value in changes.items():
            case = case._put(name, value)
        return case

    def _put(self, name: str, value: Any) -> Self:
        first, *rest = name.split(".")
        if first not in self.LISTS or not rest:
            case: Self = replaced(self, [first, *rest], value, self._opened)
            return case
        (naming, what), entries = self.LISTS[first], getattr(self, first)
        names = naming(entries)
        place = names.index(one_of(rest[0], names, what, first))
        try:
            entry = replaced(entries[place], rest[1:], value, self._opened)
        except CaseError as error:
            raise error.under(first, rest[0]) from None
        return dataclasses.replace(self, **{first: (*entries[:place], entry, *entries[place + 1 :])})  # type: ignore[type-var]

    @staticmethod
    def _opened(name: str, value: Any) -> Any:
        """What stands behind a name of the library, so that a dotted name reaches into it."""
        return value

    def run(self: "AnyCase", file: str | os.PathLike[str] | None = None, progress: bool = True) -> "Result":
        """Compute, with a progress bar on stderr where that is a terminal.

        Writes nothing unless given a file; on Ctrl-C writes `<name>.vtkhdf` and its checkpoint.
        """
        from .running import run

        return run(self, file, progress)

    def save(self: "AnyCase", path: str | os.PathLike[str]) -> None:
        """Write the case as YAML, in its author's texts. Raises CaseError for a function as property."""
        from .casetext import save

        save(self, path)
