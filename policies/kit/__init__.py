"""The vocabulary every measure is written in."""
