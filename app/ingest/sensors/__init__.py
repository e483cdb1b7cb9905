"""Wearables and glucose sensors in: a person's streams, their local days, and features of both."""
