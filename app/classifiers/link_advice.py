"""Advice on features that contradict each other unless one follows the other: the data tell which do."""

from collections.abc import Iterator, Mapping

from app.classifiers.model_version import ModelVersion
from app.classifiers.pairs import Cut, Line, cuts_among, lines_among
from app.domain.feature import Kind
from app.domain.schema import FeatureSchema, FloatArray

Columns = Mapping[str, FloatArray]
"""Values of people by the classifier's column, NaN where unknown."""


def learned_columns(model: ModelVersion) -> Columns:
    """Of the people that a version learned from."""
    return {name: model.population.rows[:, place] for place, name in enumerate(model.schema.columns)}


def pair_advice(schema: FeatureSchema, columns: Columns) -> Iterator[str]:
    """Where an action moves one of two features that say the same, and the other stays."""
    numbers, flags = numbers_of(schema, columns), flags_of(schema, columns)
    acted_on = {feature.name for feature in schema.actionable}
    moved = {name: values for name, values in numbers.items() if name in acted_on}
    cuts = {cut.feature: cut for cut in cuts_among(flags, moved)}
    turned = {name: values for name, values in flags.items() if name in acted_on and name not in cuts}
    cuts |= {cut.feature: cut for cut in cuts_among(turned, numbers)}
    told = set[str]()
    for cut in cuts.values():
        feature = feature_of(cut)
        if feature not in told and not _follows(schema, feature):
            told.add(feature)
            yield f"{feature}: {_of_cut(schema, cut)}"
    for line in lines_among(moved | numbers, lambda own, driver: driver in moved and own not in acted_on):
        if not _follows(schema, line.feature) and schema[line.feature].treatment is None:
            yield (
                f"{line.feature}: it goes along with {line.driver} (correlation {line.correlation:.2f}), "
                "which an action moves while it stays, so that options look like nobody. Let it follow; the "
                f"slope is that between people:\n{slope_lines(line)}"
            )


def numbers_of(schema: FeatureSchema, columns: Columns) -> dict[str, FloatArray]:
    """The columns of numbers, by the feature's name."""
    return {one.name: columns[one.name] for one in schema.features if one.is_numeric and one.name in columns}


def flags_of(schema: FeatureSchema, columns: Columns) -> dict[str, FloatArray]:
    """The columns of yes and no, each value of a category among them."""
    names = [name for one in schema.features if not one.is_numeric for name in one.columns]
    return {name: columns[name] for name in names if name in columns}


def feature_of(cut: Cut) -> str:
    """The feature of the column that a number tells."""
    return cut.feature.partition("=")[0]


def can_follow(schema: FeatureSchema, cut: Cut) -> bool:
    """Whether a rule can say what a number tells: of a yes or no, from a number that no effect moves."""
    return schema[feature_of(cut)].kind is Kind.BOOLEAN and not schema.effects_on.get(cut.driver)


def cut_words(cut: Cut, driver: str) -> str:
    """When it is yes, or has a value: "yes exactly where BMI is 30 or more, in 99.5 % of people"."""
    value = cut.feature.partition("=")[2]
    edge = f"{number(cut.edge)} or {'more' if cut.above else 'less'}"
    return f"{value or 'yes'} exactly where {driver} is {edge}, in {100 * cut.share:.3g} % of people"


def rule_lines(schema: FeatureSchema, cut: Cut) -> str:
    """The link of a yes or no, as task.toml has it."""
    low, high = schema[cut.driver].clinical or (cut.edge, cut.edge)
    ends = (cut.edge, high) if cut.above else (low, cut.edge)
    yes_when = f"yes_when = [{number(ends[0])}, {number(ends[1])}]"
    return _lines("rule", cut.feature, cut.driver, yes_when)


def slope_lines(line: Line) -> str:
    """The link of a number, as task.toml has it."""
    return _lines("linear", line.feature, line.driver, f"slope = {float(f'{line.slope:.3g}'):g}")


def _lines(kind: str, feature: str, driver: str, last: str) -> str:
    return f'[[link]]\nkind = "{kind}"\nfeature = "{feature}"\ndriver = "{driver}"\n{last}'


def _of_cut(schema: FeatureSchema, cut: Cut) -> str:
    feature, driver = schema[feature_of(cut)], schema[cut.driver]
    said = f"it is {cut_words(cut, driver.name)}"
    if not can_follow(schema, cut):
        return (
            f"{said}, so that an option may contradict itself: no link can let it follow. Leave it out, "
            "or make a yes or no of it that follows by a rule"
        )
    if driver.action is None:
        why = f"an action turns it while {driver.name} stays. Give {driver.name} the action instead, and"
    elif feature.action is None:
        why = f"an action moves {driver.name} while it stays, so that an option may contradict itself:"
    else:
        why = "each has an action, so that an option may contradict itself. Take this one's away, and"
    return f"{said}; {why} let it follow:\n{rule_lines(schema, cut)}"


def _follows(schema: FeatureSchema, name: str) -> bool:
    return name in schema.link_of or name in schema.effects_on


def number(value: float) -> str:
    """A number as TOML writes it, without decimals that say nothing."""
    return f"{value:.12g}"
