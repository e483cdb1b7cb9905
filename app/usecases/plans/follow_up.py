"""What became of a plan: where its features are by newer values, beside where they were to be."""

from collections.abc import Iterable, Iterator, Mapping

from app.domain.adherence import adherence, share_reached
from app.domain.schema import Value
from app.storage.consultation_tables import PlanRow
from app.storage.tables import AnswerRow, Json
from app.usecases.plans.told import FollowedChange, Reached


def reached_by(plan: PlanRow, answer: AnswerRow) -> Reached:
    """What the values of an answer make of a plan."""
    changes = list(_followed(plan.changes, answer.features))
    version = answer.prediction.model_version
    return Reached(
        changes=changes,
        following=list(_followed((*plan.linked, *plan.brought_along), answer.features)),
        adherence=adherence(change.reached for change in changes),
        estimate_now=answer.prediction.risk,
        model_version=version,
        same_version=version == plan.model_version,
    )


def _followed(changes: Iterable[Json], now: Mapping[str, Value]) -> Iterator[FollowedChange]:
    """A feature that a later version has no more is not known."""
    for change in changes:
        value = now.get(change["feature"])
        yield FollowedChange(
            feature=change["feature"],
            label=change["label"],
            unit=change["unit"],
            before=change["from"],
            after=change["to"],
            now=value,
            reached=share_reached(change["from"], change["to"], value),
        )
