"""Reading filled forms: every fault is named by file, row and column, and nothing is guessed."""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from research.review import form
from research.review.errors import ReviewError
from research.review.key import SHORT, Key, asked_of, digest_of

_MOST_BYTES = 1 << 22
_MOST_TOLD = 20
_DELIMITERS = ",;\t"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")

Asked = tuple[str, str]
"""A case and an option, by their names in the packet."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a reviewer says of one option."""

    plausible: int
    safe: bool
    would_advise: bool
    why_not: str


@dataclass(frozen=True, slots=True)
class Filled:
    """One reviewer's answers to all that was asked."""

    reviewer: str
    answers: Mapping[Asked, Answer]
    digest: str
    """SHA-256 of the file."""


def read_forms(paths: Sequence[Path], key: Key, digest: str) -> list[Filled]:
    """The forms of all reviewers, in the order of their codes.

    Raises:
        ReviewError: a form is not of this key, not complete, or cannot be read; it names the first faults of
            all forms.
    """
    faults, read = [], list[tuple[Path, Filled]]()
    for path in paths:
        one = _Form(path, key, digest[:SHORT])
        filled = one.filled()
        faults += one.faults
        if filled is not None:
            read.append((path, filled))
    by_code: dict[str, Path] = {}
    for path, filled in read:
        if other := by_code.get(filled.reviewer):
            faults.append(f"{path}, column reviewer: the code is that of {other} already")
        by_code[filled.reviewer] = path
    if faults:
        more = len(faults) - _MOST_TOLD
        told = [*faults[:_MOST_TOLD], *([f"and {more} more"] if more > 0 else [])]
        raise ReviewError("Nothing was imported:\n" + "\n".join(f"  {fault}" for fault in told))
    return sorted((filled for _, filled in read), key=lambda filled: filled.reviewer)


