"""The provider side of measure 12 from outside: flights planned beside a peer written here, tokens, bad bodies on every path of
the USS side of ASTM F3548-21, the city's own authorisation server, and the program killed while flights are planned.

usage: uss.py TEQU [KILLS]      KILLS: default 5
TEQU_DATABASE: the address of an empty PostgreSQL database in which the city lives, instead of a file

Keys are made here and tokens signed here; the peer is a server of a few lines that notes what it is told. What should come
of two flights is worked out from their boxes alone. Nothing of the program is used but its interface and its commands.
"""
import base64, concurrent.futures, datetime, http.client, http.server, json, os, random, re, shutil, subprocess, sys, tempfile, threading, time, urllib.parse, uuid

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from air_tools import Key, Program, Tally, b64, box, free, moment, mutations
from outside import Checks, PASSWORD, Site, argument

tequ, KILLS = os.path.abspath(argument(1)), int(argument(2, "5"))
check, chance = Tally(), random.Random(12)
UTM = "utm.strategic_coordination utm.constraint_management utm.constraint_processing utm.conformance_monitoring_sa utm.availability_arbitration"
TESTS = "interuss.flight_planning.plan interuss.flight_planning.direct_automated_test rid.inject_test_data"


def opened(jwt, public):
    """The claims of a token if a key of a published set signed it."""
    head, body, signature = jwt.split(".")
    plain = lambda text: base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    number = lambda text: int.from_bytes(plain(text), "big")
    kid = json.loads(plain(head)).get("kid")
    for key in public["keys"]:
        if key["kid"] == kid:
            rsa.RSAPublicNumbers(number(key["e"]), number(key["n"])).public_key().verify(
                plain(signature), f"{head}.{body}".encode(), padding.PKCS1v15(), hashes.SHA256())
            return json.loads(plain(body))
    raise ValueError("no published key of this name")


class Peer:
    """Another provider: it gives details of its flights and notes what it is told, with the token it was shown. While it is away it
    takes nothing."""

    def __init__(self):
        self.flights, self.told, self.asked, self.away, self.missed, peer = {}, [], [], False, [], self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                peer.asked.append((self.path, self.headers.get("authorization")))
                found = peer.flights.get(self.path.rsplit("/", 1)[1])
                self.answer(200 if found else 404, {"operational_intent": found} if found else {"message": "unknown"})

            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["content-length"])))
                if peer.away:
                    peer.missed.append((self.path, body))
                    return self.answer(503, {"message": "away"})
                peer.told.append((self.path, body, self.headers.get("authorization")))
                self.answer(204, None)

            def answer(self, status, body):
                data = b"" if body is None else json.dumps(body).encode()
                self.send_response(status)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


class Browser:
    """An official at the pages, with a cookie and forms."""

    FORM = "application/x-www-form-urlencoded"

    def __init__(self, program, login):
        self.site, page = Site(f"http://127.0.0.1:{program.port}"), None
        page = self.site.get("/sign-in")
        cookie = "; ".join(v.split(";")[0] for n, v in page.headers if n.lower() == "set-cookie")
        body = urllib.parse.urlencode({"csrf": self.token(page), "login": login, "password": PASSWORD})
        answer = self.site.call("POST", "/sign-in", body, {"Content-Type": self.FORM, "Cookie": cookie})
        self.cookie = "; ".join(v.split(";")[0] for n, v in answer.headers if n.lower() == "set-cookie")

    @staticmethod
    def token(page):
        return re.search(r'name="csrf" value="([^"]*)"', page.text)[1]

    def get(self, path):
        return self.site.get(path, {"Cookie": self.cookie})

    def send(self, path, page, **fields):
        body = urllib.parse.urlencode({"csrf": self.token(self.get(page)), **fields})
        return self.site.call("POST", path, body, {"Content-Type": self.FORM, "Cookie": self.cookie})


