"""A small portal to lose: a certified case with a signed certificate and an archive. Made in a
process of its own, in the folder and the database, with the tables, that its environment names."""

import django

django.setup()

from evaluation.actions import archive  # noqa: E402
from evaluation.documents.archive.making import make  # noqa: E402
from evaluation.documents.render import render  # noqa: E402
from evaluation.documents.signing import ensure_example_signing_key  # noqa: E402
from portal.ledger import outbox  # noqa: E402
from tests.access.world import print_documents  # noqa: E402
from tests.evaluation.cast import make_cast  # noqa: E402


def main() -> None:
    ensure_example_signing_key()
    cast = make_cast()
    with outbox.left_to_the_sweep():
        case = cast.case_in("certified")
        render(str(case.documents.get(kind="certificate").pk))
        print_documents(case)
        order = archive.order_archive(cast.chen, case)
    make(str(order.pk))


if __name__ == "__main__":
    main()
