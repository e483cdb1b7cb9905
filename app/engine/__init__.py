"""Search, repair, verification and ranking: plain functions over plain values, no I/O."""