def eventually(holds, seconds=10):
    """Whether something comes true before long: notices go out after the answer."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if holds():
            return True
        time.sleep(0.05)
    return holds()


def around(*place, **more):
    """A box in time from a minute ago to an hour from now, so that a flight in it may be flying."""
    return box(*place, **{"begin": -60, "end": 3600, **more})


def wish(extent, usage="Planned", aircraft="Nominal", priority=0, **more):
    return {"request_id": str(uuid.uuid4()), "execution_style": "IfAllowed",
            "flight_plan": {"basic_information": {"usage_state": usage, "uas_state": aircraft, "area": [extent]},
                            "astm_f3548_21": {"priority": priority}, **more}}


INTENTS = "/dss/v1/operational_intent_references"
PLANS = "/flight_planning/v1/flight_plans"
USS = "/uss/v1"


def planning(program, key, peer):
    """Random flights of the peer and of the city: what must be planned and what must not follows from their boxes."""
    director, other = key.token(scope=TESTS), key.token("peer")
    there, plans = [], []
    for turn in range(120):
        south, west, size = 22.5 + chance.random() / 50, 114 + chance.random() / 50, chance.choice([0.0005, 0.002])
        low, priority = chance.choice([0, 40, 80]), chance.choice([0, 0, 50, 100])
        mine = (south, west, size, low, low + 30)
        meets = lambda o: (abs(o[0] + o[2] / 2 - south - size / 2) < (o[2] + size) / 2 and abs(o[1] + o[2] / 2 - west - size / 2) < (o[2] + size) / 2
                           and o[3] <= low + 30 and low <= o[4])
        extent = around(*mine)
        if turn % 3 == 0:
            name, keys = str(uuid.uuid4()), []
            for _ in range(2):
                body = {"extents": [extent], "state": "Accepted", "uss_base_url": peer.url, "key": keys,
                        "new_subscription": {"uss_base_url": peer.url}}
                status, answer = program.send("PUT", f"{INTENTS}/{name}", body, other)
                if status != 409:
                    break
                keys = []
                for found in answer["missing_operational_intents"]:
                    if found["manager"] == "peer":
                        keys.append(found["ovn"])
                        continue
                    # The city's OVN is the city's to give.
                    status, details = program.send("GET", f"{USS}/operational_intents/{found['id']}", token=other)
                    check(status == 200, "the city gives details of its flight", (status, details))
                    keys.append(details["operational_intent"]["reference"]["ovn"])
            check(status == 201, "a peer plans with the OVNs that the city gives", (status, answer))
            reference = answer["operational_intent_reference"]
            peer.flights[name] = {"reference": reference, "details": {"volumes": [extent], "off_nominal_volumes": [], "priority": priority}}
            there.append((mine, priority))
            continue
        plan = str(uuid.uuid4())
        allowed = all(priority > p for box_, p in there if meets(box_))
        status, answer = program.send("PUT", f"{PLANS}/{plan}", wish(extent, priority=priority), director)
        check(status == 200 and answer["planning_result"] == ("Completed" if allowed else "Rejected"),
              "a flight is planned if and only if it meets none that it must give way to", (answer, allowed))
        if allowed:
            there.append((mine, priority))
            plans.append(plan)
    check(eventually(lambda: any(body.get("operational_intent") for _, body, _ in peer.told)), "the peer is told of flights near its own")
    _, found = program.send("POST", f"{INTENTS}/query", {"area_of_interest": box(22.4, 113.9, 0.3, 0, 500, -3600, 7200)}, other)
    own = {r["id"] for r in found["operational_intent_references"] if r["manager"] == "city"}
    check(len(own) == len(plans), "each flight that is planned stands in the exchange, and no other", (len(own), len(plans)))
    check({body["operational_intent_id"] for _, body, _ in peer.told} <= own, "nobody is told of a flight that is not planned")
    for path, body, header in peer.told:
        check(path == f"{USS}/operational_intents" and body["subscriptions"], "a notice has its path and subscriptions", (path, body))
        claims = json.loads(base64.urlsafe_b64decode(header.split(".")[1] + "=="))
        check(claims["aud"] == "127.0.0.1" and claims["sub"] == "city" and claims["scope"] == "utm.strategic_coordination",
              "the city's token is for the peer's host, in its own name, with one scope", claims)
    off, extent = str(uuid.uuid4()), around(22.9, 114.5, 0.001)
    for usage, aircraft, status_ in (("Planned", "Nominal", "Planned"), ("InUse", "Nominal", "OkToFly"), ("InUse", "OffNominal", "OffNominal")):
        state = {"id": "s", "timestamp": moment(-1), "position": {"lat": 22.9, "lng": 114.5, "alt": 60}}
        _, answer = program.send("PUT", f"{PLANS}/{off}", wish(extent, usage, aircraft, telemetry={"states": [state]}), director)
        check(answer.get("flight_plan_status") == status_, "a flight goes from state to state", answer)
        area = {"area_of_interest": extent}
        _, found = program.send("POST", f"{INTENTS}/query", area, other)
        name = found["operational_intent_references"][0]["id"]
        status, answer = program.send("GET", f"{USS}/operational_intents/{name}/telemetry", token=other)
        check(status == (200 if aircraft == "OffNominal" else 409), "its position is shared when it leaves its plan, and only then", (status, answer))
    about = peer.told[0][1]["operational_intent_id"]
    eventually(lambda: program.send("GET", f"{USS}/log_sets/{about}", token=other)[0] == 200)
    status, answer = program.send("GET", f"{USS}/log_sets/{about}", token=other)
    messages = [(m["method"], m["url"], m["response_code"]) for m in answer.get("messages", [])]
    check(status == 200 and ("POST", f"{peer.url}{USS}/operational_intents", 204) in messages, "a flight's log set holds what the peer was told", messages)
    status, answer = program.send("POST", "/flight_planning/v1/clear_area_requests", {"request_id": "c", "extent": box(22, 114, 1, 0, 500, -3600, 7200)}, director)
    check(status == 200 and answer["outcome"]["success"], "an area is cleared", answer)
    for plan in plans + [off]:
        status, _ = program.send("DELETE", f"{PLANS}/{plan}", token=director)
        check(status == 404, "no flight is left in it", status)
    peer.flights.clear()


def tokens(program, key):
    """Tokens that are none, on all seven paths."""
    some, now = str(uuid.uuid4()), int(time.time())
    paths = [("GET", f"{USS}/operational_intents/{some}", 404), ("GET", f"{USS}/operational_intents/{some}/telemetry", 404),
             ("POST", f"{USS}/operational_intents", 400), ("GET", f"{USS}/constraints/{some}", 404), ("POST", f"{USS}/constraints", 400),
             ("POST", f"{USS}/reports", 400), ("GET", f"{USS}/log_sets/{some}", 404)]
    stranger, good = Key(), key.token()
    parts = good.split(".")
    bad = {"none": None, "nonsense": "a.b.c", "of another key": stranger.token(), "expired": key.token(exp=now - 1), "without an end": key.token(exp=None),
           "not begun": key.token(nbf=now + 3600), "for another server": key.token(aud="other.example"), "without audience": key.token(aud=None),
           "of nobody": key.token(sub=None), "without signature": ".".join(parts[:2]) + ".",
           "alg none": b64(b'{"alg":"none"}') + f".{parts[1]}.", "alg HS256": b64(b'{"alg":"HS256"}') + "." + ".".join(parts[1:])}
    for method, path, status_ in paths:
        body = {} if method == "POST" else None
        for name, token in bad.items():
            status, answer = program.send(method, path, body, token)
            check(status == 401 and "message" in answer, f"a token {name} is refused with 401", (path, status))
        status, _ = program.send(method, path, body, key.token(scope="rid.display_provider"))
        check(status == 403, "a token without the scope is refused with 403", (path, status))
        status, answer = program.send(method, path, body, key.token(nbf=now + 30))
        check(status == status_, "a clock that is half a minute ahead is forgiven", (path, status, answer))
    for method, path in (("GET", "/flight_planning/v1/status"), ("PUT", f"{PLANS}/{some}")):
        status, _ = program.send(method, path, {} if method == "PUT" else None, good)
        check(status == 403, "who may plan with peers may not plan for users", (path, status))


def hostile(program, key):
    """Bad bodies on every path that takes one: an answer below 500, in JSON."""
    some, extent = str(uuid.uuid4()), around(10, 10, 0.001)
    reference = {"id": some, "manager": "m", "uss_availability": "Normal", "version": 1, "state": "Accepted", "ovn": "x" * 20, "time_start": moment(0),
                 "time_end": moment(60), "uss_base_url": "https://uss.example", "subscription_id": some}
    told = [{"subscription_id": some, "notification_index": 0}]
    state = {"timestamp": moment(0)["value"], "timestamp_accuracy": 0, "position": {"lat": 1, "lng": 1, "alt": 1}, "track": 1, "speed": 1,
             "speed_accuracy": "SA3mps", "vertical_speed": 0}
    bodies = [
        ("POST", f"{USS}/operational_intents", {"operational_intent_id": some, "subscriptions": told,
                                               "operational_intent": {"reference": reference, "details": {"volumes": [extent], "priority": 0}}}, UTM),
        ("POST", f"{USS}/constraints", {"constraint_id": some, "subscriptions": told,
                                       "constraint": {"reference": reference, "details": {"volumes": [extent]}}}, UTM),
        ("POST", f"{USS}/reports", {"exchange": {"url": "https://x", "method": "GET", "recorder_role": "Client", "request_time": moment(0)}}, UTM),
        ("PUT", f"{PLANS}/{some}", wish(extent, telemetry={"states": [{"id": "s", "timestamp": moment(0), "position": {"lat": 1, "lng": 1, "alt": 1}}]}), TESTS),
        ("POST", "/flight_planning/v1/clear_area_requests", {"request_id": "x", "extent": extent}, TESTS),
        ("PUT", f"/rid_injection/v22a/tests/{some}", {"requested_flights": [{"injection_id": some, "telemetry": [state], "details_responses": [
            {"effective_after": moment(0)["value"], "details": {"id": "d", "uas_id": {"serial_number": "s"}}}]}]}, TESTS),
    ]
    sent, statuses = 0, {}
    for method, path, body, scope in bodies:
        token, connection = key.token("hostile", scope), http.client.HTTPConnection("127.0.0.1", program.port, timeout=30)
        status, answer = program.send(method, path, body, token)
        check(status < 300, f"{path.replace(some, '…')} takes the good body", (status, answer))
        for changed in mutations(body):
            # A request that is repeated is answered as before: each has an id of its own.
            if isinstance(changed, dict) and changed.get("request_id") and changed["request_id"] == body["request_id"]:
                changed["request_id"] = str(uuid.uuid4())
            status, answer = program.send(method, path.replace(some, str(uuid.uuid4())), changed, token, connection)
            sent, statuses[status] = sent + 1, statuses.get(status, 0) + 1
            check(status < 500 and "not" not in answer, f"{path.replace(some, '…')} answers bad input", (status, changed, answer))
        for raw in (b"", b"{", b"[]", b"null", b"\xff\xfe", b'{"a":1,"a":2}', b"[" * 5000):
            status, answer = program.send(method, path, token=token, raw=raw)
            check(status == 400, "what is no JSON object is refused", (path, status, raw[:20]))
    print(f"  {sent} bad bodies: {statuses}")


def authority(program, keys, key, client_key):
    """The city's own authorisation server: who gets tokens, who does not, and what they open."""
    form = lambda **fields: urllib.parse.urlencode({k: v for k, v in fields.items() if v is not None})
    secret = keys["secret"]

    def ask(basic=None, **fields):
        wanted = {"grant_type": "client_credentials", "scope": "utm.strategic_coordination", "audience": "127.0.0.1", **fields}
        return program.send("POST", "/oauth/token", raw=form(**wanted), kind="application/x-www-form-urlencoded", basic=basic)

    def assertion(signer=client_key, **changes):
        now = int(time.time())
        claims = {"iss": "keyed", "sub": "keyed", "aud": f"http://127.0.0.1:{program.port}/oauth/token", "exp": now + 60, "jti": str(uuid.uuid4())}
        return {"client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer", "client_assertion": signer.sign({**claims, **changes})}

    _, public = program.send("GET", "/oauth/jwks")
    check(len(public["keys"]) == 2, "both keys are published", public)
    used = assertion()
    for name, (status, answer) in {"post": ask(client_id="known", client_secret=secret), "basic": ask("known:" + secret), "key": ask(**used)}.items():
        check(status == 200 and answer["token_type"] == "Bearer", f"a client proves itself by {name}", (status, answer))
        claims = opened(answer["access_token"], public)
        check(claims["sub"] == ("keyed" if name == "key" else "known") and claims["aud"] == "127.0.0.1" and claims["exp"] > time.time() + 3000,
              "a token says who, for whom and until when", claims)
        status, _ = program.send("GET", f"{INTENTS}/{uuid.uuid4()}", token=answer["access_token"])
        check(status == 404, "a token of the city opens the city's DSS", status)
    status, answer = program.send("POST", "/oauth/token", {"grant_type": "client_credentials", "client_id": "known", "client_secret": secret,
                                                           "scope": "utm.strategic_coordination", "audience": "127.0.0.1"})
    check(status == 200, "the JSON form of InterUSS's client is taken", (status, answer))
    now, other = int(time.time()), Key()
    refused = {
        "a wrong secret": (ask(client_id="known", client_secret=secret[:-1] + "_"), 401, "invalid_client"),
        "an unknown client": (ask(client_id="nobody", client_secret=secret), 401, "invalid_client"),
        "a closed client": (ask(client_id="closed", client_secret=keys["closed"]), 401, "invalid_client"),
        "no proof": (ask(client_id="known"), 401, "invalid_client"),
        "two proofs": (ask("known:" + secret, client_secret=secret), 401, "invalid_client"),
        "an assertion used again": (ask(**used), 401, "invalid_client"),
        "an assertion of another key": (ask(**assertion(other)), 401, "invalid_client"),
        "an assertion for another server": (ask(**assertion(aud="https://other.example")), 401, "invalid_client"),
        "an assertion that is over": (ask(**assertion(exp=now - 1)), 401, "invalid_client"),
        "an assertion for a day": (ask(**assertion(exp=now + 86400)), 401, "invalid_client"),
        "an assertion without a name": (ask(**assertion(jti=None)), 401, "invalid_client"),
        "an assertion of somebody else": (ask(**assertion(iss="known")), 401, "invalid_client"),
        "a secret for a client with a key": (ask(client_id="keyed", client_secret=secret), 401, "invalid_client"),
        "a scope too many": (ask(client_id="known", client_secret=secret, scope="utm.strategic_coordination rid.service_provider"), 400, "invalid_scope"),
        "no scope": (ask(client_id="known", client_secret=secret, scope=""), 400, "invalid_scope"),
        "another audience": (ask(client_id="known", client_secret=secret, audience="other.example"), 400, "invalid_target"),
        "no audience": (ask(client_id="known", client_secret=secret, audience=None), 400, "invalid_request"),
        "another grant": (ask(client_id="known", client_secret=secret, grant_type="password"), 400, "unsupported_grant_type"),
    }
    for name, ((status, answer), expected, error) in refused.items():
        check((status, answer.get("error")) == (expected, error), f"{name} is refused", (status, answer))
        check("access_token" not in answer, "a refusal gives no token")
    status, _ = program.send("GET", "/token?intended_audience=127.0.0.1&scope=utm.strategic_coordination&sub=anybody")
    check(status == 404, "nobody gets a token for the asking", status)


