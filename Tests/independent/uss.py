"""The provider side of measure 12 from outside: flights planned beside a peer written here, tokens, bad bodies on every path of
the USS side of ASTM F3548-21, the city's own authorisation server, and the program killed while flights are planned.

usage: uss.py TEQU [KILLS]      KILLS: default 5

Keys are made here and tokens signed here; the peer is a server of a few lines that notes what it is told. What should come
of two flights is worked out from their boxes alone. Nothing of the program is used but its interface and its commands.
"""
import base64, concurrent.futures, datetime, http.client, http.server, json, os, random, shutil, signal, subprocess, sys, tempfile, threading, time, urllib.parse, uuid

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from outside import Checks, argument

tequ, KILLS = os.path.abspath(argument(1)), int(argument(2, "5"))
checks, tally = Checks(), {}
chance = random.Random(12)
UTC = datetime.timezone.utc
UTM = "utm.strategic_coordination utm.constraint_management utm.constraint_processing utm.conformance_monitoring_sa utm.availability_arbitration"
TESTS = "interuss.flight_planning.plan interuss.flight_planning.direct_automated_test rid.inject_test_data"


def check(holds, name, detail=""):
    """Notes one trial of a check that is made many times."""
    trials, failures = tally.setdefault(name, [0, []])
    tally[name][0] = trials + 1
    if not holds:
        failures.append(detail)


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class Key:
    """A key pair that signs tokens."""

    def __init__(self):
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.public = self.key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        self.private = self.key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())

    def sign(self, claims, head=b'{"alg":"RS256","typ":"JWT"}'):
        message = b64(head) + "." + b64(json.dumps({k: v for k, v in claims.items() if v is not None}).encode())
        return message + "." + b64(self.key.sign(message.encode(), padding.PKCS1v15(), hashes.SHA256()))

    def token(self, sub="uss1", scope=UTM, **changes):
        now = int(time.time())
        claims = {"sub": sub, "scope": scope, "aud": "127.0.0.1", "nbf": now - 1, "exp": now + 3600, "iss": "test", "jti": str(uuid.uuid4())}
        return self.sign({**claims, **changes})


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


class Program:
    """The program, which may be killed and started again."""

    def __init__(self, folder, keys, port):
        self.folder, self.keys, self.port, self.process = os.path.join(folder, "data"), keys, port, None

    def start(self):
        base = f"http://127.0.0.1:{self.port}"
        command = [tequ, "serve", "--data", self.folder, "--demo", "--demo-days", "1", "--port", str(self.port), "--only", "low-altitude",
                   "--jwt-public-key", self.keys["public"], "--accepted-audience", "127.0.0.1", "--uss-base-url", base, "--uss-name", "city",
                   "--uss-key", self.keys["uss"], "--flight-planning-tests", "--token-keys", self.keys["token"], "--token-issuer", base]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        for line in self.process.stdout:
            if line.startswith("listening on"):
                threading.Thread(target=self.process.stdout.read, daemon=True).start()
                return self
        raise SystemExit("the program did not start")

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self):
        self.process.terminate()
        self.process.wait(60)

    def send(self, method, path, body=None, token=None, connection=None, raw=None, kind="application/json", basic=None):
        connection = connection or http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        headers = {"content-type": kind}
        if token:
            headers["authorization"] = "Bearer " + token
        if basic:
            headers["authorization"] = "Basic " + base64.b64encode(basic.encode()).decode()
        data = raw if raw is not None else None if body is None else json.dumps(body)
        connection.request(method, path, data, headers)
        answer = connection.getresponse()
        text = answer.read()
        try:
            return answer.status, json.loads(text) if text else {}
        except ValueError:
            return answer.status, {"not": "JSON"}


class Peer:
    """Another provider: it gives details of its flights and notes what it is told, with the token it was shown."""

    def __init__(self):
        self.flights, self.told, self.asked, peer = {}, [], [], self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                peer.asked.append((self.path, self.headers.get("authorization")))
                found = peer.flights.get(self.path.rsplit("/", 1)[1])
                self.answer(200 if found else 404, {"operational_intent": found} if found else {"message": "unknown"})

            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["content-length"])))
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


