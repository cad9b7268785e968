"""A field in time as a film: GIF, or MP4 with the extra `animation`."""

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from numpy import float64, uint8
from numpy.typing import NDArray

from ..cases.progress import Bar
from ..cases.result import Result
from ..materials.refusal import CaseError, one_of
from .display import renderer
from .scene import CUTS, Picture
from .stage import SIZE, Stage

Array = NDArray[float64]
Frame = NDArray[uint8]

ENDINGS = (".gif", ".mp4")
FASTEST = 12  # frames a second
CANDIDATES = 400  # instants that are looked at
STILL = 2e-3  # of the field's whole span: an instant that differs by less from the frame before is left out
GIF_SIZE = (800, 600)
GIF_COLOURS = 128
LINE = 8  # pixels, of the line of time at the lower edge
DONE, REST = (34, 34, 34), (221, 221, 221)


def animate(
    result: Result,
    field: str,
    save: str | os.PathLike[str],
    *,
    cut: str | None = None,
    seconds: float = 8.0,
    unit: str | None = None,
    mould: bool = False,
    progress: bool = True,
) -> Path:
    """A film of a field in time.

        result.animate("solid_fraction", "freezing.gif", cut="y")
        result.animate("martensite", "quench.mp4", cut="y", seconds=5)

    save     .gif, or .mp4 (needs the extra `animation`)
    cut, unit, mould  as of `result.show`
    seconds  how long the film lasts, the last frame a second more

    A frame is a stored instant, none is interpolated, and one at which nothing has changed is left out: the clock of
    the film is uneven, so each frame tells its time, and the line below how much of the run has gone. For more frames
    run with more `snapshots`. Raises CaseError for another ending, a field that stands still, a missing extra.
    """
    path = Path(save)
    if path.suffix.lower() not in ENDINGS:
        raise CaseError(f"cannot write '{path}'; a name that ends in {' or '.join(ENDINGS)} can be")
    if cut is not None:
        one_of(cut, CUTS, "cut")
    if not 0.1 <= seconds <= 60.0:
        raise CaseError(f"a film of {seconds:g} s cannot be; give 0.1 to 60 seconds", "seconds")
    picture = Picture(result, field, cut, unit, mould)
    if not picture.moves:
        raise CaseError(f"{field} stands for the whole run; animate what changes, such as temperature")
    write = _writer(path)
    times = instants(result, field, picture.times, round(FASTEST * seconds))
    with renderer(), Bar((path.name,), progress) as bar:
        stage = Stage(hidden=True)
        picture.put(stage, float(times[0]), times=times)
        stage.look(cut)

        def frames() -> Iterator[Frame]:
            for number, time in enumerate(times.tolist(), 1):
                picture.move(stage, time)
                yield _with_line(stage.frame(), time / max(float(result.times[-1]), 1e-300))
                bar.at(0, number / times.size, f"{number} of {times.size} frames")

        try:
            write(path, frames(), times.size / seconds)
        finally:
            stage.plotter.close()
    return path


def instants(result: Result, field: str, times: Array, most: int) -> Array:
    """Those of the stored instants (s) at which a field has changed since the one before, thinned evenly to `most`."""
    times = times[np.unique(np.linspace(0, times.size - 1, min(CANDIDATES, times.size)).round().astype(int))]
    ends = np.array([result.field(field, float(time)).values for time in times[[0, times.size // 2, -1]]])
    least = STILL * float(np.nanmax(ends) - np.nanmin(ends))
    kept, last = [0], ends[0]
    for number, time in enumerate(times.tolist()):
        now = result.field(field, time).values
        if np.nanmax(np.abs(now - last)) > least:
            kept.append(number)
            last = now
    return np.asarray(times[kept][np.unique(np.linspace(0, len(kept) - 1, min(most, len(kept))).round().astype(int))])


def _with_line(frame: Frame, share: float) -> Frame:
    """A line at the lower edge, dark as far as the run has gone."""
    drawn = frame.copy()
    drawn[-LINE:] = REST
    drawn[-LINE:, : round(share * frame.shape[1])] = DONE
    return drawn


def _writer(path: Path) -> Callable[[Path, Iterator[Frame], float], None]:
    if path.suffix.lower() == ".gif":
        return _gif
    try:
        import imageio_ffmpeg  # noqa: F401
    except ImportError:
        raise CaseError(
            f"'{path.name}' needs the extra for films; pip install 'metaltwin[animation]', or write a .gif"
        ) from None
    return _mp4


def _gif(path: Path, frames: Iterator[Frame], rate: float) -> None:
    from PIL import Image

    small = (Image.fromarray(frame).resize(GIF_SIZE, Image.Resampling.LANCZOS) for frame in frames)
    first, *rest = [one.quantize(GIF_COLOURS, dither=Image.Dither.NONE) for one in small]
    lasts = [round(100.0 / rate) * 10] * len(rest) + [round(100.0 / rate) * 10 + 1000]
    first.save(path, save_all=True, append_images=rest, duration=lasts, loop=0)


def _mp4(path: Path, frames: Iterator[Frame], rate: float) -> None:
    import imageio_ffmpeg

    width, height = SIZE
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-y", "-loglevel", "error", "-f", "rawvideo", "-pix_fmt", "rgb24"]
    command += ["-s", f"{width}x{height}", "-r", f"{rate:.6g}", "-i", "-", "-vcodec", "libx264", "-pix_fmt", "yuv420p"]
    with subprocess.Popen([*command, str(path)], stdin=subprocess.PIPE, stderr=subprocess.PIPE) as coder:
        last = b""
        for frame in frames:
            last = frame.tobytes()
            coder.stdin.write(last)  # type: ignore[union-attr]
        _, said = coder.communicate(last * round(rate))
    if coder.returncode:
        raise OSError(f"cannot write '{path}': {said.decode(errors='replace').strip()}")
