"""A list narrowed down to a province and a category, as on the overview that leads to it."""

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _

from dataaccess import regions
from dataaccess.models import Base
from dataaccess.words import printed, reads_english

# How Table B.1 calls a base of each category.
NODES = {
    "economic_region": "经济聚集区域节点",  # not translated: printed() translates it
    "computing_hub": "算力网络枢纽节点",  # not translated: printed() translates it
    "province": "省级节点",  # not translated: printed() translates it
    "city": "城市节点",  # not translated: printed() translates it
    "industry": "行业节点",  # not translated: printed() translates it
}
# How a base without a category is asked for, as on the overview.
NO_CATEGORY = "none"


def narrowed(request: HttpRequest, bases: QuerySet[Base]) -> tuple[QuerySet[Base], list[str]]:
    """The bases of the province and the category asked for, and the names of these."""
    province, category = request.GET.get("province", ""), request.GET.get("category", "")
    names = []
    if regions.is_province(province):
        bases = bases.filter(province=province)
        names.append(regions.province_name(province, "en" if reads_english() else "zh"))
    if category in NODES:
        bases = bases.filter(category=category)
        names.append(printed(NODES[category]))
    elif category == NO_CATEGORY:
        bases = bases.filter(category="")
        names.append(_("尚未认定或已取消"))
    return bases, names


def kept(request: HttpRequest, *names: str) -> dict[str, str]:
    """What a list stays narrowed down to while its state is chosen."""
    return {
        name: value
        for name in ("province", "category", *names)
        if (value := request.GET.get(name, ""))
    }
