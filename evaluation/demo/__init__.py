"""Example data (示例), written through the same actions and intake as real ones."""

from evaluation.demo.people import PASSWORD, accounts

__all__ = ["PASSWORD", "accounts"]
