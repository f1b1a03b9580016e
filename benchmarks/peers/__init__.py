"""Servers that take the same batches of security events, written the usual ways, to be measured
beside the portal. Each keeps events, a receipt and a count a day, and asks a key who is calling."""
