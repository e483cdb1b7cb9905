"""Values as a person types them into the form of a patient's values."""

from collections.abc import Mapping

ENOUGH = {"value.age": "50", "value.sex": "female", "value.height": "170", "value.weight": "95"}
"""All that has to be known to ask."""


def typed(value: object) -> str:
    """One value, as the form's fields hold it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)


def typed_in(person: Mapping[str, object]) -> dict[str, str]:
    """The form's fields with all that is known of a person."""
    return {f"value.{name}": typed(value) for name, value in person.items() if value is not None}
