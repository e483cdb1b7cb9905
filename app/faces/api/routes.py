"""The REST API, whole: its line in `main`."""

from app.faces.api import (
    augmentations,
    counterfactuals,
    feedback,
    model_card,
    models,
    predictions,
    preferences,
)

ROUTERS = (
    counterfactuals.router,
    feedback.router,
    predictions.router,
    preferences.router,
    augmentations.router,
    models.router,
    model_card.router,
)
