"""Somebody with the database's password: one event, one score."""

import django

django.setup()

from django.db import connection  # noqa: E402

from portal.ledger import append_only  # noqa: E402

with append_only.lifted(), connection.cursor() as cursor:
    cursor.execute("UPDATE ledger_auditevent SET action = 'nothing' WHERE seq = 3")
    cursor.execute("UPDATE evaluation_scorerun SET digest = 'x' WHERE id > 0")
