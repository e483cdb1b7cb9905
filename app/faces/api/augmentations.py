"""HTTP in, HTTP out, of batch jobs."""

from collections.abc import AsyncIterator
from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse, PlainTextResponse, StreamingResponse

from app.domain.errors import ConflictError, InvalidParameterError, ParameterIssue
from app.engine.registry import NOT_HOSTED
from app.faces.api.job_events import events_of
from app.faces.api.job_rows import Ending, format_ending, format_for, is_had, version_of
from app.faces.http.acceptable import writes
from app.faces.http.dependencies import AugmentingDep, DatabaseDep, RegistryDep
from app.faces.http.described import BYTES, EVENT, success, text
from app.faces.http.disconnect import cancel_on_disconnect
from app.faces.http.idempotency import IdempotencyKey, KeyedRoute
from app.faces.http.negotiation import PAGE, wants_page
from app.faces.http.parameters import PageSize
from app.faces.http.problems import problem_or_outcome, problem_responses
from app.faces.http.replies import json_reply
from app.faces.http.sentences import LAST_ROW
from app.faces.pages.jobs import job_page
from app.usecases.augmentation.columns import Others
from app.usecases.augmentation.downloads import pages_of
from app.usecases.augmentation.formats import FORMATS
from app.usecases.augmentation.ingest import NoRoomError, UploadTooLargeError, keep_table, receive_table
from app.usecases.augmentation.report.figures import QualityReport
from app.usecases.augmentation.schemas import AugmentationRequest, Job, JobsPage, State, Upload
from app.usecases.augmentation.table_reader import CSV, OCTETS, PARQUET, rows_of

router = APIRouter(prefix="/augmentations", tags=["augmentations"], route_class=KeyedRoute)

JobId = Annotated[UUID, Path(description="The `id` of a job.")]
_TABLES = (OCTETS, CSV, PARQUET)
_ROWS = {
    "application/x-ndjson": text("A JSON object a line."),
    CSV: text("A header, and a line a row."),
    PARQUET: BYTES,
}


@router.post(
    "",
    operation_id="createAugmentation",
    status_code=202,
    response_model=Job,
    responses=problem_responses(400, 401, 409, 413, 415, 422, 503),
)
async def submit(body: AugmentationRequest, service: AugmentingDep, _: IdempotencyKey = None) -> Response:
    """Have rows of a class made of people of the other one, by workers."""
    job = await service.submit(body)
    reply = json_reply(job, 202)
    reply.headers["Location"] = job.links["self"]
    return reply


