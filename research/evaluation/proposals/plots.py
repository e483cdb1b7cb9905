"""What proposals are worth, as one SVG figure: dots with 95 % intervals, a row a proposer."""

from collections.abc import Mapping

from matplotlib.axes import Axes

from research.drawing import svg
from research.evaluation.proposals.summary import LABELS, SHARES, Figure

_INK, _COLOURS, _MARKS = "#767676", ("#767676", "#c2571a", "#3b82c4", "#6f4fb3"), "sDo^"
_SHARES = ("well_formed", "valid", "valid_best", "holds", "obedient", "in_range")
_OTHERS = ("effort", "changes", "diversity", "tokens")


def figures_svg(tables: Mapping[str, Mapping[str, Figure]]) -> str:
    """Shares of samples or people above, other measures below; colour and mark both tell proposers apart."""
    with svg(7.2, 4.4, font=8) as (canvas, text):
        grid = canvas.add_gridspec(3, 12, height_ratios=[0.625, 0.625, 1])
        panels = [canvas.add_subplot(grid[row, 4 * i : 4 * i + 4]) for row in (0, 1) for i in range(3)]
        panels += [canvas.add_subplot(grid[2, 3 * i : 3 * i + 3]) for i in range(len(_OTHERS))]
        for axes, name in zip(panels, (*_SHARES, *_OTHERS), strict=True):
            _panel(axes, name, tables)
        handles, labels = panels[0].get_legend_handles_labels()
        canvas.legend(handles, labels, loc="outside lower center", ncols=len(tables), frameon=False)
    return text.getvalue()


def _panel(axes: Axes, name: str, tables: Mapping[str, Mapping[str, Figure]]) -> None:
    scale = 100 if name in SHARES else 1
    for row, (proposer, figures) in enumerate(tables.items()):
        if name not in figures:
            continue
        value, low, high = (
            scale * one for one in (figures[name].value, figures[name].low, figures[name].high)
        )
        colour, mark = _COLOURS[row % len(_COLOURS)], _MARKS[row % len(_MARKS)]
        axes.plot([low, high], [row, row], color=colour, linewidth=1.5)
        axes.plot([value], [row], mark, color=colour, markersize=4, label=proposer)
    unit = ", %" if name in SHARES else ""
    axes.set_title(f"{LABELS[name]}{unit}", color=_INK, fontsize=7)
    axes.set(yticks=[], ylim=(len(tables) - 0.5, -0.5), xlim=(0, 103) if name in SHARES else None)
    axes.spines[["top", "left", "right"]].set_visible(False)
    axes.tick_params(colors=_INK)
    axes.patch.set_alpha(0)
