"""The figure of an evaluation shows each proposer in each panel, and the same figures make the same file."""

from research.evaluation.proposals.measures import ProposalScores
from research.evaluation.proposals.plots import figures_svg
from research.evaluation.proposals.summary import summarise

GOOD = ProposalScores(
    well_formed=1.0,
    valid=0.9,
    valid_best=1.0,
    in_range=1.0,
    obedient=1.0,
    holds=0.5,
    changes=4.0,
    proximity=0.2,
    effort=1.1,
    diversity=0.4,
)
POOR = ProposalScores(
    well_formed=0.9,
    valid=0.1,
    valid_best=0.5,
    in_range=0.8,
    obedient=0.7,
    holds=0.0,
    changes=3.0,
    proximity=0.1,
    effort=2.0,
    diversity=0.2,
)


def test_every_proposer_is_in_it() -> None:
    tables = {
        "few_shot": summarise([POOR, POOR], [20.0, 22.0], [2.0, 3.0], [0, 1]),
        "fine_tuned": summarise([GOOD, POOR], [15.0, 15.0], [1.0, 1.0], [0, 1]),
    }
    svg = figures_svg(tables)
    assert svg.count("few_shot") == svg.count("fine_tuned") == 1
    assert "valid, one sample, %" in svg
    assert svg == figures_svg(tables)
