"""One function per move or change. The only writers of a case: each locks the case, checks the
permission, writes state, audit event and outbox rows in one transaction, or nothing."""
