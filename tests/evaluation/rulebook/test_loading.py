"""A broken file for each refusal, and the words that name file and key."""

import shutil
from pathlib import Path

import pytest

from evaluation.rulebook.load import HERE, EditionError, load_edition, read_edition


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    copy = tmp_path / "edition_2024"
    shutil.copytree(HERE / "edition_2024", copy)
    return copy


def test_an_untouched_copy_reads_like_the_original(folder: Path) -> None:
    assert read_edition(folder) == load_edition("2024")


BROKEN = [
    # a file, what stands in it, what stands there instead, the refusal
    (
        "table2.toml",
        "points = 25\n",
        "points = 26\n",
        "table2.toml: group clustering.points: the rows add up to 25, not 26",
    ),
    (
        "table3.toml",
        "\npoints = 10\nmandatory = true",
        "\npoints = 5\nmandatory = true",
        "table3.toml: group hardware.points: the rows add up to 20, not 25",
    ),
    (
        "table2.toml",
        "group_count = 4",
        "group_count = 5",
        "table2.toml: group_count: 4 groups, not 5",
    ),
    (
        "table3.toml",
        "indicator_count = 15",
        "indicator_count = 14",
        "table3.toml: indicator_count: 15 rows, not 14",
    ),
    (
        "clause_9.toml",
        "total = 100\nall_or_nothing = false",
        "total = 90\nall_or_nothing = false",
        "table2.toml: points of A1 add up to 100, not 90",
    ),
    (
        "clause_9.toml",
        "weight = 0.3",
        "weight = 0.4",
        "clause_9.toml: dimension.weight: add up to 1.1, not 1",
    ),
    (
        "clause_9.toml",
        'id = "A3"',
        'id = "A2"',
        "clause_9.toml: dimension.id: must be A1, A2, A3 in order",
    ),
    (
        "clause_9.toml",
        'id = "A3"',
        'id = "A4"',
        "clause_9.toml: dimension[2].id: Input should be 'A1', 'A2' or 'A3'",
    ),
    (
        "clause_9.toml",
        'aggregation = "mean"',
        'aggregation = "mode"',
        "clause_9.toml: policy.aggregation: Input should be 'mean', 'median' or 'trimmed_mean'",
    ),
    (
        "clause_9.toml",
        "award_step = 0.5",
        "award_step = 0",
        "clause_9.toml: policy.award_step: Input should be greater than 0",
    ),
    (
        "clause_9.toml",
        "places = 2",
        "places = 0",
        "clause_9.toml: policy.places: 0 places cannot hold an award_step of 0.5",
    ),
    (
        "clause_9.toml",
        "places = 2",
        "places = 11",
        "clause_9.toml: policy.places: Input should be less than or equal to 10",
    ),
    (
        "clause_9.toml",
        "far_share = 0.2",
        "far_share = 1.2",
        "clause_9.toml: policy.far_share: Input should be less than or equal to 1",
    ),
    (
        "clause_9.toml",
        "far_share = 0.2\n",
        "",
        "clause_9.toml: policy.far_share: Field required",
    ),
    (
        "clause_9.toml",
        'reading = "panel-aggregation"',
        'reading = "panel-average"',
        "clause_9.toml: policy.reading: 'panel-average' is no reading of readings.toml",
    ),
    ("clause_9.toml", "\n[policy]", "\n[policies]", "clause_9.toml: policies: unknown key"),
    (
        "clause_9.toml",
        'formula = "A = A1×50% + A2×30% + A3×20%"',
        "",
        "clause_9.toml: formula: missing",
    ),
    (
        "clause_9.toml",
        "weight = 0.5",
        "weight = ",
        "clause_9.toml: not TOML: Invalid value (at line 10, column 10)",
    ),
    (
        "table2.toml",
        'code = "enterprise_count"',
        'code = "industrial_policy"',
        "table2.toml, table3.toml, clause_8_4.toml: code: 'industrial_policy' stands twice",
    ),
    (
        "table2.toml",
        'code = "enterprise_count"',
        'code = "Enterprises"',
        "table2.toml: indicator[3].code: String should match pattern '^[a-z][a-z0-9_]*$'",
    ),
    ("table2.toml", 'code = "enterprise_count"\n', "", "table2.toml: indicator[3].code: missing"),
    (
        "table2.toml",
        'code = "enterprise_count"',
        'code = "enterprise_count"\nweigth = 3',
        "table2.toml: indicator[3].weigth: Extra inputs are not permitted",
    ),
    (
        "table2.toml",
        'code = "enterprise_count"',
        'code = "enterprise_count"\naward_step = 1',
        "table2.toml: indicator[3].award_step: unknown key",
    ),
    (
        "table2.toml",
        "points = 25\nmandatory = true",
        'points = "25"\nmandatory = true',
        "table2.toml: indicator[3].points: Input should be an instance of Decimal",
    ),
    (
        "table2.toml",
        "points = 25\nmandatory = true",
        "points = 25\nmandatory = 1",
        "table2.toml: indicator[3].mandatory: Input should be a valid boolean",
    ),
    (
        "table2.toml",
        'name = "垂类工业产业链上下游企业数量"',
        'name = ""',
        "table2.toml: indicator[3].name: String should have at least 1 character",
    ),
    (
        "table2.toml",
        'comparison = ">="\nminimum = 0\nwhole = true',
        'comparison = ">"\nminimum = 0',
        "table2.toml: indicator[3].comparison: Input should be '>=' or '<'",
    ),
    (
        "table2.toml",
        'comparison = ">="\nminimum = 0\nwhole = true',
        "minimum = 0",
        "table2.toml: indicator[3]: a threshold rule has ['comparison', 'minimum'], "
        "not ['minimum']",
    ),
    (
        "table2.toml",
        "minimum = 0\nmaximum = 100",
        "minimum = 100\nmaximum = 100",
        "table2.toml: indicator[4]: maximum must be above minimum",
    ),
    (
        "table2.toml",
        "limit = 80,",
        "limit = 101,",
        "table2.toml: indicator[4]: requirement.industry.limit: outside minimum and maximum",
    ),
    (
        "table2.toml",
        "limit = 20, wording",
        "at_least = 'national', wording",
        "table2.toml: indicator[3]: requirement.province: a threshold rule is computed from limit",
    ),
    (
        "table2.toml",
        'at_least = "provincial"',
        'at_least = "regional"',
        "table2.toml: indicator[9]: requirement.province.at_least: not one of municipal, "
        "provincial, national",
    ),
    (
        "table2.toml",
        "needs = { compute = true,",
        "needs = { cpu = true,",
        "table2.toml: indicator[5]: requirement.economic_region.needs.cpu: no such part",
    ),
    (
        "table2.toml",
        "needs = { compute = true,",
        "needs = { compute = 3,",
        "table2.toml: indicator[5]: requirement.economic_region.needs.compute: not what "
        "a flag needs",
    ),
    (
        "table3.toml",
        "needs = { level = 3 }",
        "needs = {}",
        "table3.toml: indicator[9]: requirement.province.needs: empty",
    ),
    (
        "table2.toml",
        "\ncity = { limit = 10,",
        "\ntown = { limit = 10,",
        "table2.toml: indicator[3].requirements.town.[key]: Input should be 'economic_region', "
        "'computing_hub', 'province', 'city' or 'industry'",
    ),
    (
        "table2.toml",
        'group = "clustering"',
        'group = "clusters"',
        "table2.toml: indicator[3].group: 'clusters' is no [[group]] here",
    ),
    (
        "table2.toml",
        'key = "clustering"',
        'key = "organisation"',
        "table2.toml: group[1].key: 'organisation' stands twice",
    ),
    (
        "table2.toml",
        'key = "clustering"',
        'key = "clustering"\nweight = 1',
        "table2.toml: group[1].weight: unknown key",
    ),
    (
        "table2.toml",
        'name_en = "Industrial clustering"\n',
        "",
        "table2.toml: group[1].name_en: missing",
    ),
    (
        "table2.toml",
        'dimension = "A1"',
        'dimension = "A7"',
        "table2.toml: dimension: 'A7' is not in clause_9.toml",
    ),
    (
        "table2.toml",
        "materials = [3]",
        "materials = [11]",
        "table1.toml: no material 11, which enterprise_count.materials names",
    ),
    (
        "table2.toml",
        "materials = [3]",
        "materials = []",
        "table2.toml: indicator[3].materials: Tuple should have at least 1 item after validation, "
        "not 0",
    ),
    (
        "clause_8_4.toml",
        'key = "data_access"',
        'key = "data_access"\npoints = 100',
        "clause_8_4.toml: A3 is all or nothing: no points here",
    ),
    (
        "clause_8_4.toml",
        'code = "access_exchange"',
        'code = "access_exchange"\npoints = 25',
        "clause_8_4.toml: indicator[2]: every rule has points, but for a proof, which has none",
    ),
    (
        "table1.toml",
        "number = 7",
        "number = 8",
        "table1.toml: material.number: must be 1 to 10 in order",
    ),
    (
        "table1.toml",
        "copies = 1",
        "copies = 0",
        "table1.toml: material[0].copies: Input should be greater than or equal to 1",
    ),
    (
        "clause_7.toml",
        "number = 7",
        "number = 6",
        "clause_7.toml: step.number: must be 1 to 7 in order",
    ),
    (
        "clause_7.toml",
        'key = "panel"',
        'key = "agreement"',
        "clause_7.toml: step.key: 'agreement' stands twice",
    ),
    (
        "edition.toml",
        'code = "city"',
        'code = "town"',
        "edition.toml: category.code: must be economic_region, computing_hub, province, city, "
        "industry in order",
    ),
    (
        "edition.toml",
        "standard_rack_kw = 2.5",
        "standard_rack_kw = -1",
        "edition.toml: measures.standard_rack_kw: Input should be greater than 0",
    ),
    ("edition.toml", 'id = "6"\n', 'id = "5"\n', "edition.toml: clause.id: '5' stands twice"),
    (
        "clause_10.toml",
        'category = "city"',
        'category = "province"',
        "clause_10.toml: naming: none for city",
    ),
    (
        "clause_10.toml",
        "基地（{place}）省级节点",
        "基地（XX）省级节点",
        "clause_10.toml: naming[2].pattern: String should match pattern "
        "'^[^{}]*\\{place\\}[^{}]*$'",
    ),
    (
        "clause_10.toml",
        "total_above = 80",
        "total_over = 80",
        "clause_10.toml: qualification.total_above: Field required\n"
        "clause_10.toml: qualification.total_over: Extra inputs are not permitted",
    ),
    (
        "clause_10.toml",
        "then_every = 2",
        "then_every = 0",
        "clause_10.toml: review.then_every: Input should be greater than or equal to 1",
    ),
    (
        "readings.toml",
        'id = "mandatory-zero"',
        'id = "partial-points"',
        "readings.toml: reading.id: 'partial-points' stands twice",
    ),
    (
        "readings.toml",
        'id = "mandatory-zero"',
        'id = "mandatory-zero"\nwho = "me"',
        "readings.toml: reading[2].who: Extra inputs are not permitted",
    ),
    (
        "readings.toml",
        "[[reading]]",
        "[reading]",
        "readings.toml: not TOML: Cannot overwrite a value (at line 14, column 10)",
    ),
    (
        "appendix_a.toml",
        "number = 13",
        "number = 14",
        "appendix_a.toml: table.number: must be 1 to 13 in order",
    ),
    (
        "appendix_a.toml",
        'key = "opinion"\nnumber',
        'key = "other"\nnumber',
        "appendix_a.toml: table.key: 'other' stands twice",
    ),
    (
        "appendix_a.toml",
        'indicator = "pue"',
        'indicator = "puff"',
        "appendix_a.toml: table[10].field[16].indicator: no indicator 'puff'",
    ),
    (
        "appendix_a.toml",
        'indicator = "room_grade"',
        'indicator = "egress_bandwidth"',
        "appendix_a.toml: table technical.field egress_bandwidth.indicator: 'egress_bandwidth' is "
        "filled twice",
    ),
    (
        "appendix_a.toml",
        '[[table.field]]\nkey = "room_grade"\nindicator = "room_grade"\n',
        "",
        "appendix_a.toml: no field, or not every part, for room_grade",
    ),
    (
        "appendix_a.toml",
        'part = "level"',
        'part = "grade"',
        "appendix_a.toml: table[10].field[12].part: 'grade' is no part of security_protection",
    ),
    (
        "appendix_a.toml",
        'indicator = "room_grade"',
        'indicator = "room_grade"\npart = "A"',
        "appendix_a.toml: table[10].field[0].part: room_grade has no parts of its own",
    ),
    (
        "appendix_a.toml",
        'indicator = "room_grade"',
        'indicator = "room_grade"\nkind = "text"',
        "appendix_a.toml: table[10].field[0].kind: comes from the indicator",
    ),
    (
        "appendix_a.toml",
        'derived_by = "pue"',
        'derived_by = "rack_count"',
        "appendix_a.toml: table technical.field pue.derived_by: must be 'pue'",
    ),
    (
        "appendix_a.toml",
        "materials = [3]",
        "materials = [30]",
        "appendix_a.toml: table clustering.materials: no material 30",
    ),
    (
        "appendix_a.toml",
        "max_length = 2048\n",
        "",
        "appendix_a.toml: table[4].field[2]: a text has a max_length",
    ),
    (
        "appendix_a.toml",
        "must_be_true = true",
        "must_be_false = true",
        "appendix_a.toml: table[12].field[1].must_be_false: Extra inputs are not permitted",
    ),
]


