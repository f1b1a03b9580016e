"""`manage.py score` as its users call it: a process, its output, its exit status."""

import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from tests.evaluation.rulebook.conftest import EXAMPLES, figures

ROOT = Path(__file__).parents[3]


def run(*arguments: str, given: bytes = b"") -> tuple[int, str, str]:
    """Run the command as a process: status, standard output, standard error."""
    done = subprocess.run(
        [sys.executable, "manage.py", "score", *arguments],
        cwd=ROOT,
        input=given,
        capture_output=True,
        timeout=120,
        check=False,
    )
    return done.returncode, done.stdout.decode(), done.stderr.decode()


@pytest.fixture
def score_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Any:
    """Score text within this process: (0, the scores) or (status, the lines on stderr)."""

    def score(content: Any) -> tuple[int, Any]:
        file = tmp_path / "declaration.json"
        if isinstance(content, bytes):
            file.write_bytes(content)
        else:
            text = content if isinstance(content, str) else json.dumps(content)
            file.write_bytes(text.encode("utf-8", "surrogatepass"))
        out, err = io.StringIO(), io.StringIO()
        try:
            call_command("score", str(file), stdout=out, stderr=err)
        except SystemExit as stop:
            assert out.getvalue() == ""
            return int(stop.code or 0), err.getvalue().splitlines()
        assert err.getvalue() == ""
        return 0, json.loads(out.getvalue())

    return score


def province(**changes: Any) -> dict[str, Any]:
    return {"category": "province", "values": {**figures("total_exactly_80"), **changes}}


def test_a_list_is_answered_in_order() -> None:
    given = [{"category": e["category"], "values": e["values"]} for e in EXAMPLES]
    status, out, err = run("-", given=json.dumps(given, default=str).encode())
    assert (status, err) == (0, "")
    assert [[s["A1"], s["A2"], s["A3"], s["A"], s["qualified"]] for s in json.loads(out)] == [
        [*e["scores"], e["qualified"]] for e in EXAMPLES
    ]


def test_one_declaration_is_answered_by_one_object(tmp_path: Path) -> None:
    file = tmp_path / "one.json"
    file.write_text(json.dumps(province()))
    status, out, err = run(str(file))
    assert (status, err) == (0, "")
    answer = json.loads(out)
    assert answer["reasons"] == ["总得分A为80分，未超过80分（10.1）。"]
    assert (answer["category"], answer["edition"], answer["A"]) == ("province", "2024", "80")
    assert len(answer["indicators"]) == 29


def test_faults_leave_standard_output_empty() -> None:
    raw = json.dumps([province(), province(pue=0.9)]).encode()
    status, out, err = run("-", given=raw)
    assert (status, out) == (2, "")
    assert err == (
        "[1].values.pue: 应为不小于1的数值，实际为0.9 (expected a number of at least 1, got 0.9)\n"
    )


def test_a_terminal_without_chinese_still_gets_json() -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", "score", "-"],
        cwd=ROOT,
        input=json.dumps(province()).encode(),
        capture_output=True,
        timeout=120,
        check=True,
        env={"PYTHONIOENCODING": "ascii", "PATH": "/usr/bin:/bin"},
    )
    answer = json.loads(done.stdout.decode("ascii"))
    assert answer["reasons"] == ["总得分A为80分，未超过80分（10.1）。"]


def test_a_missing_file_is_one_line() -> None:
    status, out, err = run("/no/such/file.json")
    assert (status, out, err) == (2, "", "/no/such/file.json: No such file or directory\n")


def test_an_empty_list_is_an_empty_list(score_file: Any) -> None:
    assert score_file("[]") == (0, [])


def test_nothing_given_scores_zero(score_file: Any) -> None:
    status, answer = score_file({"category": "city", "values": {}})
    assert (status, answer["A"], answer["qualified"]) == (0, "0", False)


@pytest.mark.parametrize(
    ("code", "value", "shown"),
    [
        ("pue", "1.25", "1.25"),
        ("pue", "1.2500", "1.25"),
        ("enterprise_count", 26.0, "26"),
        ("enterprise_count", "2.6E1", "26"),
        ("rd_investment", "-0", "0"),
        ("rd_investment", "0E+5", "0"),
        ("rd_investment", "0.1", "0.1"),
        ("industrial_policy", "4.50", "4.5"),
        ("virtualization", ["network", "compute", "compute"], ["compute", "network"]),
        ("backbone_link", "national", "national"),
        ("security_protection", {"level": 4.0}, {"level": "4"}),
        ("operations_monitoring", {}, {}),
    ],
)
def test_what_is_accepted(score_file: Any, code: str, value: Any, shown: Any) -> None:
    status, answer = score_file({"category": "city", "values": {code: value}})
    assert status == 0
    entry = next(entry for entry in answer["indicators"] if entry["code"] == code)
    assert entry["value"] == shown


