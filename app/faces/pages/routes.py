"""The clinician's pages, whole: their line in `main`."""

from app.faces.pages.patient import endpoints, entry, forms
from app.faces.pages.worklist import endpoints as worklist

ROUTERS = (endpoints.router, forms.router, entry.router, worklist.router)
