"""Who becomes a case: people, each once, though a table may have several rows of somebody."""

from pathlib import Path

from app.classifiers.partitions import Side, people_of
from app.classifiers.store import load_version
from app.paths import MODEL_STORE
from research.review.cases import drawn
from tests.several_rows import store_of_several_rows


def test_of_somebody_with_several_rows_one_is_drawn(tmp_path: Path) -> None:
    store = store_of_several_rows(tmp_path)
    model = load_version(store, "heart-disease")
    threshold = model.schema.model.threshold
    high = {row.source_id: row.whose for row in people_of(model, Side.HELD_OUT) if row.risk > threshold}
    one, other = ([high[row] for row in drawn(store, "heart-disease", seed)] for seed in (1, 2))
    assert len(set(high.values())) < len(high)
    assert sorted(one) == sorted(other) == sorted(set(high.values()))
    assert one != other
    assert set(drawn(store, "heart-disease", 1)) != set(drawn(store, "heart-disease", 2))


def test_of_people_with_one_row_each_all_are_drawn() -> None:
    model = load_version(MODEL_STORE, "heart-disease")
    threshold = model.schema.model.threshold
    high = [row.source_id for row in people_of(model, Side.HELD_OUT) if row.risk > threshold]
    assert sorted(drawn(MODEL_STORE, "heart-disease", 1)) == sorted(high)
