"""The one-machine run: embedded servers and the launcher that starts them."""
