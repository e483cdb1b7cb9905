"""The REST API, whole: its line in `main`."""

from app.faces.api import (
    audit_events,
    augmentations,
    counterfactuals,
    drift,
    feedback,
    measurements,
    model_card,
    models,
    patient_data,
    plans,
    predictions,
    preferences,
)

ROUTERS = (
    counterfactuals.router,
    feedback.router,
    measurements.router,
    patient_data.router,
    plans.router,
    predictions.router,
    preferences.router,
    augmentations.router,
    models.router,
    model_card.router,
    drift.router,
    audit_events.router,
)
