"""The command that sets two versions of a model side by side."""

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.shared import fail
from app.settings import Settings

if TYPE_CHECKING:
    from app.classifiers.model_version import ModelVersion
    from app.usecases.shadow.counts import ShadowFigures


def compare(
    name: Annotated[str, typer.Argument(help="The model, a folder of the model store.")],
    one: Annotated[str, typer.Argument(help="A version of it, such as the one that answers.")],
    other: Annotated[str, typer.Argument(help="Another version.")],
    days: Annotated[int, typer.Option(min=1, max=3660, help="Days of shadow scoring to read.")] = 30,
) -> None:
    """Compare two versions on people whom both hold out, and by what shadow scoring counted."""
    from app.classifiers.base import ClassifierError
    from app.classifiers.store import ModelFolderError
    from research.comparison.comparing import compare as compare_versions
    from research.comparison.comparing import load_pair
    from research.comparison.errors import ComparisonError
    from research.comparison.report import report

    settings = Settings()
    try:
        first, second = load_pair(settings.model_store, name, (one, other), settings.classifier_urls)
        whole, groups = compare_versions(first, second)
        given = [version.version for version in (first, second) if version.is_given]
        typer.echo(report(name, (one, other), whole, groups, given))
    except (ModelFolderError, ClassifierError, ComparisonError) as error:
        fail(str(error))
    typer.echo("")
    typer.echo(_shadow(settings, first, second, days))


def _shadow(settings: Settings, first: "ModelVersion", second: "ModelVersion", days: int) -> str:
    """What is on record of either beside the other, in words."""
    from app.storage.database import RecordError
    from research.comparison.report import shadow_report

    told = []
    try:
        for answered, shadow in ((first, second), (second, first)):
            if figures := asyncio.run(_read(settings, answered, shadow, days)):
                told.append(shadow_report((answered.version, shadow.version), figures, days))
    except RecordError:
        return "Shadow scoring: DATABASE_URL does not answer, so nothing is told of it."
    return "\n\n".join(told) or f"Shadow scoring: neither scored beside the other in the last {days} days."


async def _read(
    settings: Settings, answered: "ModelVersion", shadow: "ModelVersion", days: int
) -> "ShadowFigures | None":
    from app.bootstrap import maintenance_limits
    from app.storage.database import opened
    from research.comparison.shadow import shadow_figures

    async with opened(settings.database_url, maintenance_limits(settings)) as database:
        return await shadow_figures(database, answered, shadow, days)
