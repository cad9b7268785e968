"""Fields computed from others by an expression: numbers, fields and a few functions, nothing else; units carried."""

import ast
import operator
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy import float64
from numpy.typing import NDArray

from ..materials.quantity import in_si, measured, misfit
from ..materials.refusal import CaseError, one_of

Array = NDArray[float64]
Read = Callable[[str], tuple[Array, str]]
LONGEST = 300
LETTERS = {"G": "thermal_gradient", "R": "isotherm_velocity"}
"""What the literature of solidification writes, and the field that it means."""
PAIRS: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}
FUNCTIONS: dict[str, Callable[..., Any]] = {
    "sqrt": np.sqrt,
    "exp": np.exp,
    "log": np.log,
    "log10": np.log10,
    "abs": np.abs,
    "minimum": np.minimum,
    "maximum": np.maximum,
}


def evaluate(expression: str, read: Read) -> tuple[Array, str]:
    """Values and SI unit of an expression over fields; `read` gives a field's values and unit.

    >>> evaluate("sqrt(a) * 2", lambda name: (np.array([4.0, 9.0]), "m^2"))
    (array([4., 6.]), 'm')

    Raises CaseError for what is no expression, a word that is not allowed, and units that do not fit.
    """
    if len(expression) > LONGEST:
        raise CaseError(f"'{expression[:40]}...' is longer than {LONGEST} characters")
    try:
        tree = ast.parse(expression.strip(), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise CaseError(f"'{expression}' is no expression; write 'thermal_gradient / cooling_rate**0.5'") from None
    try:
        with np.errstate(all="ignore"):
            values, unit = in_si(_value(tree.body, read))
    except (misfit(), TypeError) as error:
        raise CaseError(f"'{expression}': units do not fit: {error}") from None
    except (ZeroDivisionError, OverflowError):
        raise CaseError(f"'{expression}' holds a number that is not finite, such as 1/0; mend it") from None
    return np.asarray(values, float64), unit


def _value(node: ast.expr, read: Read) -> Any:
    if isinstance(node, ast.Constant) and type(node.value) in (int, float):
        return node.value
    if isinstance(node, ast.Name):
        return measured(*read(LETTERS.get(node.id, node.id)))
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return -_value(node.operand, read)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow):
        return _value(node.left, read) ** _power(node.right)
    if isinstance(node, ast.BinOp) and type(node.op) in PAIRS:
        return PAIRS[type(node.op)](_value(node.left, read), _value(node.right, read))
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and not node.keywords:
        name = one_of(node.func.id, FUNCTIONS, "function")
        return FUNCTIONS[name](*(_value(entry, read) for entry in node.args))
    raise CaseError(
        f"'{ast.unparse(node)}' may not stand in an expression; take numbers, fields, + - * / ** and functions"
    )


def _power(node: ast.expr) -> float:
    """A plain number: a field as power would have no unit."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return -_power(node.operand)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
        return _power(node.left) / _power(node.right)
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        return float(node.value)
    raise CaseError(f"the power '{ast.unparse(node)}' is no plain number; write it as one")
