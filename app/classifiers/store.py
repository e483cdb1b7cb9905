"""Reading a model folder: schema, classifier, committee, population, each checked by digest.

model_store/<model>/task.toml: what the next version is trained with
model_store/<model>/consultation.toml: what is said beside its estimates, by all versions
model_store/<model>/ehr.toml: what of an EHR's record fills its features, of all versions
model_store/<model>/<version>/task.toml, manifest.json, classifier.ubj, committee/*.ubj, population.parquet, …

Of another library's classifier the files are classifier.forest and committee/*.forest; an ONNX model is
classifier.onnx, with a committee in one of the two forms.

Whatever is wrong with a folder is found here, before the gateway takes a request: everybody of the
population is scored once by the classifier, and by the committee unless all its leaves are finite.
"""

from collections.abc import Mapping
from pathlib import Path

from app.classifiers.base import Classifier, ClassifierError
from app.classifiers.card import read_card
from app.classifiers.consultation import read_consultation
from app.classifiers.ehr import read_ehr
from app.classifiers.folder import (
    TASK,
    Manifest,
    ModelFolderError,
    check_files,
    digest_of,
    read_manifest,
    shipped_file,
    task_of,
)
from app.classifiers.handout_phrases import read_handouts
from app.classifiers.in_process import KINDS, calibration_of, classifier_of, committee_of
from app.classifiers.link import Link
from app.classifiers.model_version import ModelVersion, Population
from app.classifiers.open_inference import OpenInferenceClassifier
from app.classifiers.population import read_held_out, read_people, read_population
from app.classifiers.task import read_schema, read_version_schema
from app.domain.schema import FeatureSchema
from app.domain.wording import and_list

__all__ = ["ModelFolderError", "load_model", "load_models", "read_people", "read_schema"]


def load_model(folder: Path, version: str | None = None, classifier_url: str | None = None) -> ModelVersion:
    """The newest version of a model, or the named one, with every file checked against the manifest.

    With `classifier_url` the classifier is the one behind that URL; the folder then needs none of its own.

    Raises:
        ModelFolderError: a file is missing, was changed or does not fit the schema, or the classifier
            behind the URL is away or does not fit it.
    """
    home = folder / version if version else newest_version(folder)
    schema = read_version_schema(home)
    manifest = read_manifest(home, schema)
    check_files(home, manifest, without=() if classifier_url is None else KINDS)
    learned_from = manifest.counts.training
    population = read_population(schema, shipped_file(home, manifest, "population.parquet"), learned_from)
    held_out = read_held_out(schema, shipped_file(home, manifest, "held_out.parquet"))
    try:
        link = calibration_of(home, manifest)
        classifier, address = _classifier(home, manifest, schema, population, link, classifier_url)
        committee = committee_of(home, manifest, schema, population, link)
    except ClassifierError as error:
        raise ModelFolderError(str(error)) from error
    is_newest = home == newest_version(folder)
    consultation = read_consultation(folder, schema, is_newest)
    return ModelVersion(
        schema=schema,
        version=home.name,
        digest=digest_of(home, address),
        folder=home,
        classifier=classifier,
        committee=committee,
        population=population,
        card=read_card(home),
        held_out=held_out,
        consultation=consultation,
        handouts=read_handouts(folder, schema, is_newest=is_newest),
        ehr=read_ehr(folder, schema, consultation, is_newest),
        is_given=manifest.fit.given is not None,
    )


def load_models(
    store: Path,
    classifier_urls: Mapping[str, str] | None = None,
    default_versions: Mapping[str, str] | None = None,
) -> dict[str, ModelVersion]:
    """All versions of the models of a store: the default one by the model's name, others by name@version.

    The default one is the newest, unless `default_versions` names another. A version that is not the newest
    and has no `task.toml` of its own is passed over: what it was trained with is not known.
    `classifier_urls` names those whose classifier is elsewhere, the default one by either name.

    Raises:
        ModelFolderError: one of them cannot be hosted, there is none, a URL or a default version is given for
            none of them, or it is not clear which version's classifier is behind a URL.
    """
    urls, defaults = dict(classifier_urls or {}), dict(default_versions or {})
    folders = [folder for folder in sorted(store.glob("*")) if _is_model(folder)]
    if not folders:
        raise ModelFolderError(f"{store} holds no trained model: no <model>/<version>/manifest.json")
    names = [folder.name for folder in folders]
    if strange := sorted({*defaults} - {*names}):
        raise ModelFolderError(
            f"TURNPOINT_DEFAULT_VERSIONS names {', '.join(strange)}, but {store} holds {', '.join(names)}"
        )
    for name in sorted({*defaults} & {*urls}):  # after a rollback it would be another version's
        raise ModelFolderError(
            f"TURNPOINT_DEFAULT_VERSIONS names a version of {name}, so TURNPOINT_CLASSIFIERS must say of "
            f"which version the classifier is: {name}@{defaults[name]}, or another"
        )
    homes = {
        name: home
        for folder in folders
        for name, home in _versions_by_name(folder, defaults.get(folder.name)).items()
    }
    known = {*homes, *(_reference(home) for home in homes.values())}
    if strange := sorted(set(urls) - known):
        raise ModelFolderError(
            f"TURNPOINT_CLASSIFIERS names {', '.join(strange)}, but {store} holds {', '.join(homes)}"
        )
    return {
        name: _load_named(home, urls.get(name) or urls.get(_reference(home))) for name, home in homes.items()
    }


