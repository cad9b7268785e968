"""Calls in a Python process of their own: for what must not share memory or processors with the caller."""

import os
import pickle
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

CHILD = """
import importlib, pickle, sys
with open(sys.argv[1], "rb") as file:
    module, name, arguments = pickle.load(file)
result = getattr(importlib.import_module(module), name)(*arguments)
with open(sys.argv[2], "wb") as file:
    pickle.dump(result, file)
"""
LONGEST = 3600.0  # s
SAID = 2000  # characters of the end of its complaint that an error repeats


def apart(function: Callable[..., Any], *arguments: Any) -> Any:
    """The result of a function of this package in a fresh process; arguments and result can be pickled.

    Unlike multiprocessing it asks nothing of the main module. Raises RuntimeError with the end of what the
    process said where it fails.
    """
    with TemporaryDirectory() as folder:
        given, answer = Path(folder) / "given", Path(folder) / "answer"
        given.write_bytes(pickle.dumps((function.__module__, function.__name__, arguments)))
        path = os.pathsep.join(entry for entry in sys.path if entry)
        done = subprocess.run(
            [sys.executable, "-c", CHILD, str(given), str(answer)],
            env={**os.environ, "PYTHONPATH": path},
            stderr=subprocess.PIPE,
            timeout=LONGEST,
        )
        if done.returncode or not answer.is_file():
            said = done.stderr.decode(errors="replace")[-SAID:]
            raise RuntimeError(f"{function.__name__} in a process of its own ended with {done.returncode}: {said}")
        return pickle.loads(answer.read_bytes())
