"""Sealing rows anew with the first key of CONTACT_KEYS, in batches: what was never sealed, and what
another key sealed. Whatever is done stays done; run again, it goes on."""

from collections.abc import Callable, Iterator
from typing import Any

from django.apps import apps
from django.db import migrations, models, transaction
from django.db.models import ExpressionWrapper, F, Value

from portal.contacts import keys
from portal.contacts.fields import BlindIndex, SealedInJSON, SealedText

BATCH = 500


def sealed_models() -> Iterator[type[models.Model]]:
    """Every model with a sealed field."""
    return (model for model in apps.get_models() if sealed_fields(model))


def sealed_fields(model: type[models.Model]) -> list[Any]:
    return [
        field for field in model._meta.local_fields if isinstance(field, SealedText | SealedInJSON)
    ]


def reseal(model: type[models.Model], using: str = "default", batch: int = BATCH) -> int:
    """Seal anew what needs it. Returns how many rows that were."""
    done, after = 0, None
    while True:
        with transaction.atomic(using=using):
            rows = _locked(model, using, after, batch)
            done += sum(_put(model, using, pk, kept) for pk, *kept in rows)
        if len(rows) < batch:
            return done
        after = rows[-1][0]


def unseal(model: type[models.Model], using: str = "default") -> None:
    """Keep everything in plain again: the way back of a migration."""
    for row in model._base_manager.using(using).order_by("pk").iterator(chunk_size=BATCH):
        plain = {
            # As an expression, a value goes past the field that would seal it.
            field.name: Value(getattr(row, field.name), _unsealed(field))
            for field in sealed_fields(model)
        }
        model._base_manager.using(using).filter(pk=row.pk).update(**plain)


def in_a_migration(app_label: str) -> migrations.RunPython:
    """Seal every row of an application's models, and the way back."""

    def each(apps: Any, schema_editor: Any, do: Callable[..., Any]) -> None:
        using = schema_editor.connection.alias
        for model in apps.get_app_config(app_label).get_models():
            if sealed_fields(model):
                do(model, using)

    return migrations.RunPython(
        lambda apps, schema_editor: each(apps, schema_editor, reseal),
        lambda apps, schema_editor: each(apps, schema_editor, unseal),
    )


def _unsealed(field: Any) -> Any:
    return models.JSONField() if isinstance(field, SealedInJSON) else models.TextField()


def _locked(model: type[models.Model], using: str, after: Any, batch: int) -> list[Any]:
    """Key and sealed columns of the next rows, as the database keeps them."""
    found = model._base_manager.using(using).order_by("pk")
    if after is not None:
        found = found.filter(pk__gt=after)
    for field in sealed_fields(model):
        found = found.filter(**getattr(field, "rows", {}))
    kept = {
        f"kept_{field.name}": ExpressionWrapper(F(field.name), _unsealed(field))
        for field in sealed_fields(model)
    }
    asked = found.select_for_update(of=("self",)).annotate(**kept)
    return list(asked.values_list("pk", *kept)[:batch])


def _put(model: type[models.Model], using: str, pk: Any, kept: list[Any]) -> bool:
    blind = {field.of: field for field in model._meta.fields if isinstance(field, BlindIndex)}
    new: dict[str, Any] = {}
    for field, value in zip(sealed_fields(model), kept, strict=True):
        if value is None or field.is_current(value):
            continue
        new[field.name] = field.opened(value)  # what is saved is sealed
        if field.name in blind:
            new[blind[field.name].name] = keys.blind(new[field.name])
    if new:
        model._base_manager.using(using).filter(pk=pk).update(**new)
    return bool(new)
