"""The clinician's pages, whole: their line in `main`."""

from app.faces.pages import recent
from app.faces.pages.patient import charts, endpoints, forms

ROUTERS = (endpoints.router, charts.router, forms.router, recent.router)
