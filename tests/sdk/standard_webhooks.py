"""Receives a gateway's webhooks with the Python library of Standard Webhooks.

    pip install standardwebhooks
    outdial demo --listen 127.0.0.1:8080          # prints the key
    python tests/sdk/standard_webhooks.py http://127.0.0.1:8080 KEY

Makes an endpoint, has it tested, creates a task, rotates the secret, creates another task, and checks every message with the
library. Prints one line per step and ends with a non-zero status at the first that fails.
"""

import json
import queue
import sys
import threading
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from standardwebhooks.webhooks import Webhook, WebhookVerificationError

PATIENCE_SECONDS = 30

inbox = queue.Queue()


class Receiver(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        inbox.put((dict((name.lower(), value) for name, value in self.headers.items()), body))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_):
        pass


class Client:
    def __init__(self, base, key):
        self.base, self.key = base, key
        self.opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def send(self, method, path, body=None):
        request = urllib.request.Request(
            self.base + path,
            method=method,
            data=json.dumps(body or {}).encode() if method == "POST" else None,
            headers={"authorization": f"Bearer {self.key}", "content-type": "application/json"},
        )
        with self.opener.open(request, timeout=PATIENCE_SECONDS) as answer:
            return json.loads(answer.read() or b"null")


def step(text):
    print("ok:", text)


def next_of(kind):
    while True:
        headers, body = inbox.get(timeout=PATIENCE_SECONDS)
        if json.loads(body)["type"] == kind:
            return headers, body


def is_signed_with(secret, headers, body):
    try:
        told = Webhook(secret).verify(body, headers)
    except WebhookVerificationError:
        return False
    assert told["id"] == headers["webhook-id"], "the message's id is the event's"
    return True


def main(base, key):
    server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    client = Client(base, key)
    url = f"http://127.0.0.1:{server.server_address[1]}/hook"
    endpoint = client.send("POST", "/v1/webhook_endpoints", {"url": url})
    path, old = f"/v1/webhook_endpoints/{endpoint['id']}", endpoint["secret"]

    assert client.send("POST", path + "/test")["delivered"]
    headers, body = next_of("webhook_endpoint.test")
    assert is_signed_with(old, headers, body)
    step("a test is signed")
    assert not is_signed_with(old, headers, body + b" "), "a changed body"
    assert not is_signed_with(old, {**headers, "webhook-id": "evt_x"}, body), "a changed id"
    step("a changed message is not")

    account = client.send("GET", "/v1/accounts")["data"][0]
    task = client.send("GET", f"/v1/providers/{account['provider']}")["example_task"]
    task.update(account=account["id"], schedule={"start": "manual"}, contacts=[])
    client.send("POST", "/v1/tasks", task)
    headers, body = next_of("task.created")
    assert is_signed_with(old, headers, body)
    step("an event is signed")

    new = client.send("POST", path + "/rotate_secret")["secret"]
    client.send("POST", "/v1/tasks", task)
    headers, body = next_of("task.created")
    assert is_signed_with(old, headers, body) and is_signed_with(new, headers, body)
    step("after a rotation both secrets sign")

    client.send("DELETE", path)
    server.shutdown()


if __name__ == "__main__":
    main(*sys.argv[1:3])