class _Form:
    """One file while it is read; faults are gathered."""

    def __init__(self, path: Path, key: Key, packet: str) -> None:
        self.faults: list[str] = []
        self._path, self._packet, self._digest = path, packet, ""
        self._asked = dict.fromkeys(asked_of(key))
        self._cases = {case for case, _ in self._asked}
        self._unanswered = list[int]()

    def filled(self) -> Filled | None:
        """The answers; None where something is wrong, which is then among the faults."""
        text = self._text()
        rows = [] if text is None else self._rows(text)
        if not rows or not self._is_of_the_key(rows):
            return None
        answers, codes, seen = dict[Asked, Answer](), dict[str, int](), dict[Asked, int]()
        for number, row in rows:
            if code := row[form.REVIEWER]:
                codes.setdefault(code, number)
            asked, answer = self._which(number, row, seen), self._answer(number, row)
            if asked is not None and answer is not None:
                answers[asked] = answer
        self._check_whole(seen, codes)
        return None if self.faults else Filled(next(iter(codes)), answers, self._digest)

    def _text(self) -> str | None:
        try:
            is_small = self._path.stat().st_size <= _MOST_BYTES
            content = self._path.read_bytes() if is_small else b""
        except OSError as error:
            self._fault(f"cannot be read: {error.strerror}")
            return None
        self._digest = digest_of(content)
        if not is_small:
            self._fault("is too large for a form")
            return None
        try:
            if not content.startswith(_UTF16) and b"\0" not in content:
                return content.decode("utf-8-sig")
            row = None
        except UnicodeDecodeError as error:
            row = 1 + content[: error.start].count(b"\n")
        self._fault("is not UTF-8 text: save it as CSV in UTF-8", row)
        return None

    def _rows(self, text: str) -> list[tuple[int, dict[str, str]]]:
        """Rows by column, with their numbers as a spreadsheet has them: the header is row 1."""
        first_line = text.partition("\n")[0]
        delimiter = max(_DELIMITERS, key=first_line.count)
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        try:
            table = [[cell.strip() for cell in row] for row in reader]
        except csv.Error:
            self._fault("has a quotation mark that does not close, or is not doubled", reader.line_num)
            return []
        header = [name.lower() for name in table[0]] if table else []
        if sorted(header) != sorted(form.COLUMNS):
            self._fault(f"has other columns than the form, which has {', '.join(form.COLUMNS)}", 1)
            return []
        rows = []
        for number, row in enumerate(table[1:], start=2):
            if len(row) == len(header) and any(row):
                rows.append((number, dict(zip(header, row, strict=True))))
            elif any(row):
                self._fault(f"has {len(row)} cells in place of {len(header)}", number)
        if not rows and not self.faults:
            self._fault("has no rows below its header")
        return rows

    def _is_of_the_key(self, rows: Sequence[tuple[int, Mapping[str, str]]]) -> bool:
        """Told of the first row alone that is not: most often the whole form is of another packet."""
        for number, row in rows:
            if (packet := row[form.PACKET]) != self._packet:
                what = "is of another packet than the key" if packet else "is empty"
                self._fault(what, number, form.PACKET)
                return False
        return True

    def _which(self, number: int, row: Mapping[str, str], seen: dict[Asked, int]) -> Asked | None:
        asked = (row[form.CASE], row[form.OPTION])
        if row[form.CASE] not in self._cases:
            self._fault("is no case of the packet", number, form.CASE)
        elif asked not in self._asked:
            self._fault("is no option of this case", number, form.OPTION)
        elif asked in seen:
            self._fault(f"answers again what row {seen[asked]} answers", number, form.OPTION)
        else:
            seen[asked] = number
            return asked
        return None

    def _answer(self, number: int, row: Mapping[str, str]) -> Answer | None:
        plausible, safe, advise = (row[name] for name in (form.PLAUSIBLE, form.SAFE, form.ADVISE))
        if not (plausible or safe or advise):
            self._unanswered.append(number)
            return None
        before = len(self.faults)
        if not plausible:
            self._fault("is empty", number, form.PLAUSIBLE)
        elif plausible not in _RATINGS:
            self._fault(f"is none of 1 to {len(form.SCALE)}", number, form.PLAUSIBLE)
        for name, cell in ((form.SAFE, safe), (form.ADVISE, advise)):
            if not cell:
                self._fault("is empty", number, name)
            elif cell.lower() not in form.YES_NO:
                self._fault("is neither yes nor no", number, name)
        if len(row[form.WHY_NOT]) > form.MOST_WORDS:
            self._fault(f"has more than {form.MOST_WORDS} signs", number, form.WHY_NOT)
        if len(self.faults) > before:
            return None
        words = " ".join(row[form.WHY_NOT].split())
        return Answer(int(plausible), form.YES_NO[safe.lower()], form.YES_NO[advise.lower()], words)

    def _check_whole(self, seen: Mapping[Asked, int], codes: Mapping[str, int]) -> None:
        if self._unanswered:
            self._fault(f"no answers in {_told_rows(self._unanswered)}")
        for case, option in self._asked:
            if (case, option) not in seen:
                self._fault(f"has no row for {case}, option {option}")
        first, *others = codes.values() or (None,)
        if first is None:
            self._fault("is empty in all rows", column=form.REVIEWER)
        for number in others:
            self._fault(f"is another code than in row {first}", number, form.REVIEWER)
        for code, number in codes.items():
            if not re.fullmatch(form.CODE, code):
                self._fault("is no code: 1 to 20 letters, digits, - or _", number, form.REVIEWER)

    def _fault(self, what: str, row: int | None = None, column: str | None = None) -> None:
        place = [str(self._path), *([f"row {row}"] if row else []), *([f"column {column}"] if column else [])]
        self.faults.append(f"{', '.join(place)}: {what}")


def _told_rows(numbers: Sequence[int]) -> str:
    """Rising numbers of rows, those that follow each other as one: "row 3", "rows 3 to 7 and 9"."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    told = [f"{run[0]} to {run[-1]}" if len(run) > 1 else str(run[0]) for run in runs]
    shown = [*told[:_MOST_TOLD], *(["more"] if len(told) > _MOST_TOLD else [])]
    *some, last = shown
    return f"{'rows' if len(numbers) > 1 else 'row'} {', '.join(some)}{' and ' if some else ''}{last}"


_RATINGS = [str(rating) for rating in range(1, len(form.SCALE) + 1)]


def reasons(forms: Sequence[Filled]) -> Iterator[tuple[Asked, str, str]]:
    """What reviewers wrote, with what it is about and who wrote it."""
    for filled in forms:
        for asked, answer in filled.answers.items():
            if answer.why_not:
                yield asked, filled.reviewer, answer.why_not