@pytest.mark.parametrize(("name", "right", "wrong", "message"), BROKEN)
def test_a_broken_file_is_refused_with_file_and_key(
    folder: Path, name: str, right: str, wrong: str, message: str
) -> None:
    file = folder / name
    text = file.read_text("utf-8")
    assert right in text
    file.write_text(text.replace(right, wrong, 1), "utf-8")
    with pytest.raises(EditionError) as refusal:
        read_edition(folder)
    assert str(refusal.value) == message


def test_a_missing_file_is_named(folder: Path) -> None:
    (folder / "readings.toml").unlink()
    with pytest.raises(EditionError, match=r"^readings\.toml: the file is missing$"):
        read_edition(folder)


def test_a_file_must_be_utf8(folder: Path) -> None:
    (folder / "table1.toml").write_bytes("表1".encode("gbk"))
    with pytest.raises(EditionError, match=r"^table1\.toml: the file is not UTF-8$"):
        read_edition(folder)


@pytest.mark.parametrize("id_", ["../2024", "", "2024/..", "２０２４"])
def test_an_id_is_no_path(id_: str) -> None:
    with pytest.raises(EditionError, match="not the id of an edition"):
        load_edition(id_)


def test_an_unknown_edition_is_missing() -> None:
    with pytest.raises(EditionError, match=r"^edition\.toml: the file is missing$"):
        load_edition("1999")


def test_an_edition_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="frozen"):
        load_edition().indicator("pue").name = "other"  # type: ignore[misc]
