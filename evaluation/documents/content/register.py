"""What the register (名录) says of each change, in Chinese, whatever language the person who caused
it reads."""

from datetime import date

from evaluation.documents.content.common import day

CERTIFIED = "认定为国家工业互联网大数据中心工业智算基地。"
REVOKED = "认定已取消。"


def superseded(number: str) -> str:
    return f"该基地已获颁新的证书{number}。"


def passed(year: int) -> str:
    return f"第{year}年年审合格。"


def to_rectify(year: int, until: date) -> str:
    return f"第{year}年年审不合格，限于{day(until)}前完成整改。"


def rectified(year: int) -> str:
    return f"第{year}年整改通过复查，年审合格。"


def failed(year: int, reason: str) -> str:
    return f"第{year}年年审不合格：{reason}"
