"""What must hold of every option that a sensor model gives, at its own threshold."""

from collections.abc import Mapping
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from app.classifiers.store import load_model
from app.domain.counterfactual import Status
from app.domain.feature import Direction, Kind
from app.domain.schema import FeatureSchema, Value
from app.engine.problem import problem_about
from app.engine.registry import ModelRegistry
from tests.unit.engine.answers import answer


def options_hold(folder: Path, people: int) -> int:
    """Ask about so many held-out rows above the threshold, and tell how many had options."""
    model = load_model(folder)
    served = ModelRegistry({model.name: model}, model.name).named(model.name)
    schema, threshold = model.schema, model.schema.model.threshold
    assert model.held_out is not None
    risk = model.classifier.risk(model.held_out.rows)
    rows = pq.read_table(model.folder / "held_out.parquet").select(list(schema.by_name)).to_pylist()
    above = [place for place in risk.argsort() if risk[place] > threshold]
    found = 0
    for place in above[:: max(1, len(above) // people)][:people]:
        result = answer(served, problem_about(model, rows[place]), min_robustness=schema.model.min_robustness)
        assert result.status is not Status.ALREADY_BELOW_TARGET
        found += result.status is Status.FOUND
        for option in result.counterfactuals:
            scored = float(model.classifier.risk(schema.encode(option.features)[None])[0])
            assert scored <= threshold
            assert option.risk == pytest.approx(scored, abs=1e-6)
            _is_permitted(schema, rows[place], option.features)
    return found


def _is_permitted(schema: FeatureSchema, before: Mapping[str, Value], after: Mapping[str, Value]) -> None:
    changed = [name for name in before if before[name] != after[name]]
    assert 0 < len(changed) <= schema.model.max_changes
    for name in changed:
        feature = schema[name]
        action = feature.action and feature.action.for_person(before)
        assert action is not None, f"{name} is fixed for this person"
        if feature.kind is Kind.CATEGORY:
            assert after[name] in [move.after for move in action.moves_from(before[name])]
            continue
        start, end = float(before[name] or 0), float(after[name] or 0)
        assert feature.clinical is not None
        assert feature.clinical[0] <= end <= feature.clinical[1]
        assert action.limit[0] - 1e-9 <= end <= action.limit[1] + 1e-9
        assert (end > start) is (action.direction is Direction.INCREASE)
        steps = abs(end - start) / action.step
        assert steps == pytest.approx(round(steps), abs=1e-6)
        assert abs(end - start) <= (action.max_change or abs(start) * (action.max_change_share or 1)) + 1e-9
    for relation in schema.relations:
        values = {name: after[name] for name in relation.terms}
        if None in values.values():
            continue
        total = sum(factor * float(values[name] or 0) for name, factor in relation.terms.items())
        was = sum(factor * float(before[name] or 0) for name, factor in relation.terms.items())
        assert total <= max(relation.bound, was) + 1e-6
