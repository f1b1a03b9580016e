"""Backup and restore: database, files and keys out of a running portal, and into an empty place.

Stands above everything and is imported by nobody. docs/operations.md has the procedure."""