def away(program, key, peer):
    """A peer that is down hears later what it missed, though the program is killed meanwhile, and what holds by then."""
    director, other = key.token(scope=TESTS), key.token("peer")
    extent = lambda low=50: around(22.7, 114.2, 0.001, low, low + 20)
    body = {"extents": [extent(500)], "uss_base_url": peer.url, "notify_for_operational_intents": True}
    body["extents"] = around(22.7, 114.2, 0.001, 0, 1000)
    status, answer = program.send("PUT", f"/dss/v1/subscriptions/{uuid.uuid4()}", body, other)
    check(status == 200, "the peer subscribes", (status, answer))
    officer = Site(f"http://127.0.0.1:{program.port}")
    signed = officer.sign_in("air-controller")
    check(eventually(lambda: not officer.get("/api/low-altitude/peers", signed).json["waiting"]), "nothing waits before")
    peer.away, kept, closed = True, str(uuid.uuid4()), str(uuid.uuid4())
    for plan, low, priority in ((kept, 50, 0), (closed, 100, 0), (kept, 50, 5)):
        status, answer = program.send("PUT", f"{PLANS}/{plan}", wish(extent(low), priority=priority), director)
        check(answer.get("planning_result") == "Completed", "flights are planned while a peer is away", answer)
    program.send("DELETE", f"{PLANS}/{closed}", token=director)
    check(eventually(lambda: len(peer.missed) >= 4), "it is tried at once", len(peer.missed))
    program.kill()
    program.start()
    waiting = officer.get("/api/low-altitude/peers", signed).json["waiting"]
    check(len(waiting) == 4 and all(w["to"] == peer.url and w["tries"] >= 1 for w in waiting), "what was not told is seen to wait, after a kill too", waiting)
    check(peer.url in Browser(program, "air-controller").get("/desk/low-altitude/peers").text, "and on the officials' page")
    before = len(peer.told)
    peer.away = False
    check(eventually(lambda: len(peer.told) >= before + 4, 90), "the peer is told when it is back", len(peer.told) - before)
    late = [b for _, b, _ in peer.told[before:]]
    check({b["subscriptions"][0]["notification_index"] for b in late} == {1, 2, 3, 4}, "with every index of its subscription", late)
    told = [b["operational_intent"]["details"]["priority"] for b in late if b.get("operational_intent")]
    check(told == [5, 5] and sum("operational_intent" not in b for b in late) == 2, "of what holds by then", (told, late))
    check(eventually(lambda: not officer.get("/api/low-altitude/peers", signed).json["waiting"]), "nothing waits then")
    about = next(b["operational_intent_id"] for b in late if b.get("operational_intent"))
    messages = program.send("GET", f"{USS}/log_sets/{about}", token=other)[1]["messages"]
    codes = [m.get("response_code") for m in messages if m["method"] == "POST"]
    check(503 in codes and codes.count(204) == 2, "every try stands in the log set", codes)


