"""What the name of a feature lets one suppose: whether a person acts on it, and whether it is sensitive.

A supposition is put to the owner as a question, and nothing is done because of it.
"""

import re

from app.domain.feature import Theme


def _words(*beginnings: str) -> re.Pattern[str]:
    """Names one of whose parts begins like this; a part that ends in `$` is whole."""
    parts = "|".join(part.replace("$", r"(?=_|\d|$)") for part in beginnings)
    return re.compile(rf"(?:^|_)(?:{parts})")


_ACTED_ON = {
    Theme.WEIGHT: _words("bmi", "body_mass", "weight", "waist", "obes"),
    Theme.SMOKING: _words("smok", "cig", "tobacco", "pack_year", "nicotine"),
    Theme.FOOD: _words(
        *("food", "eat$", "eating", "meal", "breakfast", "lunch", "snack", "nutri", "takeaway", "fast_food"),
        *("salt", "sodium", "fib", "sugars", "sugary", "fruit", "veg", "diet", "calor", "kcal", "energy"),
        *("fat$", "carb", "protein_intake", "meat", "fish$", "soft_drink", "sweet", "soda$"),
    ),
    Theme.ALCOHOL: _words("alcohol", "drink", "alco", "ethanol"),
    Theme.ACTIVITY: _words("activ", "exercis", "steps", "sitting", "sedent", "walk", "sport", "mvpa", "met$"),
    Theme.SLEEP: _words("sleep"),
}
_TREATED = _words(
    *("sbp$", "dbp$", "bp$", "systolic", "diastolic", "blood_pressure", "trestbps", "chol", "ldl", "hdl"),
    *("trig", "glucose", "hba1c", "a1c", "sugar", "heart_rate", "cholesterol", "lipid", "tsh$", "ferritin"),
)
_SENSITIVE = _words(
    *("sex$", "gender", "race$", "racial", "ethnic", "religio", "nationalit", "origin$", "language"),
    *(
        "income",
        "postcode",
        "post_code",
        "zip$",
        "zip_code",
        "insurance",
        "education",
        "marital",
        "deprivation",
    ),
)
_GIVEN = _words("age$", "sex$", "gender", "race$", "ethnic", "height", "family", "famhx", "mother", "father")


_PERSON = _words("age$", "sex$", "male$", "female$", "gender", "race$", "ethnic")
_LOWERED = (Theme.WEIGHT, Theme.SMOKING, Theme.ALCOHOL)


def is_of_person(name: str) -> bool:
    """Whether it tells who somebody is, as a page's head does."""
    return _PERSON.search(name) is not None


def aptness(name: str) -> int:
    """How apt it is for an example of an action that lowers it: 0 most; 3 is of what nobody acts on."""
    if theme_of(name) in _LOWERED:
        return 0
    if is_treated(name) and "hdl" not in name:
        return 1
    return 3 if is_sensitive(name) or never_changes(name) else 2


def theme_of(name: str) -> Theme | None:
    """What an action on the feature would be about; None if its name suggests none."""
    return next((theme for theme, pattern in _ACTED_ON.items() if pattern.search(name)), None)


def is_treated(name: str) -> bool:
    """Whether it is a measure that follows what a person does, or that treatment moves."""
    return _TREATED.search(name) is not None


def is_sensitive(name: str) -> bool:
    """Whether it may stand for belonging to a group that is treated unequally."""
    return _SENSITIVE.search(name) is not None


def never_changes(name: str) -> bool:
    """Whether nobody can change it."""
    return _GIVEN.search(name) is not None
