"""What the operations of batch jobs answer: a job that made the options of one answer into rows."""

import csv
import io
import json
from typing import Any

from app.domain.counterfactual import Generator
from app.faces.openapi import ids
from app.usecases.augmentation.label import Label
from app.usecases.augmentation.mapping import links_of
from app.usecases.augmentation.report.figures import (
    Acceptance,
    Closeness,
    Correlation,
    Discriminator,
    Marginal,
    QualityReport,
)
from app.usecases.augmentation.schemas import FaultInRow, Job, JobsPage, Progress, RowFault, State, Upload
from app.usecases.counterfactuals.schemas import CounterfactualsAnswer

_JSON = "application/json"


def job_answers(answer: CounterfactualsAnswer) -> dict[str, dict[str, Any]]:
    """By operation and media type."""
    done, queued = _job(answer, State.COMPLETED), _job(answer, State.QUEUED)
    rows = _rows(answer)
    return {
        "createAugmentation": _in_json(queued),
        "listAugmentations": _in_json(JobsPage(jobs=[done], next=None)),
        "getAugmentation": _in_json(done),
        "cancelAugmentation": _in_json(_job(answer, State.CANCELLED)),
        "uploadAugmentationTable": _in_json(_UPLOAD),
        "getAugmentationRows": {"application/x-ndjson": _ndjson(rows), "text/csv": _csv(rows)},
        "getAugmentationEvents": {"text/event-stream": {"event": "end", "data": done.model_dump_json()}},
        "getAugmentationReport": _in_json(_report(len(rows))),
        "getAugmentationCard": {"text/markdown": _CARD},
    }


def _job(answer: CounterfactualsAnswer, state: State) -> Job:
    rows = len(answer.counterfactuals) if state is State.COMPLETED else 0
    is_done = int(state is State.COMPLETED)
    return Job(
        id=ids.JOB_ID,
        state=state,
        created_at=ids.SENT,
        started_at=ids.STARTED if is_done else None,
        finished_at=ids.FINISHED if state.is_final else None,
        model=answer.model,
        target_label=Label.LOW,
        per_row=3,
        generator=Generator.AUTO,
        seed=0,
        improvements=True,
        progress=Progress(total=1, done=is_done, accepted=rows, improved=0, rejected=0, invalid=0),
        duplicates_removed=0,
        degraded=[],
        failure=None,
        links=links_of(ids.JOB_ID),
    )


def _rows(answer: CounterfactualsAnswer) -> list[dict[str, Any]]:
    """As `augmentation.formats` writes them; the distance to the nearest person is an invented one."""
    return [
        {
            **option.features,
            "label": Label.LOW.value,
            "source_row": 0,
            "source_id": None,
            "rank": option.rank,
            "risk": option.risk,
            "reached": True,
            "reduction": round(answer.prediction.risk - option.risk, 6),
            "verified": True,
            "neighbour_distance": option.plausibility.neighbour_distance,
            "nearest_real_distance": 0.42,
            "nearest_own_distance": None,
            "nearest_others_distance": None,
            "generator": option.generator.value,
            "model": answer.model.name,
            "model_version": answer.model.version,
        }
        for option in answer.counterfactuals
    ]


def _ndjson(rows: list[dict[str, Any]]) -> str:
    return "".join(json.dumps(row, separators=(",", ":")) + "\n" for row in rows)


def _csv(rows: list[dict[str, Any]]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]) if rows else [])
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def _report(rows: int) -> QualityReport:
    """Of invented figures: real ones take thousands of rows and some seconds."""
    return QualityReport(
        label=Label.LOW.value,
        rows=rows,
        rows_measured=rows,
        real_people=2104,
        acceptance=Acceptance(
            accepted=rows, improved=0, median_reduction=None, rejected=0, duplicates_removed=0, reasons={}
        ),
        marginals=[
            Marginal(
                name="age",
                label="Age",
                unit="years",
                distance=0.12,
                bins=["under 40", "40 to 59", "60 and over"],
                real=[0.31, 0.38, 0.31],
                synthetic=[0.25, 0.42, 0.33],
                real_unknown=0.0,
                synthetic_unknown=0.0,
            )
        ],
        correlation=Correlation(
            mean_difference=0.04, largest_difference=0.18, largest_between=["bmi", "waist"]
        ),
        discriminator=Discriminator(auc=0.63, interval=(0.54, 0.72)),
        closeness=Closeness(
            to_training=0.91,
            held_out_to_training=0.88,
            nearest_ratio=0.87,
            nearer_to_training=0.51,
            nearer_interval=(0.42, 0.6),
            copies=0,
        ),
        utility=None,
    )


_UPLOAD = Upload(
    id=ids.UPLOAD_ID,
    rows=120,
    valid=119,
    invalid=1,
    faults=[
        RowFault(row=17, line=19, errors=[FaultInRow(pointer="/17/age", detail="must be a whole number")])
    ],
    sha256="9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
)
_CARD = (
    "# Synthetic rows of the low-risk class\n\n**These rows are synthetic.** No such person was observed.\n"
)


def _in_json(answer: Any) -> dict[str, Any]:
    return {_JSON: answer.model_dump(mode="json")}
