"""A search that runs out of what it may look at still brings home what there is, and claims no proof."""

from dataclasses import replace

import numpy as np
import pytest

from app.domain.counterfactual import Generator
from app.engine.finding import find
from app.engine.hosting import Hosted
from app.engine.options import options_from
from app.engine.wish import Wish
from research.unconstrained.actions import freedom_of
from tests.asking import Person, question_about


@pytest.mark.parametrize("work", [0.0, 1.0, 20_000.0])
@pytest.mark.parametrize("share", [0.0, 0.9])
def test_without_time_for_proofs_somebody_who_can_be_helped_is_helped(
    hosted: Hosted, helpable: Person, work: float, share: float
) -> None:
    question, wish = question_about(hosted.model, helpable), Wish(2, share, Generator.SEARCH)
    found = find(question, hosted.yardsticks, wish, work)
    nothing = question.unchanged[:0]
    options = options_from(question, hosted.yardsticks, wish, nothing, found.levels, found.proved)
    assert len(options.levels) > 0
    assert (options.risk <= question.target).all()


def test_what_was_cut_short_is_not_said_to_be_proved(hosted: Hosted, helpable: Person) -> None:
    model, wish = hosted.model, Wish(2, 0.9, Generator.SEARCH)
    asked = question_about(model, helpable)
    freedom = freedom_of(model.schema, np.nanstd(model.population.rows, axis=0))
    question = replace(asked, levers=freedom.levers(asked.patient, model.classifier))
    cut_short = find(question, hosted.yardsticks, wish, 1.0)
    assert not cut_short.proved
    assert len(cut_short.levels) > 1
    assert cut_short.bound < float("inf")
    assert find(question, hosted.yardsticks, wish).proved
