"""The demonstration: a dozen real people asked about over HTTP, two of them shown in full."""

from typing import Any

import httpx
from rich.markup import escape

from app.classifiers.model_version import ModelVersion
from app.domain.wording import line_text, risk_text, value_text
from app.engine.examples import example_people, people_of_all_high_risks
from app.local.console import Step, StepConsole

PEOPLE, FURTHER = 12, 4
"""Of so many people so few lie anywhere among those at high risk; the others are just above the threshold."""

Json = dict[str, Any]


def load_patients(http: httpx.Client, model: ModelVersion, step: Step) -> list[Json]:
    """Ask, by search alone, about each demonstration patient whom the record does not know yet.

    Returns the requests for those to show: somebody with several options that hold, the simplest of them; and
    somebody out of reach, with several improvements.
    """
    people = example_people(model, PEOPLE - FURTHER) + people_of_all_high_risks(model, FURTHER)
    requests, firsts = [], []
    for number, person in enumerate(people, start=1):
        step.report("Loading demonstration patients", number / PEOPLE)
        patient_id = f"{model.schema.data.loader.upper()}-{person.source_id}"
        request = {"patient_id": patient_id, "model": model.reference, "features": person.features}
        known = http.get(f"/patients/{patient_id}/interventions", params={"limit": 100})
        first = (
            known.json()["answers"][-1] if known.is_success else _ask(http, request | {"generator": "search"})
        )
        requests.append(request)
        firsts.append(first)
    asked = list(zip(requests, firsts, strict=True))
    shown, _ = min(asked, key=lambda pair: _unfit_to_show(pair[1]["counterfactuals"]))
    beyond = [
        pair for pair in asked if pair[0] is not shown and not pair[1]["counterfactuals"]
    ]  # nothing reaches the target
    most = max(beyond, key=lambda pair: len(pair[1]["improvements"]), default=None)
    return [shown, *([most[0]] if most else [])]


def who_is_shown(model: ModelVersion) -> str:
    """What is known of the example patient's part in fitting."""
    if model.is_given:
        return "a real participant whom the classifier, made elsewhere, may have learned from"
    return "a real participant held out from training"


def show_answer(http: httpx.Client, model: ModelVersion, request: Json, console: StepConsole) -> None:
    """Ask about one patient with language model and search together, and print the answer."""
    with console.step("Asking the language model and the search"):
        answer = _ask(http, request)
    now = answer["prediction"]
    person = ", ".join(
        value_text(feature, request["features"][feature.name])
        for feature in model.schema.features
        if feature.group == "person"
    )
    console.say(f"\n[bold]{answer['patient_id']}[/bold], {who_is_shown(model)}: {person}")
    low, high = (risk_text(end) for end in now["band"])
    console.say(
        f"Risk of {model.schema.model.outcome}: [bold]{risk_text(now['risk'])}[/bold] "
        f"(nine of ten refits: {low} to {high}), wanted: at most {line_text(now['target'])}"
    )
    _show_options(answer["counterfactuals"], now, console)
    if answer["improvements"]:
        reach = "The target is out of reach of what is permitted. " if answer["infeasible"] else ""
        console.say(f"\n  {reach}In nine of ten refits and draws or more these lower the estimate:")
        _show_options(answer["improvements"], now, console)
    if answer["no_improvement"]:
        console.say(f"\n  {escape(answer['no_improvement']['text'])}")
    for always in answer["always"]:
        console.say(f"\n  [bold]Whatever the options are:[/bold] {escape(always['text'])}")
    console.say(f"\n{_story(answer['generation'])}")


def _show_options(options: list[Json], now: Json, console: StepConsole) -> None:
    for option in options:
        name = escape(option["strategy"]["name"])
        risks = f"{risk_text(now['risk'])} → {risk_text(option['risk'])}"
        console.say(f"\n  [bold]{option['rank']}. {name}: {risks}[/bold]")
        console.say(f"     {escape(option['summary'])}")
        if option["consequences"]:
            console.say(f"     {escape(option['consequences'])}")
        console.say(f"     [dim]{_facts(option)}[/dim]")


def _unfit_to_show(options: list[Json]) -> tuple[int, int, float]:
    """Few options that hold first of all, then many changes in the best one, then its effort."""
    holding = [option for option in options if not option["fragile"]]
    if not holding:
        return (0, 0, 0.0)
    return (-min(len(holding), 3), len(holding[0]["changes"]), holding[0]["effort"])


def _ask(http: httpx.Client, request: Json) -> Json:
    answer: Json = http.post("/counterfactuals", json=request).raise_for_status().json()
    return answer


def _facts(option: Json) -> str:
    author = {"llm": "the language model", "search": "the search"}[option["generator"]]
    holds = option["robustness"]
    what = "Falls in" if "grades" in option else "Holds under"
    return (
        f"{'Fragile. ' if option['fragile'] else ''}Proposed by {author}. Effort {option['effort']:.1f}. "
        f"{what} {risk_text(holds['refits'])} of refits, {risk_text(holds['noise'])} of noise draws, "
        f"{risk_text(holds['adherence'])} of partial-adherence draws."
    )


def _story(generation: Json) -> str:
    who = generation["llm_model"] or "No language model"
    away = f" Away: {', '.join(generation['degraded'])}." if generation["degraded"] else ""
    return (
        f"{generation['elapsed_ms'] / 1000:.1f} s. {who}: {generation['proposals']} proposals, "
        f"{generation['well_formed']} well formed, {generation['valid']} valid as proposed, "
        f"{generation['repaired']} after repair. "
        f"Every option was verified by the classifier and recorded.{away}"
    )
