"""The edge node of clause 8.4.1: a base's own machine takes what Appendix B asks for, keeps it on
its disk, and hands it to the command centre in the base's window.

Runs on a small machine with Python, pydantic and orjson alone; see docs/edge.md."""

# What the node calls itself at the centre, so that its records can tell it from other programs.
PROGRAM = "gyzs-edge"
