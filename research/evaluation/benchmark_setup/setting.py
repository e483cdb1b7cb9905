"""The two settings of the study: what may change, and what a change is worth.

*Actionable*: the schema's own rules. *Free*, as in the papers: any known feature may take any observed value,
whatever its direction, and nothing moves along with another (`research.unconstrained`).
"""

from dataclasses import dataclass
from enum import StrEnum

from app.domain.feature import Direction, Feature, Kind
from app.domain.schema import FeatureSchema, FloatArray
from research.unconstrained.schema import unconstrained


class SettingKind(StrEnum):
    """What may change."""

    ACTIONABLE = "actionable"
    FREE = "free"


@dataclass(frozen=True, slots=True)
class BenchmarkSetting:
    """What a method may do: `schema` has the actions that count."""

    schema: FeatureSchema
    kind: SettingKind

    @property
    def categories(self) -> bool:
        return self.kind is SettingKind.FREE

    def may_change(self, feature: Feature) -> bool:
        """Whether some answer to somebody may change it, on its own or along with another."""
        if feature.kind is Kind.CATEGORY:
            return self.categories
        return feature.action is not None or feature.name in self.schema.consequence_order


def setting_of(schema: FeatureSchema, kind: SettingKind, sd: FloatArray) -> BenchmarkSetting:
    """The rules of a setting; `sd` has shape (columns,)."""
    if kind is SettingKind.ACTIONABLE:
        return BenchmarkSetting(schema, kind)
    return BenchmarkSetting(unconstrained(schema, sd, Direction.INCREASE), kind)
