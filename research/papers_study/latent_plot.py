"""The latent space as aggregates alone: cells of many people, and ellipses of counterfactuals.

No point of it is a row: a single day in a plane whose axes are known would tell its values.
"""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Ellipse

from app.domain.schema import FloatArray
from research.drawing import svg
from research.evaluation.methods.registry import Method
from research.papers_study.latent import Cloud, Latent

FEWEST = 5
"""People in a cell, or under an ellipse: of fewer nothing is drawn."""
_INK, _BEFORE, _AFTER = "#666666", "#3b82c4", "#c2571a"
_SHOWN = ("ours", "few-shot", "dice-random", "nice-sparsity", "cfnow", "treecf")
_CELLS = 8
_HALF = 1.386
"""Chi-square's median at two degrees of freedom: the ellipse of half of a normal distribution's points."""


def latent_svg(ways: Sequence[Latent], methods: Sequence[Method]) -> str:
    """A row of panels a way, a panel a method that enough people have a valid answer of."""
    shown = [one for one in methods if one.key in _SHOWN and any(one.key in way.after for way in ways)]
    with svg(1.5 * max(len(shown), 2), 1.9 * len(ways) + 0.3) as (canvas, text):
        grid = canvas.subplots(len(ways), max(len(shown), 1), sharex=True, sharey=True, squeeze=False)
        for panels, latent in zip(grid, ways, strict=True):
            for axes, method in zip(panels, shown, strict=False):
                _panel(axes, latent, method)
            panels[0].set_ylabel(str(latent.way), color=_INK)
        drawn = [axes.get_legend_handles_labels() for axes in canvas.axes]
        by_label = {label: one for those, labels in drawn for one, label in zip(those, labels, strict=True)}
        canvas.legend(
            list(by_label.values()), list(by_label), loc="outside lower center", ncols=2, frameon=False
        )
    return text.getvalue()


def cells(cloud: Cloud, edges: FloatArray) -> FloatArray:
    """Rows in each cell of a square grid, of shape (cells, cells); 0 where they are of too few people."""
    size = len(edges) - 1
    place = np.clip(np.searchsorted(edges, cloud.points) - 1, 0, size - 1)
    counts = np.zeros((size, size))
    for x in range(size):
        for y in range(size):
            here = (place == (x, y)).all(axis=1)
            if len(np.unique(cloud.persons[here])) >= FEWEST:
                counts[y, x] = here.sum()
    return counts


def _panel(axes: Axes, latent: Latent, method: Method) -> None:
    low, high = np.percentile(latent.real.points, [0.5, 99.5])
    edges = np.linspace(low, high, _CELLS + 1)
    axes.imshow(
        cells(latent.real, edges), origin="lower", cmap="Greys", extent=(low, high, low, high), alpha=0.6
    )
    if method.key in latent.after:
        for name, cloud, colour in (
            ("as they are", latent.before[method.key], _BEFORE),
            ("counterfactuals", latent.after[method.key], _AFTER),
        ):
            if len(np.unique(cloud.persons)) >= FEWEST:
                axes.add_patch(_ellipse(cloud.points, name, colour))
    axes.set_title(method.name, color=_INK, fontsize=6)
    axes.set(xticks=[], yticks=[])
    axes.spines[:].set_visible(False)
    axes.patch.set_alpha(0)


def _ellipse(points: FloatArray, name: str, colour: str) -> Ellipse:
    variance, direction = np.linalg.eigh(np.cov(points.T))
    width, height = 2 * np.sqrt(_HALF * np.maximum(variance, 0.0))
    angle = float(np.degrees(np.arctan2(direction[1, 0], direction[0, 0])))
    x, y = points.mean(axis=0)
    return Ellipse((x, y), width, height, angle=angle, fill=False, color=colour, linewidth=1.2, label=name)
