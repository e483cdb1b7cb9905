"""A link and the way back agree to the last digit about which side of a target a margin is on."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.classifiers.link import LOGISTIC, Link, LinkKind

TARGETS = st.floats(0.001, 0.999)
MARGINS = st.floats(-30, 30)


@st.composite
def isotonic_links(draw: st.DrawFn) -> Link:
    """Points with level parts and steep ones."""
    count = draw(st.integers(2, 8))
    margins = sorted(draw(st.lists(MARGINS, min_size=count, max_size=count, unique=True)))
    risks = sorted(draw(st.lists(st.sampled_from([0.0, 0.1, 0.2, 0.5, 1.0]), min_size=count, max_size=count)))
    return Link(LinkKind.ISOTONIC, margins=tuple(margins), risks=tuple(risks))


SLOPES = st.floats(0.01, 20)
LINKS = st.one_of(
    st.just(LOGISTIC),
    st.builds(lambda slope, at: Link(LinkKind.PLATT, slope, at), SLOPES, st.floats(-3, 3)),
    st.builds(lambda slope, at: Link(LinkKind.IDENTITY, slope, at), SLOPES, st.floats(-1, 1)),
    isotonic_links(),
)


@given(link=LINKS, margin=MARGINS, step=st.floats(0, 10))
def test_risk_never_falls_and_is_a_probability(link: Link, margin: float, step: float) -> None:
    low, high = link.risk(np.array([margin, margin + step]))
    assert 0 <= low <= high + 1e-15
    assert high <= 1


@given(link=LINKS, target=TARGETS)
def test_the_highest_margin_below_a_target_is_where_the_risk_passes_it(link: Link, target: float) -> None:
    highest = float(link.highest_margin_below(target))
    if np.isfinite(highest):
        slack = 1e-9 * (1 + abs(highest))
        below, above = link.risk(np.array([highest - slack, highest + slack]))
        assert below <= target + 1e-12
        assert above > target or above == pytest.approx(target, abs=1e-7)
    else:
        everywhere = link.risk(np.array([-1e6, 1e6]))
        assert (everywhere <= target).all() if highest > 0 else (everywhere > target).all()


@given(link=isotonic_links(), target=st.sampled_from([0.1, 0.2, 0.5]))
def test_on_a_level_part_it_is_its_end(link: Link, target: float) -> None:
    """As the classifier itself compares: at the margin the risk is not above, just above it is."""
    highest = float(link.highest_margin_below(target))
    if np.isfinite(highest):
        assert link.risk(np.array(highest)) <= target
        assert link.risk(np.array(highest + 1e-11 * (1 + abs(highest)))) > target


def test_the_same_risk_goes_on_to_the_end_of_a_level_part() -> None:
    link = Link(LinkKind.ISOTONIC, margins=(-2, -1, 1, 2), risks=(0.1, 0.2, 0.2, 0.6))
    assert link.same_until(-0.5) == pytest.approx(1.0)
    assert link.same_until(1.5) == pytest.approx(1.5)
    assert link.same_until(3.0) == np.inf
    assert LOGISTIC.same_until(0.3) == 0.3


@given(link=LINKS, margin=MARGINS)
def test_the_complement_of_the_opposite_margin_is_the_rest_to_one(link: Link, margin: float) -> None:
    risk, rest = link.risk(np.array(margin)), link.complement().risk(np.array(-margin))
    assert risk + rest == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"kind": LinkKind.PLATT, "slope": 0.0}, "slope is not above 0"),
        ({"kind": LinkKind.PLATT, "slope": float("nan")}, "not finite"),
        ({"kind": LinkKind.LOGISTIC, "intercept": 1.0}, "no slope or intercept"),
        ({"kind": LinkKind.IDENTITY, "margins": (0.0,), "risks": (0.5,)}, "no points"),
        ({"kind": LinkKind.ISOTONIC, "margins": (0.0,), "risks": (0.5,)}, "two points at least"),
        ({"kind": LinkKind.ISOTONIC, "margins": (0.0, 0.0), "risks": (0.5, 0.6)}, "do not rise"),
        ({"kind": LinkKind.ISOTONIC, "margins": (0.0, 1.0), "risks": (0.7, 0.6)}, "fall"),
        ({"kind": LinkKind.ISOTONIC, "margins": (0.0, 1.0), "risks": (0.7, 1.1)}, "not between 0 and 1"),
    ],
)
def test_what_is_no_link_is_refused(wrong: dict[str, object], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Link(**wrong)  # type: ignore[arg-type]
