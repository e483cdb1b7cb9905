"""The peers beside us: other packages for counterfactuals, asked the same questions about the same people.

Every method answers for the same held-out people and the same model, each in a process of its own on one
core. All answers are judged alike, by measures none of the methods was told of (`metrics`, `judges`).
"""
