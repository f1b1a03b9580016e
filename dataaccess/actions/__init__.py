"""What people decide about a base's interface: its keys and its window. Each writes its audit
event in the same transaction. Deliveries come in through dataaccess.intake alone."""
