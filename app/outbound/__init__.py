"""Calls to servers that others run: how much of an answer is read, and on whose time."""
