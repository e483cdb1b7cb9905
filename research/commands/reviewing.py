"""The commands of a blinded review: a packet for clinicians out, their answers in."""

import secrets
from pathlib import Path
from typing import Annotated

import typer

from app.cli.command import add_command
from app.cli.shared import Home, fail
from app.paths import HOME
from app.settings import Settings
from research.commands.adding import cleared_on_sigterm
from research.commands.model_place import Store, store_with
from turnpoint.commands.console import progress, say

review = typer.Typer(
    no_args_is_help=True, help="Have clinicians judge options of methods that they are not told."
)


def export(
    name: Annotated[str, typer.Argument(help="The model, a folder of the model store; or name@version.")],
    out: Annotated[Path, typer.Option(help="The folder of the packet, which is made.")],
    key: Annotated[
        Path | None,
        typer.Option(help="The key's file, which reviewers must not have; beside the folder unless told."),
    ] = None,
    people: Annotated[int, typer.Option(min=2, max=500, help="So many cases at most.")] = 12,
    seed: Annotated[
        int | None,
        typer.Option(
            min=0,
            help="Of who is drawn, of controls and of the order; drawn anew unless told. The key keeps it.",
        ),
    ] = None,
    reduction: Annotated[
        float | None,
        typer.Option(
            min=0.001,
            max=0.9,
            help="The target as a fall: so far below their own risk, such as 0.05. The model's threshold "
            "unless told.",
        ),
    ] = None,
    methods: Annotated[
        list[str] | None,
        typer.Option(
            "--method",
            help="search, language-model, dice or nice; may be repeated. All that can be asked unless told.",
        ),
    ] = None,
    store: Store = None,
    home: Home = HOME,
) -> None:
    """Make a packet: held-out people, each with unnamed options of several methods, as page and form."""
    from app.classifiers.store import ModelFolderError
    from app.proposers.llm.failures import LlmError
    from research.evaluation.runner.language_models import LanguageModels
    from research.llm_session import endpoint_of
    from research.review.errors import ReviewError
    from research.review.exporting import Order
    from research.review.exporting import export as make
    from research.review.methods import ASKED, Reviewed

    if unknown := sorted(set(methods or ()) - set(ASKED)):
        fail(f"{', '.join(unknown)}: no such method. There are {', '.join(ASKED)}")
    home, packet = home.expanduser().resolve(), out.expanduser().resolve()
    if seed is None:
        seed = secrets.randbits(32)
        say(f"Seed {seed}: with --seed {seed} a run that was stopped goes on. Reviewers must not have it.")
    order = Order(
        model=name,
        store=store_with(name, store, home),
        people=people,
        seed=seed,
        out=packet,
        key=(key or packet.with_name(f"{packet.name}-key.json")).expanduser().resolve(),
        methods=[Reviewed(method) for method in methods or ()],
        reduction=reduction,
    )
    language = LanguageModels(home, endpoint_of(Settings()))
    try:
        with cleared_on_sigterm(), progress() as report:
            made = make(order, language, report)
    except (ModelFolderError, LlmError, ReviewError) as error:
        fail(str(error))
    cases, options = len(made.cases), sum(len(case.options) for case in made.cases)
    typer.echo(f"{cases} cases of {made.model} with {options} options in {order.out}, for reviewers.")
    for method, why in made.left_out.items():
        typer.echo(f"Without {method}: {why}.")
    typer.echo(f"The key is {order.key}: reviewers must not have it, and without it answers say nothing.")


def import_forms(
    forms: Annotated[list[Path], typer.Argument(help="The filled forms, one CSV file of each reviewer.")],
    key: Annotated[Path, typer.Option(help="The key of their packet.")],
    out: Annotated[Path, typer.Option(help="The folder of the report, which is made.")],
) -> None:
    """Make the report of filled forms: agreement, shares and preferences by method, reasons."""
    from research.review.errors import ReviewError
    from research.review.importing import MARKDOWN, import_review
    from research.review.report import as_markdown

    place = out.expanduser().resolve()
    try:
        results = import_review([path.expanduser() for path in forms], key.expanduser(), place)
    except ReviewError as error:
        fail(str(error))
    typer.echo(as_markdown(results))
    typer.echo(f"Wrote {place / MARKDOWN}, and the same as JSON beside it.")


add_command(review, export, extra="evaluate")
add_command(review, import_forms, name="import", extra="fit")
