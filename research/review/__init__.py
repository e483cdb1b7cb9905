"""Blinded review: packets in which clinicians judge options of methods that they are not told."""
