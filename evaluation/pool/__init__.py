"""The pool of experts: its fields, who may not be drawn, the draw and its record."""
