"""What a device sends that kept findings and signatures without network."""

import uuid
from typing import Annotated, Any, Literal

from django.http import QueryDict
from django.utils.datastructures import MultiValueDict
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from evaluation.forms.site import SiteItemForm

Text = Annotated[str, Field(max_length=4000)]


class Sent(BaseModel):
    """What each thing has: the number the device gave it, and who wrote it there."""

    model_config = ConfigDict(extra="forbid")
    id: uuid.UUID
    author: int


class SentFinding(Sent):
    """One item's form as it was filled in, by the names of its fields."""

    kind: Literal["finding"]
    indicator: Annotated[str, Field(max_length=48)]
    fields: dict[str, Text | list[Text]]
    confirm: bool = False  # the declared value, whatever it is
    seen: Annotated[str, Field(max_length=64)]
    after: uuid.UUID | None = None
    noted_at: AwareDatetime


class SentSignature(Sent):
    """A signature drawn or typed at the end."""

    kind: Literal["signature"]
    side: Annotated[str, Field(max_length=12)]
    name: Text
    position: Text = ""
    strokes: list[Any] = []
    covers: dict[str, Annotated[str, Field(max_length=64)]]
    signed_at: AwareDatetime


_ADAPTER: TypeAdapter[SentFinding | SentSignature] = TypeAdapter(
    Annotated[SentFinding | SentSignature, Field(discriminator="kind")]
)


def read(body: bytes) -> SentFinding | SentSignature | None:
    """One thing from a request's body; None for what no device of ours sends."""
    try:
        return _ADAPTER.validate_json(body)
    except ValidationError:
        return None


def read_value(value: Any) -> SentFinding | SentSignature | None:
    """One thing out of a file that was read already."""
    try:
        return _ADAPTER.validate_python(value)
    except ValidationError:
        return None


def filled_form(sent: SentFinding, form: SiteItemForm) -> SiteItemForm:
    """The item's form with what the device holds in it."""
    data = QueryDict(mutable=True)
    fields = dict(sent.fields)
    if sent.confirm and form.declared is not None:
        of_declared = SiteItemForm(
            indicator=form.indicator, held=form.declared, declared=form.declared
        )
        fields |= {name: of_declared.initial.get(name, "") for name in of_declared.value_names}
        fields.pop("unverified", None)
    for name, value in fields.items():
        data.setlist(form.add_prefix(name), value if isinstance(value, list) else [value])
    return SiteItemForm(
        data,
        MultiValueDict(),
        indicator=form.indicator,
        held=form.held,
        declared=form.declared,
    )
