"""Tables of people, for code that waits."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Unpack, cast, overload

from turnpoint import augmenting, requests
from turnpoint.answer import Answer
from turnpoint.answers import Prediction
from turnpoint.augmenting import Options, Source
from turnpoint.errors import InvalidRequestError
from turnpoint.frames.asking import AT_ONCE, OnProgress, ask_all
from turnpoint.frames.job_rows import rows_for_job
from turnpoint.frames.people import OnInvalid, Person, people_of
from turnpoint.frames.questions import Risks, asking, naming_of, predicting, refuse_what_is_of_one
from turnpoint.frames.results import FrameAnswers, FramePredictions
from turnpoint.frames.schema import rules_of
from turnpoint.frames.table import Frame, FrameLike, is_frame, read_table
from turnpoint.frames.words import TableOptions, own_words
from turnpoint.requests import Bundle, Days, Features
from turnpoint.transport import Driver


class Frames:
    """What `Turnpoint` does with tables: of pandas, polars or PyArrow, or lists of dicts."""

    _driver: Driver

    def schema(self, model: str | None = None) -> dict[str, Any]:
        """The JSON Schema of a model's features; of the default model where none is named."""
        if model is None:
            hosted = self._driver.run(requests.models())
            model = next(one.name for one in hosted if one.default)
        return self._driver.run(requests.schema(model))

    def ask_many(
        self,
        frame: Frame,
        *,
        patient_id: str | None = None,
        id_columns: Sequence[str] = (),
        on_invalid: OnInvalid = "reject",
        at_once: int = AT_ONCE,
        on_progress: OnProgress | None = None,
        **options: Unpack[TableOptions],
    ) -> FrameAnswers:
        """Ask about everybody of a table; each answer is recorded, under the id of its patient.

        The table has a column for each feature, by the model's names; NaN, NA and None are unknown.
        `patient_id` names the column of the patients' ids; without one ids are made, and the result has them.
        `id_columns` are kept beside the answers and never sent; any other column is refused. `at_once`
        questions are under way at a time. A row that fails loses no other: `failures` has it. With
        `on_invalid="skip"` rows with faults are among them, else the whole table is refused before anything
        is asked. `on_progress` is told how many are done, and of how many.

        Raises:
            FrameError: the table has faults; names each by row and column.
            UnsendableError: what is asked for cannot be.
            InvalidRequestError: what every row is asked with is not valid.
        """
        asked = own_words("ask_many", options)
        refuse_what_is_of_one(days=asked.get("days"))
        naming = naming_of(patient_id, id_columns, asked.get("idempotency_key"))
        table = read_table(frame)
        people = people_of(table, rules_of(self.schema(asked.get("model"))), naming, on_invalid)
        call = asking(asked, Answer)

        def ask(person: Person) -> bytes:
            return self._driver.run(call(person))

        return FrameAnswers(people, ask_all(people, ask, asked, at_once, on_progress), Answer)

    @overload
    def predict(
        self,
        features: Features | None = None,
        *,
        model: str | None = None,
        fhir: Bundle | None = None,
        patient_id: str | None = None,
        fhir_patient: str | None = None,
        days: Days | None = None,
    ) -> Prediction: ...
    @overload
    def predict(
        self,
        features: Frame,
        *,
        model: str | None = None,
        id_columns: Sequence[str] = (),
        on_invalid: OnInvalid = "reject",
    ) -> FramePredictions: ...
    def predict(
        self,
        features: Features | Frame | None = None,
        *,
        model: str | None = None,
        fhir: Bundle | None = None,
        patient_id: str | None = None,
        fhir_patient: str | None = None,
        days: Days | None = None,
        id_columns: Sequence[str] = (),
        on_invalid: OnInvalid = "reject",
    ) -> Prediction | FramePredictions:
        """The risk of one feature vector, on record for the patient where one is named; or of a table.

        `days` are on record with the vector; no score rests on them.
        Of a table the risks alone are recorded, of nobody; `id_columns` and `on_invalid` are as in
        `ask_many`.

        Raises:
            FrameError: the table has faults; names each by row and column.
        """
        if features is None or isinstance(features, Mapping):
            return self._driver.run(requests.predict(features, model, fhir, patient_id, fhir_patient, days))
        refuse_what_is_of_one(fhir=fhir, patient_id=patient_id, fhir_patient=fhir_patient, days=days)
        naming = naming_of(None, id_columns)
        people = people_of(read_table(features), rules_of(self.schema(model)), naming, on_invalid)
        risks = Risks(people, on_invalid)
        for batch in risks.batches():
            try:
                told = self._driver.run(predicting(batch, model))
                risks.keep(batch, told)
            except InvalidRequestError as error:
                risks.refuse(error, batch)
        return FramePredictions(people, risks.risks, risks.errors, recorded=True)

    def _source(self, source: Source | Path | FrameLike, options: Options) -> Source:
        """What a job is made of: a file is uploaded, a table read."""
        if isinstance(source, Path):
            told = (options.get("model"), options.get("id_column"), options.get("ignore_columns"))
            return self._driver.run(augmenting.upload(source, *told))
        if is_frame(source):
            return rows_for_job(read_table(source), self.schema(options.get("model")), options)
        return cast(Source, source)
