"""What a plan is called, where a person gave it a name."""

from app.domain.schema import FeatureSchema
from app.engine.strategies import strategy_name
from app.storage.consultation_tables import PlanRow
from app.usecases.plans.draft import NO_STRATEGY


def own_name(plan: PlanRow, schema: FeatureSchema | None) -> str | None:
    """The name of a plan; None where it is but its strategy's, which is in English and says no more."""
    if plan.name == NO_STRATEGY:
        return None
    before, after = ({change["feature"]: change[end] for change in plan.changes} for end in ("from", "to"))
    if schema is None or not after or any(name not in schema for name in after):
        return plan.name
    order = list(dict.fromkeys(schema.theme_of(feature.name) for feature in schema.features))
    themes = tuple(sorted({schema.theme_of(name) for name in after}, key=order.index))
    return None if plan.name == strategy_name(schema, themes, before, after) else plan.name
