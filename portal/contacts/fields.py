"""Model fields that are sealed in the database and plain in Python. They cannot be searched or
sorted by; only whether one is empty can be asked."""

import json
from collections.abc import Iterable
from typing import Any

from django.core.exceptions import FieldError
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models.lookups import Exact

from portal.contacts import keys

LOOKUPS = ("exact", "isnull")


class SealedText(models.TextField):
    """A text of contact data. `max_length` is that of the plain text."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.max_length is not None:
            self.validators.append(MaxLengthValidator(self.max_length))

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        return value if value is None else keys.unseal(value)

    def get_db_prep_save(self, value: Any, connection: Any) -> Any:
        if value is None or hasattr(value, "as_sql"):
            return value
        return keys.seal(str(value))

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name not in LOOKUPS:
            raise FieldError(f"{self.name} is sealed: it cannot be searched by {lookup_name}.")
        return super().get_lookup(lookup_name)

    def formfield(self, **kwargs: Any) -> Any:
        # One line, as the CharField that it stands for.
        return super().formfield(**{"widget": None, **kwargs})

    def opened(self, kept: str) -> str:
        return keys.unseal(kept)

    def is_current(self, kept: str) -> bool:
        return keys.is_current(kept)


@SealedText.register_lookup
class OnlyWhetherEmpty(Exact):
    def get_prep_lookup(self) -> Any:
        if self.rhs != "":
            raise FieldError("A sealed text can only be asked whether it is empty.")
        return super().get_prep_lookup()


class BlindIndex(models.CharField):
    """A keyed digest of a sealed text, by which the same text is found again: compare it with
    `keys.blinds(text)`. Written with each save of the row."""

    def __init__(self, *args: Any, of: str, **kwargs: Any) -> None:
        self.of = of
        kept = {"max_length": 64, "blank": True, "default": "", "editable": False}
        super().__init__(*args, **{**kept, **kwargs})

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, "of": self.of}

    def pre_save(self, model_instance: Any, add: bool) -> str:
        digest = keys.blind(getattr(model_instance, self.of))
        setattr(model_instance, self.attname, digest)
        return digest


class SealedInJSON(models.JSONField):
    """A JSON document in which what stands under some keys, at any depth, is sealed. The others
    can be searched as usual. `rows`: the only ones that hold such keys."""

    def __init__(
        self,
        *args: Any,
        sealed: Iterable[str] = (),
        rows: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        self.sealed, self.rows = frozenset(sealed), rows or {}
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        rows = {"rows": self.rows} if self.rows else {}
        return name, path, args, {**kwargs, **rows, "sealed": sorted(self.sealed)}

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        return self.opened(super().from_db_value(value, expression, connection))

    def get_db_prep_save(self, value: Any, connection: Any) -> Any:
        return super().get_db_prep_save(self._closed(value), connection)

    def is_current(self, kept: Any) -> bool:
        """Whether everything that belongs sealed in a kept document is, with the first key."""
        if isinstance(kept, dict):
            return all(
                isinstance(inner, str) and keys.is_current(inner)
                if key in self.sealed
                else self.is_current(inner)
                for key, inner in kept.items()
            )
        return all(map(self.is_current, kept)) if isinstance(kept, list) else True

    def _closed(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {
                key: keys.seal(inner if isinstance(inner, str) else _MARK + json.dumps(inner))
                if key in self.sealed
                else self._closed(inner)
                for key, inner in value.items()
            }
        return [self._closed(inner) for inner in value] if isinstance(value, list) else value

    def opened(self, value: Any) -> Any:
        """A kept document in plain."""
        if isinstance(value, dict):
            return {
                key: _read(keys.unseal(inner))
                if key in self.sealed and isinstance(inner, str)
                else self.opened(inner)
                for key, inner in value.items()
            }
        return [self.opened(inner) for inner in value] if isinstance(value, list) else value


# Before what is no text; nobody can type it, since NUL is refused everywhere.
_MARK = "\0json:"


def _read(text: str) -> Any:
    return json.loads(text.removeprefix(_MARK)) if text.startswith(_MARK) else text
