# SPDX-License-Identifier: MIT
"""Holds a row for longer than its claim lasts, with nothing but Python's own library.

    ABLO_URL=http://127.0.0.1:8787 ABLO_API_KEY=sk_… python3 hold.py tasks <id>
"""
import json
import os
import sys
import threading
import urllib.error
import urllib.request

TTL = 3  # seconds: if this program dies, the row is free so soon after
WORK = float(os.environ.get("WORK_SECONDS", 10))


def ask(method, path, body=None):
    headers = {
        "authorization": "Bearer " + os.environ["ABLO_API_KEY"],
        "ablo-agent": os.environ.get("AGENT", "python-agent"),  # each worker its own: a name is one participant
        "content-type": "application/json",
    }
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(os.environ["ABLO_URL"] + "/v1" + path, data, headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=60) as response:
            return json.load(response)
    except urllib.error.HTTPError as error:
        raise RuntimeError(json.load(error)["code"]) from None


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
            self.claim = ask("GET", path + "?wait=25s")
        if self.claim["status"] != "active":
            raise RuntimeError("claim_lost")
        threading.Thread(target=self.keep, args=(path,), daemon=True).start()
        return self

    def keep(self, path):
        while not self.done.wait(TTL / 3):
            try:
                ask("POST", path + "/heartbeat")
            except RuntimeError:
                return self.lost.set()
            except OSError:
                pass  # the next one may get through; the server says if it came too late

    def __exit__(self, *_):
        self.done.set()
        if not self.lost.is_set():
            ask("DELETE", "/claims/" + self.claim["id"])


if __name__ == "__main__":
    with Held(*sys.argv[1:3]) as held:
        print("holds", sys.argv[2], "fence", held.claim["fenceToken"], flush=True)
        held.lost.wait(WORK)  # here an agent would think, and stop when it has lost the row
        print("lost it" if held.lost.is_set() else "gave it back", flush=True)
