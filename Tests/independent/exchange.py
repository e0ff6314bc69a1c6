#!/usr/bin/env python3
"""A trading platform that keeps its releases ready, over real HTTP: the city must fetch every page once, go on where it
stopped when it is stopped in between, take nothing that is not signed, and put on record what it refuses and why.
Then the city's own releases, one by one, must be valid OCDS and fold to the records that it shows.

usage: exchange.py TEQU [SCHEMA-FOLDER]

Written from the reference pages on exchanges and from OCDS 1.1; it shares no code with the program.
"""
import hashlib, hmac, http.server, json, os, subprocess, sys, tempfile, threading, time, urllib.parse

from outside import Checks, Server, Site, argument, entries, until

tequ, folder = argument(1), argument(2, "")
check = Checks()
SECRET = "an-exchange-secret-of-32-letters"


def signature(body, key, seconds, secret=SECRET):
    text = b"v1\n%d\n%s\n" % (seconds, key.encode()) + body
    return "v1=" + hmac.new(secret.encode(), text, hashlib.sha256).hexdigest()


def release(ocid, number, **tender):
    return {"ocid": ocid, "id": f"{ocid}-{number}", "date": f"2026-03-{number % 28 + 1:02}T09:00:00+08:00", "tag": ["tender"],
            "initiationType": "tender", "buyer": {"id": "X-1", "name": "Exchange buyer"}, "tender": {"id": "t", "status": "active", "procurementMethod": "open", **tender}}


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
    return [a["public"] for a in map(json.loads, entries(site)) if a["kind"] == kind]


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
        public = [a["public"] for a in map(json.loads, entries(site)) if a["kind"].startswith("procurement.exchange.")]
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


def merge(old, new):
    if isinstance(new, dict):
        result = dict(old) if isinstance(old, dict) else {}
        for name, value in new.items():
            if value is None:
                result.pop(name, None)
            else:
                result[name] = merge(result.get(name), value)
        return result
    if isinstance(new, list) and new and all(isinstance(e, dict) for e in new):
        result = list(old) if isinstance(old, list) else []
        for element in new:
            places = [i for i, e in enumerate(result) if "id" in element and e.get("id") == element["id"]]
            if places:
                result[places[0]] = merge(result[places[0]], element)
            else:
                result.append(merge(None, element))
        return result
    return new


def history(site, work):
    """Everything the platform holds, release by release."""
    releases, path, packages = [], "/api/procurement/history.json?limit=100", []
    while path:
        answer = site.get(path)
        packages.append(answer.json)
        releases += answer.json["releases"]
        following = answer.json.get("links", {}).get("next")
        path = following and "/" + following.split("/", 3)[3]
    log = [a["public"]["ocds"] for a in map(json.loads, entries(site))
           if a["kind"].startswith("procurement.") and not a["kind"].endswith(".refused") and "ocds" in a["public"]]
    check("history: the releases of the log, in its order", releases == log, f"{len(releases)} of {len(log)} in {len(packages)} packages")
    check("history: no id twice", len({r["id"] for r in releases}) == len(releases))
    invalid, checked = [], 0
    for n, package in enumerate(packages):
        file = os.path.join(work, f"history-{n}.json")
        with open(file, "w") as out:
            json.dump(package, out)
        ran = subprocess.run([tequ, "ocds", "validate", file, "--json"], capture_output=True, text=True)
        report = json.loads(ran.stdout)
        checked += report["checked"]
        invalid += report["problems"][:2]
    check("history: valid by tequ ocds validate", checked > 0 and not invalid, f"{checked} checked {invalid[:2]}")
    schema = os.path.join(folder, "release-schema.json")
    if os.path.exists(schema):
        import jsonschema
        validator = jsonschema.Draft4Validator(json.load(open(schema)))
        faults = [f"{r['id']}: {e.message}" for r in releases for e in validator.iter_errors(r)]
        check("history: valid by jsonschema", not faults, f"{len(releases)} releases {faults[:2]}")
    compiled = {}
    for r in releases:
        compiled[r["ocid"]] = merge(compiled.get(r["ocid"]), r)
    wrong = []
    for ocid, own in list(compiled.items())[:200]:
        shown = site.get("/api/procurement/records/" + urllib.parse.quote(ocid)).json
        strip = lambda v: {k: w for k, w in v.items() if k not in ("id", "tag")}
        if strip(shown) != strip(own):
            wrong.append(ocid)
    check("history: folds to the records shown", not wrong, f"{len(compiled)} processes {wrong[:3]}")


with tempfile.TemporaryDirectory(prefix="tequ-exchange-") as work:
    data, log = os.path.join(work, "city"), os.path.join(work, "log")
    days = os.environ.get("TEQU_DEMO_DAYS", "40")
    Server(tequ, data, log, "--demo", "--demo-days", days).stop()
    exchange, server, site = pulling(data, log)
    try:
        server, site = trouble(exchange, server, site, data, log)
        history(site, work)
    finally:
        code = server.stop()
    check("the server ended well", code == 0, code)
    verified = subprocess.run([tequ, "verify", "--data", data], capture_output=True, text=True)
    check("the store is sound", verified.returncode == 0, verified.stdout[-300:])
check.finish()