def closures(program, key, peer):
    """A closure of the city is a constraint of the exchange: found, told, given by its provider, and gone when it is lifted."""
    site = Site(f"http://127.0.0.1:{program.port}")
    officer, other = site.sign_in("air-controller"), key.token("peer")
    listening = {"extents": around(22.60, 114.00, 0.05, 0, 1000, end=7200), "uss_base_url": peer.url, "notify_for_constraints": True}
    status, answer = program.send("PUT", f"/dss/v1/subscriptions/{uuid.uuid4()}", listening, other)
    check(status == 200, "the peer subscribes to constraints", (status, answer))
    zone = datetime.timezone(datetime.timedelta(hours=8))
    stamp = lambda minutes: (datetime.datetime.now(zone) + datetime.timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M")
    corners = [(114.01, 22.61), (114.02, 22.61), (114.02, 22.62), (114.01, 22.62)]
    said = {"reason": "rescue", "path": "; ".join(f"{a} {b}" for a, b in corners), "height-low": 0, "height-high": 200,
            "start": stamp(40), "end": stamp(100), "notice": "1", "district": "jiangbei"}
    told = lambda: [b for path, b, _ in peer.told if path == f"{USS}/constraints"]
    answer = site.post("/api/low-altitude/closures", said, officer)
    check(answer.status == 201, "a closure is announced", answer.text[:300])
    case = answer.json
    check(eventually(lambda: told()), "the peer is told of the constraint within seconds")
    body = told()[0]
    name, vertices = body["constraint_id"], body["constraint"]["details"]["volumes"][0]["volume"]["outline_polygon"]["vertices"]
    check({(round(v["lng"], 6), round(v["lat"], 6)) for v in vertices} == set(corners), "its outline is that of the closure", vertices)
    status, found = program.send("POST", "/dss/v1/constraint_references/query", {"area_of_interest": box(22.615, 114.015, 0.0001, 50, 60, 2700, 2800)}, other)
    references = {r["id"]: r for r in found["constraint_references"]}
    check(status == 200 and references.get(name, {}).get("manager") == "city", "it is found in the exchange", found)
    check(references.get(name, {}).get("ovn") == "Available from USS", "whose OVN its provider gives")
    status, answer = program.send("GET", f"{USS}/constraints/{name}", token=other)
    check(status == 200 and answer["constraint"] == body["constraint"], "its provider gives what it told", (status, answer))
    wanting = {"extents": [box(22.615, 114.015, 0.001, 50, 60, 2700, 2800)], "uss_base_url": peer.url, "state": "Accepted", "key": [],
               "new_subscription": {"uss_base_url": peer.url, "notify_for_constraints": True}}
    status, answer = program.send("PUT", f"{INTENTS}/{uuid.uuid4()}", wanting, other)
    check(status == 409 and [c["id"] for c in answer["missing_constraints"]] == [name], "who asks for constraints must know it", (status, answer))
    wanting["key"] = [body["constraint"]["reference"]["ovn"]]
    status, answer = program.send("PUT", f"{INTENTS}/{uuid.uuid4()}", wanting, other)
    check(status == 201, "and may plan with its OVN", (status, answer))
    program.kill()
    program.start()
    check(program.send("GET", f"{USS}/constraints/{name}", token=other)[0] == 200, "it outlives a kill")
    site = Site(f"http://127.0.0.1:{program.port}")
    officer = site.sign_in("air-controller")
    listed = site.get("/api/low-altitude/peers", officer).json["closures"]
    check({"closure": case["number"], "constraint": name} in listed, "officials see that it is published", listed)
    answer = site.post(f"/api/low-altitude/closures/{case['number']}/steps", {"command": "lift", "as": "handler", "text": "完成"}, officer)
    check(answer.status == 201, "it is lifted", answer.text[:300])
    check(eventually(lambda: any("constraint" not in b and b["constraint_id"] == name for b in told())), "the peer is told that it is gone")
    check(program.send("GET", f"{USS}/constraints/{name}", token=other)[0] == 404, "its provider knows it no more")
    status, _ = program.send("GET", f"/dss/v1/constraint_references/{name}", token=other)
    check(status == 404, "nor does the exchange", status)


def registered(program, key):
    """An official registers a program that gets tokens, and closes it."""
    site = Site(f"http://127.0.0.1:{program.port}")
    keeper, other = site.sign_in("air-registrar"), site.sign_in("air-controller")
    wanted = {"client": "uss7", "scopes": ["utm.strategic_coordination"], "audiences": ["127.0.0.1"]}
    check(site.post("/api/low-altitude/clients", wanted, other).status in (403, 404), "who decides on flights registers no programs")
    answer = site.post("/api/low-altitude/clients", wanted, {**keeper, "Idempotency-Key": "c-1"})
    secret = answer.json.get("secret", "")
    check(answer.status == 201 and len(secret) == 43, "an official registers a program, which is given a secret", answer.text[:300])
    again = site.post("/api/low-altitude/clients", wanted, {**keeper, "Idempotency-Key": "c-1"})
    check(again.status == 201 and "secret" not in again.json, "a repeated request shows no secret", again.text[:300])
    ask = lambda: program.send("POST", "/oauth/token", kind="application/x-www-form-urlencoded", raw=urllib.parse.urlencode(
        {"grant_type": "client_credentials", "client_id": "uss7", "client_secret": secret, "scope": "utm.strategic_coordination", "audience": "127.0.0.1"}))
    status, answer = ask()
    check(status == 200, "it gets tokens", (status, answer))
    listed = site.get("/api/low-altitude/clients", keeper)
    check(secret not in listed.text and any(c["client"] == "uss7" and c["open"] for c in listed.json["clients"]), "it is listed without its secret", listed.text[:300])
    browser, page = Browser(program, "air-registrar"), "/desk/low-altitude/clients"
    shown = browser.send(page, page, client="uss8", scopes="a b", audiences="*", idempotency_key="c-2")
    second = re.search(r"<code[^>]*>([^<]{43})</code>", shown.text)
    check(shown.status == 200 and second, "the form of the page shows a secret, too", shown.text[-600:])
    check("uss8" in browser.get(page).text and second[1] not in browser.get(page).text, "which stands on no page afterwards")
    check(browser.send(page + "/uss8/close", page, idempotency_key="c-3").status == 303, "and the page closes it")
    check(site.post("/api/low-altitude/clients", {**wanted, "scopes": []}, keeper).status == 422, "one without scopes is refused")
    check(site.post("/api/low-altitude/clients/uss7/close", {}, keeper).status == 201, "it is closed")
    check(ask()[0] == 401, "and gets no tokens any more")


def elsewhere(program, key, keys, folder):
    """A second city plans at the exchange of the first, over HTTP, with tokens of the first's authorisation server."""
    base, director, other = f"http://127.0.0.1:{program.port}", key.token(scope=TESTS), key.token("peer")
    keeper = Site(base).sign_in("air-registrar")
    scopes = UTM.split() + ["rid.service_provider", "rid.display_provider"]
    answer = Site(base).post("/api/low-altitude/clients", {"client": "second", "scopes": scopes, "audiences": ["127.0.0.1"]}, keeper)
    secret = os.path.join(folder, "secret")
    with open(secret, "w") as file:
        file.write(answer.json["secret"] + "\n")
    port = free()
    options = ["--jwt-public-key", keys["public"], "--jwt-public-key", keys["token-public"], "--accepted-audience", "127.0.0.1", "--uss-base-url",
               f"http://127.0.0.1:{port}", "--uss-name", "second", "--dss-url", base, "--uss-token-url", base + "/oauth/token", "--uss-client-id", "second",
               "--uss-client-secret-file", secret, "--flight-planning-tests", "--writes-per-minute", "1000000"]
    second = Program(tequ, os.path.join(folder, "second"), port, options, only=None).start()
    try:
        first, near = str(uuid.uuid4()), around(30, 120, 0.001)
        status, answer = program.send("PUT", f"{PLANS}/{first}", wish(near), director)
        check(answer.get("planning_result") == "Completed", "the first city plans a flight", answer)
        plan = str(uuid.uuid4())
        status, answer = second.send("PUT", f"{PLANS}/{plan}", wish(near), director)
        check(answer.get("planning_result") == "Rejected", "the second, which met it at the first's exchange, does not plan into it", answer)
        status, answer = second.send("PUT", f"{PLANS}/{plan}", wish(near, priority=9), director)
        check(answer.get("planning_result") == "Completed", "with priority it does", answer)
        since = moment(-600)["value"].replace("+", "%2B")
        asked = lambda: program.send("GET", f"/flight_planning/v1/user_notifications?after={since}", token=director)[1].get("user_notifications", [])
        check(eventually(lambda: asked()), "and the first city's user is told of the conflict")
        query = lambda place: program.send("POST", f"{INTENTS}/query", {"area_of_interest": place}, other)[1]["operational_intent_references"]
        names = {r["id"]: r["manager"] for r in query(near)}
        check(sorted(names.values()) == ["city", "second"], "both stand in one exchange", names)
        status, _ = second.send("POST", f"{INTENTS}/query", {"area_of_interest": near}, other)
        check(status == 404, "the second serves no exchange of its own", status)
        held = {}
        for number in range(60):
            name, place = str(uuid.uuid4()), (31 + number / 50, 121)
            if number in (20, 40):
                second.kill()
                second.start()
            status, answer = second.send("PUT", f"{PLANS}/{name}", wish(around(*place, 0.0001)), director)
            if answer.get("planning_result") == "Completed":
                held[name] = place
        lost = []
        for name, place in held.items():
            there = query(around(*place, 0.0001))
            details = [second.send("GET", f"{USS}/operational_intents/{r['id']}", token=other)[0] for r in there]
            if details != [200]:
                lost.append((name, there, details))
        check(len(held) == 60 and not lost, "what it planned stands there with its details here, though it was killed", (len(held), lost[:2]))
        program.stop()
        status, answer = second.send("PUT", f"{PLANS}/{uuid.uuid4()}", wish(around(33, 120, 0.001)), director)
        check(answer.get("planning_result") == "Failed" and base in answer.get("notes", ""), "without the exchange nothing is planned, and it says why", answer)
        program.start()
        status, answer = second.send("PUT", f"{PLANS}/{uuid.uuid4()}", wish(around(33, 120, 0.001)), director)
        check(answer.get("planning_result") == "Completed", "and again when it is back", answer)
        status, answer = second.send("DELETE", f"{PLANS}/{plan}", token=director)
        check(answer.get("flight_plan_status") == "Closed" and [r["manager"] for r in query(near)] == ["city"], "a flight that is closed is gone there", answer)
    finally:
        second.stop()
    done = subprocess.run([tequ, "verify", "--data", second.folder], capture_output=True, text=True)
    check(done.returncode == 0, "the second city's store is proven afterwards", done.stdout[-500:] + done.stderr[-500:])


def killed(program, key):
    """Flights are planned while the program is killed: whatever was answered is there afterwards, in the DSS and with its details."""
    stopping, lock, held, unsure = threading.Event(), threading.Lock(), {}, set()

    def work(number):
        token, dice, own = key.token(scope=TESTS), random.Random(number), {}
        while not stopping.is_set():
            plan = dice.choice(list(own)) if own and dice.random() < 0.4 else str(uuid.uuid4())
            place = own.get(plan) or (10 + number + dice.random() / 2, 20 + dice.random() / 2)
            usage = "InUse" if plan in own else "Planned"
            try:
                status, answer = program.send("PUT", f"{PLANS}/{plan}", wish(around(*place, 0.00001), usage), token)
            except ConnectionRefusedError:
                time.sleep(0.1)
                continue
            except (OSError, http.client.HTTPException):
                own.pop(plan, None)
                with lock:
                    unsure.add(plan)
                    held.pop(plan, None)
                continue
            if status == 200 and answer["planning_result"] == "Completed":
                own[plan] = place
                with lock:
                    held[plan] = (place, usage)

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        workers = [pool.submit(work, number) for number in range(8)]
        for _ in range(KILLS):
            time.sleep(1.5)
            program.kill()
            program.start()
        time.sleep(1)
        stopping.set()
        for worker in workers:
            worker.result()
    lost, half, token = [], [], key.token("peer")
    for plan, (place, usage) in held.items():
        _, found = program.send("POST", f"{INTENTS}/query", {"area_of_interest": around(*place, 0.00001)}, token)
        bottom = lambda d: [v["volume"]["outline_polygon"]["vertices"][0] for v in d["volumes"]]
        details = []
        for reference in found["operational_intent_references"]:
            status, answer = program.send("GET", f"{USS}/operational_intents/{reference['id']}", token=token)
            if status != 200:
                half.append(reference["id"])
                continue
            details.append((answer["operational_intent"]["reference"]["state"], bottom(answer["operational_intent"]["details"])))
        state = "Activated" if usage == "InUse" else "Accepted"
        if (state, [{"lat": place[0], "lng": place[1]}]) not in details:
            lost.append((plan, state, details[:2]))
    print(f"  {KILLS} kills: {len(held)} flights held, {len(unsure)} without an answer")
    check(len(held) > 30 and not lost, "no flight that was planned is lost", (len(held), lost[:3]))
    check(not half, "no intent is without its details", half[:3])


def main():
    folder = tempfile.mkdtemp(prefix="tequ-uss-")
    try:
        key, uss, old, new, client_key = Key(UTM), Key(), Key(), Key(), Key()
        keys = {name: os.path.join(folder, name + ".pem") for name in ("public", "uss", "token", "token-public", "client")}
        for name, data in (("public", key.public), ("uss", uss.private), ("token", new.private + old.private), ("token-public", new.public), ("client", client_key.public)):
            with open(keys[name], "wb") as file:
                file.write(data)
        port = int(os.environ.get("USS_PORT", "0")) or free()
        base, peer = f"http://127.0.0.1:{port}", Peer()
        options = ["--jwt-public-key", keys["public"], "--accepted-audience", "127.0.0.1", "--uss-base-url", base, "--uss-name", "city", "--uss-key", keys["uss"],
                   "--flight-planning-tests", "--token-keys", keys["token"], "--token-issuer", base, "--writes-per-minute", "1000000"]
        database = ["--database", os.environ["TEQU_DATABASE"]] if "TEQU_DATABASE" in os.environ else []
        program = Program(tequ, os.path.join(folder, "data"), port, options + database, only=None)
        program.start().stop()
        put = lambda *more: subprocess.run([tequ, "token", "client", *more, "--data", program.folder, *database], capture_output=True, text=True)
        rights = ("--scope", "utm.strategic_coordination", "--audience", "127.0.0.1")
        keys["secret"], keys["closed"] = (put("put", name, *rights).stdout.strip() for name in ("known", "closed"))
        check(len(keys["secret"]) == 43 and keys["secret"] != keys["closed"], "a client is given a secret of 256 bits", keys["secret"])
        check(put("put", "keyed", *rights, "--public-key", keys["client"]).returncode == 0, "a client is registered with its key")
        check(put("close", "closed").returncode == 0, "a client is closed")
        check(put("close", "nobody").returncode != 0, "nobody is closed who is not there")
        listed = [json.loads(line) for line in put("list").stdout.splitlines()]
        check([(c["name"], c["open"], c["proof"]) for c in listed] == [("closed", False, "secret"), ("keyed", True, "key"), ("known", True, "secret")],
              "clients are listed without their secrets", listed)
        program.start()
        try:
            tokens(program, key)
            authority(program, keys, key, client_key)
            planning(program, key, peer)
            away(program, key, peer)
            closures(program, key, peer)
            registered(program, key)
            elsewhere(program, key, keys, folder)
            hostile(program, key)
            killed(program, key)
        finally:
            program.stop()
        done = subprocess.run([tequ, "verify", "--data", program.folder, *database], capture_output=True, text=True)
        check(done.returncode == 0, "the store is proven afterwards", done.stdout[-500:] + done.stderr[-500:])
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    check.report(Checks())


main()
