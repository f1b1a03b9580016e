"""What an answer says, in English for a caller whose Accept-Language prefers it.

The rooms that check are Chinese and shared with the edge node, which knows no catalogue: their
sentences are recognised here by their form. One that is not stays Chinese."""

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from dataaccess import regions
from dataaccess.endings import ASKED as _DOUBT
from dataaccess.endings import ASKED_TRIED, TRIED
from dataaccess.endings import KEPT as _KEPT
from dataaccess.shapes import tables
from dataaccess.shapes.english import in_english
from dataaccess.words import reads_english

_TIME = "请按“年-月-日 时:分:秒”填写北京时间，不带时区，如 2024-07-26 10:20:35。"
_TIME_EN = "Give Beijing time as YYYY-MM-DD hh:mm:ss without a zone, such as 2024-07-26 10:20:35."
_DATE = "请按“YYYY-MM-DD”填写，如 2024-07-26；统计当天数据时可省略本字段。"
_DATE_EN = "Give YYYY-MM-DD, such as 2024-07-26; for today's figures the field may be left out."
_PLACE = "请按“经度,纬度”填写 BD-09ll 坐标，如 116.43351,39.90851。"
_PLACE_EN = "Give BD-09ll as longitude,latitude, such as 116.43351,39.90851."
_KEPT_EN = ". The data were kept as sent; check them and send the right ones."
_DOUBT_EN = (
    ". The data were kept as sent. Check figure and unit: if wrong, send the right one; if right, "
    "explain it on the portal under “Questions about data”."
)
# In a dry run.
_TRIED_ENDS = {
    _KEPT: (
        TRIED,
        _KEPT_EN,
        ". This was a dry run and nothing was kept; check, and send the right ones.",
    ),
    _DOUBT: (
        ASKED_TRIED,
        _DOUBT_EN,
        ". This was a dry run and nothing was kept. Check figure and unit: if wrong, send the right one; "
        "if right, send it as it is and explain it on the portal under “Questions about data”.",
    ),
}
_UNIT = ("，像是用了别的单位（本字段以 {} 计）", ", likely another unit (this field is in “{}”)")
_COMPARED = {
    "上一次（{}）为{}，不足其{}": "the time before ({}) it was {}: less than {} of it",
    "上一次（{}）为{}，是其{}倍": "the time before ({}) it was {}: {} times as much",
    "认定时为{}，不在其{}至{}之间": "certified were {}: not between {} and {} of it",
}
# In the order in which they are tried; {} is what differs.
_SENTENCES = {
    # Bodies
    "请求正文不是有效的 JSON": "The body is not JSON",
    "嵌套层数过多，请按接口文档发送扁平的 JSON 对象。": (
        "Nested too deeply; send a flat JSON object as documented."
    ),
    "第{}行第{}列不是有效的 JSON，请检查引号、逗号和括号。": (
        "Not JSON at line {}, column {}; check quotes, commas and brackets."
    ),
    "没有一行是有效的 JSON，请每行发送一个 JSON 对象；用 curl 发送文件时请用 --data-binary，"
    "--data 会去掉换行。": (
        "No line is JSON; send one JSON object a line. With curl use --data-binary: --data takes "
        "the line ends out of a file."
    ),
    "正文像是每行一个 JSON 对象（NDJSON）：请把请求头 Content-Type 改为 application/x-ndjson，"
    "或以一个 JSON 数组发送。": (
        "The body looks like one JSON object a line (NDJSON): set Content-Type to "
        "application/x-ndjson, or send one JSON array."
    ),
    "请求正文为空，请按接口文档发送 JSON。": "The body is empty; send JSON as documented.",
    "请去掉开头的 BOM（U+FEFF），以不带 BOM 的 UTF-8 发送。": (
        "Take the BOM (U+FEFF) off the beginning and send UTF-8 without it."
    ),
    "第{}个字节不是 UTF-8，请以 UTF-8 编码发送。": "Byte {} is not UTF-8; send UTF-8.",
    "{} 不是 JSON 数字，请填写有限的数字。": "{} is no JSON number; give a finite one.",
    "批量为空，请至少发送一个事件；没有事件时不必调用，有数据统计要求待答复的请在其页面答复没有安全事件。": (
        "The batch is empty; send at least one event, or do not call when there is none. Where a data "
        "call waits for an answer, say on its page that there were no events."
    ),
    "批量过大": "Batch too large",
    "每次最多{}个事件，本次{}个，请分批发送。": (
        "At most {} events a call, these are {}; send several batches."
    ),
    "这一行不是有效的 JSON，请每行发送一个 JSON 对象。": (
        "This line is not JSON; send one JSON object a line."
    ),
    "请求正文过大": "Body too large",
    "每次最多 {} MiB，请分批发送。": "At most {} MiB a call; send several batches.",
    "数据不符合要求": "The data do not hold",
    "共{}处错误，数据未保存；请按 errors 逐项修改后重发。": (
        "Faults: {}. Nothing was kept; mend what errors lists and send again."
    ),
    "批量中没有一个事件符合要求": "No event of the batch holds",
    "{}个事件全部有误，数据未保存；请按 rejected 逐个修改后重发。": (
        "All {} events are at fault and nothing was kept; mend what rejected lists and send again."
    ),
    "Idempotency-Key 已用于另一份数据": "The Idempotency-Key was used for other data",
    "同一个 Idempotency-Key 只能用于重发同一份正文；发送新的数据请换一个键。": (
        "One Idempotency-Key is for sending one body again; take another key for new data."
    ),
    "请为新的数据换一个 Idempotency-Key。": "Take another Idempotency-Key for the new data.",
    "{}应为一个 JSON 对象，如 {}。": "“{}” is to be one JSON object, such as {}.",
    # Fields
    "缺少必填字段“{}”，请补充。": "The required field “{}” is missing; add it.",
    "应为字符串，请用双引号括起来。": "A string is needed; put it in double quotes.",
    "含有不成对的代理字符（\\uD800 至 \\uDFFF），请去掉。": (
        "It holds lone surrogates (\\uD800 to \\uDFFF); take them out."
    ),
    "含有空字符（\\u0000），请去掉。": "It holds NUL (\\u0000); take it out.",
    "“{}”必填，不能为空。": "“{}” is required and may not be empty.",
    "最多{}个字符，当前{}个，请缩短。": "At most {} characters, these are {}; shorten it.",
    "“{}”不在可选值之中，请填写以下之一：{}。": "“{}” is not allowed; give one of “{}”.",
    "同一字段以“{}”和“{}”两个名称出现，请只保留一个。": (
        "One field stands there under two names, “{}” and “{}”; keep one."
    ),
    "“{}”在同一个 JSON 对象中出现了{}次，无法判断以哪个为准，请只保留一个。": (
        "“{}” stands {} times in one JSON object and nobody can tell which is meant; keep one."
    ),
    "另有{}个未知字段，请去掉。": "{} more unknown fields; take them out.",
    "{}接口没有这个字段，最接近的是“{}”；请改用该名称，或去掉这个字段。": (
        "“{}” has no such field; the nearest is “{}”. Use that name, or take the field out."
    ),
    "{}接口没有这个字段，请去掉；如为笔误，名称最接近的字段是“{}”。": (
        "“{}” has no such field; take it out. If it is a slip, the nearest name is “{}”."
    ),
    "应为 JSON 数字，不加引号，如 2600。": "A JSON number without quotes is needed, such as 2600.",
    "不能为空，请填写数字；无该类资源时填 0。": (
        "May not be empty: give a number, 0 where there is no such resource."
    ),
    "应为有限的数字，如 2600。": "A finite number is needed, such as 2600.",
    "不能为负数；无该类资源时填 0。": "Not below 0; give 0 where there is no such resource.",
    "数值过大，最大为 {}，请核对单位。": "Too large, the most is {}; check the unit.",
    "“{}”（{}）小于“{}”（{}）：请核对两项，若总量无误则只改空闲。": (
        "“{}” ({}) is below “{}” ({}): check both; if the total is right, mend the idle one only."
    ),
    "“{}”（{}）大于“{}”（{}）：空闲不能超过总量，请核对。": (
        "“{}” ({}) is above “{}” ({}): idle is at most the total; check it."
    ),
    "{} 晚于服务器日期 {}，请填写当天或更早的日期。": (
        "{} is after the server's date {}; give that day or an earlier one."
    ),
    "{} 比服务器时间晚24小时以上，请核对时钟与时区（应为北京时间）。": (
        "{} is more than 24 hours ahead of the server; check clock and zone (Beijing time)."
    ),
    # Places, addresses, times
    "{}（{}）不在{}（{}），请核对省份与城市代码。": (
        "{} (“{}”) is not in {} (“{}”); check the codes of province and city."
    ),
    "“{}”不是省级代码，请填写 {}（{}）。": "“{}” is no code of a province; give {} (“{}”).",
    "“{}”不在 GB/T 2260-2007 的34个省级代码之中，请填写六位数字代码，如 370000（山东省）。": (
        "“{}” is none of the 34 province codes of GB/T 2260-2007; give six digits, such as 370000."
    ),
    "{}（{}）是2007年之后的代码，本接口采用 GB/T 2260-2007，请填写 {}。": (
        "{} (“{}”) is a code from after 2007; this interface takes GB/T 2260-2007: give {}."
    ),
    "“{}”不是地市级代码，请填写 {}（{}）。": "“{}” is no code of a city; give {} (“{}”).",
    "“{}”不在 GB/T 2260-2007 的地市级代码之中，请填写六位数字代码，如 370100（济南市）；"
    "直辖市填写 XX0100。": (
        "“{}” is no city code of GB/T 2260-2007; give six digits, such as 370100, and XX0100 for a "
        "municipality."
    ),
    "第{}个地址为空，请去掉多余的逗号。": "Address {} is empty; take out the comma too many.",
    "第{}个地址“{}”不是 IPv4 或 IPv6 地址，请填写如 203.0.113.7 或 2001:db8::7，"
    "各段不带前导零，多个地址用逗号分隔。": (
        "Address {}, “{}”, is neither IPv4 nor IPv6; give such as 203.0.113.7 or 2001:db8::7, "
        "without leading zeros, several with commas between."
    ),
    "请填写 IPv4 或 IPv6 地址，多个地址用英文逗号分隔。": (
        "Give IPv4 or IPv6 addresses, several with commas between."
    ),
    f"“{{}}”不是真实存在的日期时间（1900年以后）。{_TIME}": (
        f"“{{}}” is no real moment after 1900. {_TIME_EN}"
    ),
    f"“{{}}”不是真实存在的日期（1900年以后）。{_DATE}": (
        f"“{{}}” is no real date after 1900. {_DATE_EN}"
    ),
    f"“{{}}”的格式不正确。{_TIME}": f"“{{}}” has not the right form. {_TIME_EN}",
    f"“{{}}”的格式不正确。{_DATE}": f"“{{}}” has not the right form. {_DATE_EN}",
    f"“{{}}”不是一对坐标。{_PLACE}": f"“{{}}” is no pair of coordinates. {_PLACE_EN}",
    f"经度与纬度写反了，应为“{{}}”：{_PLACE}": (
        f"Longitude and latitude are swapped, it should be “{{}}”. {_PLACE_EN}"
    ),
    f"“{{}}”不在中国境内（经度73至136，纬度3至54）。{_PLACE}": (
        f"“{{}}” is not in China (longitude 73 to 136, latitude 3 to 54). {_PLACE_EN}"
    ),
    # Doubts and the clock
    f"“{{}}”不像网址，应如 https://www.example.org{_KEPT}": (
        f"“{{}}” is hardly a website, such as https://www.example.org{_KEPT_EN}"
    ),
    f"“{{}}”不像电话号码，应至少有7位数字{_KEPT}": (
        f"“{{}}” is hardly a telephone number, which has at least 7 digits{_KEPT_EN}"
    ),
    f"“{{}}”不像邮箱地址，应如 name@example.org{_KEPT}": (
        f"“{{}}” is hardly an email address, such as name@example.org{_KEPT_EN}"
    ),
    f"{{}}个事件（{{}}）的“{{}}”为“{{}}”，“{{}}”却为“{{}}”，两项矛盾{_KEPT}": (
        f"{{}} event(s) ({{}}): “{{}}” is “{{}}”, yet “{{}}” is “{{}}”: the two contradict each "
        f"other{_KEPT_EN}"
    ),
    f"“{{}}”与本基地登记的申报单位“{{}}”不一致，请确认没有误用其他基地的密钥或数据；"
    f"单位更名请告知秘书处{_KEPT}": (
        "“{}” is not “{}”, the organisation this base is registered for: make sure that key and data "
        f"are those of this base; tell the secretariat of a changed name{_KEPT_EN}"
    ),
    f"“{{}}”在“所在省份”{{}}（{{}}）之外约{{}}公里；该地约在经度{{}}至{{}}、纬度{{}}至{{}}之间，"
    f"请核对坐标与省份代码{_KEPT}": (
        "“{}” lies outside “所在省份” {} (“{}”), some {} km away; that is about longitude {} to {}, "
        f"latitude {{}} to {{}}: check coordinates and code{_KEPT_EN}"
    ),
    f"{{}} 比服务器日期 {{}} 早{{}}天，补报一般不超过{{}}天，请核对年份和月份{_KEPT}": (
        "{} is before the server's date {} by {} days, a makeup report rarely by more than {}: check "
        f"year and month{_KEPT_EN}"
    ),
    **{
        f"“{{}}”为{{}}，{chinese}{unit}{_DOUBT}": f"“{{}}” is {{}}, {english}{unit_en}{_DOUBT_EN}"
        for unit, unit_en in (_UNIT, ("", ""))  # the longer form first: the other takes it too
        for chinese, english in _COMPARED.items()
    },
    "您的时钟比服务器快{}秒，请校准（如启用 NTP）；上报时段以服务器的北京时间为准。": (
        "Your clock is {} seconds ahead of the server's; set it (NTP). Windows go by the server's "
        "Beijing time."
    ),
    "您的时钟比服务器慢{}秒，请校准（如启用 NTP）；上报时段以服务器的北京时间为准。": (
        "Your clock is {} seconds behind the server's; set it (NTP). Windows go by the server's "
        "Beijing time."
    ),
}
_SENTENCES |= {
    chinese.removesuffix(kept) + tried: english.removesuffix(kept_en) + tried_en
    for chinese, english in _SENTENCES.items()
    for kept, (tried, kept_en, tried_en) in _TRIED_ENDS.items()
    if chinese.endswith(kept)
}
_TOLD = ("title", "detail", "message")


