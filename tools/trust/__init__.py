"""Trials that take longer than the tests may: `python -m tools.trust durability`."""
