"""Pages of accounts and organisations, by who uses them."""
