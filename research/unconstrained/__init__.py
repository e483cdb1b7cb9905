"""Counterfactuals without the limits of doability, as the peers search for them."""
