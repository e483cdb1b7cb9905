"""PostgreSQL, Valkey and a small language model on one machine: no Docker, no GPU, no account."""
