"""Turnpoint's own engine, asked the same questions in process: everything here that calls it."""

from app.classifiers.store import load_model
from app.domain.constraints import read_constraints
from app.domain.counterfactual import Generation, Generator, Outcome, Status
from app.domain.levers import levers_of
from app.domain.patient import read_patient
from app.engine.finding import BUDGET_S, find
from app.engine.question import Question
from app.engine.recommend import recommend
from app.engine.search import search
from app.engine.wish import Wish
from app.engine.yardsticks import yardsticks_of
from bench.peers.answers import Ending, Reply
from bench.peers.people import Person, Scene

_UNASKED = Generation(0, 0, 0, 0, None, None, None)


class Turnpoint:
    """One request's engine work: reading, levers, search, judging, ranking, describing.

    Args:
        min_robustness: the share of refits, noise and adherence draws to hold in; the schema's if not given,
            0 for least effort alone.
        count: how many options.
        batches: whether to search by asking the classifier in batches, as where its trees cannot be seen.
        budget_s: the exact search's limit of time.
        bare: whether to stop at the first good answer, as peers do that return a row of features.
    """

    def __init__(
        self,
        scene: Scene,
        min_robustness: float | None = None,
        count: int = 1,
        batches: bool = False,
        budget_s: float = BUDGET_S,
        bare: bool = False,
    ) -> None:
        self._model = load_model(scene.folder.parent, scene.folder.name)
        self._yardsticks = yardsticks_of(self._model)
        demanded = scene.schema.model.min_robustness if min_robustness is None else min_robustness
        self._wish = Wish(count, demanded, Generator.SEARCH)
        self._batches, self._budget_s, self._bare = batches, budget_s, bare

    def __call__(self, person: Person) -> Reply:
        if self._bare:
            return self.first(person)
        question = self._question(person)
        if self._batches:
            found = search(question)
        else:
            found = find(question, self._yardsticks, self._wish, self._budget_s)
        risk = float(question.risk(question.unchanged)[0])
        none = question.unchanged[:0]
        return self._reply(recommend(question, self._yardsticks, self._wish, risk, found, none, _UNASKED))

    def first(self, person: Person) -> Reply:
        """A verified option of least effort that looks like real people, not judged and not described."""
        question = self._question(person)
        found = find(question, self._yardsticks, Wish(1, 0.0, Generator.SEARCH), self._budget_s)
        if len(found.levels) == 0:
            return Reply(Ending.NONE, proved=found.proved)
        return Reply(
            Ending.FOUND, (tuple(question.levers.rows(found.levels[:1])[0].tolist()),), proved=found.proved
        )

    def _question(self, person: Person) -> Question:
        schema = self._model.schema
        patient = read_patient(schema, person.values)
        levers = levers_of(schema, patient, read_constraints(schema, person.only, None, None))
        return Question(schema, patient, levers, self._model.classifier, schema.model.threshold)

    def _reply(self, outcome: Outcome) -> Reply:
        if outcome.status is not Status.FOUND:
            proved = outcome.infeasible is not None and outcome.infeasible.proved
            return Reply(Ending.NONE, proved=proved)
        options = outcome.counterfactuals
        rows = (self._model.schema.encode(option.features).tolist() for option in options)
        return Reply(
            Ending.FOUND,
            tuple(map(tuple, rows)),
            proved=options[0].optimality.proved,
            robust=not options[0].fragile,
        )