def told(body: Mapping[str, Any]) -> Mapping[str, Any]:
    """The answer in the language of the running call; the one given is left as it is."""
    if not reads_english():
        return body
    return {name: _in_english(name, value) for name, value in body.items()}


def _in_english(name: str, value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _in_english(key, each) for key, each in value.items()}
    if isinstance(value, list):
        return [_in_english("", each) for each in value]
    return sentence(value) if name in _TOLD and isinstance(value, str) else value


def in_readers_language(chinese: str) -> str:
    return sentence(chinese) if reads_english() else chinese


def sentence(chinese: str) -> str:
    for form, english in _forms():
        if found := form.fullmatch(chinese):
            named = regions.english_of()
            return english.format(*(named.get(each) or _coded(each) for each in found.groups()))
    return chinese


def _coded(words: str) -> str:
    """ "G007 暴力破解、…": a list of codes with the English for their words; all else as it is."""
    each = [one.partition(" ") for one in words.split("、")]
    if any(tables.CODES.get(code) != word for code, _blank, word in each):
        return words
    return ", ".join(f"{code} {in_english(word)}" for code, _blank, word in each)


@cache
def _forms() -> list[tuple[re.Pattern[str], str]]:
    return [
        (re.compile("(.*?)".join(map(re.escape, chinese.split("{}"))), re.DOTALL), english)
        for chinese, english in _SENTENCES.items()
    ]
