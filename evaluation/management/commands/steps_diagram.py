"""`manage.py steps_diagram`: docs/steps.md from the steps table; `--check` says whether it is
what the table says now."""

import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.utils import translation

from evaluation import steps

PAGE = Path(settings.BASE_DIR) / "docs" / "steps.md"


class Command(BaseCommand):
    help = "Write docs/steps.md from evaluation/steps.py, or check it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        with translation.override("zh-hans"):
            page = "\n".join(_page()) + "\n"
        if not options["check"]:
            PAGE.write_text(page, encoding="utf-8")
        elif not PAGE.exists() or PAGE.read_text(encoding="utf-8") != page:
            self.stderr.write(
                "docs/steps.md is not what evaluation/steps.py says: run manage.py steps_diagram"
            )
            sys.exit(1)


def _page() -> list[str]:
    return [
        "# The seven steps",
        "",
        "Made by `manage.py steps_diagram` from `evaluation/steps.py`; `make check` fails when they",
        "differ. The names are those that secretariat and experts read.",
        "",
        "```mermaid",
        "stateDiagram-v2",
        *_diagram(),
        "```",
        "",
        "| state | step | who has it | secretariat reads | applicant reads | what is awaited |",
        "|---|---|---|---|---|---|",
        *(
            f"| `{state.code}` | {state.step} {steps.step_of(state.code).name} "
            f"| {steps.ACTOR_NAMES[state.owner]} | {state.label} | {state.applicant_label} "
            f"| {state.awaits} |"
            for state in steps.STATES.values()
        ),
        "",
        "| move | from | to | who | button | reason needed |",
        "|---|---|---|---|---|---|",
        *(
            f"| `{move.code}` | {_codes(move.sources)} | {_codes(move.targets)} "
            f"| {steps.ACTOR_NAMES[move.actor]} | {move.label} "
            f"| {'yes' if move.needs_reason else 'no'} |"
            for move in steps.MOVES.values()
        ),
    ]


def _diagram() -> list[str]:
    lines = ["    [*] --> draft"]
    for step in steps.STEPS:
        lines.append(f'    state "{step.number} {step.name}" as step{step.number} {{')
        lines += [
            f'        state "{state.label}" as {state.code}'
            for state in steps.STATES.values()
            if state.step == step.number
        ]
        lines.append("    }")
    for move in steps.MOVES.values():
        lines += [
            f"    {source} --> {target}: {move.label}"
            for source in move.sources
            for target in move.targets
        ]
    lines += [f"    {state.code} --> [*]" for state in steps.STATES.values() if state.ended]
    return lines


def _codes(codes: tuple[str, ...]) -> str:
    return ", ".join(f"`{code}`" for code in codes)
