"""A department joins: it submits a matter for itself, reports progress on it, and hears what was refused.

pip install pika
AMQP_URL=amqps://slj:PASSWORD@broker.example.org:5671/duban UNIT=SLJ python department.py
"""

import json
import os
import uuid
from datetime import UTC, datetime

import pika

UNIT = os.environ["UNIT"]
options = pika.URLParameters(os.environ["AMQP_URL"])
ACCOUNT = options.credentials.username  # the queue of the account has the same name


def event(kind, data):
    """A CloudEvent. Send the same event again, with the same id, whenever you are not sure that it arrived."""
    return {
        "specversion": "1.0",
        "id": str(uuid.uuid4()),
        "source": f"/units/{UNIT}",
        "type": kind,
        "time": datetime.now(UTC).isoformat(),  # when it happened; limits are counted by this
        "datacontenttype": "application/json",
        "data": data,
    }


def send(channel, found):
    """Returns when the broker has it safe on disk; raises otherwise."""
    properties = pika.BasicProperties(
        content_type="application/cloudevents+json", delivery_mode=2, message_id=found["id"], type=found["type"], user_id=ACCOUNT
    )
    body = json.dumps(found, ensure_ascii=False).encode()
    channel.basic_publish("duban.inbound", f"{UNIT}.{found['type']}", body, properties, mandatory=True)


with pika.BlockingConnection(options) as connection:
    channel = connection.channel()
    channel.confirm_delivery()
    reference = f"{UNIT}-{datetime.now(UTC):%Y%m%d-%H%M%S}"  # your own number of the matter
    matter = {
        "external_ref": reference,
        "title": "接入测试：台账报送",
        "source": {"type": "DOCUMENT", "number": "测试1号", "issuer": "本单位"},
        "standard": "按时报送台账",
        "assignments": [{"unit": UNIT, "role": "LEAD", "deliverable": "台账一份", "limit": {"amount": 10, "unit": "WORKDAY"}}],
    }
    send(channel, event("matter.submitted.v1", matter))
    progress = {"matter": reference, "unit": UNIT, "percent": 30, "text": "已收集一半科室的数据"}
    send(channel, event("progress.reported.v1", progress))
    print(f"sent: {reference}")

    for method, _, body in channel.consume(ACCOUNT, inactivity_timeout=float(os.environ.get("WAIT", "5"))):
        if body is None:
            break
        refusal = json.loads(body)["data"]  # code, detail, and the fields at fault as JSON pointers
        print(f"refused: {refusal['code']}: {refusal['detail']} {refusal['errors']}")
        channel.basic_ack(method.delivery_tag)
