"""What proposals are worth, as one SVG figure: dots with 95 % intervals, a row a proposer."""

import io
from collections.abc import Mapping

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas

from app.evaluation.proposals.summary import SHARES, WORDS, Figure

_INK, _COLOURS, _MARKS = "#767676", ("#767676", "#c2571a", "#3b82c4", "#6f4fb3"), "sDo^"
_SHARES = ("well_formed", "valid", "valid_best", "holds", "obedient", "in_range")
_OTHERS = ("effort", "changes", "diversity", "tokens")


def figures_svg(tables: Mapping[str, Mapping[str, Figure]]) -> str:
    """Shares of samples or people above, other measures below; colour and mark both tell proposers apart."""
    with mpl.rc_context({"svg.hashsalt": "turnpoint", "svg.fonttype": "none", "font.size": 8}):
        canvas = Canvas(figsize=(7.2, 4.4), layout="constrained")
        rows = canvas.subfigures(2, 1, height_ratios=[1.25, 1])
        panels = [*rows[0].subplots(2, 3, sharex=True).flat, *rows[1].subplots(1, len(_OTHERS)).flat]
        for axes, name in zip(panels, (*_SHARES, *_OTHERS), strict=True):
            _panel(axes, name, tables)
        handles, labels = panels[0].get_legend_handles_labels()
        canvas.legend(handles, labels, loc="outside lower center", ncols=len(tables), frameon=False)
        canvas.patch.set_alpha(0)
        text = io.StringIO()
        canvas.savefig(text, format="svg", metadata={"Date": None})
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
    axes.set_title(f"{WORDS[name]}{unit}", color=_INK, fontsize=7)
    axes.set(yticks=[], ylim=(len(tables) - 0.5, -0.5), xlim=(0, 103) if name in SHARES else None)
    axes.spines[["top", "left", "right"]].set_visible(False)
    axes.tick_params(colors=_INK)
    axes.patch.set_alpha(0)
