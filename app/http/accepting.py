"""What an Accept header asks for (RFC 9110, section 12.5.1)."""

from app.parsing.numbers import NumberError, read_number


def weights_of(accept: str) -> dict[str, float]:
    """Media types in lower case, in the header's order, each with its weight: 0 if that cannot be read."""
    return dict(_weighed(part) for part in accept.split(",") if part.strip())


def _weighed(part: str) -> tuple[str, float]:
    name, *parameters = (word.strip() for word in part.lower().split(";"))
    for parameter in parameters:
        if parameter.startswith("q="):
            try:
                return name, read_number(parameter[2:])
            except NumberError:
                return name, 0.0
    return name, 1.0
