"""The words of the field as plain values: features, levers, constraints, counterfactuals. No I/O."""
