"""Exact search over tree ensembles: least-effort counterfactuals, with a proof."""
