// A receiver of webhooks: verifies every call, proves that it holds the secret when it is challenged, takes each event once.
//   npm install standardwebhooks
//   WEBHOOK_SECRET=whsec_… PORT=8080 node receiver.mjs      (behind your own TLS)
import { createHmac } from "node:crypto";
import { createServer } from "node:http";
import { Webhook } from "standardwebhooks";

const secret = process.env.WEBHOOK_SECRET;
const webhook = new Webhook(secret);
const seen = new Set(); // keep this where you keep the rest: an event may come twice

function answerTo(event) {
  if (event.type !== "duban.webhook.challenged.v1") return {};
  const key = Buffer.from(secret.replace(/^whsec_/, ""), "base64");
  return { proof: createHmac("sha256", key).update(event.data.challenge).digest("hex") };
}

createServer(async (request, response) => {
  const pieces = [];
  for await (const piece of request) pieces.push(piece);
  let event;
  try {
    event = webhook.verify(Buffer.concat(pieces).toString("utf8"), request.headers);
  } catch {
    response.writeHead(401).end();
    return;
  }
  if (!seen.has(event.id)) {
    seen.add(event.id);
    console.log(event.time, event.type, event.subject ?? "", event.dataref ?? "");
  }
  response.writeHead(200, { "Content-Type": "application/json" }).end(JSON.stringify(answerTo(event))); // only when it is safe with you
}).listen(Number(process.env.PORT ?? 8080), function () {
  console.log("listening on", this.address().port);
});
