"""Whatever JSON a language model's server answers with is read as texts and counts, or refused."""

from hypothesis import given, settings
from hypothesis import strategies as st

from app.proposers.llm.completion import NotACompletionError, read_completion
from tests.integration.fake_random import ANYTHING, spoilt

CHOICE = {"message": {"role": "assistant", "content": "hello"}}
COMPLETION = {
    "choices": [CHOICE, CHOICE],
    "usage": {"prompt_tokens": 5, "completion_tokens": 7},
    "timings": {"predicted_n": 3},
}
quickly = settings(max_examples=200, deadline=None, derandomize=True, database=None)


@given(spoilt(COMPLETION) | ANYTHING)
@quickly
def test_a_completion_is_texts_and_counts_or_none(document: object) -> None:
    try:
        completion = read_completion(document, 2)
    except NotACompletionError:
        return
    assert len(completion.texts) <= completion.choices
    assert all(isinstance(text, str) for text in completion.texts)
    counts = (completion.prompt_tokens, completion.completion_tokens, completion.first_tokens)
    assert all(count is None or type(count) is int for count in counts)


@given(ANYTHING, st.sampled_from(["usage", "timings", "id", "created", "object"]))
@quickly
def test_what_stands_beside_the_choices_costs_no_text(value: object, key: str) -> None:
    assert read_completion(COMPLETION | {key: value}, 2).texts == ["hello", "hello"]
