"""A reader of events: every slip, its points and its consequences, as they are announced.

pip install pika
AMQP_URL=amqps://board:PASSWORD@broker.example.org:5671/duban python reader.py
"""

import json
import os

import pika

options = pika.URLParameters(os.environ["AMQP_URL"])
ACCOUNT = options.credentials.username  # the queue of the account has the same name
seen = set()  # keep this where you keep the rest: an event may come twice

with pika.BlockingConnection(options) as connection:
    channel = connection.channel()
    channel.basic_qos(prefetch_count=100)
    for method, _, body in channel.consume(ACCOUNT, inactivity_timeout=float(os.environ.get("WAIT", "3600"))):
        if body is None:
            break
        event = json.loads(body)
        if event["id"] not in seen:
            seen.add(event["id"])
            print(event["time"], event["type"], json.dumps(event["data"], ensure_ascii=False))
        channel.basic_ack(method.delivery_tag)  # only when it is safe with you
