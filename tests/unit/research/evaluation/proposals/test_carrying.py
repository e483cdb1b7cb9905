"""Whether lessons carry over is measured on training people, one raw proposal each: what is valid counts."""

from itertools import islice, product
from pathlib import Path

import numpy as np
import pytest

from app.classifiers.partitions import Side, people_of
from app.engine.registry import ModelRegistry, ServedModel
from app.proposers.llm.exemplars import load_exemplars
from app.proposers.llm.prompt import Style
from app.proposers.llm.response import write_answer
from research.commands.carrying import told
from research.evaluation.proposals.asking import Asking
from research.evaluation.proposals.carrying import (
    CarryOverImpossibleError,
    carried_adapter,
    cases_to_ask,
    valid_replies,
)
from research.evaluation.proposals.cases import Case, Reach
from research.evaluation.proposals.proposer_specs import ProposerSpec
from research.llm_session import LlmEndpoint, OthersAlone
from tests.integration.fake_llm import FakeLlm, fake_llm, says
from tests.several_rows import of_several_rows
from tests.unit.proposers.llm.test_carry_over import measured

SEED, PEOPLE = 1, 6
NOTHING = '"rate 99"'


@pytest.fixture(scope="module")
def cases(heart: ServedModel) -> list[Case]:
    return list(islice(cases_to_ask(heart.model, heart.references, SEED), PEOPLE))


def valid_answer(case: Case) -> str:
    levers = case.problem.levers
    levels = np.array(list(product(*(range(lever.top + 1) for lever in levers))))
    reached = levels[levers.allowed(levels) & case.problem.reached(case.problem.risk(levels))]
    return write_answer(levers, reached[0])


def counted(heart: ServedModel, cases: list[Case], fake: FakeLlm, home: Path) -> int:
    asking = Asking(heart.model, ProposerSpec("few_shot", Style.FEW_SHOT), LlmEndpoint(fake.url), 1, SEED)
    return valid_replies(asking, cases, home, lambda *_: None)


def test_training_people_with_a_way_are_asked_about(heart: ServedModel, cases: list[Case]) -> None:
    training = {one.source_id: one for one in people_of(heart.model, Side.TRAINING)}
    held_out = {one.source_id for one in people_of(heart.model, Side.HELD_OUT)}
    threshold = heart.model.schema.model.threshold
    assert len({case.source_id for case in cases}) == PEOPLE
    for case in cases:
        assert case.reach is not Reach.OUT
        assert training[case.source_id].risk > threshold
        assert case.source_id not in held_out


def test_the_seed_says_who(heart: ServedModel, cases: list[Case]) -> None:
    def drawn(seed: int) -> list[int]:
        return [one.source_id for one in islice(cases_to_ask(heart.model, heart.references, seed), PEOPLE)]

    assert drawn(SEED) == [case.source_id for case in cases]
    assert drawn(SEED + 1) != drawn(SEED)


def test_of_somebody_with_several_rows_one_is_asked_about(heart: ServedModel, tmp_path: Path) -> None:
    model = of_several_rows(heart.model, Side.TRAINING, tmp_path)
    asked = [case.whose for case in cases_to_ask(model, heart.references, SEED)]
    assert len(set(asked)) == len(asked) > PEOPLE


def test_valid_proposals_are_counted_one_a_person(
    heart: ServedModel, cases: list[Case], tmp_path: Path
) -> None:
    first, second = cases[:1], cases[1:2]
    with fake_llm() as fake:
        fake.behaviour = says(valid_answer(first[0]))
        assert counted(heart, first, fake, tmp_path) == 1
        asked = fake.asked[-1]
        assert (asked.get("n", 1), asked["seed"]) == (1, SEED + first[0].source_id)
        fake.behaviour = says(NOTHING)
        assert counted(heart, second, fake, tmp_path) == 0
        before = len(fake.asked)
        assert counted(heart, [*first, *second], fake, tmp_path) == 1  # from the replies that were kept
        assert len(fake.asked) == before


def test_nobody_is_shown_their_own_answer(heart: ServedModel) -> None:
    bank = load_exemplars(heart.model.folder, len(heart.model.schema.columns))
    for exemplar in bank.exemplars[:5]:
        row = np.array(exemplar.row, dtype=np.float64)
        assert exemplar in bank.nearest(row)
        others = OthersAlone(bank.exemplars).nearest(row)
        assert len(others) == 3
        assert exemplar not in others


def test_there_must_be_an_adapter_and_another_one_than_its_own(registry: ModelRegistry) -> None:
    heart, second, first = (
        registry.named(name).model for name in ("heart-disease", "dysglycaemia@2", "dysglycaemia@1")
    )
    assert carried_adapter(heart, second).folder == second.folder / "adapter"
    with pytest.raises(CarryOverImpossibleError, match="has no adapter yet"):
        carried_adapter(second, heart)
    with pytest.raises(CarryOverImpossibleError, match="dysglycaemia@2 ships this adapter itself"):
        carried_adapter(second, first)


def test_the_command_tells_figures_and_what_follows() -> None:
    better, like = told(measured()), told(measured(valid=20))
    assert "63 % (51 to 74) with the adapter of dysglycaemia@2, 27 % (17 to 39) by few-shot" in better
    assert better.endswith(
        "With LLM_STYLE=fine_tuned a language model with this adapter is asked about stroke@1."
    )
    assert like.endswith("That is not clearly better: it is not asked about stroke@1.")
