"""The server's part of the `turnpoint` command."""
