"""The whole case as one ZIP with a manifest of hashes, readable without the portal."""
