"""Asking methods about people, each in a process of its own, and keeping what they answer."""
