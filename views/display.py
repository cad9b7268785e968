"""Whether and how pictures can be drawn on this machine."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from ctypes.util import find_library
from pathlib import Path

from ..materials.refusal import CaseError

WINDOW = "VTK_DEFAULT_OPENGL_WINDOW"
PICTURE = (".png",)
CURVES = (".png", ".pdf", ".svg")
TABLE = (*CURVES, ".csv")
VENDORS = ("/usr/share/glvnd/egl_vendor.d", "/etc/glvnd/egl_vendor.d")


def has_display() -> bool:
    """Whether a window can open here."""
    if sys.platform in ("win32", "darwin"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def check_picture(save: Path | None, endings: tuple[str, ...]) -> None:
    """Make the folder of a picture, before minutes are spent on what it shows.

    Raises CaseError for a file name of no known ending, and for a window where there is no display.
    """
    if save is None and not has_display():
        raise CaseError(f"no display here for a window; give --save picture{endings[0]}")
    if save is not None:
        if save.suffix.lower() not in endings:
            raise CaseError(f"cannot write '{save}'; a name that ends in {' or '.join(endings)} can be")
        save.parent.mkdir(parents=True, exist_ok=True)


@contextmanager
def renderer() -> Iterator[None]:
    """The process as VTK needs it while it renders; without a display by EGL or OSMesa.

    Raises CaseError that names the missing package: VTK itself would end the process.
    """
    if sys.platform != "linux" or has_display() or WINDOW in os.environ:
        yield
        return
    os.environ[WINDOW] = _headless()
    try:
        yield
    finally:
        del os.environ[WINDOW]


def _headless() -> str:
    egl = find_library("EGL")
    if egl and any(list(Path(folder).glob("*.json")) for folder in VENDORS):
        return "vtkEGLRenderWindow"
    if find_library("OSMesa"):
        return "vtkOSOpenGLRenderWindow"
    missing = "libgl1-mesa-dri" if egl else "libegl1 and libgl1-mesa-dri"
    raise CaseError(f"no display, and pictures without one need the system package {missing}; install it")
