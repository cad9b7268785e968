"""The summary of a run for the terminal."""

from rich.console import Group, RenderableType
from rich.table import Table

from ..cases.result import Result
from ..cases.summary import words


def report(result: Result) -> RenderableType:
    """Fields with least, mean and most, then limits, size, time error and energy; for rich to print."""
    summary = result.summary()
    table = Table(title=summary.title, title_justify="left", title_style="bold")
    table.add_column("field")
    for head in ("least", "mean", "most"):
        table.add_column(head, justify="right")
    table.add_column("unit")
    for row in summary.rows:
        table.add_row(words(row.name), *row.numbers, row.unit)
    return Group(table, *summary.lines)
