"""What is drawn alike is written alike."""

from research.drawing import svg


def drawn(values: list[float]) -> str:
    with svg(2.0, 1.5) as (figure, text):
        figure.subplots().plot(values)
    return text.getvalue()


def test_the_same_figure_is_the_same_file_and_tells_no_time() -> None:
    assert drawn([1, 2, 3]) == drawn([1, 2, 3]) != drawn([3, 2, 1])
    assert "<dc:date>" not in drawn([1, 2, 3])
