"""English for the words of Appendix B: what tables print in Chinese, for readers of English.

Only for pages. The interface itself takes and gives the printed words."""

WORDS = {
    # The three bodies
    "基地基本信息": "Base info",
    "基地算力信息": "Compute reports",
    "基地安全信息": "Security events",
    # Base info
    "单位名称": "Name of the organisation",
    "所在省份": "Province",
    "所在城市": "City",
    "主体类型": "Type of node",
    "单位网址": "Website",
    "是否为国家级省级产业园区或新型工业化示范基地": (
        "National or provincial industrial park, or demonstration base of new industrialisation"
    ),
    "负责人姓名": "Head: name",
    "负责人职务": "Head: position",
    "负责人联系电话": "Head: telephone",
    "负责人邮箱地址": "Head: email",
    "联系人姓名": "Contact: name",
    "联系人职务": "Contact: position",
    "联系人联系电话": "Contact: telephone",
    "联系人邮箱地址": "Contact: email",
    "单位联系地址": "Address",
    "基地所在位置": "Location of the base",
    "基地概况": "Overview of the base",
    "经济聚集区域节点": "economic region node",
    "算力网络枢纽节点": "computing network hub node",
    "省级节点": "provincial node",
    "城市节点": "city node",
    "行业节点": "industry node",
    "是": "yes",
    "否": "no",
    # Compute reports
    "内存空间": "Memory",
    "存储空间": "Storage",
    "上行网络带宽": "Uplink bandwidth",
    "下行网络带宽": "Downlink bandwidth",
    "CPU 核数": "CPU cores",
    "GPU 算力": "GPU compute",
    "DPU 算力": "DPU compute",
    "NPU 算力": "NPU compute",
    "FPGA 算力": "FPGA compute",
    "ASIC 算力": "ASIC compute",
    "FP16 算力": "FP16 compute",
    "空闲上行网络流量": "Idle uplink traffic",
    "空闲下行网络流量": "Idle downlink traffic",
    "核": "cores",
    # Security events
    "攻击事件ID": "Event ID",
    "攻击时间": "Time of attack",
    "攻击者IP": "Attacker IP",
    "攻击目标IP": "Target IP",
    "攻击手段": "Attack method",
    "是否仍在攻击": "Still attacking",
    "当前防御处理状态": "Handling",
    "被攻击资产类型": "Asset attacked",
    "攻击事件描述": "Description",
    "攻击危险程度": "Severity",
    # Table B.2
    "系统漏洞": "System vulnerability",
    "拒绝服务攻击": "Denial of service",
    "网络监听": "Network sniffing",
    "木马病毒": "Trojan or virus",
    "后门": "Backdoor",
    "口令碰撞破解": "Credential stuffing",
    "暴力破解": "Brute force",
    "Web应用攻击": "Web application attack",
    "网络钓鱼欺骗": "Phishing",
    "缓冲区溢出": "Buffer overflow",
    "端口扫描": "Port scan",
    "其他": "Other",
    # Table B.3
    "操作系统": "Operating system",
    "中间件服务": "Middleware",
    "业务系统": "Business system",
    "网络设备": "Network device",
    "安全系统": "Security system",
    "电子邮箱": "Email",
    # Handling and severity
    "未处理": "Not handled",
    "处理中": "Being handled",
    "已处理": "Handled",
    "低": "Low",
    "中": "Medium",
    "高": "High",
}


def in_english(word: str) -> str:
    """The English of a printed word; any other text as it is."""
    return WORDS.get(word, word)
