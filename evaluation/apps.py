from django.apps import AppConfig


class EvaluationConfig(AppConfig):
    name = "evaluation"
    verbose_name = "The seven steps"

    def ready(self) -> None:
        from evaluation import (
            tasks,  # noqa: F401  registers the outbox handlers
            terms,
        )
        from portal.ledger import runtime

        runtime.declare(*terms.SETTINGS)
