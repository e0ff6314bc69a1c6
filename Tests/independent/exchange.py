#!/usr/bin/env python3
"""A trading platform that keeps its releases ready, over real HTTP: the city must fetch every page once, go on where it
stopped when it is stopped in between, take nothing that is not signed, and put on record what it refuses and why.
Then the city's own releases, one by one, must be valid OCDS and fold to the records that it shows.

usage: exchange.py TEQU [SCHEMA-FOLDER]

Written from the reference pages on exchanges and from OCDS 1.1; it shares no code with the program.
"""
import hashlib, hmac, http.server, json, os, subprocess, sys, tempfile, threading, time, urllib.parse

import ocds_fold
from outside import Checks, Server, Site, argument, until

tequ, folder = argument(1), argument(2, "")
check = Checks()
SECRET = "an-exchange-secret-of-32-letters"


def signature(body, key, seconds, secret=SECRET):
    text = b"v1\n%d\n%s\n" % (seconds, key.encode()) + body
    return "v1=" + hmac.new(secret.encode(), text, hashlib.sha256).hexdigest()


def release(ocid, number, **tender):
    return {"ocid": ocid, "id": f"{ocid}-{number}", "date": f"2026-03-{number % 28 + 1:02}T09:00:00+08:00", "tag": ["tender"],
            "initiationType": "tender", "buyer": {"id": "X-1", "name": "Exchange buyer"},
            "tender": {"id": "t", "status": "active", "procurementMethod": "open", **tender}}


class Exchange:
    """Pages of releases by their path, and what was asked."""

    def __init__(self):
        self.pages, self.asked, self.secret, self.late, self.unsigned = {}, [], SECRET, 0, []
        exchange = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                exchange.asked.append(self.path)
                seconds = int(self.headers.get("Tequ-Timestamp", "0"))
                if self.headers.get("Tequ-Signature") != signature(b"", self.path, seconds):
                    exchange.unsigned.append(self.path)
                page = exchange.pages.get(self.path)
                body = json.dumps(page, ensure_ascii=False).encode() if page is not None else b""
                now = int(time.time()) - exchange.late
                self.send_response(404 if page is None else 200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.send_header("Tequ-Timestamp", str(now))
                self.send_header("Tequ-Signature", signature(body, self.path, now, exchange.secret))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *words):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.base = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def put(self, path, releases, next_page=None):
        self.pages[path] = {"uri": self.base + path, "version": "1.1", "publishedDate": "2026-03-02T09:00:00Z",
                            "publisher": {"name": "exchange"}, "releases": releases}
        if next_page:
            self.pages[path]["links"] = {"next": self.base + next_page}


def acts(site, kind):
    return [a["public"] for a in ocds_fold.acts(site) if a["kind"] == kind]


def taken(site):
    feeds = site.get("/api/procurement/feeds.json").json["feeds"]
    return feeds[0] if feeds else {"taken": 0, "refused": 0, "known": 0}


