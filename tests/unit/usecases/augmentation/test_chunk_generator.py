"""A chunk of nobody: every row of an upload may be invalid."""

from typing import Any, cast

from app.usecases.augmentation.chunk_generator import ChunkGenerator


async def _never() -> bool:
    return False


async def test_a_chunk_of_nobody_yields_nothing() -> None:
    llm = cast(Any, object())  # never asked
    generation = ChunkGenerator(maker=llm, preferences=llm, pool=llm, llm=llm, seed=0)
    done = await generation.run([], _never)
    assert (done.rows_by_source, done.refused, done.degraded) == ({}, {}, set())
