"""Turnpoint: verified counterfactual suggestions for clinicians."""

from importlib.metadata import version

__version__ = version("turnpoint-server")
