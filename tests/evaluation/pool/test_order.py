"""Names in the order of their pinyin."""

from evaluation.pool.order import in_order


def test_names_stand_by_pinyin_and_latin_ones_before_them() -> None:
    names = ["周敏", "陈静", "Alice", "王强", "陈刚", "安宁"]
    assert in_order(names, str) == ["Alice", "安宁", "陈刚", "陈静", "王强", "周敏"]