def moment(seconds):
    return {"value": (datetime.datetime.now(UTC) + datetime.timedelta(seconds=seconds)).isoformat().replace("+00:00", "Z"), "format": "RFC3339"}


def box(south, west, size, low=50, high=100, begin=-60, end=3600):
    vertices = [{"lat": south + a * size, "lng": west + b * size} for a, b in ((0, 0), (0, 1), (1, 1), (1, 0))]
    altitude = lambda metres: {"value": metres, "reference": "W84", "units": "M"}
    return {"volume": {"outline_polygon": {"vertices": vertices}, "altitude_lower": altitude(low), "altitude_upper": altitude(high)},
            "time_start": moment(begin), "time_end": moment(end)}


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
        extent = box(*mine)
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
        plan, before = str(uuid.uuid4()), len(peer.told)
        allowed = all(priority > p for box_, p in there if meets(box_))
        status, answer = program.send("PUT", f"{PLANS}/{plan}", wish(extent, priority=priority), director)
        check(status == 200 and answer["planning_result"] == ("Completed" if allowed else "Rejected"),
              "a flight is planned if and only if it meets none that it must give way to", (answer, allowed))
        if allowed:
            there.append((mine, priority))
            plans.append(plan)
        else:
            check(len(peer.told) == before, "nobody is told of a flight that is not planned")
    check(any(body.get("operational_intent") for _, body, _ in peer.told), "the peer is told of flights near its own")
    for path, body, header in peer.told:
        check(path == f"{USS}/operational_intents" and body["subscriptions"], "a notice has its path and subscriptions", (path, body))
        claims = json.loads(base64.urlsafe_b64decode(header.split(".")[1] + "=="))
        check(claims["aud"] == "127.0.0.1" and claims["sub"] == "city" and claims["scope"] == "utm.strategic_coordination",
              "the city's token is for the peer's host, in its own name, with one scope", claims)
    off, extent = str(uuid.uuid4()), box(22.9, 114.5, 0.001)
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
    wrong = [None, 0, -1, 1e308, "", "x", [], {}, True, [None], "\u0000", "2026-13-45T99:99:99Z", 10**30, 1.5]

    def places(node, path=()):
        yield path
        for step, inner in (node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()):
            yield from places(inner, path + (step,))

    def mutations(value):
        for path in places(value):
            for change in wrong:
                copy = json.loads(json.dumps(value))
                node = copy
                for step in path[:-1]:
                    node = node[step]
                if path:
                    node[path[-1]] = change
                else:
                    copy = change
                yield copy

    some, extent = str(uuid.uuid4()), box(10, 10, 0.001)
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
                status, answer = program.send("PUT", f"{PLANS}/{plan}", wish(box(*place, 0.00001), usage), token)
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
        _, found = program.send("POST", f"{INTENTS}/query", {"area_of_interest": box(*place, 0.00001)}, token)
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
        key, uss, old, new, client_key = Key(), Key(), Key(), Key(), Key()
        keys = {name: os.path.join(folder, name + ".pem") for name in ("public", "uss", "token", "client")}
        for name, data in (("public", key.public), ("uss", uss.private), ("token", new.private + old.private), ("client", client_key.public)):
            with open(keys[name], "wb") as file:
                file.write(data)
        port = int(os.environ.get("USS_PORT", "0")) or free()
        program, peer = Program(folder, keys, port), Peer()
        program.start().stop()
        put = lambda *more: subprocess.run([tequ, "token", "client", *more, "--data", program.folder], capture_output=True, text=True)
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
            hostile(program, key)
            killed(program, key)
        finally:
            program.stop()
        done = subprocess.run([tequ, "verify", "--data", program.folder], capture_output=True, text=True)
        check(done.returncode == 0, "the store is proven afterwards", done.stdout[-500:] + done.stderr[-500:])
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    for name, (trials, failures) in tally.items():
        checks(f"{name} ({trials} of them)", not failures, failures[:3] if failures else "")
    checks.finish()


def free():
    with http.server.HTTPServer(("127.0.0.1", 0), None) as server:
        return server.server_port


main()
