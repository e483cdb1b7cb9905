"""The language model as a proposer: prompt, response schema, client."""
