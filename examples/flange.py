"""Writes the STL of the flange that examples/flange.yaml quenches:  python examples/flange.py flange.stl"""

import sys
from pathlib import Path

from metaltwin.validation.flange import facets, write_stl

path = Path(sys.argv[1] if len(sys.argv) > 1 else "flange.stl")
path.parent.mkdir(parents=True, exist_ok=True)
write_stl(path, facets())
print(f"{path}: {len(facets())} triangles, mm")
