"""All of a patient's data at once: to give it out, and to take it away."""

from fastapi import APIRouter, Request, Response

from app.faces.http.bodies import JsonRoute
from app.faces.http.dependencies import DatabaseDep
from app.faces.http.parameters import PatientId
from app.faces.http.problems import problem_responses
from app.usecases.patient_data.schemas import PatientExport
from app.usecases.patient_data.service import erase_patient, export_patient

PSEUDONYM = "X-Pseudonym"

router = APIRouter(prefix="/patients", tags=["patients"], route_class=JsonRoute)


@router.get(
    "/{patient_id}/export",
    operation_id="exportPatient",
    response_model=PatientExport,
    responses=problem_responses(401, 404, 422, 503),
)
async def export(patient_id: PatientId, database: DatabaseDep) -> Response:
    """Give out all that is recorded of a patient, at one moment; the file names nobody."""
    text = await export_patient(database, patient_id)
    headers = {"Content-Disposition": 'attachment; filename="patient.json"', "Cache-Control": "no-store"}
    return Response(text, headers=headers, media_type="application/json")


@router.delete(
    "/{patient_id}",
    operation_id="erasePatient",
    status_code=204,
    response_class=Response,
    responses=problem_responses(401, 404, 422, 503)
    | {
        204: {
            "description": "Nothing of the patient is left but a pseudonym.",
            "headers": {
                PSEUDONYM: {
                    "description": "The receipt: what stands for the patient in the audit.",
                    "schema": {"type": "string", "format": "uuid"},
                }
            },
        }
    },
)
async def erase(patient_id: PatientId, request: Request, database: DatabaseDep) -> Response:
    """Take all of a patient away: answers, plans, verdicts, results, cached answers, rows of batch jobs.

    It cannot be undone. Who is asked about again afterwards is a new patient.
    """
    state = request.state
    erased = await erase_patient(database, state.cache, patient_id, state.erasure_key)
    return Response(status_code=204, headers={PSEUDONYM: str(erased.pseudonym)})
