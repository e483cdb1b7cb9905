"""SVG figures for the docs: what is drawn alike is written alike, byte for byte."""

import io
from collections.abc import Iterator
from contextlib import contextmanager

import matplotlib as mpl
from matplotlib.figure import Figure


@contextmanager
def svg(width: float, height: float, *, font: int = 7) -> Iterator[tuple[Figure, io.StringIO]]:
    """A figure of `width` by `height` inches, written as SVG into the text when the block ends.

    Labels stay text, the ground is clear, and nothing in the file tells when it was written.
    """
    text = io.StringIO()
    with mpl.rc_context({"svg.hashsalt": "turnpoint", "svg.fonttype": "none", "font.size": font}):
        figure = Figure(figsize=(width, height), layout="constrained")
        yield figure, text
        _finish(figure)
        figure.patch.set_alpha(0)
        figure.savefig(text, format="svg", metadata={"Date": None})


def _finish(figure: Figure) -> None:
    """Rounds where the layout put the axes: the last digits vary by call, and ids hold them."""
    figure.draw_without_rendering()
    figure.set_layout_engine("none")
    for axes in figure.axes:
        x, y, width, height = axes.get_position().bounds
        axes.set_position((round(x, 4), round(y, 4), round(width, 4), round(height, 4)))
