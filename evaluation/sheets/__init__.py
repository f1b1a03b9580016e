"""Lists as Excel workbooks: templates, exports, and reading what people filled in."""
