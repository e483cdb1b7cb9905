"""What a model's page says of drift: a word first, what has moved furthest on top, and nothing of too few."""

from datetime import date

import numpy as np
import pytest

from app.domain.drift import LEAST
from app.engine.registry import ModelRegistry
from app.faces.pages.drift import drift_unknown, drift_view
from app.faces.pages.model_card import card_page
from app.usecases.drift.binning import binning_of
from app.usecases.drift.report import report_of
from app.usecases.drift.schemas import DriftAnswer

DAY = date(2026, 3, 2)


def told(registry: ModelRegistry, name: str, people: int, copies: int = 1) -> DriftAnswer:
    """Of some of the reference itself, each so many times."""
    model = registry.named(name).model
    rows = np.repeat(model.population.rows[:people], copies, axis=0)
    binning = binning_of(model)
    return report_of(binning, binning.counts(rows, model.classifier.risk(rows)), DAY, DAY)


@pytest.mark.parametrize("name", ["dysglycaemia", "heart-disease"])
def test_the_same_people_are_told_to_be_stable(registry: ModelRegistry, name: str) -> None:
    drift = told(registry, name, people=100_000)
    view = drift_view(drift)
    assert view.lead.startswith("Stable: ")
    assert f"{drift.questions} questions" in view.lead
    assert {line.state for line in view.lines} == {"stable"}
    assert not any(line.has_moved for line in view.lines)
    page = bytes(card_page("A model", "# Card", view).body).decode()
    assert page.index("Stable: ") < page.index("<h1>Card</h1>")
    assert "<b>" not in page.partition('id="drift"')[2].partition("</section>")[0]


def test_what_has_moved_furthest_is_on_top_and_marked(registry: ModelRegistry) -> None:
    drift = told(registry, "dysglycaemia", people=1, copies=LEAST)
    view = drift_view(drift)
    assert view.lead.startswith("Changed: ")
    indices = [float(line.index) for line in view.lines]
    assert indices == sorted(indices, reverse=True)
    assert (view.lines[0].state, view.lines[0].has_moved) == ("changed", True)
    assert view.risk.startswith("Estimates: changed (")


def test_of_too_few_the_number_alone_is_told(registry: ModelRegistry) -> None:
    view = drift_view(told(registry, "dysglycaemia", people=1, copies=LEAST - 1))
    assert view.lead == f"Too few to judge: {LEAST - 1} questions, where it takes {LEAST}."
    assert (view.risk, view.lines) == ("", ())


def test_a_record_that_is_away_takes_nothing_of_the_card_away() -> None:
    page = bytes(card_page("A model", "# Card", drift_unknown()).body).decode()
    assert "What was asked of late is not known just now" in page
    assert "<h1>Card</h1>" in page


def test_who_may_not_read_answers_sees_the_card_alone() -> None:
    page = bytes(card_page("A model", "# Card").body).decode()
    assert "asked" not in page
    assert "<h1>Card</h1>" in page
