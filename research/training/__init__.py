"""Making models: from pinned public data to a version in the model store. Never imported by the gateway."""
