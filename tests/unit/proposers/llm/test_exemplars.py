"""Exemplars that are none are told when they are read, in one sentence."""

from pathlib import Path

import pytest

from app.classifiers.folder import ModelFolderError
from app.engine.registry import ModelRegistry
from app.proposers.llm.exemplars import load_exemplars


@pytest.mark.parametrize(("reference", "count"), [("dysglycaemia@1", 200), ("dysglycaemia@2", 35)])
def test_the_shipped_exemplars_are_read(registry: ModelRegistry, reference: str, count: int) -> None:
    model = registry.named(reference).model
    bank = load_exemplars(model.folder, len(model.schema.columns))
    assert len(bank.exemplars) == count
    assert {len(exemplar.row) for exemplar in bank.exemplars} == {len(model.schema.columns)}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "does not hold exemplars: is not JSON"),
        ("{}", "does not hold exemplars: must be a list"),
        ('[{"case": "a"}]', "does not hold exemplars: entry 1.answer: is missing"),
        (
            '[{"case": "a", "answer": "b", "row": ["x"]}]',
            "does not hold exemplars: entry 1.row.entry 1: must be a number",
        ),
        (
            '[{"case": "a", "answer": "b", "row": [1]}, {"case": "a", "answer": "b", "row": [1, null]}]',
            "holds rows of other lengths than the model's 1 columns",
        ),
    ],
)
def test_what_is_none_is_told(tmp_path: Path, content: str, said: str) -> None:
    path = tmp_path / "exemplars.json"
    path.write_text(content)
    with pytest.raises(ModelFolderError) as caught:
        load_exemplars(tmp_path, columns=1)
    assert str(caught.value) == f"{path} {said}"
