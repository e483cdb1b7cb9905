"""One model that answers within this process: the calls of the API that need no record."""

import json
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import Any

from pydantic import BaseModel, ValidationError

from app.classifiers.base import ClassifierError
from app.classifiers.store import ModelFolderError, load_version
from app.compiled import is_cold
from app.cores import cores
from app.domain.errors import InvalidInputError
from app.engine.examples import warm_up
from app.engine.registry import ModelRegistry, ServedModel
from app.faces.api.json_schema import features_json_schema
from app.faces.in_process.problems import Reply, misfits, problem
from app.faces.in_process.workers import Workers
from app.paths import MODEL_STORE
from app.settings import SEARCH_WORK, Settings
from app.usecases.counterfactuals.alone import answer_alone
from app.usecases.counterfactuals.request import validate
from app.usecases.counterfactuals.schemas import CounterfactualsAnswer, CounterfactualsRequest
from app.usecases.predictions.schemas import PredictionRequest
from app.usecases.predictions.service import answer_of, told_of

_FAULTS = "The request has faults."
_DEFAULT_MODEL: str = Settings.model_fields["default_model"].default


class InProcessEngine:
    """Answers as POST /counterfactuals and POST /predictions do, with the search alone.

    What it is asked and what it answers are the bodies of these calls. Nothing is recorded: no answer can be
    read again by its id.
    """

    def __init__(self, store: Path, name: str, work: float = SEARCH_WORK) -> None:
        """Load a model by its name, or name@version; `work` is what a question may cost.

        Raises:
            ModelFolderError: it is not there, or cannot be hosted.
        """
        self._store, self._name, self._work = store, name, work
        self._registry = ModelRegistry({name: load_version(store, name)}, name)
        self._replies: dict[tuple[str, str], Callable[[bytes | None], BaseModel | dict[str, Any]]] = {
            ("POST", "/counterfactuals"): self._counterfactuals,
            ("POST", "/predictions"): self._predictions,
            ("GET", "/models/{name}/schema"): self._schema,
        }

    @property
    def model(self) -> tuple[str, str]:
        """Name and version."""
        own = self.served.model
        return own.name, own.version

    @property
    def served(self) -> ServedModel:
        """The model with what it is asked by."""
        return self._registry.named(None)

    @property
    def cores(self) -> int:
        """How many questions can be worked on at a time, each by a process of its own."""
        return cores()

    def warm_up(self) -> None:
        """Compile the search for this machine, unless that is done: it takes about a minute once."""
        if is_cold():
            warm_up(self.served)

    def exchange(self, method: str, route: str, body: bytes | None = None) -> Reply:
        """The reply to a call: a status and JSON, a problem document where something is wrong."""
        reply = self._replies.get((method, route))
        if reply is None:
            return problem(404, "This is not answered in process: it takes a running service.")
        try:
            told = reply(body)
        except ValidationError as error:
            return problem(422, _FAULTS, misfits(error, json.loads(body or b"null")))
        except InvalidInputError as error:
            return problem(422, _FAULTS, error.issues)
        except ClassifierError as error:
            return problem(503, f"The classifier gives no risk: {error}.")
        if isinstance(told, BaseModel):
            return 200, told.model_dump_json(by_alias=True).encode()
        return 200, json.dumps(told).encode()

    def several(self, processes: int) -> Workers:
        """So many processes that host the same model, this one among them; the others end when closed."""
        settings = {"store": str(self._store), "name": self._name, "work": self._work}
        return Workers(self, settings, processes - 1)

    def _counterfactuals(self, body: bytes | None) -> CounterfactualsAnswer:
        started = perf_counter()
        request = CounterfactualsRequest.model_validate_json(body or b"null")
        return answer_alone(validate(self._registry, request), self._work, started)

    def _predictions(self, body: bytes | None) -> BaseModel:
        request = PredictionRequest.model_validate_json(body or b"null")
        return answer_of(request, told_of(self._registry.named(request.model), request))

    def _schema(self, _: bytes | None) -> dict[str, Any]:
        return features_json_schema(self.served.model.schema)


def load(model: str | None = None, store: Path | None = None) -> InProcessEngine:
    """The engine for one model: a gateway's usual one, of the shipped models, unless others are named.

    Raises:
        ValueError: the model is not there, or cannot be hosted; says why.
    """
    try:
        return InProcessEngine(store or MODEL_STORE, model or _DEFAULT_MODEL)
    except ModelFolderError as error:
        raise ValueError(str(error)) from error
