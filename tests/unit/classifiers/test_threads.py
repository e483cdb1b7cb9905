"""Work that asks a classifier runs beside the event loop, and keeps what it is about."""

import threading
from contextvars import ContextVar

import numpy as np
import pytest

from app.classifiers.model_version import ModelVersion
from app.classifiers.open_inference import MOST_WAITING, OpenInferenceClassifier
from app.classifiers.threads import in_thread

request_id: ContextVar[str] = ContextVar("request_id", default="none")


async def test_work_runs_in_another_thread_with_the_callers_context(model: ModelVersion) -> None:
    def about() -> tuple[str, bool]:
        return request_id.get(), threading.current_thread() is threading.main_thread()

    request_id.set("R-1")
    assert await in_thread(model.classifier, about) == ("R-1", False)


async def test_results_and_errors_are_those_of_the_work(model: ModelVersion) -> None:
    rows = model.population.rows[:3]
    risks = await in_thread(model.classifier, model.classifier.risk, rows)
    np.testing.assert_array_equal(risks, model.classifier.risk(rows))
    with pytest.raises(ZeroDivisionError):
        await in_thread(model.classifier, divmod, 1, 0)


async def test_a_classifier_elsewhere_holds_up_nobody_who_asks_another(model: ModelVersion) -> None:
    """All its threads wait for it, and the other model's work is done meanwhile."""
    elsewhere = OpenInferenceClassifier("http://127.0.0.1:9/v2/models/risk", timeout_s=1)
    answered = threading.Event()
    try:
        waiting = [elsewhere.threads.submit(answered.wait, 10) for _ in range(MOST_WAITING)]
        assert await in_thread(model.classifier, lambda: "done") == "done"
        assert not any(one.done() for one in waiting)
    finally:
        answered.set()
        elsewhere.close()
