"""Measuring proposers on held-out people."""
