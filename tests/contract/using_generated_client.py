"""Run by the tests in an environment that holds nothing of this service: calls it by the client generated.

Arguments: the service's URL, and files with a question (JSON) and a table of people (CSV). Prints what came.
"""

import json
import sys
from io import BytesIO
from pathlib import Path
from uuid import uuid4

from generated_client import Client
from generated_client.api.augmentations import list_augmentations, upload_augmentation_table
from generated_client.api.counterfactuals import create_counterfactuals, create_feedback, get_counterfactuals
from generated_client.api.models import list_models
from generated_client.api.patients import list_patient_interventions
from generated_client.models import (
    CounterfactualsAnswer,
    CounterfactualsRequest,
    FeedbackConflict,
    FeedbackIn,
    FeedbackOut,
    InterventionsPage,
    JobsPage,
    Problem,
    Upload,
    Verdict,
)
from generated_client.types import File


def main(url: str, question: Path, table: Path) -> None:
    client = Client(base_url=url, raise_on_unexpected_status=True, httpx_args={"trust_env": False})
    body = CounterfactualsRequest.from_dict(json.loads(question.read_text()))

    answer = create_counterfactuals.sync(client=client, body=body)
    assert isinstance(answer, CounterfactualsAnswer)
    again = get_counterfactuals.sync(answer.id, client=client)
    assert isinstance(again, CounterfactualsAnswer)
    assert again.counterfactuals == answer.counterfactuals
    assert isinstance(get_counterfactuals.sync(uuid4(), client=client), Problem)

    option = answer.counterfactuals[0]
    said = FeedbackIn(counterfactual_id=option.id, verdict=Verdict.ACCEPTED)
    given = create_feedback.sync(answer.id, client=client, body=said)
    assert isinstance(given, FeedbackOut)
    said = FeedbackIn(counterfactual_id=option.id, verdict=Verdict.WITHDRAWN, replaces=uuid4())
    refused = create_feedback.sync(answer.id, client=client, body=said)
    assert isinstance(refused, FeedbackConflict)
    assert refused.standing is not None
    assert refused.standing.id == given.id
    page = list_patient_interventions.sync(answer.patient_id, client=client)
    assert isinstance(page, InterventionsPage)
    assert [one.id for one in page.feedback] == [given.id]

    upload = upload_augmentation_table.sync(client=client, body=File(payload=BytesIO(table.read_bytes())))
    assert isinstance(upload, Upload)
    assert isinstance(list_augmentations.sync(client=client), JobsPage)
    models = list_models.sync(client=client)
    assert isinstance(models, list)
    print(json.dumps({"answer": answer.to_dict(), "upload": upload.to_dict(), "models": len(models)}))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
