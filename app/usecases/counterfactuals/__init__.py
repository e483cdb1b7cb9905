"""POST /counterfactuals and the recorded answers."""
