"""What every request passes on its way in, and every answer on its way out."""

from fastapi import FastAPI

from app.faces.http import admission, problems
from app.faces.http.admission import Admission, doorways_of
from app.faces.http.audited import AuditRefusals
from app.faces.http.auth import Access
from app.faces.http.methods import Head
from app.faces.http.middleware import BodyLimit, CorrelationId, ErrorBoundary, Uncompressed
from app.faces.http.origins import SameSite, TrustedHosts
from app.faces.http.pages.assets import MOUNT, Assets
from app.settings import Settings


def install(app: FastAPI, settings: Settings) -> None:
    """Problem documents, style and scripts, and the middleware: what is added last is passed first."""
    problems.install(app)
    admission.install(app)
    app.mount(MOUNT, Assets())
    larger = {"/augmentations": settings.max_rows_bytes, "/augmentations/uploads": None}
    app.add_middleware(Head)
    app.add_middleware(BodyLimit, most=settings.max_body_bytes, others=larger)
    app.add_middleware(Uncompressed)
    app.add_middleware(Admission, doorways=doorways_of(settings))
    app.add_middleware(Access)
    app.add_middleware(SameSite)
    if not settings.asks_who:
        app.add_middleware(TrustedHosts, names=settings.own_names)
    app.add_middleware(ErrorBoundary)
    app.add_middleware(AuditRefusals)
    app.add_middleware(CorrelationId)
