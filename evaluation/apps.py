from django.apps import AppConfig


class EvaluationConfig(AppConfig):
    name = "evaluation"
    verbose_name = "The seven steps"

    def ready(self) -> None:
        from evaluation import (
            contacts,
            tasks,  # noqa: F401  registers the outbox handlers
            terms,
        )
        from evaluation.actions import erasure
        from portal.accounts.actions import erasure as accounts_erasure
        from portal.ledger import runtime

        runtime.declare(*terms.SETTINGS)
        contacts.declare_all()
        accounts_erasure.also(erasure.of_an_expert)
