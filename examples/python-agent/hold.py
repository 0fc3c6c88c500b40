# SPDX-License-Identifier: MIT
"""Holds a row for longer than its claim lasts, with nothing but Python's own library.

    ABLO_URL=http://127.0.0.1:8787 ABLO_API_KEY=sk_… python3 hold.py tasks <id>
"""
import http.client
import json
import os
import sys
import threading
import time
import urllib.error
import urllib.request

TTL = 3  # seconds: if this program dies, the row is free so soon after
WORK = float(os.environ.get("WORK_SECONDS", 10))


class Refused(Exception):
    """The server's answer is no, by name: asking again does not help."""


class Unreachable(Exception):
    """No answer, or not the server's: a restart, a proxy, a limit. It may pass."""


def ask(method, path, body=None, timeout=60):
    headers = {
        "authorization": "Bearer " + os.environ["ABLO_API_KEY"],
        "ablo-agent": os.environ.get("AGENT", "python-agent"),  # each worker its own: a name is one participant
        "content-type": "application/json",
    }
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(os.environ["ABLO_URL"] + "/v1" + path, data, headers, method=method)
    try:
        try:
            with urllib.request.urlopen(request, timeout=timeout) as response:
                return json.load(response)
        except urllib.error.HTTPError as error:
            if error.code in (408, 429) or error.code >= 500:
                raise Unreachable(error) from None
            raise Refused(error.code, error.read().decode(errors="replace")) from None
    except (OSError, ValueError, http.client.HTTPException) as error:  # hung up, cut short, not JSON
        raise Unreachable(error) from None


class Held:
    """A claimed row: `with Held(model, id) as claim`. `lost` is set when somebody else may have it."""

    def __init__(self, model, row):
        self.claim = ask("POST", "/claims", {"target": {"model": model, "id": row}, "ttl": TTL, "action": "thinking"})
        self.lost = threading.Event()
        self.done = threading.Event()

    def __enter__(self):
        path = "/claims/" + self.claim["id"]
        while self.claim["status"] == "queued":
            print("waits, at place", self.claim["position"], flush=True)
            try:
                self.claim = ask("GET", path + "?wait=25s")
            except Unreachable as error:
                print("cannot get through:", error, flush=True)
                time.sleep(0.5)
        if self.claim["status"] != "active":
            raise RuntimeError("claim_lost")
        threading.Thread(target=self.keep, args=(path,), daemon=True).start()
        return self

    def keep(self, path):
        over = time.monotonic() + TTL  # without an answer until then it is no longer ours
        while not self.done.wait(min(TTL / 3, over - time.monotonic())):
            now = time.monotonic()
            if now >= over:
                return self.lost.set()
            try:
                ask("POST", path + "/heartbeat", timeout=min(TTL / 3, over - now))
                over = now + TTL
            except Refused:
                return self.lost.set()
            except Unreachable:
                pass

    def __exit__(self, *_):
        self.done.set()
        if not self.lost.is_set():
            try:
                ask("DELETE", "/claims/" + self.claim["id"])
            except (Refused, Unreachable):
                pass  # it is over TTL seconds after the last heartbeat


if __name__ == "__main__":
    with Held(*sys.argv[1:3]) as held:
        print("holds", sys.argv[2], "fence", held.claim["fenceToken"], flush=True)
        held.lost.wait(WORK)  # here an agent would think, and stop when it has lost the row
        print("lost it" if held.lost.is_set() else "gave it back", flush=True)