@pytest.mark.parametrize("number", ["1e400", "1E+400", "1e999999999"])
def test_an_enormous_number_is_exact_and_short(score_file: Any, number: str) -> None:
    status, answer = score_file('{"category":"city","values":{"fp16_peak":' + number + "}}")
    assert status == 0
    entry = answer["indicators"][16]
    assert (entry["code"], entry["met"], entry["points"]) == ("fp16_peak", True, "10")
    assert len(entry["value"]) < 20
    assert len(entry["distance"]) < 100


def test_a_tiny_number_is_not_zero(score_file: Any) -> None:
    status, answer = score_file('{"category":"city","values":{"industrial_policy":1e-100}}')
    assert status == 0
    assert answer["indicators"][0]["points"] == "0." + "0" * 99 + "1"


def only_fault(answer: tuple[int, list[str]]) -> str:
    status, lines = answer
    assert status == 2
    assert len(lines) == 1
    return lines[0]


@pytest.mark.parametrize(
    ("values", "line"),
    [
        ({"nope": 1}, "values.nope: 未知的指标代码 (unknown indicator code)"),
        ({"fp16_peak": True}, "values.fp16_peak: 应为不小于0的数值，实际为true "
         "(expected a number of at least 0, got true)"),
        ({"fp16_peak": None}, "values.fp16_peak: 应为不小于0的数值，实际为空值null "
         "(expected a number of at least 0, got null)"),
        ({"fp16_peak": -0.1}, "values.fp16_peak: 应为不小于0的数值，实际为-0.1 "
         "(expected a number of at least 0, got -0.1)"),
        ({"fp16_peak": float("nan")}, "values.fp16_peak: 应为不小于0的数值，实际为NaN "
         "(expected a number of at least 0, got NaN)"),
        ({"fp16_peak": float("-inf")}, "values.fp16_peak: 应为不小于0的数值，实际为-Infinity "
         "(expected a number of at least 0, got -Infinity)"),
        ({"fp16_peak": "NaN"}, 'values.fp16_peak: 应为不小于0的数值，实际为字符串"NaN" '
         '(expected a number of at least 0, got the string "NaN")'),
        ({"fp16_peak": " 1"}, 'values.fp16_peak: 应为不小于0的数值，实际为字符串" 1" '
         '(expected a number of at least 0, got the string " 1")'),
        ({"fp16_peak": [1]}, "values.fp16_peak: 应为不小于0的数值，实际为一个数组 "
         "(expected a number of at least 0, got an array)"),
        ({"enterprise_count": 26.5}, "values.enterprise_count: 应为不小于0的整数，实际为26.5 "
         "(expected a whole number of at least 0, got 26.5)"),
        ({"disaster_recovery": 7}, "values.disaster_recovery: 应为0至6之间的整数，实际为7 "
         "(expected a whole number from 0 to 6, got 7)"),
        ({"rack_utilization": "100.01"}, 'values.rack_utilization: 应为0至100之间的数值，实际为'
         '字符串"100.01" (expected a number from 0 to 100, got the string "100.01")'),
        ({"public_service": 5.5}, "values.public_service: 应为0至5之间的数值，实际为5.5 "
         "(expected a number from 0 to 5, got 5.5)"),
        ({"energy_metering": 1}, "values.energy_metering: 应为true或false，实际为1 "
         "(expected true or false, got 1)"),
        ({"access_exchange": "true"}, 'values.access_exchange: 应为true或false，实际为字符串'
         '"true" (expected true or false, got the string "true")'),
        ({"room_grade": "a"}, 'values.room_grade: 应为none、C、B、A之一，实际为字符串"a" '
         '(expected one of none, C, B, A, got the string "a")'),
        ({"virtualization": "compute"}, "values.virtualization: 应为由compute、storage、network"
         '组成的数组，实际为字符串"compute" (expected an array of compute, storage, network, '
         'got the string "compute")'),
        ({"virtualization": ["compute", None]}, "values.virtualization[1]: 应为compute、storage、"
         "network之一，实际为空值null (expected one of compute, storage, network, got null)"),
        ({"security_protection": 3}, "values.security_protection: 应为含level、assessed的对象，"
         "实际为3 (expected an object of level, assessed, got 3)"),
        ({"security_protection": {"level": 6}}, "values.security_protection.level: 应为0至5之间的"
         "整数，实际为6 (expected a whole number from 0 to 5, got 6)"),
        ({"security_protection": {"grade": 3}}, "values.security_protection.grade: 未知的键 "
         "(unknown key)"),
        ({"operations_monitoring": {"fault_discovery_rate": 101}},
         "values.operations_monitoring.fault_discovery_rate: 应为0至100之间的数值，实际为101 "
         "(expected a number from 0 to 100, got 101)"),
        ({"a b": 1}, 'values["a b"]: 未知的指标代码 (unknown indicator code)'),
        ({"\u2028\ud800": 1}, r'values["\u2028\ud800"]: 未知的指标代码 (unknown indicator code)'),
        ([], "values: 应为对象，实际为一个数组 (expected an object, got an array)"),
        (None, "values: 应为对象，实际为空值null (expected an object, got null)"),
    ],
)  # fmt: skip
def test_what_is_refused(score_file: Any, values: Any, line: str) -> None:
    assert only_fault(score_file({"category": "city", "values": values})) == line


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", "$: 应为JSON，实际为空文件 (expected JSON, got an empty file)"),
        (" \n", "$: 应为JSON，实际为空文件 (expected JSON, got an empty file)"),
        ('{"category": }', "$: 应为JSON，第1行第14列有误 "
         "(expected JSON, broken at 1:14: Expecting value)"),
        ("7", "$: 应为含category和values的对象，实际为7 "
         "(expected an object of category and values, got 7)"),
        ("null", "$: 应为含category和values的对象，实际为空值null "
         "(expected an object of category and values, got null)"),
        ("[[]]", "[0]: 应为含category和values的对象，实际为一个数组 "
         "(expected an object of category and values, got an array)"),
        ('{"category": "city"}', "values: 缺少此键 (missing key)"),
        ('{"values": {}}', "category: 缺少此键 (missing key)"),
        ('{"category": "town", "values": {}}', "category: 应为economic_region、computing_hub、"
         'province、city、industry之一，实际为字符串"town" (expected one of economic_region, '
         'computing_hub, province, city, industry, got the string "town")'),
        ('{"category": "city", "values": {}, "title": "x"}', "title: 未知的键 (unknown key)"),
        ('{"category": "city", "values": {"pue": 1.2, "pue": 1.3}}',
         "values.pue: 键重复出现 (the key stands twice)"),
        ('[{"category": "city", "category": "city", "values": {}}]',
         "[0].category: 键重复出现 (the key stands twice)"),
        ("[" * 100_000, "$: JSON嵌套过深 (the JSON is nested too deeply)"),
        ('{"category":"city","values":{"pue":' + "[" * 500 + "]" * 500 + "}}",
         "values.pue: 应为不小于1的数值，实际为一个数组 (expected a number of at least 1, "
         "got an array)"),
        ('{"category":"city","values":{"industrial_policy":1e-101}}',
         "values.industrial_policy: 应为小数不超过100位的分数，实际为1E-101 "
         "(expected points with at most 100 decimal places, got 1E-101)"),
        ('{"category":"city","values":{"fp16_peak":1e99999999999999999999}}',
         "values.fp16_peak: 应为不小于0的数值，实际为1e99999999999999999999 "
         "(expected a number of at least 0, got 1e99999999999999999999)"),
        (b"{}\xff", "$: 应为UTF-8编码，第3字节不是 "
         "(expected UTF-8, byte 3 is not)"),
    ],
)  # fmt: skip
def test_what_is_no_declaration(score_file: Any, text: Any, line: str) -> None:
    assert only_fault(score_file(text)) == line


