"""As the tutorial of Django REST framework has it: a serializer for many, bulk_create."""

import hashlib
import ipaddress
from collections import Counter
from uuid import uuid4

from django.core.wsgi import get_wsgi_application
from django.db import connection, models, transaction
from django.urls import path
from django.utils import timezone

application = get_wsgi_application()

from rest_framework import authentication, exceptions, serializers  # noqa: E402
from rest_framework.response import Response  # noqa: E402
from rest_framework.views import APIView  # noqa: E402

from dataaccess.models import ApiKey  # noqa: E402
from dataaccess.shapes import tables  # noqa: E402


class PlainEvent(models.Model):
    base_id = models.BigIntegerField()
    event_id = models.CharField(max_length=128)
    occurred_at = models.DateTimeField()
    attacker_ips = models.CharField(max_length=256)
    target_ips = models.CharField(max_length=256)
    method = models.CharField(max_length=4)
    ongoing = models.BooleanField()
    handling = models.CharField(max_length=3)
    asset_type = models.CharField(max_length=4)
    description = models.CharField(max_length=512)
    severity = models.CharField(max_length=1)
    received_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    receipt_id = models.UUIDField()

    class Meta:
        app_label = "dataaccess"
        managed = False
        db_table = "plain_event"

    def __str__(self):
        return self.event_id


def addresses(value):
    for each in value.split(","):
        try:
            ipaddress.ip_address(each)
        except ValueError:
            raise serializers.ValidationError(each) from None


CHANGED = [
    "occurred_at", "attacker_ips", "target_ips", "method", "ongoing", "handling", "asset_type",
    "description", "severity", "changed_at", "receipt_id",
]  # fmt: skip
FIELDS = {field.name: field.english for field in tables.SECURITY_EVENT.fields}
EventSerializer = type(
    "EventSerializer",
    (serializers.Serializer,),
    {
        "攻击事件ID": serializers.CharField(max_length=128, source="event_id"),
        "攻击时间": serializers.DateTimeField(
            source="occurred_at", input_formats=["%Y-%m-%d %H:%M:%S"]
        ),
        "攻击者IP": serializers.CharField(
            max_length=256, source="attacker_ips", validators=[addresses]
        ),
        "攻击目标IP": serializers.CharField(
            max_length=256, source="target_ips", validators=[addresses]
        ),
        "攻击手段": serializers.ChoiceField(list(tables.ATTACK_METHODS), source="method"),
        "是否仍在攻击": serializers.ChoiceField(["是", "否"], source="ongoing"),
        "当前防御处理状态": serializers.ChoiceField(tables.HANDLING, source="handling"),
        "被攻击资产类型": serializers.ChoiceField(list(tables.ASSET_TYPES), source="asset_type"),
        "攻击事件描述": serializers.CharField(max_length=512, source="description"),
        "攻击危险程度": serializers.ChoiceField(tables.SEVERITIES, source="severity"),
    },
)


class KeyAuthentication(authentication.BaseAuthentication):
    def authenticate(self, request):
        digest = hashlib.sha256(request.headers["Authorization"][7:].encode()).hexdigest()
        key = ApiKey.objects.filter(digest=digest, revoked_at=None).first()
        if key is None:
            raise exceptions.AuthenticationFailed
        return (key, None)


class Events(APIView):
    authentication_classes = (KeyAuthentication,)
    permission_classes = ()

    def post(self, request):
        many = isinstance(request.data, list)
        serializer = EventSerializer(data=request.data, many=many)
        serializer.is_valid(raise_exception=True)
        batch = serializer.validated_data if many else [serializer.validated_data]
        base, receipt, now = request.user.base_id, uuid4(), timezone.now()
        counts = Counter()
        for each in batch:
            each["ongoing"] = each["ongoing"] == "是"
            local = timezone.localtime(each["occurred_at"])
            slot = (each["method"], each["asset_type"], each["severity"], each["handling"])
            counts[local.date(), *slot] += 1
        with transaction.atomic():
            PlainEvent.objects.bulk_create(
                [
                    PlainEvent(
                        base_id=base, received_at=now, changed_at=now, receipt_id=receipt, **each
                    )
                    for each in batch
                ],
                update_conflicts=True,
                unique_fields=["base_id", "event_id"],
                update_fields=CHANGED,
            )
            with connection.cursor() as cursor:
                cursor.executemany(
                    "INSERT INTO plain_count VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT "
                    "(base_id, day, method, asset_type, severity, handling) DO UPDATE "
                    "SET events = plain_count.events + excluded.events",
                    [(base, *slot, number) for slot, number in counts.items()],
                )
                cursor.execute(
                    "INSERT INTO plain_receipt VALUES (%s, %s, %s, %s, %s)",
                    [receipt, base, now, len(batch), ""],
                )
        return Response(
            {"receipt": receipt, "received_at": now, "accepted": len(batch)}, status=201
        )


urlpatterns = [path("api/v1/security-events", Events.as_view())]
