"""Whose parts resources are that belong to no answer."""

from uuid import UUID

SERVICE = UUID("6f1f0d2c-7f4e-5a70-9c1b-3d0f5c5a2e11")
"""The namespace of devices, model cards and prompts: the same in every answer."""
