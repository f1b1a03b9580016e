"""security.toml: how what detectors say becomes the codes of Tables B.2 and B.3."""

from collections.abc import Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from dataaccess.edge.config import Ip, Listed, Strict, Text
from dataaccess.edge.config import read as read_toml
from dataaccess.shapes import tables

DEFAULT = Path(__file__).with_name("security.toml")
Source = Literal["suricata", "wazuh", "fail2ban"]
Alert = Mapping[str, Any]


class Rule(Strict):
    """Holds where the field of the alert is like one of the patterns (shell patterns, capitals
    do not count; one of the values where the field is a list), or at least, or below a number."""

    source: Source
    field: Text
    like: Listed[Text] = ()
    at_least: int | None = None
    below: int | None = None

    @model_validator(mode="after")
    def _one_test(self) -> "Rule":
        if sum((bool(self.like), self.at_least is not None, self.below is not None)) != 1:
            raise ValueError("请写 like、at_least、below 三者之一。")
        return self

    def holds(self, source: Source, alert: Alert) -> bool:
        if source != self.source:
            return False
        value = lookup(alert, self.field)
        if self.like:
            words = [
                str(each).casefold() for each in (value if isinstance(value, list) else [value])
            ]
            return any(
                fnmatchcase(word, pattern.casefold()) for word in words for pattern in self.like
            )
        if isinstance(value, bool) or not isinstance(value, int):
            return False
        if self.at_least is not None:
            return value >= self.at_least
        return self.below is not None and value < self.below


class MethodRule(Rule):
    gives: Literal[tuple(tables.ATTACK_METHODS)]  # type: ignore[valid-type]


class AssetRule(Rule):
    gives: Literal[tuple(tables.ASSET_TYPES)]  # type: ignore[valid-type]


class SeverityRule(Rule):
    gives: Literal[tables.SEVERITIES]  # type: ignore[valid-type]


class HandlingRule(Rule):
    gives: Literal[tables.HANDLING]  # type: ignore[valid-type]


class Otherwise(Strict):
    """What holds where no rule does."""

    method: Literal[tuple(tables.ATTACK_METHODS)]  # type: ignore[valid-type]
    asset: Literal[tuple(tables.ASSET_TYPES)]  # type: ignore[valid-type]
    severity: Literal[tables.SEVERITIES]  # type: ignore[valid-type]
    handling: Literal[tables.HANDLING]  # type: ignore[valid-type]
    attacker: Ip | None = None


class Places(Strict):
    """Where an alert names its parties: the first field that holds an address."""

    source: Source
    attacker: Listed[Text]
    target: Listed[Text]


class SecurityMapping(Strict):
    group_minutes: Annotated[int, Field(ge=1, le=1440)]
    otherwise: Otherwise
    places: Listed[Places]
    ignore: Listed[Rule] = ()
    method: Listed[MethodRule] = ()
    asset: Listed[AssetRule] = ()
    severity: Listed[SeverityRule] = ()
    handling: Listed[HandlingRule] = ()

    def ignores(self, source: Source, alert: Alert) -> bool:
        return any(rule.holds(source, alert) for rule in self.ignore)

    def codes(self, source: Source, alert: Alert) -> dict[str, str]:
        """The coded fields of Table B.1, by the first rule that holds for each."""
        other = self.otherwise
        return {
            "攻击手段": _first(self.method, source, alert, other.method),
            "被攻击资产类型": _first(self.asset, source, alert, other.asset),
            "攻击危险程度": _first(self.severity, source, alert, other.severity),
            "当前防御处理状态": _first(self.handling, source, alert, other.handling),
        }

    def parties(self, source: Source, alert: Alert) -> tuple[str, str]:
        """Attacker and target as the alert names them; empty where it does not."""
        for places in self.places:
            if places.source == source:
                return _address(alert, places.attacker), _address(alert, places.target)
        return "", ""


def load(path: Path | None) -> SecurityMapping:
    return read_toml(SecurityMapping, path or DEFAULT)


def lookup(alert: Alert, field: str) -> Any:
    """A field by its path with dots; None where there is none."""
    value: Any = alert
    for part in field.split("."):
        if not isinstance(value, Mapping) or part not in value:
            return None
        value = value[part]
    return value


def _first(rules: Any, source: Source, alert: Alert, otherwise: str) -> str:
    return next((rule.gives for rule in rules if rule.holds(source, alert)), otherwise)


def _address(alert: Alert, fields: tuple[str, ...]) -> str:
    for field in fields:
        value = lookup(alert, field)
        if isinstance(value, str) and value.strip():
            return value.strip()
    return ""
