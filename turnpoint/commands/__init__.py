"""What `turnpoint` commands do that need nothing but a running service."""
