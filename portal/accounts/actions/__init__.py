"""Changes to people and organisations, one function each; the only writers. Each is one
transaction with its lock, its audit event and its letters."""
