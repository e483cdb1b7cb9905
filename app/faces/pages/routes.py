"""The clinician's pages, whole: their line in `main`."""

from app.faces.pages.handout import endpoints as handout
from app.faces.pages.patient import (
    charts,
    endpoints,
    entering,
    entry,
    forms,
    grounds,
    plans,
    preferences,
    results,
)
from app.faces.pages.worklist import endpoints as worklist

ROUTERS = (
    endpoints.router,
    charts.router,
    grounds.router,
    forms.router,
    plans.router,
    entry.router,
    entering.router,
    preferences.router,
    handout.router,
    results.router,
    worklist.router,
)
