"""The other way round: a schema for which high risk is what is wanted.

A counterfactual that raises the risk above the threshold is one that lowers its complement: everything
that looks for low risk then looks for high risk, and proves as much.
"""

from app.domain.feature import Monotonicity
from app.domain.schema import FeatureSchema
from app.domain.tolerances import JUST_ABOVE

_OPPOSITE = {
    Monotonicity.RISING: Monotonicity.FALLING,
    Monotonicity.FALLING: Monotonicity.RISING,
    Monotonicity.FREE: Monotonicity.FREE,
}


def complement_of(schema: FeatureSchema) -> FeatureSchema:
    """The schema of the complement: its threshold, and directions of risk turned round.

    Actions stay as they are, and they lead towards low risk: what looks for high risk takes a schema that
    is unconstrained, or one with reversed actions.
    """
    content = schema.model_dump(by_alias=True)
    content["model"]["threshold"] = 1.0 - schema.model.threshold - JUST_ABOVE
    for feature in content["feature"]:
        feature["risk"] = _OPPOSITE[feature["risk"]]
    return FeatureSchema.model_validate(content)
