"""`make bench`: the gateway's speed and memory beside what was promised, and Turnpoint beside its peers.

Without a word both run, the peers quickly. The gateway is measured on real parts: embedded PostgreSQL and
Valkey, the llama.cpp server with real weights, held-out NHANES participants. `peers` alone asks every
method about 200 people, which takes some hours; a run that was stopped goes on where it was.
"""

import argparse
import tempfile
from collections.abc import Callable
from pathlib import Path

from rich.console import Console

from bench.augmentation import measure_augmentation
from bench.certainty import measure_certainty
from bench.ehr import measure_ehr
from bench.frames import DICE_PEOPLE, measure_frames
from bench.frames import PEOPLE as FRAMES_PEOPLE
from bench.gateway import measure_gateway
from bench.improvements import (
    BRUTE_PEOPLE,
    FEW_PEOPLE,
    FRONT_PEOPLE,
    ImprovementsChoice,
    measure_improvements,
)
from bench.improvements import SLOW_PEOPLE as SLOWEST_PEOPLE
from bench.libraries import measure_libraries
from bench.load import measure_load
from bench.measurement import Measurement, table_of
from bench.million import measure_million
from bench.page import measure_page
from bench.peers import PEOPLE, QUICK_PEOPLE, Choice, measure_peers
from bench.records import measure_records
from bench.sensors import PEOPLE as SENSORS_PEOPLE
from bench.sensors import measure_sensors
from bench.soak import measure_soak
from bench.strategies import HIGHEST_RISK, SLOW_PEOPLE, StrategiesChoice, measure_strategies
from bench.strategies import PEOPLE as STRATEGIES_PEOPLE
from bench.vllm import measure_vllm
from bench.wide import PEOPLE as WIDE_PEOPLE
from bench.wide import measure_wide
from bench.worklist import measure_worklist
from research.evaluation.methods.registry import BENCH
from research.evaluation.reporting.environment import describe_environment


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="make bench", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parts = parser.add_subparsers(dest="part")
    gateway = parts.add_parser("gateway", help="speed and memory over HTTP")
    gateway.add_argument("--people", type=int, default=60, help="held-out people asked about, each measure")
    gateway.add_argument("--llm-people", type=int, default=15, help="of them, asked with the language model")
    vllm = parts.add_parser("vllm", help="the gateway on vLLM, beside vLLM alone")
    vllm.add_argument("--people", type=int, default=32, help="held-out people asked about, each measure")
    rows = parts.add_parser("augmentation", help="batch jobs: rows a second, memory, workers")
    rows.add_argument("--people", type=int, default=8_000, help="source rows of the largest job")
    million = parts.add_parser("million", help="a batch job of a million rows, which takes an hour")
    million.add_argument("--rows", type=int, default=2_100_000, help="rows to make at most; half can be")
    million.add_argument(
        "--upload-mb", type=int, default=199, help="size of the upload that they are made of"
    )
    page = parts.add_parser("page", help="the clinician's page in a browser")
    page.add_argument("--people", type=int, default=20, help="people whose pages are opened")
    worklist = parts.add_parser("worklist", help="the list of many patients, page by page")
    worklist.add_argument("--patients", type=int, default=5_000, help="patients on record")
    ehr = parts.add_parser("ehr", help="cards when charts are opened, and long records, with a mock EHR")
    ehr.add_argument("--people", type=int, default=60, help="charts that are opened, each measure")
    libraries = parts.add_parser("libraries", help="the exact search in other libraries' classifiers")
    libraries.add_argument("--people", type=int, default=60, help="held-out people asked about, of each")
    sixty = parts.add_parser("wide", help="a model of 60 features and 150 trees: the first good answer")
    sixty.add_argument("--people", type=int, default=WIDE_PEOPLE, help="held-out people asked about")
    sixty.add_argument("--in-process", action="store_true", help="without servers and HTTP")
    frames = parts.add_parser("frames", help="a table of people in process, beside DiCE")
    frames.add_argument("--people", type=int, default=FRAMES_PEOPLE, help="held-out people asked about")
    frames.add_argument("--dice-people", type=int, default=DICE_PEOPLE, help="of high risk, by DiCE as well")
    sensors = parts.add_parser("sensors", help="features of an invented release of sensors' files")
    sensors.add_argument("--people", type=int, default=SENSORS_PEOPLE, help="people who are generated")
    load = parts.add_parser("load", help="many callers at once, too many, and heavy beside light ones")
    load.add_argument("--seconds", type=float, default=20, help="how long each measure lasts")
    soak = parts.add_parser("soak", help="a steady load for minutes: memory, connections, open files")
    soak.add_argument("--minutes", type=float, default=10, help="how long it lasts")
    soak.add_argument("--per-second", type=float, default=5, help="requests a second")
    peers = parts.add_parser("peers", help="other packages, asked the same questions")
    peers.add_argument(
        "--quick", action="store_true", help=f"{QUICK_PEOPLE} people, without the slowest rows"
    )
    peers.add_argument("--people", type=int, help=f"people asked about, {PEOPLE} unless told")
    peers.add_argument("--only", nargs="+", default=[], choices=[m.key for m in BENCH], metavar="METHOD")
    peers.add_argument("--fresh", action="store_true", help="ask anew even those whose answers are kept")
    peers.add_argument("--markdown", action="store_true", help="print the tables as Markdown")
    options = parts.add_parser("strategies", help="how options differ and what they ask for, beside peers")
    options.add_argument("--people", type=int, default=STRATEGIES_PEOPLE, help="people asked about")
    options.add_argument("--slow-people", type=int, default=SLOW_PEOPLE, help="of them, by slow methods")
    options.add_argument(
        "--highest-risk", type=float, default=HIGHEST_RISK, help="of people asked about, at most"
    )
    options.add_argument("--fresh", action="store_true", help="ask peers anew even where answers are kept")
    options.add_argument("--markdown", action="store_true", help="print the tables as Markdown")
    certainty = parts.add_parser("certainty", help="whether an estimate is as sure as it says")
    certainty.add_argument("--markdown", action="store_true", help="print the tables as Markdown")
    records = parts.add_parser("records", help="held-out people by what their FHIR record carries")
    records.add_argument("--markdown", action="store_true", help="print the table as Markdown")
    helped = parts.add_parser("improvements", help="whom answers help at all, beside peers and brute force")
    everybody = ImprovementsChoice()
    helped.add_argument("--people", type=int, default=everybody.people, help="people asked about, at most")
    helped.add_argument("--few-people", type=int, default=FEW_PEOPLE, help="of them, by DiCE random")
    helped.add_argument("--slow-people", type=int, default=SLOWEST_PEOPLE, help="of them, by slow methods")
    helped.add_argument("--brute-people", type=int, default=BRUTE_PEOPLE, help="of whom all is looked at")
    helped.add_argument("--front-people", type=int, default=FRONT_PEOPLE, help="whose front is compared")
    helped.add_argument("--ours-alone", action="store_true", help="ask no peers")
    helped.add_argument("--fresh", action="store_true", help="ask anew even those whose answers are kept")
    helped.add_argument("--markdown", action="store_true", help="print the tables as Markdown")
    chosen = parser.parse_args()
    if chosen.part in {None, "gateway"}:
        people, llm_people = (chosen.people, chosen.llm_people) if chosen.part else (60, 15)
        _show(lambda scratch, console: measure_gateway(scratch, people, llm_people, console))
    if chosen.part == "vllm":
        _show(lambda scratch, console: measure_vllm(scratch, chosen.people, console))
    if chosen.part == "augmentation":
        _show(lambda scratch, console: measure_augmentation(scratch, chosen.people, console))
    if chosen.part == "libraries":
        _show(lambda scratch, console: measure_libraries(scratch, chosen.people, console))
    if chosen.part == "frames":
        people, few = chosen.people, chosen.dice_people
        _show(lambda _, console: measure_frames(people, few, console))
    if chosen.part == "sensors":
        _show(lambda scratch, console: measure_sensors(scratch, chosen.people, console))
    if chosen.part == "load":
        _show(lambda scratch, console: measure_load(scratch, chosen.seconds, console))
    if chosen.part == "wide":
        over_http = not chosen.in_process
        _show(lambda scratch, console: measure_wide(scratch, chosen.people, over_http, console))
    if chosen.part == "soak":
        _show(lambda scratch, console: measure_soak(scratch, chosen.minutes, chosen.per_second, console))
    if chosen.part == "ehr":
        _show(lambda scratch, console: measure_ehr(scratch, chosen.people, console))
    if chosen.part == "page":
        _show(lambda scratch, console: measure_page(scratch, chosen.people, console))
    if chosen.part == "worklist":
        _show(lambda scratch, console: measure_worklist(scratch, chosen.patients, console))
    if chosen.part == "million":
        _show(lambda scratch, console: measure_million(scratch, chosen.rows, chosen.upload_mb, console))
    if chosen.part == "strategies":
        strategies = StrategiesChoice(
            people=chosen.people,
            slow_people=chosen.slow_people,
            highest_risk=chosen.highest_risk,
            fresh=chosen.fresh,
            as_markdown=chosen.markdown,
        )
        console = Console(highlight=False, width=170, stderr=chosen.markdown)
        measure_strategies(console, strategies)
    if chosen.part == "certainty":
        measure_certainty(Console(highlight=False, width=170, stderr=chosen.markdown), chosen.markdown)
    if chosen.part == "records":
        measure_records(Console(highlight=False, width=170, stderr=chosen.markdown), chosen.markdown)
    if chosen.part == "improvements":
        names = ("people", "few_people", "slow_people", "brute_people", "front_people", "ours_alone", "fresh")
        improvements = ImprovementsChoice(
            **{name: getattr(chosen, name) for name in names}, as_markdown=chosen.markdown
        )
        measure_improvements(Console(highlight=False, width=170, stderr=chosen.markdown), improvements)
    if chosen.part in {None, "peers"}:
        choice = _choice(chosen) if chosen.part else Choice()
        measure_peers(Console(highlight=False, width=170, stderr=choice.as_markdown), choice)


def _choice(chosen: argparse.Namespace) -> Choice:
    people = chosen.people or (QUICK_PEOPLE if chosen.quick else PEOPLE)
    return Choice(
        people=people,
        quick=chosen.quick,
        only=tuple(chosen.only),
        fresh=chosen.fresh,
        as_markdown=chosen.markdown,
    )


def _show(measure: Callable[[Path, Console], list[Measurement]]) -> None:
    console = Console(highlight=False, width=110)
    with tempfile.TemporaryDirectory(prefix="turnpoint-bench-") as scratch:
        measures = measure(Path(scratch), console)
    console.print(table_of(measures))
    console.print(describe_environment())


if __name__ == "__main__":
    main()