def test_a_byte_order_mark_is_no_fault(score_file: Any) -> None:
    raw = b"\xef\xbb\xbf" + json.dumps(province()).encode()
    assert score_file(raw)[0] == 0


def test_all_faults_of_all_declarations_are_named_at_once(score_file: Any) -> None:
    status, lines = score_file(
        [
            {"category": "x", "values": {"pue": 0, "fp16_peak": -1}},
            province(),
            {"category": "city", "values": {"room_grade": "D", "more": 1}, "extra": 1},
        ]
    )
    assert status == 2
    assert [line.split(": ")[0] for line in lines] == [
        "[0].category",
        "[0].values.pue",
        "[0].values.fp16_peak",
        "[2].extra",
        "[2].values.room_grade",
        "[2].values.more",
    ]


def test_ten_megabytes_in_one_number(score_file: Any) -> None:
    text = '{"category":"city","values":{"fp16_peak":1%s}}' % ("3" * 10_000_000)
    status, answer = score_file(text)
    assert (status, answer["indicators"][16]["met"]) == (0, True)
    text = '{"category":"city","values":{"public_service":1%s}}' % ("3" * 10_000_000)
    status, lines = score_file(text)
    assert status == 2
    assert len(lines[0]) < 300


def test_the_same_input_gives_the_same_bytes(tmp_path: Path) -> None:
    first = json.dumps(province())
    values = province()["values"]
    second = json.dumps({"values": dict(reversed(values.items())), "category": "province"})
    answers = set()
    for text in (first, second):
        out = io.StringIO()
        file = tmp_path / "declaration.json"
        file.write_text(text)
        call_command("score", str(file), stdout=out)
        answers.add(out.getvalue())
    assert len(answers) == 1
