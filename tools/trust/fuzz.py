"""The random tests with many examples: scoring, shapes, workbooks and the self-test so many each, a
tenth of that over HTTP (the interfaces by schemathesis, the form, deliveries), and a walk of half as
many steps through the workflow."""

import os
import subprocess
import sys

from tools.trust import machines

TESTS = (
    "tests/evaluation/rulebook",
    "tests/evaluation/pool/test_lottery.py",
    "tests/dataaccess/test_event_shape.py",
    "tests/dataaccess/test_capacity.py",
    "tests/evaluation/test_sheets_fuzz.py",
    "tests/dataaccess/test_api_fuzz.py",
    "tests/dataaccess/test_schemathesis.py",
    "tests/evaluation/applicant/test_form_fuzz.py",
    "tests/portal/site/test_self_test.py",
    "tests/evaluation/test_workflow.py",
)


def trial(examples: int) -> int:
    """0 where nothing broke."""
    environment = {**os.environ, "FUZZ_EXAMPLES": str(examples)}
    command = [sys.executable, "-m", "pytest", "-q", "--durations=10", *TESTS]
    return subprocess.run(command, cwd=machines.ROOT, env=environment).returncode
