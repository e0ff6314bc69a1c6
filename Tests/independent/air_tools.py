"""What the outside checks of the exchange of measure 12 share: trials that are counted, keys that sign tokens, the program that
is killed and started again, and boxes in the air as the standards of ASTM write them. No check by itself.
"""
import base64, datetime, http.client, http.server, json, signal, subprocess, threading, time, uuid

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

UTC = datetime.timezone.utc


class Tally:
    """Checks that are made many times: one line for each, with the first failures."""

    def __init__(self):
        self.trials = {}

    def __call__(self, holds, name, detail=""):
        count, failures = self.trials.setdefault(name, [0, []])
        self.trials[name][0] = count + 1
        if not holds:
            failures.append(detail)

    def report(self, checks):
        for name, (count, failures) in self.trials.items():
            checks(f"{name} ({count} of them)", not failures, failures[:3] if failures else "")
        checks.finish()


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class Key:
    """A key pair that signs tokens."""

    def __init__(self, scope=""):
        self.scope = scope
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.public = self.key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        self.private = self.key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())

    def sign(self, claims, head=b'{"alg":"RS256","typ":"JWT"}'):
        message = b64(head) + "." + b64(json.dumps({k: v for k, v in claims.items() if v is not None}).encode())
        return message + "." + b64(self.key.sign(message.encode(), padding.PKCS1v15(), hashes.SHA256()))

    def token(self, sub="uss1", scope=None, **changes):
        now = int(time.time())
        claims = {"sub": sub, "scope": self.scope if scope is None else scope, "aud": "127.0.0.1", "nbf": now - 1, "exp": now + 3600, "iss": "test",
                  "jti": str(uuid.uuid4())}
        return self.sign({**claims, **changes})


class Program:
    """The program, which may be killed and started again; port 0 is any free one, at each start anew."""

    def __init__(self, tequ, folder, port, options, only="low-altitude"):
        self.folder, self.port, self.process = folder, port, None
        self.command = lambda: [tequ, "serve", "--data", folder, "--demo", "--demo-days", "1", "--port", str(self.port), *(["--only", only] if only else []),
                                *options]

    def start(self):
        self.process = subprocess.Popen(self.command(), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        for line in self.process.stdout:
            if line.startswith("listening on"):
                self.port = int(line.rsplit(":", 1)[1])
                threading.Thread(target=self.process.stdout.read, daemon=True).start()
                return self
        raise SystemExit("the program did not start")

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self):
        self.process.terminate()
        self.process.wait(60)

    def connect(self):
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)

    def send(self, method, path, body=None, token=None, connection=None, raw=None, kind="application/json", basic=None):
        connection = connection or self.connect()
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


def free():
    """A port that nobody listens on."""
    with http.server.HTTPServer(("127.0.0.1", 0), None) as server:
        return server.server_port


def moment(seconds, start=None):
    at = (start or datetime.datetime.now(UTC)) + datetime.timedelta(seconds=seconds)
    return {"value": at.isoformat().replace("+00:00", "Z"), "format": "RFC3339"}


def box(south, west, size, low=50, high=100, begin=60, end=600, start=None):
    vertices = [{"lat": south + a * size, "lng": west + b * size} for a, b in ((0, 0), (0, 1), (1, 1), (1, 0))]
    altitude = lambda metres: {"value": metres, "reference": "W84", "units": "M"}
    return {"volume": {"outline_polygon": {"vertices": vertices}, "altitude_lower": altitude(low), "altitude_upper": altitude(high)},
            "time_start": moment(begin, start), "time_end": moment(end, start)}


def mutations(value, wrong=(None, 0, -1, 1e308, "", "x", [], {}, True, [None], "\u0000", "2026-13-45T99:99:99Z", 10**30, 1.5)):
    """A body with each of its parts, and itself, replaced by each wrong thing."""

    def places(node, path=()):
        yield path
        for step, inner in (node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()):
            yield from places(inner, path + (step,))

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
