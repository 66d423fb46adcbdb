"""A receiver of webhooks: verifies every call, proves that it holds the secret when it is challenged, takes each event once.

pip install standardwebhooks
WEBHOOK_SECRET=whsec_… PORT=8080 python receiver.py      # behind your own TLS
"""

import base64
import hashlib
import hmac
import json
import os
from http.server import BaseHTTPRequestHandler, HTTPServer

from standardwebhooks import Webhook, WebhookVerificationError

SECRET = os.environ["WEBHOOK_SECRET"]
seen = set()  # keep this where you keep the rest: an event may come twice


def answer_to(event):
    """What is sent back; a challenge wants a proof."""
    if event["type"] != "duban.webhook.challenged.v1":
        return {}
    key = base64.b64decode(SECRET.removeprefix("whsec_"))
    return {"proof": hmac.new(key, event["data"]["challenge"].encode(), hashlib.sha256).hexdigest()}


class Receiver(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        try:
            event = Webhook(SECRET).verify(body, dict(self.headers))
        except (WebhookVerificationError, ValueError):  # the library raises ValueError on a header that is none
            self.send_error(401)
            return
        if event["id"] not in seen:
            seen.add(event["id"])
            print(event["time"], event["type"], event.get("subject", ""), event.get("dataref", ""), flush=True)
        content = json.dumps(answer_to(event)).encode()
        self.send_response(200)  # only when the event is safe with you
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_):
        """Calls are printed above."""


server = HTTPServer(("", int(os.environ.get("PORT", "8080"))), Receiver)
print("listening on", server.server_port, flush=True)
server.serve_forever()
