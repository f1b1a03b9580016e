"""The site visit's page as an app of its own that opens without network: what a device needs to
install it, and the words its scripts say."""

from collections.abc import Callable

from csp.decorators import csp_update
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse, JsonResponse
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from evaluation import permissions, queries
from evaluation.views.refusals import View, case_view
from portal.accounts.models import Role
from portal.accounts.requests import SignedInRequest

WORKER = settings.BASE_DIR / "static" / "js" / "site" / "worker.js"
DESK_WORKER = WORKER.with_name("desk_worker.js")


# The policy of a page with a service worker of its own, and with pictures from the device's store.
offline: Callable[[View], View] = csp_update({"worker-src": ["'self'"], "img-src": ["blob:"]})


@case_view
@require_safe
def site_worker(request: SignedInRequest, number: str) -> HttpResponse:
    """The script that answers for this visit's page, and for no other, without network."""
    permissions.check_site_team(request.user, queries.case_for(request.user, number))
    response = HttpResponse(WORKER.read_bytes(), "text/javascript; charset=utf-8")
    response["Cache-Control"] = "no-cache"
    return response


@login_required
@require_safe
def desk_worker(request: SignedInRequest) -> HttpResponse:
    """The script that leads from any other page to the preloaded visits without network."""
    if request.user.role != Role.EXPERT:
        raise Http404
    response = HttpResponse(DESK_WORKER.read_bytes(), "text/javascript; charset=utf-8")
    response["Cache-Control"] = "no-cache"
    response["Service-Worker-Allowed"] = "/"  # the logo leads out of the desk
    return response


@case_view
@require_safe
def site_manifest(request: SignedInRequest, number: str) -> HttpResponse:
    """What the page is called on a tablet's home screen, and how far it reaches."""
    evaluation = queries.case_for(request.user, number)
    permissions.check_site_team(request.user, evaluation)
    page = reverse("evaluation:site_visit", args=[number])
    return JsonResponse(
        {
            "id": page,
            "name": _("现场评估 %(number)s") % {"number": number},
            "short_name": _("现场评估"),
            "lang": request.LANGUAGE_CODE,
            "start_url": page,
            "scope": page,
            "display": "standalone",
            "background_color": "#FFFFFF",
            "theme_color": "#FFFFFF",
            "icons": [
                {
                    "src": static(f"icons/visit-{size}.png"),
                    "sizes": f"{size}x{size}",
                    "type": "image/png",
                    "purpose": "any maskable",
                }
                for size in (192, 512)
            ],
        },
        content_type="application/manifest+json",
    )


def words() -> dict[str, str]:
    """What the page's scripts say, in the reader's language; braces are filled in by them."""
    return {
        "none": _("全部内容已上传"),
        "nothing": _("没有待上传的内容"),
        "conflicts": _("{count} 项有两份记录，"),
        "index_count": _("已核验 {done} / {total} 项"),
        "index_done": _("已核验"),
        "open_count": _("还有 {count} 项未核验"),
        "open_none": _("全部指标已核验"),
        "index_conflict": _("有两份记录"),
        "pending": _("{count} 项尚未上传"),
        "drafts": _("{count} 项已填写、未保存"),
        "refused": _("{count} 项未被接受，请逐项处理"),
        "online": _("网络已连接，正在上传"),
        "offline": _("当前没有网络；已保存在本机，联网后自动上传"),
        "away": _("服务器暂时无法连接；已保存在本机，稍后自动重试"),
        "offline_nothing": _("当前没有网络；可继续填写，保存后存在本机，联网后自动上传"),
        "away_nothing": _("服务器暂时无法连接，稍后自动重试"),
        "expired_nothing": _("登录已过期，请重新登录"),
        "closed_nothing": _("现场评估已结束"),
        "not_preloaded": _("本页未预载：请勿关闭或刷新，否则须有网络才能再打开"),
        "expired": _("登录已过期；已保存在本机，重新登录后继续上传"),
        "other_user": _("当前登录的是另一账号；请用填写这些记录的账号登录后上传"),
        "gone": _("您已不能访问此案卷，本机预载的资料已清除"),
        "closed": _("现场评估已结束，未上传的内容不能再记入；请导出后交秘书处"),
        "waiting": _("待上传"),
        "held": _("{count} 项核验值在本机待上传"),
        "verdict": _("结论待上传后由系统判定"),
        "confirmed": _("与申报值一致"),
        "photo": _("照片 {name}"),
        "photo_type": _("“{name}”不是 JPG 或 PNG 图片，没有保存。请用相机重新拍摄或另选照片。"),
        "not_kept": _("“{name}”没有保存到本机，请重试；反复失败时请改用其他浏览器。"),
        "required": _("请填写此项。"),
        "number": _("请填写数值，不带单位和文字。"),
        "reason": _("核验值与申报值不一致，请写明差异原因。"),
        "unverified": _("无法核验"),
        "unverified_reason": _("请写明无法核验的原因。"),
        "quota": _("本机存储空间不足，“{name}”没有保存。请先联网上传或清理本机空间，再重试。"),
        "storage": _(
            "此浏览器不能在本机保存数据（可能处于无痕模式），离线功能不可用；请保持联网填写。"
        ),
        "restored": _("已恢复上次未保存的填写"),
        "fill_item": _("填写核验记录"),
        "edit_item": _("修改核验记录"),
        "discard_finding": _("删除本机的这份核验记录"),
        "discard_finding_ask": _("删除后无法恢复。确定删除本机的这份核验记录吗？"),
        "discard_photo": _("删除这张照片"),
        "discard_photo_ask": _("删除后无法恢复。确定删除这张照片吗？核验记录不受影响。"),
        "discard_signature": _("删除本机的这个签字"),
        "discard_signature_ask": _("删除后无法恢复。确定删除本机的这个签字吗？"),
        "desk_title": _("当前没有网络"),
        "desk_text": _("这一页须联网查看。已预载到本机的现场评估可以离线打开："),
        "preload_start": _("正在预载 {done}/{total}"),
        "preload_done": _("已预载于 {when}，可离线使用：页面和 {total} 份证明材料（{size}）"),
        "preload_part": _("已预载 {done}/{total} 份证明材料"),
        "preload_failed": _("“{name}”预载失败，请重试"),
        "preload_space": _("本机存储空间不足，“{name}”没有预载"),
        "open_items": _("还有 {count} 项指标未核验，核验完毕后双方签字"),
        "signed_here": _("{name} 已在本机签字，待上传"),
        "no_name": _("请填写签字人姓名。"),
        "no_strokes": _("请在签字框内签字；不便手写的，请勾选“以签署姓名代替手写签字”。"),
        "export_none": _("本机没有待上传的内容，无需导出。"),
        "export_key": _("本机尚未从服务器取得加密钥匙，请联网打开本页一次后再导出。"),
        "export_done": _(
            "已导出到加密文件“{name}”：{what}。请在能联网的电脑上登录本平台导入；导入前请勿清除本机数据。"
        ),
        "export_finding": _("核验记录 {count} 项"),
        "export_photo": _("照片 {count} 张"),
        "export_signature": _("签字 {count} 份"),
        "export_drafts": _("另有 {count} 项已填写、未保存，不在文件内；请先保存再导出。"),
        "comma": _("、"),
    }
