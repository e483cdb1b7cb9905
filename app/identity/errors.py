"""Why nobody can be let in as the settings say. Apart from who lets in, which loads the gateway's figures."""


class IdentityError(ValueError):
    """Settings that cannot be meant; the message is a sentence about them."""
