"""The enterprise list of 8.2.2 as rows."""
