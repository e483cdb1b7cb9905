"""A comparison of two versions as text."""

from collections.abc import Iterator, Sequence

from app.metrics import SHADOW_EDGES
from app.usecases.shadow.counts import Outcome, ShadowFigures
from research.comparison.figures import Figures, OneVersion
from research.training.discrimination import Interval


def report(
    name: str,
    versions: tuple[str, str],
    whole: Figures,
    groups: Sequence[tuple[str, Figures]],
    given: Sequence[str] = (),
) -> str:
    """What both do on people whom both hold out.

    `given` are those versions whose classifier its owner gave: whom it learned from is not known.
    """
    one, other = versions
    whom = "whom both hold out" if given else "from whom neither learned"
    lines = [
        f"{name}: version {one} and version {other} on {whole.people} people {whom}, "
        f"{whole.with_outcome} with the outcome",
        *(
            f"The classifier of version {version} was given by its owner. Whether it learned from these "
            "people is not known; if it did, its figures are too good."
            for version in given
        ),
        "",
        *_table(versions, whole),
        "",
        *_labels(versions, whole),
        "",
        "By group: people, with the outcome; ROC-AUC of both, difference (95 %); labels changed",
        *(f"  {label}: {_group(figures)}" for label, figures in groups),
    ]
    return "\n".join(lines)


def shadow_report(versions: tuple[str, str], figures: ShadowFigures, days: int) -> str:
    """What shadow scoring counted of the people whom callers asked about."""
    one, other = versions
    outcomes = figures.outcomes
    left = outcomes[Outcome.UNREADABLE], outcomes[Outcome.FAILED], outcomes[Outcome.DROPPED]
    head = (
        f"Version {other} scored beside version {one} in the last {days} days: {figures.scored} people. "
        f"Not scored: {left[0]} whose values it does not take, "
        f"{left[1]} failed, {left[2]} dropped under load."
    )
    if figures.scored == 0:
        return head
    labels = (
        f"Labels: {figures.disagree} differ ({figures.disagree / figures.scored:.1%}): "
        f"{outcomes[Outcome.ONLY_SHADOW_HIGH]} high by {other} alone, "
        f"{outcomes[Outcome.ONLY_DEFAULT_HIGH]} high by {one} alone."
    )
    return "\n".join([head, labels, f"Risk by {other} less risk by {one}:", *_bins(figures)])


def _bins(figures: ShadowFigures) -> Iterator[str]:
    ends = ("", *(f"{edge:+.2f}" for edge in SHADOW_EDGES), "")
    for low, high, many in zip(ends[:-1], ends[1:], figures.differences, strict=True):
        if many:
            where = f"{low} to {high}" if low and high else f"{high} or below" if high else f"above {low}"
            yield f"  {where}: {many} ({many / figures.scored:.1%})"


def _table(versions: tuple[str, str], figures: Figures) -> list[str]:
    one, other = figures.one, figures.other
    auc, brier = figures.auc_difference, figures.brier_difference
    return [
        f"  {'':22}{'version ' + versions[0]:>24}{'version ' + versions[1]:>24}   difference (95 %)",
        _row("ROC-AUC", _interval(one.roc_auc), _interval(other.roc_auc), _signed(auc)),
        _row("Brier score", f"{one.brier:.4f}", f"{other.brier:.4f}", _signed(brier, 4)),
        _row("mean risk", f"{one.mean_risk:.3f}", f"{other.mean_risk:.3f}"),
        _row("outcome observed", *[f"{figures.with_outcome / figures.people:.3f}"] * 2),
        _row("calibration slope", _line(one, "slope"), _line(other, "slope")),
        _row("calibration intercept", _line(one, "intercept"), _line(other, "intercept")),
        _row("called high", str(one.high), str(other.high)),
    ]


def _row(what: str, one: str, other: str, difference: str = "") -> str:
    return f"  {what:22}{one:>24}{other:>24}   {difference}".rstrip()


def _labels(versions: tuple[str, str], figures: Figures) -> list[str]:
    one, other = versions
    share = figures.changed
    return [
        f"Labels: {sum(figures.to_high) + sum(figures.to_low)} of {figures.people} change from version {one} "
        f"to {other}: {share.value:.1%} ({share.low:.1%} to {share.high:.1%})",
        f"  from low to high: {figures.to_high[0]} with the outcome, {figures.to_high[1]} without",
        f"  from high to low: {figures.to_low[0]} with the outcome, {figures.to_low[1]} without",
    ]


def _group(figures: Figures) -> str:
    changed = sum(figures.to_high) + sum(figures.to_low)
    areas = [one.roc_auc for one in (figures.one, figures.other)]
    told = "too few for ROC-AUC"
    if areas[0] is not None and areas[1] is not None:
        told = f"{areas[0].value:.3f}, {areas[1].value:.3f}, {_signed(figures.auc_difference)}"
    return f"{figures.people}, {figures.with_outcome}; {told}; {changed}"


def _interval(one: Interval | None) -> str:
    return "too few" if one is None else f"{one.value:.3f} ({one.low:.3f} to {one.high:.3f})"


def _signed(one: Interval | None, digits: int = 3) -> str:
    if one is None:
        return ""
    return f"{one.value:+.{digits}f} ({one.low:+.{digits}f} to {one.high:+.{digits}f})"


def _line(one: OneVersion, what: str) -> str:
    if one.calibration is None:
        return "too few"
    value = one.calibration[what]
    return "none" if value is None else f"{value:.2f}"
