"""How the world reaches the use cases: each face reads requests and writes replies, and decides nothing."""