def _versions_by_name(folder: Path, default: str | None) -> dict[str, Path]:
    newest = newest_version(folder)
    with_task = [path.parent for path in folder.glob(f"*/{TASK}") if path.parent.name.isdecimal()]
    homes = sorted({newest, *with_task}, key=lambda home: -int(home.name))
    named = next((home for home in homes if home.name == (default or newest.name)), None)
    if named is None:
        hosted = ", ".join(home.name for home in homes)
        raise ModelFolderError(
            f"TURNPOINT_DEFAULT_VERSIONS names version {default} of {folder.name}, "
            f"of which {hosted} can be hosted"
        )
    return {folder.name: named, **{_reference(home): home for home in homes if home != named}}


def _reference(home: Path) -> str:
    return f"{home.parent.name}@{home.name}"


def _load_named(home: Path, classifier_url: str | None) -> ModelVersion:
    model = load_model(home.parent, home.name, classifier_url)
    if model.name != home.parent.name:
        raise ModelFolderError(f"{task_of(home)} names the model {model.name}, not {home.parent.name}")
    return model


def load_version(store: Path, name: str, classifier_url: str | None = None) -> ModelVersion:
    """The version that requests call by this name, as `load_model`.

    Raises:
        ModelFolderError: there is none, or it cannot be hosted.
    """
    home = find_version(store, name)
    return load_model(home.parent, home.name, classifier_url)


def find_version(store: Path, name: str) -> Path:
    """The folder of a version by what requests call it: name for a model's newest, or name@version.

    Raises:
        ModelFolderError: there is none.
    """
    model, _, version = name.partition("@")
    folder = store / model
    if not _trained(folder):
        others = sorted(path.name for path in store.glob("*") if _trained(path))
        there = f"models with one are {and_list(others)}" if others else "nor does any other model there"
        raise ModelFolderError(f"{folder} holds no trained version; {there}")
    if not version:
        return newest_version(folder)
    if not (folder / version / "manifest.json").exists():
        versions = _trained(folder)
        there = "versions are" if len(versions) > 1 else "there is version"
        raise ModelFolderError(f"{folder} holds no trained version {version}; {there} {and_list(versions)}")
    return folder / version


def _is_model(folder: Path) -> bool:
    """Whether a folder of a store holds a trained version; a task.toml alone is yet to be trained.

    Raises:
        ModelFolderError: it holds a version without what makes it one.
    """
    if not folder.is_dir():
        return False
    versions = [path for path in folder.iterdir() if path.is_dir() and path.name.isdecimal()]
    for version in versions:
        if not (version / "manifest.json").exists():
            raise ModelFolderError(f"{version / 'manifest.json'} is missing")
    return bool(versions)


def newest_version(folder: Path) -> Path:
    """The folder of a model's newest version.

    Raises:
        ModelFolderError: it has none.
    """
    versions = _trained(folder)
    if not versions:
        raise ModelFolderError(f"{folder} holds no trained version")
    return folder / versions[-1]


def _trained(folder: Path) -> list[str]:
    """The versions of a model, the newest last."""
    names = (path.parent.name for path in folder.glob("*/manifest.json"))
    return sorted((name for name in names if name.isdecimal()), key=int)


def _classifier(
    home: Path, manifest: Manifest, schema: FeatureSchema, population: Population, link: Link, url: str | None
) -> tuple[Classifier, str]:
    """The classifier, and where it is if it is elsewhere."""
    if url is None:
        return classifier_of(home, manifest, schema, population, link), ""
    remote = OpenInferenceClassifier.connect(url, schema.columns, population.rows)
    return remote, remote.identity
