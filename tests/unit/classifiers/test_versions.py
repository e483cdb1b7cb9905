"""Several versions of a model lie in one folder: each is hosted with the schema that it was trained with."""

import json
from pathlib import Path

import pytest

from app.classifiers.store import ModelFolderError, find_version, load_model, load_models
from app.engine.registry import ModelRegistry
from tests.unit.classifiers.spoilt import add_version, refusal, sealed

NAME = "dysglycaemia"


def test_the_newest_has_the_models_name_and_older_ones_their_number(folder: Path) -> None:
    add_version(folder, "2", changes={"Dysglycaemia": "Prediabetes"})
    add_version(folder, "10", changes={"Dysglycaemia": "Raised HbA1c"})
    models = load_models(folder.parent)
    assert {name: (model.version, model.schema.model.title) for name, model in models.items()} == {
        NAME: ("10", "Raised HbA1c"),
        f"{NAME}@2": ("2", "Prediabetes"),
        f"{NAME}@1": ("1", "Dysglycaemia"),
    }
    assert len({model.digest for model in models.values()}) == 3
    assert [model.reference for model in models.values()] == [f"{NAME}@10", f"{NAME}@2", f"{NAME}@1"]


def test_the_schema_of_the_next_training_changes_nothing_that_is_hosted(folder: Path) -> None:
    before = load_model(folder)
    (folder / "task.toml").write_text("still being written")
    after = load_model(folder)
    assert (after.digest, after.schema) == (before.digest, before.schema)


def test_a_version_without_a_schema_of_its_own_has_the_models(folder: Path) -> None:
    before = load_model(folder)
    (folder / "1" / "task.toml").unlink()
    after = load_model(folder)
    assert (after.digest, after.schema) == (before.digest, before.schema)
    (folder / "task.toml").unlink()
    assert refusal(folder) == f"{folder / 'task.toml'} is missing"


def test_an_older_one_without_a_schema_of_its_own_is_passed_over(folder: Path) -> None:
    add_version(folder, "2")
    (folder / "1" / "task.toml").unlink()
    assert list(load_models(folder.parent)) == [NAME]


def test_an_older_one_that_is_damaged_is_named(folder: Path) -> None:
    add_version(folder, "2")
    path = folder / "1" / "classifier.ubj"
    path.write_bytes(path.read_bytes() + b"\n")
    with pytest.raises(ModelFolderError) as caught:
        load_models(folder.parent)
    assert str(caught.value).startswith(f"{path} differs from the manifest")


def test_a_manifest_of_another_version_is_refused(folder: Path) -> None:
    path = folder / "1" / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"version": "3"}))
    assert refusal(folder) == f"{path} is the manifest of another version than 1"


def test_a_schema_of_another_version_is_refused(folder: Path) -> None:
    home = add_version(folder, "2")
    task = home / "task.toml"
    task.write_text(task.read_text().replace('version = "2"', 'version = "3"'))
    sealed(folder, "2")
    assert refusal(folder) == f"{task} is of version 3, not of {home}"


def test_a_classifier_elsewhere_may_be_that_of_an_older_version(folder: Path) -> None:
    add_version(folder, "2")
    for name in (f"{NAME}@1", f"{NAME}@2", NAME):
        with pytest.raises(ModelFolderError, match=r"^The classifier at 127"):
            load_models(folder.parent, {name: "http://127.0.0.1:9/v2/models/dysglycaemia"})
    with pytest.raises(ModelFolderError) as caught:
        load_models(folder.parent, {f"{NAME}@3": "http://127.0.0.1:9/v2/models/dysglycaemia"})
    assert str(caught.value) == (
        f"TURNPOINT_CLASSIFIERS names {NAME}@3, but {folder.parent} holds {NAME}, {NAME}@1"
    )


def test_a_version_is_found_by_either_name(folder: Path) -> None:
    home = add_version(folder, "2")
    store = folder.parent
    found = [find_version(store, name) for name in (NAME, f"{NAME}@2", f"{NAME}@1")]
    assert found == [home, home, folder / "1"]
    with pytest.raises(ModelFolderError, match=r"holds no trained version 7; "):
        find_version(store, f"{NAME}@7")


def test_a_setting_says_which_version_answers_to_the_name(folder: Path) -> None:
    add_version(folder, "2")
    add_version(folder, "10")
    registry = ModelRegistry(load_models(folder.parent, default_versions={NAME: "2"}), NAME)
    assert [registry.name_of(served) for served in registry] == [NAME, f"{NAME}@10", f"{NAME}@1"]
    second = registry.named(f"{NAME}@2")
    assert second.model.version == "2"
    assert registry.defaults() == [second]
    assert registry.named(None) is registry.named(NAME) is registry.recorded(NAME, "0") is second
    assert registry.recorded(NAME, "10") is registry.named(f"{NAME}@10") is not second


@pytest.mark.parametrize(
    ("defaults", "why"),
    [
        ({"stroke": "1"}, "TURNPOINT_DEFAULT_VERSIONS names stroke, but {store} holds dysglycaemia"),
        (
            {NAME: "7"},
            f"TURNPOINT_DEFAULT_VERSIONS names version 7 of {NAME}, of which 2, 1 can be hosted",
        ),
        (
            {NAME: "01"},
            f"TURNPOINT_DEFAULT_VERSIONS names version 01 of {NAME}, of which 2, 1 can be hosted",
        ),
    ],
)
def test_a_default_that_is_not_there_is_named_with_those_that_are(
    folder: Path, defaults: dict[str, str], why: str
) -> None:
    add_version(folder, "2")
    with pytest.raises(ModelFolderError) as caught:
        load_models(folder.parent, default_versions=defaults)
    assert str(caught.value) == why.format(store=folder.parent)


def test_a_default_without_a_schema_of_its_own_is_none(folder: Path) -> None:
    add_version(folder, "2")
    (folder / "1" / "task.toml").unlink()
    with pytest.raises(ModelFolderError, match=r"names version 1 of dysglycaemia, of which 2 can be hosted$"):
        load_models(folder.parent, default_versions={NAME: "1"})


def test_a_classifier_elsewhere_does_not_become_another_versions(folder: Path) -> None:
    """A name alone means another version after a rollback, and the URL would still be the old one's."""
    add_version(folder, "2")
    with pytest.raises(ModelFolderError) as caught:
        load_models(folder.parent, {NAME: "http://127.0.0.1:9/v2/models/dysglycaemia"}, {NAME: "1"})
    assert str(caught.value) == (
        f"TURNPOINT_DEFAULT_VERSIONS names a version of {NAME}, so TURNPOINT_CLASSIFIERS must say of which "
        f"version the classifier is: {NAME}@1, or another"
    )


def test_a_registry_knows_who_answered(folder: Path) -> None:
    add_version(folder, "2", changes={"Dysglycaemia": "Prediabetes"})
    registry = ModelRegistry(load_models(folder.parent), NAME)
    newest, first = registry.named(None), registry.named(f"{NAME}@1")
    assert registry.find(f"{NAME}@2") is registry.find(NAME) is newest
    assert [registry.name_of(served) for served in registry] == [NAME, f"{NAME}@1"]
    assert registry.defaults() == [newest]
    assert registry.recorded(NAME, "1") is first
    assert registry.recorded(NAME, "2") is registry.recorded(NAME, "0") is newest
    assert registry.recorded("stroke", "1") is None
    assert registry.with_digest(first.model.digest) is first
    assert registry.with_digest("of another store") is None
