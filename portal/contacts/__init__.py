"""People's contact data: sealed where they are kept, masked where they are shown
(docs/data-protection.md)."""