def pulling(data, log):
    exchange = Exchange()
    first = [release("ocds-ex-%d" % n, 1) for n in range(250)]
    broken = {**release("ocds-ex-900", 1), "tag": ["nonsense"]}
    foreign = release("ocds-tequ16-440300-1", 1)
    exchange.put("/feed", first + [broken, foreign, {"no": "release"}], "/feed?after=1")
    exchange.put("/feed?after=1", [release("ocds-ex-%d" % n, 2, title="two") for n in range(100)])
    with open(os.path.join(data, "config.json"), "w") as file:
        json.dump({"partners": {"property": {"url": exchange.base + "/hook", "secret": SECRET, "feed": exchange.base + "/feed"}}}, file)
    os.chmod(os.path.join(data, "config.json"), 0o600)
    server = Server(tequ, data, log)
    site = Site(server.base)
    # Stopped in the midst of the first page, it goes on behind what it took.
    until(lambda: taken(site)["taken"] >= 1 or exchange.asked, 120)
    time.sleep(.5)
    server.stop()
    server = Server(tequ, data, log)
    site = Site(server.base)
    done = until(lambda: taken(site)["taken"] >= 350 or None, 240)
    state = taken(site)
    check("pull: every release was taken", bool(done) and state["taken"] + state["known"] >= 350, state)
    def logged():
        public = [a["public"] for a in ocds_fold.acts(site) if a["kind"].startswith("procurement.exchange.")]
        return [a["ocds"]["id"] for a in public if "ocds" in a]

    # What is acknowledged enters the log a moment later.
    until(lambda: len(logged()) >= 350 or None, 30)
    ids = logged()
    check("pull: each stands in the log once", len(ids) == len(set(ids)) == 350, len(ids))
    refused = acts(site, "procurement.feeds.refuse")
    check("pull: three were refused, each once", len(refused) == 3, [r.get("reason") for r in refused])
    check("pull: the reason names the member at fault", any("/tag/0" in r["reason"] for r in refused))
    check("pull: the reason names the prefix", any("prefix" in r["reason"] for r in refused))
    digests = {hashlib.sha256(json.dumps(r, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()).hexdigest()
               for r in (broken, foreign, {"no": "release"})}
    check("pull: what was refused is known by its digest", {r["digest"] for r in refused} == digests)
    check("pull: every question was signed", not exchange.unsigned, exchange.unsigned[:3])
    check("pull: it waits on the last page", state["page"].endswith("/feed?after=1"), state["page"])
    return exchange, server, site


def trouble(exchange, server, site, data, log):
    # New on the last page, but signed by somebody else: not taken, on record once; then with the right signature.
    exchange.put("/feed?after=1", exchange.pages["/feed?after=1"]["releases"] + [release("ocds-ex-500", 1)])
    exchange.secret = "somebody-elses-secret-of-letters"
    server.stop()
    server = Server(tequ, data, log)
    site = Site(server.base)
    said = until(lambda: acts(site, "procurement.feeds.trouble"), 120, .5)
    check("pull: an answer of somebody else is not taken", bool(said) and len(said) == 1 and "Signature" in said[0]["reason"]
          and taken(site)["taken"] + taken(site)["known"] < 351 + 250, said)
    check("pull: nothing of it is in the log", "ocds-ex-500" not in json.dumps(acts(site, "procurement.exchange.follow")))
    exchange.secret = SECRET
    server.stop()
    server = Server(tequ, data, log)
    site = Site(server.base)
    back = until(lambda: "ocds-ex-500" in json.dumps(acts(site, "procurement.exchange.follow")), 120, .5)
    check("pull: it goes on when the exchange signs again", bool(back) and taken(site)["trouble"] is None)
    return server, site


def history(site, work):
    """Everything the platform holds, release by release."""
    packages = ocds_fold.pages(site, "/api/procurement/history.json?limit=100")
    releases = [r for p in packages for r in p["releases"]]
    log = ocds_fold.releases(ocds_fold.acts(site))
    check("history: the releases of the log, in its order", releases == log, f"{len(releases)} of {len(log)} in {len(packages)} packages")
    check("history: no id twice", len({r["id"] for r in releases}) == len(releases))
    reports = [ocds_fold.validate(tequ, p, os.path.join(work, "history.json")) for p in packages]
    checked, invalid = sum(r["checked"] for r in reports), [p for r in reports for p in r["problems"]]
    check("history: valid by tequ ocds validate", checked > 0 and not invalid, f"{checked} checked {invalid[:2]}")
    found = ocds_fold.faults(releases, folder)
    if found is not None:
        check("history: valid by jsonschema", not found, f"{len(releases)} releases {found[:2]}")
    wrong = []
    for ocid, own in list(ocds_fold.compiled(releases).items())[:200]:
        shown = site.get("/api/procurement/records/" + urllib.parse.quote(ocid)).json
        if ocds_fold.without_names(shown) != ocds_fold.without_names(own):
            wrong.append(ocid)
    check("history: folds to the records shown", not wrong, f"{len(releases)} releases {wrong[:3]}")


def push(site, release, key, body=None):
    """Hands in a release as the platform itself does."""
    body = body or json.dumps(release, ensure_ascii=False).encode()
    now = int(time.time())
    return site.call("POST", "/api/procurement/exchange/property/releases", body, {
        "Content-Type": "application/json", "Tequ-Timestamp": str(now), "Idempotency-Key": key, "Tequ-Signature": signature(body, key, now)})


def pushing(site, log):
    """Pushed releases: one answer for one key, any order of dates, nothing that does not fit the log."""
    first = push(site, release("ocds-pu-1", 5, title="five"), "p1")
    again = push(site, release("ocds-pu-1", 5, title="five"), "p1")
    check("push: the same key has the same answer", first.status == 201 and again.status == 201 and again.json["number"] == first.json["number"],
          (first.status, first.text[:200], again.status))
    check("push: the same release under another key was taken before", push(site, release("ocds-pu-1", 5, title="five"), "p2").status == 422)
    earlier = {**release("ocds-pu-1", 2, title="two"), "language": "zh"}
    check("push: an earlier release is taken too", push(site, earlier, "p3").status == 201)
    shown = until(lambda: (lambda r: r if r.get("language") else None)(site.get("/api/procurement/records/ocds-pu-1").json), 30)
    check("push: releases are merged by their dates", bool(shown) and shown["tender"]["title"] == "five"
          and shown["date"].startswith("2026-03-06"), shown)
    big = release("ocds-pu-2", 1, description="x" * 59_000)
    check("push: what fits an entry of the log is taken", push(site, big, "p4").status == 201)
    check("push: what does not is refused", push(site, release("ocds-pu-3", 1, description="x" * 62_000), "p5").status == 400)
    size = int(site.get("/log/checkpoint").text.split("\n")[1])
    until(lambda: any(r["ocid"] == "ocds-pu-2" for r in ocds_fold.releases(ocds_fold.acts(site))) or None, 30)
    size = int(until(lambda: site.get("/log/checkpoint").text, 5).split("\n")[1])
    tile = site.get(f"/log/tile/entries/{(size - 1) // 256:03}" + (f".p/{size % 256}" if size % 256 else ""))
    check("push: the log's bundle with it can be read", tile.status == 200 and b"x" * 59_000 in tile.body, (tile.status, size))
    page = site.get("/procurement/processes?ocid=ocds-pu-1&lang=en")
    check("push: the process has a page", page.status == 200 and "five" in page.text and "ocds-pu-1" in page.text, page.status)


with tempfile.TemporaryDirectory(prefix="tequ-exchange-") as work:
    data, log = os.path.join(work, "city"), os.path.join(work, "log")
    days = os.environ.get("TEQU_DEMO_DAYS", "40")
    Server(tequ, data, log, "--demo", "--demo-days", days).stop()
    exchange, server, site = pulling(data, log)
    try:
        server, site = trouble(exchange, server, site, data, log)
        pushing(site, log)
        history(site, work)
    finally:
        code = server.stop()
    check("the server ended well", code == 0, code)
    verified = subprocess.run([tequ, "verify", "--data", data], capture_output=True, text=True)
    check("the store is sound", verified.returncode == 0, verified.stdout[-300:])
check.finish()