@router.post(
    "/uploads",
    operation_id="uploadAugmentationTable",
    status_code=201,
    response_model=Upload,
    responses=problem_responses(401, 408, 413, 415, 422, 503, 507),
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": dict.fromkeys(_TABLES, BYTES),
        }
    },
)
async def upload(
    request: Request,
    registry: RegistryDep,
    database: DatabaseDep,
    model: Annotated[
        str | None,
        Query(max_length=64, description="The model, name or name@version, whose features the columns are."),
    ] = None,
    id_column: Annotated[
        str | None,
        Query(max_length=200, description="A column of your own ids: made rows have them as `source_id`."),
    ] = None,
    ignore_columns: Annotated[
        str | None, Query(max_length=10_000, description="Columns that are left out, separated by commas.")
    ] = None,
) -> Response:
    """Take in a table of people, CSV or Parquet, a column for each feature; a job then names its id.

    As `application/octet-stream` it is Parquet if it begins like that, and else CSV.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in _TABLES:
        return problem_or_outcome(request, 415, f"Send one of {', '.join(_TABLES)}.")
    served = registry.find(model or registry.default)
    if served is None:
        raise InvalidParameterError(ParameterIssue("model", "query", NOT_HOSTED))
    most: int = request.state.max_upload_bytes
    ignored = [] if ignore_columns is None else ignore_columns.split(",")
    others = Others(id_column, frozenset(name.strip() for name in ignored))
    read = partial(rows_of, media_type=kind, others=others)
    try:
        async with receive_table(request.stream(), most) as table:
            keeping = keep_table(table, read, served.model, database)
            taken = await cancel_on_disconnect(request, keeping)
    except UploadTooLargeError:
        return problem_or_outcome(request, 413, f"The upload is larger than {most // 1024} KiB.")
    except NoRoomError:
        return problem_or_outcome(request, 507, "There is no room for the upload just now.")
    return json_reply(taken, 201)


@router.get(
    "", operation_id="listAugmentations", response_model=JobsPage, responses=problem_responses(401, 422, 503)
)
async def jobs(
    service: AugmentingDep,
    before: Annotated[UUID | None, Query(description="The cursor `next` of the page before.")] = None,
    limit: PageSize = 20,
) -> Response:
    """List jobs, newest first."""
    return json_reply(await service.page(before, limit))


@router.get(
    "/{job_id}",
    operation_id="getAugmentation",
    response_model=Job,
    dependencies=[writes(PAGE)],
    responses=problem_responses(401, 404, 406, 422, 503)
    | success("The job, or its page.", {PAGE: text("A page that follows the job.")}),
)
async def state(job_id: JobId, request: Request, service: AugmentingDep) -> Response:
    """How far a job is; a page that follows it, where a browser asks."""
    job = await service.get(job_id)
    if wants_page(request):
        report = await service.document(job_id, "report") if job.state is State.COMPLETED else None
        return job_page(job, report)
    reply = json_reply(job)
    reply.headers["Vary"] = "Accept, HX-Request"
    return reply


@router.delete(
    "/{job_id}",
    operation_id="cancelAugmentation",
    response_model=Job,
    responses=problem_responses(401, 404, 422, 503),
)
async def cancel(job_id: JobId, service: AugmentingDep) -> Response:
    """Cancel a job; rows made so far stay. One that has ended stays as it is."""
    return json_reply(await service.cancel(job_id))


@router.get(
    "/{job_id}/rows",
    operation_id="getAugmentationRows",
    response_class=Response,
    responses=problem_responses(401, 404, 406, 409, 422, 503) | success("The rows.", _ROWS),
)
async def rows(
    job_id: JobId,
    request: Request,
    service: AugmentingDep,
    registry: RegistryDep,
    database: DatabaseDep,
    after: Annotated[
        str | None, Query(pattern=LAST_ROW, description="`source_row.rank` of the last row had.")
    ] = None,
    ending: Annotated[
        Ending | None,
        Query(alias="format", description="The format, for links in a browser: it goes before `Accept`."),
    ] = None,
) -> Response:
    """Download a finished job's rows: NDJSON, CSV or Parquet by `Accept`, in the order of their sources."""
    wanted = format_ending(ending) if ending else format_for(request.headers.get("accept", "*/*"))
    if wanted is None:
        return problem_or_outcome(
            request, 406, f"Rows come as {', '.join(one.media_type for one in FORMATS)}."
        )
    job = await service.get(job_id)
    if not job.state.is_final:
        raise ConflictError("The job has not ended: its rows are there when it has.")
    served = registry.recorded(job.model.name, job.model.version) or registry.named(job.model.name)
    schema = served.model.schema
    headers = {"ETag": version_of(job, wanted, after), "Vary": "Accept"}
    if is_had(headers["ETag"], request.headers.get("if-none-match", "")):
        return Response(status_code=304, headers=headers)
    headers["Content-Disposition"] = f'attachment; filename="{job.id}.{wanted.ending}"'
    stream: AsyncIterator[bytes] = wanted.written(schema, pages_of(database, job, after))
    return StreamingResponse(stream, media_type=wanted.media_type, headers=headers)


@router.get(
    "/{job_id}/events",
    operation_id="getAugmentationEvents",
    response_class=Response,
    responses=problem_responses(401, 404, 422, 503)
    | success("Events: a job as it is now, whenever something changed.", {"text/event-stream": EVENT}),
)
async def events(job_id: JobId, request: Request, service: AugmentingDep) -> Response:
    """Follow a job: server-sent events `progress`, then `end`, or `closing` if the service ends first."""
    await service.get(job_id)
    stream = events_of(partial(service.get, job_id), request.state.closing)
    return StreamingResponse(stream, media_type="text/event-stream")


@router.get(
    "/{job_id}/report",
    operation_id="getAugmentationReport",
    response_model=QualityReport,
    dependencies=[writes(PAGE)],
    responses=problem_responses(401, 404, 406, 409, 422, 503)
    | success("The report, or its page.", {PAGE: text("A page with the report's figures.")}),
)
async def report(job_id: JobId, request: Request, service: AugmentingDep) -> Response:
    """The quality report of a completed job: JSON, or a page where `Accept` asks for HTML."""
    headers = {"Vary": "Accept, HX-Request"}
    if wants_page(request):
        return HTMLResponse(str(await service.document(job_id, "page")), headers=headers)
    return JSONResponse(await service.document(job_id, "report"), headers=headers)


@router.get(
    "/{job_id}/card",
    operation_id="getAugmentationCard",
    response_class=Response,
    responses=problem_responses(401, 404, 409, 422, 503)
    | success("The card.", {"text/markdown": text("A data card (Pushkarna et al., 2022).")}),
)
async def card(job_id: JobId, service: AugmentingDep) -> Response:
    """The data card of a completed job's rows, Markdown, to go with them wherever they go."""
    return PlainTextResponse(str(await service.document(job_id, "card")), media_type="text/markdown")
