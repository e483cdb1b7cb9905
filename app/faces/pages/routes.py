"""The clinician's pages, whole: their line in `main`."""

from app.faces.pages.patient import charts, endpoints, entry, forms, results
from app.faces.pages.worklist import endpoints as worklist

ROUTERS = (
    endpoints.router,
    charts.router,
    forms.router,
    entry.router,
    results.router,
    worklist.router,
)
