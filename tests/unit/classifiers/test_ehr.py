"""Reading `ehr.toml`: the shipped one, and one sentence for whatever is wrong with another."""

from pathlib import Path

import pytest

from app.classifiers.ehr import EHR, read_ehr
from app.classifiers.folder import ModelFolderError
from app.classifiers.model_version import ModelVersion

FAULTS = {
    'max_age = "1 year"': "max_age: must be a time such as",
    'max_age = "365 days"\nmore = 1': "more: is no key of a mapping of an EHR",
    '[[feature]]\nname = "shoe"': "feature.shoe: is no feature of the model",
    '[[feature]]\nname = "sbp"\n[[feature]]\nname = "sbp"': "there are two of this name",
    '[[feature]]\nname = "sex"\nelement = "gender"\ngenders = { male = "m" }': "m is no value",
    '[[feature]]\nname = "sex"\nelement = "birth_date"': "is no number, and an age is one",
    '[[feature]]\nname = "sbp"\ncodes = [{ loinc = "8462-4" }]\n[[feature]]\nname = "dbp"': (
        "the code 8462-4 tells two things"
    ),
    '[[measured]]\nloinc = "4548-4"\nunits = ["mmol/L"]': "mmol/L is no unit of the measured",
    '[[feature]]\nname = "cigarettes"\n[[feature.asked]]\nloinc = "72166-2"\n'
    'answer = [{ code = "1" }]': "the answer 1 either has a value or rules one out",
    '[[feature]]\nname = "cigarettes"\n[[feature.asked]]\nloinc = "72166-2"\n'
    'answer = [{ code = "1", value = "some" }]': "some is no value of it",
}


def test_the_shipped_one_is_whole(model: ModelVersion) -> None:
    assert model.ehr is not None
    names = [one.name for one in model.ehr.features]
    assert {"age", "sex", "ethnicity", "height", "bmi", "weight", "sbp", "dbp", "cigarettes"} <= set(names)


def test_an_older_version_is_read_by_the_same(version_1: ModelVersion) -> None:
    assert version_1.ehr is not None


@pytest.mark.parametrize("text", FAULTS)
def test_a_fault_is_named_by_its_place(model: ModelVersion, tmp_path: Path, text: str) -> None:
    (tmp_path / EHR).write_text(text if "max_age" in text else f'max_age = "9 days"\n{text}')
    with pytest.raises(ModelFolderError) as refused:
        read_ehr(tmp_path, model.schema, model.consultation)
    assert str(refused.value).startswith(f"{tmp_path / EHR} cannot be used: ")
    assert FAULTS[text] in str(refused.value)


def test_without_a_file_nothing_is_read(model: ModelVersion, tmp_path: Path) -> None:
    assert read_ehr(tmp_path, model.schema, model.consultation) is None
