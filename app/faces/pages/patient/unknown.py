"""The page of a patient who is not on record: it says so, and takes their values."""

from fastapi.responses import HTMLResponse

from app.engine.registry import ModelRegistry
from app.faces.pages.patient.page import PAGES
from app.faces.pages.patient.views.manual_entry import fields_of


def entering_page(registry: ModelRegistry, patient_id: str, model: str | None) -> HTMLResponse:
    """404, with a form for the values that the model asks for."""
    served = (registry.find(model) if model else None) or registry.named(None)
    schema = served.model.schema
    return PAGES.page(
        "unknown.html",
        404,
        patient_id=patient_id,
        name=registry.name_of(served),
        model=schema.model,
        models=[one.model.schema.model for one in registry.newest()],
        groups=fields_of(schema),
    )
