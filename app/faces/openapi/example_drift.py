"""What is told of drift: one feature that has moved, and a month of questions."""

from datetime import timedelta

from app.domain.drift import LEAST, Drift
from app.domain.feature import Feature
from app.domain.schema import FeatureSchema
from app.faces.openapi import ids
from app.usecases.drift.schemas import Compared, DriftAnswer, FeatureDrift, RiskDrift


def drift_answer(schema: FeatureSchema) -> DriftAnswer:
    """Figures that could be; the first feature is the one that moved."""
    last = ids.SAID.date()
    return DriftAnswer(
        model=schema.model.name,
        version=schema.model.version,
        first_day=last - timedelta(days=29),
        last_day=last,
        questions=2316,
        least=LEAST,
        state=Drift.MOVED,
        risk=RiskDrift(
            state=Drift.STABLE,
            psi=0.0421,
            mean=Compared(asked=0.3912, reference=0.3748),
            high=Compared(asked=0.4383, reference=0.4127),
        ),
        features=[
            _feature(one, 0.1386 if not place else 0.0213) for place, one in enumerate(schema.features)
        ],
    )


def _feature(feature: Feature, psi: float) -> FeatureDrift:
    return FeatureDrift(
        feature=feature.name,
        label=feature.label,
        state=Drift.STABLE if psi < 0.1 else Drift.MOVED,
        psi=psi,
        unknown=Compared(asked=0.0142, reference=0.0063),
        out_of_range=Compared(asked=0.0009, reference=0.0) if feature.is_numeric else None,
    )
