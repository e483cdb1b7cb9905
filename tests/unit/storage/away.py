"""Addresses at which nobody listens, and the secrets in them."""

SECRET = "sesame-9f3"
NOWHERE = "/nowhere-at-all"
DATABASE = f"postgresql+psycopg://turnpoint:{SECRET}@/turnpoint?host={NOWHERE}"
"""A socket in a folder that is not there: refused at once, without a network."""
REDIS = f"unix://turnpoint:{SECRET}@{NOWHERE}/redis.sock"
