"""What every request passes on its way in, and every answer on its way out."""

from fastapi import FastAPI

from app.faces.http import admission, problems
from app.faces.http.admission import Admission, doorways_of
from app.faces.http.audited import AuditRefusals
from app.faces.http.auth import Access
from app.faces.http.body_limits import BodyLimit, Uncompressed
from app.faces.http.cors import Cors
from app.faces.http.frames import Framed
from app.faces.http.framing import CloseUnread, OneLength
from app.faces.http.methods import Head
from app.faces.http.middleware import CorrelationId, ErrorBoundary
from app.faces.http.origins import SameSite, TrustedHosts
from app.faces.http.pace import BodyPace, PacedBody
from app.faces.http.pages.assets import MOUNT, Assets
from app.faces.http.targets import ShortTarget
from app.faces.http.throttle import RefusalThrottle
from app.faces.http.traced import Traced
from app.settings import Settings

_ROWS, _UPLOADS = "/augmentations", "/augmentations/uploads"
_BUNDLES = ("/counterfactuals", "/predictions", "/cds-services/{service_id}")
"""Where FHIR resources may be part of a question."""


def install(app: FastAPI, settings: Settings) -> None:
    """Problem documents, style and scripts, and the middleware: what is added last is passed first."""
    problems.install(app)
    admission.install(app)
    app.mount(MOUNT, Assets())
    larger = {_ROWS: settings.max_rows_bytes, _UPLOADS: settings.max_upload_bytes}
    larger |= dict.fromkeys(_BUNDLES, max(settings.max_bundle_bytes, settings.max_body_bytes))
    app.add_middleware(Head)
    app.add_middleware(BodyLimit, most=settings.max_body_bytes, others=larger, streamed=frozenset({_UPLOADS}))
    app.add_middleware(
        PacedBody,
        closing=app.state.closing,
        pace=_pace(settings, settings.body_timeout_s),
        others={_UPLOADS: _pace(settings, settings.upload_timeout_s)},
    )
    app.add_middleware(Uncompressed)
    app.add_middleware(Admission, doorways=doorways_of(settings))
    app.add_middleware(Access)
    app.add_middleware(RefusalThrottle, per_minute=settings.refusals_per_minute)
    app.add_middleware(SameSite)
    if not settings.asks_who:
        app.add_middleware(TrustedHosts, names=settings.own_names)
    app.add_middleware(OneLength)
    app.add_middleware(ShortTarget, most=settings.max_target_bytes, most_fields=settings.max_query_fields)
    app.add_middleware(CloseUnread)
    app.add_middleware(ErrorBoundary)
    if settings.cors_origins:
        app.add_middleware(Cors, origins=settings.cors_origins)
    app.add_middleware(AuditRefusals)
    if settings.ehr_frame_origins:
        app.add_middleware(Framed, origins=settings.ehr_frame_origins)
    app.add_middleware(CorrelationId)
    if settings.otel_exporter_otlp_endpoint is not None:
        app.add_middleware(Traced)


def _pace(settings: Settings, most_s: float) -> BodyPace:
    return BodyPace(settings.body_wait_s, settings.body_bytes_per_s, most_s)
