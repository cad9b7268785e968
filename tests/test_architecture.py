"""The house keeps its floors, and has one door."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FLOORS = ("kernels", "materials", "solver", "cases", "twin", "views", "validation")
MAY_STAND_ON = {
    "kernels": set(),
    "materials": set(),
    "solver": {"kernels", "materials"},
    "cases": {"solver", "materials"},
    "twin": {"cases", "solver", "materials", "kernels"},
    "views": {"twin", "cases", "solver", "materials"},
    "validation": {"views", "twin", "cases", "solver", "materials", "kernels"},
}
SHOWS = re.compile(r"^ {8}from \.\.views")  # inside a method: Result.show, Result.plot, Drawn.plot, Fit.plot
HOMES = {
    "pyvista|vtk|vtkmodules|matplotlib": {"views/"},
    "h5py": {
        "cases/store.py",
        "cases/checkpoint.py",
        "cases/resultfile.py",
        "twin/recordfile.py",
        "twin/studytable.py",
    },
    "meshio": {"cases/handover.py"},
    "pycalphad|scheil": {"materials/calphad.py"},
    "PIL|imageio_ffmpeg": {"views/film.py"},
    "pint": {"materials/quantity.py"},
    "typer": {"__main__.py"},
    "rich": {"__main__.py", "cases/progress.py", "views/report.py"},
    "ruamel": {"cases/casefile.py", "cases/casetext.py", "materials/"},
}
BANNED = {"utils", "util", "helpers", "helper", "common", "core", "base", "misc", "manager"}


def sources():
    """(path from the root, text) of every Python file of the house."""
    files = [*ROOT.glob("*.py"), *(path for floor in FLOORS for path in (ROOT / floor).rglob("*.py"))]
    return [(path.relative_to(ROOT).as_posix(), path.read_text("utf-8")) for path in files]


@pytest.mark.parametrize("floor", FLOORS)
def test_every_arrow_points_down(floor):
    for path in (*(ROOT / floor).rglob("*.py"), *(ROOT / floor).rglob("*.pyx")):
        lines = path.read_text("utf-8").splitlines()
        if path.relative_to(ROOT).as_posix() in ("cases/result.py", "cases/specimen.py", "twin/fit.py"):
            lines = [line for line in lines if not SHOWS.match(line)]
        below = set(re.findall(r"^\s*from \.\.(\w+)", "\n".join(lines), re.M))
        wrong = below - MAY_STAND_ON[floor]
        assert not wrong, f"{path.relative_to(ROOT)} may not stand on {sorted(wrong)}"


def test_floors_use_relative_imports_only():
    for name, text in sources():
        if "/" in name:
            wrong = re.findall(rf"^\s*(?:from|import) (?:metaltwin|{'|'.join(FLOORS)})\b.*", text, re.M)
            assert not wrong, f"{name}: {wrong[0]!r}: inside the house take the stairs: from ..floor"


@pytest.mark.parametrize("package", HOMES)
def test_each_guest_has_its_room(package):
    rooms = HOMES[package]
    for name, text in sources():
        if re.search(rf"^\s*(?:from|import) (?:{package})\b", text, re.M):
            at_home = name in rooms or any(room.endswith("/") and name.startswith(room) for room in rooms)
            assert at_home, f"{name} imports {package}; only {sorted(rooms)} may"


def test_names_of_files_say_something():
    wrong = [name for name, _ in sources() if Path(name).stem in BANNED]
    assert not wrong, f"{wrong}: name a file after what it holds"


def test_every_door_of_a_floor_says_what_it_is_for():
    for name, text in sources():
        assert text.lstrip().startswith('"""'), f"{name} has no docstring"


def test_importing_metaltwin_loads_nothing_heavy():
    heavy = "{'numba', 'numpy', 'h5py', 'pyvista', 'scipy', 'pydantic', 'pint', 'matplotlib', 'rich'}"
    code = f"import sys, metaltwin; print({heavy} & set(sys.modules) or '')"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def test_words_load_no_picture_and_no_file_format():
    code = (
        "import sys, metaltwin as mt; mt.HeatTreatment, mt.Part, mt.load, mt.alloy\n"
        "print({'h5py', 'pyvista', 'vtk', 'matplotlib', 'rich', 'typer'} & set(sys.modules) or '')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def test_the_face_keeps_its_promises():
    import metaltwin as mt

    assert set(mt.__all__) == set(mt._HOME) <= set(dir(mt))
    for name in mt.__all__:
        assert getattr(mt, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'Quensh'"):
        _ = mt.Quensh


def test_no_generic_name_is_importable():
    names = "('solver', 'kernels', 'cases', 'materials', 'twin', 'views', 'validation')"
    code = f"import importlib.util as u; print([n for n in {names} if u.find_spec(n)])"
    done = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, check=True, cwd="/")
    assert done.stdout.strip() == "[]"


def test_only_its_door_opens_a_compiled_file():
    for compiled in (ROOT / "kernels").glob("_*.pyx"):
        pattern = rf"^\s*from (?:\S*\.{compiled.stem} import|\.\S* import .*\b{compiled.stem}\b)"
        users = {name for name, text in sources() if re.search(pattern, text, re.M)}
        assert users == {f"kernels/{compiled.stem.removeprefix('_')}.py"}


def test_the_root_is_swept():
    assert {path.name for path in ROOT.glob("*.py")} == {"__init__.py", "__main__.py", "setup.py"}
