"""Settings that are JSON, as the environment has them: texts."""

from typing import Any

from app.parsing.json_text import JsonError, JsonFaultsError, read_json


def json_of_setting(given: object) -> Any:
    """What a text stands for, None where it is no JSON; what is no text, as it is.

    Raises:
        ValueError: it can be read in more ways than one, or in none; the message says where and why.
    """
    if not isinstance(given, str):
        return given
    try:
        return read_json(given)
    except JsonFaultsError as error:
        told = "; ".join(f"{pointer or '/'} {why}" for pointer, why in error.faults)
        raise ValueError(told) from error
    except JsonError:
        return None
