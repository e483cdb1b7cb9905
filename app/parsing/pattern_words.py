"""What a text of a model folder has to look like, in words: an owner need not read regular expressions."""

_WORDS = {
    r"^[^\x00-\x1f\x7f]*[^\x00-\x20\x7f][^\x00-\x1f\x7f]*$": "must be words on one line, not empty",
    r"^[a-z][a-z0-9_]{0,39}$": "must be 1 to 40 lower-case letters, digits and _, with a letter first",
    r"^[A-Za-z][A-Za-z0-9_]{0,39}$": "must be 1 to 40 letters, digits and _, with a letter first",
    r"^[a-z][a-z0-9-]{0,39}$": "must be 1 to 40 lower-case letters, digits and -, with a letter first",
    r"^[1-9][0-9]{0,5}$": 'must be a whole number as text, such as "2"',
    r"^[0-9]{1,7}-[0-9]$": "must be a LOINC code, such as 4548-4",
    r"^[a-z0-9][a-z0-9_-]{0,63}$": "must be 1 to 64 lower-case letters, digits, - and _, with no sign first",
}
"""By pattern of the domain's own fields."""


def pattern_words(pattern: str) -> str | None:
    """What a pattern asks for; None of one that there are no words for."""
    return _WORDS.get(pattern)
