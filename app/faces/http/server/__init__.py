"""The server below the application: its connections, its end, its processes."""
