"""How a warning ends: that the data were kept as they came, or in a dry run that they were not, and
what to do then. Pure: no framework, no database."""

from dataaccess.shapes import Fault

KEPT = "。数据已按所报保存，请核对后更正重发。"
TRIED = "。这是试运行，数据没有保存；请核对后发送正确的数据。"
# Where the operator is asked about it as well.
ASKED = (
    "。数据已按所报保存；请核对数值与单位，有误请更正后重发，无误请在平台的“数据询问”中说明原因。"
)
ASKED_TRIED = (
    "。这是试运行，数据没有保存；请核对数值与单位，有误请更正后发送，"
    "无误可照常发送，并在平台的“数据询问”中说明原因。"
)
_TRIAL = {KEPT: TRIED, ASKED: ASKED_TRIED}


def in_trial(warnings: list[Fault]) -> list[Fault]:
    """The same warnings for a dry run."""
    return [{**each, "message": _tried(each["message"])} for each in warnings]


def _tried(message: str) -> str:
    for kept, tried in _TRIAL.items():
        if message.endswith(kept):
            return message.removesuffix(kept) + tried
    return message
