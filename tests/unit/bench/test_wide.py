"""The wide model that is measured is what its figures say of it."""

from pathlib import Path

from app.classifiers.task import read_task
from bench.wide import with_actions
from research.own_model.draft.drafting import draft_schema
from research.own_model.table.reading import read_table
from tests.own_tables import wide, written


def test_each_of_sixty_features_can_change_and_four_of_them_at_a_time(tmp_path: Path) -> None:
    table = read_table(written(wide(), tmp_path), "event", None, None)
    (task := tmp_path / "task.toml").write_text(with_actions(draft_schema(table, "wide", "the event")))
    schema = read_task(task)
    assert len(schema.actionable) == len(schema.features) == 60
    assert schema.model.max_changes == 4
