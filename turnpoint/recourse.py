"""Answers in process, without a server: the service's own engine and rules, and nothing is recorded."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self, Unpack, overload

from turnpoint import requests
from turnpoint.answer import UnrecordedAnswer
from turnpoint.answers import Prediction, Value
from turnpoint.engines import Engine, LocalDriver, Several, load_engine
from turnpoint.errors import InvalidRequestError, UnsendableError
from turnpoint.frames.asking import OnProgress, ask_all, checked_at_once
from turnpoint.frames.cells import plain
from turnpoint.frames.people import OnInvalid, People, Person, people_of
from turnpoint.frames.questions import Risks, asking, naming_of, predicting, refuse_what_is_of_one
from turnpoint.frames.results import FrameAnswers, FramePredictions
from turnpoint.frames.schema import rules_of
from turnpoint.frames.table import Frame, read_table
from turnpoint.frames.words import TableOptions, own_words
from turnpoint.requests import Features, RequestOptions

FEW = 300
"""People about whom this process is asked alone: others take some seconds to start."""
_NOBODY = "in-process"


class Recourse:
    """One model in this process, which says what would lower people's risks.

    It answers as POST /counterfactuals does with the generator `search`: same engine, same rules, same
    options, risks and proofs. No server is asked and nothing is recorded; answers say so.
    """

    def __init__(self, engine: Engine) -> None:
        """Use `Recourse.load`."""
        self._engine = engine
        self._here = LocalDriver(engine)
        self._several: Several | None = None
        self._processes = 0

    @classmethod
    def load(cls, model: str | None = None, *, store: Path | str | None = None) -> Self:
        """Load a model by its name, or name@version, of a folder of models; the shipped ones by default.

        It takes some seconds. On a machine's first time the search is compiled as well: about a minute if
        the machine is idle.

        Raises:
            LackingError: turnpoint-server is not installed.
            LoadError: the model is not there, or cannot be loaded.
        """
        engine = load_engine(model, None if store is None else Path(store))
        engine.warm_up()
        return cls(engine)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the processes that helped; they also end with this program."""
        if self._several is not None:
            self._several.close()
        self._several, self._processes = None, 0

    @property
    def model(self) -> str:
        """Name and version of the model."""
        return "@".join(self._engine.model)

    @property
    def cores(self) -> int:
        """How many people can be worked on at a time."""
        return self._engine.cores

    def schema(self) -> dict[str, Any]:
        """The JSON Schema of the model's features."""
        return self._here.run(requests.schema(self._engine.model[0]))

    def explain_one(self, features: Features, **options: Unpack[TableOptions]) -> UnrecordedAnswer:
        """The smallest verified changes that bring one person's risk to the target, or lower it all the same.

        Raises:
            UnsendableError: what is asked for cannot be.
            InvalidRequestError: the features or options are not valid; names the place.
        """
        asked = _searching("explain_one", options)
        person = Person(0, "0", _NOBODY, _plain(features))
        reply = self._here.run(asking(asked, UnrecordedAnswer)(person))
        return UnrecordedAnswer.model_validate_json(reply)

    def explain(
        self,
        frame: Frame,
        *,
        id_columns: Sequence[str] = (),
        on_invalid: OnInvalid = "reject",
        at_once: int | None = None,
        on_progress: OnProgress | None = None,
        **options: Unpack[TableOptions],
    ) -> FrameAnswers:
        """The same of everybody of a table, as `Turnpoint.ask_many`.

        Of more than some hundred people `at_once` processes are asked, by default one for each core, this one
        among them. Others take some seconds to start, are used again, and end with `close` or the program.

        Raises:
            FrameError: the table has faults; names each by row and column.
            UnsendableError: what is asked for cannot be.
            InvalidRequestError: what every row is asked with is not valid.
        """
        asked = _searching("explain", options)
        people = self._people(frame, id_columns, on_invalid)
        refuse_what_is_of_one(days=asked.get("days"))
        call = asking(asked, UnrecordedAnswer)
        usual = self._processes or (1 if len(people.asked) <= FEW else self._engine.cores)
        processes = usual if at_once is None else checked_at_once(at_once)
        driver = self._here if processes == 1 else LocalDriver(self._helped_by(processes))
        outcomes = ask_all(people, lambda person: driver.run(call(person)), asked, processes, on_progress)
        return FrameAnswers(people, outcomes, UnrecordedAnswer)

    @overload
    def predict(self, features: Features) -> Prediction: ...
    @overload
    def predict(
        self, features: Frame, *, id_columns: Sequence[str] = (), on_invalid: OnInvalid = "reject"
    ) -> FramePredictions: ...
    def predict(
        self,
        features: Features | Frame,
        *,
        id_columns: Sequence[str] = (),
        on_invalid: OnInvalid = "reject",
    ) -> Prediction | FramePredictions:
        """The risk of one feature vector, or of everybody of a table; the `id` of a risk names nothing.

        Raises:
            FrameError: the table has faults; names each by row and column.
            InvalidRequestError: the features are not valid; names the place.
        """
        if isinstance(features, Mapping):
            return self._here.run(requests.predict(_plain(features), None))
        risks = Risks(self._people(features, id_columns, on_invalid), on_invalid)
        for batch in risks.batches():
            try:
                told = self._here.run(predicting(batch, None))
                risks.keep(batch, told)
            except InvalidRequestError as error:
                risks.refuse(error, batch)
        return FramePredictions(risks.people, risks.risks, risks.errors, recorded=False)

    def _people(self, frame: Frame, id_columns: Sequence[str], on_invalid: OnInvalid) -> People:
        naming = naming_of(None, id_columns)
        return people_of(read_table(frame), rules_of(self.schema()), naming, on_invalid)

    def _helped_by(self, processes: int) -> Several:
        if self._several is None or self._processes != processes:
            self.close()
            self._several, self._processes = self._engine.several(processes), processes
        return self._several


def _plain(features: Features) -> dict[str, Value]:
    """One person's values as a row of a DataFrame may have them: NaN is unknown.

    Raises:
        UnsendableError: they are not values by name.
    """
    if not isinstance(features, Mapping):
        raise UnsendableError(
            f"One person's features are a mapping of names to values, not a {type(features).__name__}: ask "
            "`explain` about a table."
        )
    return {name: plain(value) for name, value in features.items()}


def _searching(method: str, options: TableOptions) -> RequestOptions:
    """The options in this client's words, of the search, which alone proposes in process."""
    asked = own_words(method, options)
    if asked.get("generator") not in (None, "search"):
        raise UnsendableError(
            "In process the search alone proposes: a language model takes a running service."
        )
    if asked.get("model") is not None:
        raise UnsendableError("The model is the one that was loaded: load another one to ask it.")
    for name in ("wait", "idempotency_key"):
        if asked.get(name) is not None:
            raise UnsendableError(f"{name} is for a running service.")
    return {**asked, "generator": "search"}
