"""One measured figure, against what the project promises."""

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Figure:
    """One measured figure.

    target      None: shown, not judged
    most        whether the target is an upper bound
    conditions  under which it was measured
    """

    id: str
    value: float
    unit: str
    target: float | None
    conditions: str
    most: bool = True

    @property
    def passed(self) -> bool | None:
        if self.target is None:
            return None
        return bool(self.value <= self.target if self.most else self.value >= self.target)

    def as_dict(self) -> dict[str, Any]:
        return {**{key: value for key, value in asdict(self).items() if key != "most"}, "passed": self.passed}
