"""Compiled loops on bare arrays: float64, C order, SI; the caller owns all memory.

Numba's cache does not notice that a kernel inlines a neighbour from another file
(numba issue 1833): it would run the old code. So while this floor is loaded, the cache
lives in a folder named after the text of the whole floor.
"""

import hashlib
import importlib
import os
from pathlib import Path

from numba import config

_files = sorted(Path(__file__).parent.glob("[a-z]*.py"))
_text = b"".join(path.read_bytes() for path in _files)
_base = Path(os.environ.get("NUMBA_CACHE_DIR") or Path.home() / ".cache" / "metaltwin")
_before = config.CACHE_DIR
config.CACHE_DIR = str(_base / hashlib.sha256(_text).hexdigest()[:12])
for _path in _files:  # each kernel picks its cache folder as it is decorated
    importlib.import_module(f".{_path.stem}", __name__)
config.CACHE_DIR = _before
