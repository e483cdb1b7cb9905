"""What users of Turnpoint import; the service itself is the package `app`."""
