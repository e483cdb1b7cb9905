"""A plan as plain text, to be copied into the patient's record elsewhere."""

from collections.abc import Iterator, Sequence

from app.domain.counterfactual import Change
from app.domain.schema import FeatureSchema
from app.domain.wording import inline
from app.faces.http.pages.rendering import risk_words
from app.faces.http.pages.translation import gettext as _
from app.faces.pages.patient.views.beyond import beyond_texts
from app.faces.pages.patient.views.days import day_text
from app.faces.pages.patient.views.formatting import NO_BREAK
from app.faces.pages.patient.views.reached import beside_text, overall_text, united
from app.usecases.plans.told import PlanOut


def record_text(schema: FeatureSchema | None, plan: PlanOut, refusals: Sequence[str] = ()) -> str:
    """A line for each thing; ordinary spaces, since not every record keeps others.

    `refusals` tell why no options are offered to the patient by now.
    """
    return "\n".join(_lines(schema, plan, refusals)).replace(NO_BREAK, " ")


def _lines(schema: FeatureSchema | None, plan: PlanOut, refusals: Sequence[str]) -> Iterator[str]:
    yield _("Plan: %(name)s", name=plan.name)
    if refusals and plan.is_active:
        yield " ".join([_("No options are offered for this patient."), *refusals])
    made = day_text(plan.created_at.date())
    yield (
        _("Made on %(day)s by %(by)s", day=made, by=plan.given_by)
        if plan.given_by
        else _("Made on %(day)s", day=made)
    )
    yield from (f"- {_change(schema, one)}" for one in plan.changes)
    if plan.linked:
        yield _("Moves along: %(what)s", what=_listed(schema, plan.linked))
    if plan.brought_along:
        yield _("Follows on average, in trials: %(what)s", what=_listed(schema, plan.brought_along))
    if plan.beyond:
        yield _("Beyond what an option may do: %(ways)s", ways="; ".join(beyond_texts(schema, plan.beyond)))
    model = schema.model.title if schema else plan.model.name
    yield (
        _("Estimate by %(model)s, version %(version)s:", model=model, version=plan.model.version)
        + " "
        + _(
            "%(then)s when the plan was made, %(planned)s with all that is planned.",
            then=risk_words(plan.estimate.then, plan.estimate.planned),
            planned=risk_words(plan.estimate.planned, plan.estimate.then),
        )
    )
    yield _("An association found by a model, not a promise; a low estimate rules nothing out.")
    yield _("Review: %(day)s", day=day_text(plan.review_on))
    if plan.note:
        yield _("Note: %(note)s", note=plan.note)
    yield from _became(schema, plan)


def _became(schema: FeatureSchema | None, plan: PlanOut) -> Iterator[str]:
    found = plan.follow_up
    if found is None:
        return
    yield _("By values of %(day)s:", day=day_text(found.sent_at.date())) + " " + overall_text(found)
    for one in found.changes:
        now = united(schema, one.feature, one.now, one.unit)
        yield "- " + _("%(what)s: now %(now)s", what=one.label, now=now)
    beside = f" ({beside_text(found.estimate_now, plan.estimate.planned)})" if found.same_version else ""
    version = "" if found.same_version else " " + _("(by version %(version)s)", version=found.model_version)
    yield _("Estimate now: %(now)s", now=risk_words(found.estimate_now)) + beside + version


def _listed(schema: FeatureSchema | None, changes: Sequence[Change]) -> str:
    return "; ".join(inline(_change(schema, one)) for one in changes)


def _change(schema: FeatureSchema | None, change: Change) -> str:
    before, after = (
        united(schema, change.feature, value, change.unit) for value in (change.before, change.after)
    )
    return f"{change.label}: {before} → {after}"
