"""The figure of an evaluation shows each proposer in each panel, and the same figures make the same file."""

from research.evaluation.proposals.measures import Scores
from research.evaluation.proposals.plots import figures_svg
from research.evaluation.proposals.summary import summarise

GOOD = Scores(1.0, 0.9, 1.0, 1.0, 1.0, 0.5, 4.0, 0.2, 1.1, 0.4)
POOR = Scores(0.9, 0.1, 0.5, 0.8, 0.7, 0.0, 3.0, 0.1, 2.0, 0.2)


def test_every_proposer_is_in_it() -> None:
    tables = {
        "few_shot": summarise([POOR, POOR], [20.0, 22.0], [2.0, 3.0]),
        "fine_tuned": summarise([GOOD, POOR], [15.0, 15.0], [1.0, 1.0]),
    }
    svg = figures_svg(tables)
    assert svg.count("few_shot") == svg.count("fine_tuned") == 1
    assert "valid, one sample, %" in svg
    assert svg == figures_svg(tables)
