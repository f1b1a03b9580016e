"""English for the OpenAPI document and its page: what the Chinese document says, sentence by
sentence. What the interface itself answers is in told.py."""

TEXTS = {
    # The document
    "工业智算基地数据接入接口（附录 B）": "Data access interfaces of industrial computing bases (Appendix B)",
    "规范附录 B 的三个接口，查询回执和上报情况，以及供协同指挥中心查找空闲算力的接口。字段用表 B.1 的名称（空格可有可无）或英文名；"
    "全部必填。收到 2xx 即已保存；4xx 一次说明全部错误；503 按 Retry-After 重试。"
    "时刻均为北京时间。": (
        "The three interfaces of Appendix B, two calls that ask for receipts and for the state of "
        "reporting, and one by which the command centre finds idle compute. Fields go by their names in Table B.1 (with or without spaces) or by their "
        "English names; all are required. 2xx means kept; 4xx names every fault at once; after a "
        "503 try again as Retry-After says. All times are those of Beijing."
    ),
    "Authorization: Bearer 密钥。密钥在基地页面签发，只显示一次。": (
        "Authorization: Bearer KEY. Keys are issued on the base's page and shown once."
    ),
    "Authorization: Bearer 密钥。中心密钥由安全管理员签发，只显示一次。": (
        "Authorization: Bearer KEY. Centre keys are issued by the security administrator and shown "
        "once."
    ),
    "附录 B": "Appendix B",
    "协同指挥中心": "Command centre",
    # The capacity finder
    "查找可承接任务的空闲算力": "Find idle compute for a task",
    "供协同指挥中心的程序使用，须携带安全管理员签发的中心密钥，基地的密钥不适用。"
    "以各基地最近一次上报的空闲量为依据，仅供参考，不预留资源。": (
        "For programs of the command centre, with a centre key that the security administrator "
        "issues; a base's key does not do. It rests on what each base last reported as idle, is "
        "advice, and reserves nothing."
    ),
    "加速器类型；fp16 不限类型，按 FP16 算力计；gpu_or_npu 取两者中空闲较多的一种": (
        "Kind of accelerator; fp16 takes any kind and counts FP16; gpu_or_npu takes whichever of the "
        "two has more idle"
    ),
    "domestic 只取国产算力卡，按认定时申报的算力卡清单；不填则任意": (
        "domestic takes domestic cards alone, by the list of cards declared for certification; "
        "without it any will do"
    ),
    "算力卡型号，写一部分即可，不分大小写；按认定时申报的算力卡清单，清单不列厂商": (
        "The model of the cards, or a part of it in any case, by the list of cards declared for "
        "certification; the list names no makers"
    ),
    "直线距离不超过多少公里，按基地上报的坐标计；须同时填写 origin 或 location": (
        "The longest straight distance in kilometres, by the place that the base reported; needs "
        "origin or location"
    ),
    "直线距离，单位 km": "Straight distance in km",
    "符合 cards、model 的算力卡，按认定时申报的清单；两者都未填时为空": (
        "The cards that cards and model ask for, by the list declared for certification; empty where "
        "neither is given"
    ),
    "数值待核实：有未办结的数据询问的资源；all 为全部24项数字。次序不因此改变": (
        "Figures to be verified: the resources that an open question is about; all stands for all "
        "24 figures. The order does not change by it"
    ),
    "单卡 FP16 稠密峰值，单位 TFLOPS": "Dense FP16 peak of a card, in TFLOPS",
    "所需算力，单位 PFLOPS": "Compute needed, in PFLOPS",
    "所需内存，单位 GB": "Memory needed, in GB",
    "所需存储空间，单位 GB": "Storage needed, in GB",
    "所需网络带宽，单位 Mbps，上行、下行都须满足": "Bandwidth needed, in Mbps, up and down",
    "所需 CPU 核数": "CPU cores needed",
    "所在区域：经济聚集区（3.8），或 GB/T 2260-2007 省级代码": (
        "Where the base is to lie: an economic region (3.8) or a province code of GB/T 2260-2007"
    ),
    "使用方所在省份，GB/T 2260-2007 省级代码；用于计算距离、估算时延": (
        "The user's province, by its code of GB/T 2260-2007; distance and latency are counted from it"
    ),
    "使用方坐标，BD-09 “经度,纬度”；填写后代替省份": (
        "The user's place, BD-09 as longitude,latitude; taken instead of the province"
    ),
    "往返时延不超过多少毫秒；须同时填写 origin 或 location": (
        "The longest round trip in milliseconds; needs origin or location"
    ),
    "所依据数据的日期": "The day of the data it rests on",
    "数据是今天或昨天的": "The data are of today or yesterday",
    "按距离估算的往返时延": "Round trip, estimated by distance",
    "为何排在这里，供人阅读": "Why it stands where it does, for people",
    "可以承接的基地及理由": "The bases that could take it, with reasons",
    "可以承接的基地，最合适的在前": "Bases that could take it, the best first",
    "不能承接的基地，最接近的在前": "Bases that could not, the nearest to it first",
    "从未上报、无从判断的基地代码": "Codes of bases that never reported",
    "查询": "Queries",
    # The calls
    "上报基地基本信息": "Report base info",
    "17 个字段，全部必填。再次发送相同内容不作改动；内容有变则更新，原内容留存。": (
        "17 fields, all required. Sent again unchanged, nothing changes; sent with changes, it is "
        "updated and what it said before is kept."
    ),
    "上报基地算力信息": "Report compute resources",
    "24 个字段，全部必填，均为 JSON 数字，小数向下取整；空闲不大于总量。"
    "可另附“统计日期”，缺省为当天。同一天再次发送即更新。": (
        "24 fields, all required, all JSON numbers; decimals are floored; idle is at most the "
        "total. 统计日期 (report_date) may be added and is today where absent. Sent again for the "
        "same day, it is updated."
    ),
    "上报基地安全信息": "Report security events",
    "一个事件、一个数组，或每行一个事件（NDJSON），每次最多 5000 个、10 MiB。"
    "事件以“攻击事件ID”区分，再次发送即更新；同一批中重复的，以后者为准并计为更新。": (
        "One event, an array, or one event a line (NDJSON), up to 5,000 and 10 MiB a call. Events "
        "are told apart by 攻击事件ID (event_id); sent again, they are updated; of the same id twice "
        "in one batch the later wins and counts as an update."
    ),
    "查询回执": "Ask for a receipt",
    "查询本基地某一次上报的结果。": "What became of one of the base's own deliveries.",
    "查询上报情况": "Ask for the state of reporting",
    "本基地最近 60 天每天的上报情况，以及尚未答复的数据统计要求。": (
        "Each of the base's last 60 days, and the data calls that it has not answered."
    ),
    # Parameters and headers
    "可选。同一个键与同一份正文重发，得到第一次的回答；正文不同则为 422。": (
        "Optional. The same key with the same body gives the first answer again; with another "
        "body, 422."
    ),
    "为 true 时只检查、不保存。": "Where true, everything is checked and nothing is kept.",
    "可选。发送时刻，如 Sun, 26 Jul 2026 07:12:00 +0800；与服务器相差较多时，回答中的 clock 会提示。": (
        "Optional. When the request was sent, such as Sun, 26 Jul 2026 07:12:00 +0800; where it "
        "is far from the server's clock, `clock` in the answer says so."
    ),
    "重试前等待的秒数": "Seconds to wait before trying again",
    "为 true 时是第一次的回答": "Where true, this is the first answer again",
    "支持的请求方法": "The methods that are accepted",
    "身份验证的方式": "How to authenticate",
    # Bodies and answers
    "一个事件": "One event",
    "一批事件": "A batch of events",
    "每行一个 JSON 对象": "One JSON object a line",
    "字段名称，整体有误时为空": "The field's name; empty where the whole is at fault",
    "错误代码，供程序判断": "A code for programs",
    "错在哪里，应当怎样发送": "What is wrong and what to send instead",
    "被拒绝的事件在批中的位置，从 0 起": "The refused event's place in the batch, from 0",
    "这一次上报：on_time 按时，out_of_window 窗口外，makeup 补报；当天如何计入见 day": (
        "Of this delivery: on_time; out_of_window: outside the window; makeup: for an earlier day. "
        "How the day counts is in `day`"
    ),
    "仅在当天此前已上报时出现：当天现在如何计入，同 status 的 days。更正不影响按时": (
        "Only where the day had been reported before: how it counts now, as in the days of status. A "
        "correction does not make it late"
    ),
    "试运行时为 null": "null in a dry run",
    "created、updated、unchanged 之和": "The sum of created, updated and unchanged",
    "与已有数据相同，未作改动": "The same as what was kept already; nothing changed",
    "仅试运行时出现": "In a dry run only",
    "仅在请求的 Date 与服务器相差超过一分钟时出现": (
        "Only where the request's Date is more than a minute from the server's clock"
    ),
    "仅在数据可疑时出现：已按所报保存，请核对；试运行时没有保存": (
        "Only where the data are doubtful: they were kept as sent (not in a dry run); check them"
    ),
    "正数为请求方快，负数为慢": "Positive where the caller's clock is ahead, negative where behind",
    "应当怎样做": "What to do",
    "已保存，没有新增": "Kept; nothing new",
    "已保存，有新增": "Kept; something new",
    "部分事件有误，其余已保存；rejected 列出有误的事件，index 从 0 起": (
        "Some events are at fault, the others were kept; rejected lists those at fault, index counts "
        "from 0"
    ),
    "当时的回答，另有 interface 与 status": "The answer given then, with interface and status",
    "上报情况": "The state of reporting",
    "基地代码": "The base's code",
    "今天的上报时段": "Today's reporting window",
    "已选定、尚未生效的上报时段": "A window that was chosen and does not hold yet",
    "已上报的天数，含 late": "Days reported, those of late among them",
    "其中窗口外（out_of_window）和补报（makeup）的天数": (
        "Of these, the days reported outside the window (out_of_window) or made up on a later day "
        "(makeup)"
    ),
    "未上报的天数，不含事先报备的停机": "Days not reported, without downtime announced beforehand",
    "planned 为事先报备的停机，pending 为时段尚未结束": (
        "planned: downtime announced beforehand; pending: the window is not over yet"
    ),
    "当天的数据此后有更正": "The day's data were corrected later",
    "尚未答复的数据统计要求（8.4.4 b）": "Data calls not answered yet (8.4.4 b)",
    "还需上报的接口；调用它即为答复": "The interfaces still asked for; calling them is the answer",
    "已过截止时刻": "The deadline is over",
    # Problems
    "不是有效的 JSON，或参数、请求头的格式不正确": "Not JSON, or a parameter or header is malformed",
    "没有携带密钥，或密钥不正确、已吊销、已过期": "No key, or one that is wrong, revoked or expired",
    "密钥没有此接口的权限，或来源地址不在允许的网段内": (
        "The key lacks the right to this interface, or the source is outside its networks"
    ),
    "没有这张回执，或它属于另一个基地": "No such receipt, or another base's",
    "不支持这个请求方法": "The method is not accepted",
    "超过 10 MiB 或 5000 个事件": "More than 10 MiB or 5,000 events",
    "Content-Type 不是接口所列的类型": "The Content-Type is none of those listed",
    "数据不符合要求，未保存；errors 一次列出全部错误": (
        "The data do not hold and were not kept; errors names every fault at once"
    ),
    "调用过于频繁，按 Retry-After 所示秒数后重试": (
        "Too many calls; try again after the seconds in Retry-After"
    ),
    "服务暂不可用，数据未保存，按 Retry-After 所示秒数后重试": (
        "The service is away and nothing was kept; try again after the seconds in Retry-After"
    ),
    "网址中有这个接口没有的参数": "The address has a parameter that this call does not know",
    "参数不符合要求；errors 一次列出全部错误": (
        "The parameters do not hold; errors names every fault at once"
    ),
    "服务暂不可用，按 Retry-After 所示秒数后重试": (
        "The service is away; try again after the seconds in Retry-After"
    ),
    # Fields
    "256字符以内": "At most 256 characters",
    "128字符以内，在本基地内唯一": "At most 128 characters, unique within the base",
    "32字符以内": "At most 32 characters",
    "64字符以内": "At most 64 characters",
    "512字符以内": "At most 512 characters",
    "2048字符以内": "At most 2,048 characters",
    "GB/T 2260-2007 省级代码，如 370000": "Province code of GB/T 2260-2007, such as 370000",
    "GB/T 2260-2007 地市级代码，如 370100；直辖市填写 XX0100": (
        "City code of GB/T 2260-2007, such as 370100; XX0100 for a municipality"
    ),
    "五选一；算力网络枢纽节点为本平台依据 8.2、10.2 的扩展": (
        "One of five; 算力网络枢纽节点 is this portal's extension after 8.2 and 10.2"
    ),
    "是、否；表 B.1 印作“师范基地”，两种写法均可": (
        "是 or 否; Table B.1 prints 师范基地, both spellings are accepted"
    ),
    "BD-09ll 坐标“经度,纬度”，如 116.43351,39.90851": (
        "BD-09ll as longitude,latitude, such as 116.43351,39.90851"
    ),
    "单位 GB，小数向下取整": "In GB, floored",
    "单位 Mbps，小数向下取整": "In Mbps, floored",
    "单位 PFLOPS，小数向下取整": "In PFLOPS, floored",
    "单位 PFLOPS，小数向下取整；无该类资源填 0": (
        "In PFLOPS, floored; 0 where there is no such resource"
    ),
    "物理 CPU 核数": "Physical CPU cores",
    "空闲物理 CPU 核数": "Idle physical CPU cores",
    "可选，YYYY-MM-DD，缺省为当天；早于当天为补报": (
        "Optional, YYYY-MM-DD, today where absent; earlier than today is a makeup report"
    ),
    "年-月-日 时:分:秒（北京时间），如 2024-07-26 10:20:35": (
        "YYYY-MM-DD hh:mm:ss (Beijing), such as 2024-07-26 10:20:35"
    ),
    "IPv4 或 IPv6，多个用逗号分隔，256字符以内": (
        "IPv4 or IPv6, several with commas between, at most 256 characters"
    ),
    "表 B.2 编码 G001 至 G012": "Codes of Table B.2, G001 to G012",
    "是、否": "是 (yes) or 否 (no)",
    "未处理、处理中、已处理": "未处理 (not handled), 处理中 (being handled) or 已处理 (handled)",
    "表 B.3 编码 Z001 至 Z007": "Codes of Table B.3, Z001 to Z007",
    "低、中、高": "低 (low), 中 (medium) or 高 (high)",
}
