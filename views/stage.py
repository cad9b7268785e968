"""The stage of a picture: bodies, colour bar, words and camera, in a window or off-screen (PyVista)."""

import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy import float64, uint8
from numpy.typing import NDArray

from ..cases.summary import words
from .colours import colours, digits
from .surface import Surface

Array = NDArray[float64]

VERDICT = ("#3b6fb6", "#d9d9d9", "#c0392b")  # below, within, above
INK = "#222222"
GLASS = "#8a9099"
SIZE = (1200, 900)
PLACES = {"title": (0.02, 0.92), "numbers": (0.02, 0.02), "bar": (0.84, 0.79), "scale": (0.8, 0.1)}
LETTERS = {"title": 12, "numbers": 10, "bar": 11, "scale": 9}


class Stage:
    """An empty stage with its axes; everything is put on it in m and drawn in mm."""

    def __init__(self, hidden: bool) -> None:
        import pyvista

        self.plotter = pyvista.Plotter(off_screen=hidden, window_size=SIZE)
        self.plotter.set_background("white")
        self.plotter.add_axes(color=INK)

    def mesh(self, skin: Surface, edged: bool = True) -> Any:
        """The surface as a mesh, still without colours, its sharp edges drawn."""
        import pyvista

        faces = np.column_stack([np.full(len(skin.quads), 4), skin.quads]).ravel()
        mesh = pyvista.PolyData(1e3 * skin.points, faces)
        if edged:
            whole = mesh.clean(tolerance=1e-6)
            edges = whole.extract_feature_edges(feature_angle=40, manifold_edges=False, non_manifold_edges=False)
            if edges.n_cells:
                self.plotter.add_mesh(edges, color=INK, line_width=1.5, lighting=False)
        return mesh

    def paint(
        self,
        meshes: list[Any],
        values: list[Array],
        field: str,
        label: str,
        ends: tuple[float, float, int],
        opacity: float = 1.0,
    ) -> None:
        """Colours by point on each mesh, one bar with its title above for all."""
        low, high, labels = ends
        bar = {
            "title": " ", "vertical": True, "position_x": 0.84, "position_y": 0.15, "width": 0.1, "height": 0.62,
            "label_font_size": 20, "n_labels": labels, "color": INK, "fmt": digits(low, high),
        }  # fmt: skip
        used = colours(field, np.array([low, high]))
        for number, (mesh, seen) in enumerate(zip(meshes, values, strict=True)):
            mesh.point_data[field] = seen
            self.plotter.add_mesh(
                mesh, scalars=field, cmap=used, clim=(low, high), lighting=False, nan_color="#bbbbbb",
                scalar_bar_args=bar, show_scalar_bar=number == 0, opacity=opacity,
            )  # fmt: skip
        self.write("bar", "\n".join(textwrap.wrap(words(field), 16)) + (f"\n[{label}]" if label else ""))

    def glass(self, skin: Surface) -> None:
        """A body that is seen through."""
        self.plotter.add_mesh(self.mesh(skin), color=GLASS, opacity=0.12, lighting=False)

    def verdict(self, mesh: Any, judged: Array, what: str) -> None:
        """Three colours by cell: -1, 0, 1 for below, within and above the limits."""
        mesh.cell_data["verdict"] = judged
        bar = {
            "title": " ", "vertical": True, "position_x": 0.82, "position_y": 0.35, "width": 0.08, "height": 0.32,
            "n_labels": 0,
        }  # fmt: skip
        self.plotter.add_mesh(
            mesh, scalars="verdict", cmap=list(VERDICT), clim=(-1.5, 1.5), lighting=False, scalar_bar_args=bar
        )
        for number, text in enumerate(("below", "within", "above")):
            place = (0.88, 0.385 + 0.105 * number)
            self.plotter.add_text(text, position=place, viewport=True, font_size=11, color=INK)
        self.plotter.add_text(f"{what}\nand its limits", position=(0.82, 0.7), viewport=True, font_size=11, color=INK)

    def write(self, place: str, text: str) -> None:
        """Words at one of PLACES; those that stood there are replaced."""
        self.plotter.add_text(
            text, position=PLACES[place], viewport=True, font_size=LETTERS[place], color=INK, name=place, render=False
        )

    def look(self, cut: str | None) -> None:
        """From the side that a cut has opened, z up."""
        direction = {
            None: (1.0, -1.6, 0.7),
            "x": (-1.8, -0.7, 0.6),
            "y": (0.55, -1.9, 0.6),
            "z": (1.0, -1.3, 1.4),
        }[cut]
        self.plotter.view_vector(direction, viewup=(0, 0, 1))
        self.plotter.enable_parallel_projection()
        self.plotter.reset_camera()
        self.plotter.camera.zoom(0.9)
        self.plotter.camera.SetWindowCenter(0.13, 0.0)

    def slider(self, moved: Callable[[float], None], last: int) -> Any:
        """A slider below the picture from 0 to `last`, where it stands at first."""
        return self.plotter.add_slider_widget(
            moved, (0, last), value=last, title="snapshot", fmt="%.0f", color=INK, title_height=0.02,
            pointa=(0.25, 0.07), pointb=(0.78, 0.07), style="modern", interaction_event="always",
        )  # fmt: skip

    def frame(self) -> NDArray[uint8]:
        """The picture as (height, width, 3) colours."""
        return np.asarray(self.plotter.screenshot(return_img=True), uint8)

    def done(self, save: Path | None) -> Path | None:
        """Open the window, or write the PNG; then the stage is gone."""
        if save is None:
            self.plotter.show()
        else:
            self.plotter.screenshot(save)
            self.plotter.close()
        return save
