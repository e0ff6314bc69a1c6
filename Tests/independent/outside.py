"""What the outside checks share: counting checks, a small HTTP client, starting a server of our own."""
import http.client, json, signal, subprocess, sys, time, urllib.parse

PASSWORD = "tequ-demo-2026"


class Checks:
    """Prints a line for each check and remembers how many failed."""

    def __init__(self):
        self.count = 0
        self.failed = []

    def __call__(self, name, holds, detail=""):
        self.count += 1
        if not holds:
            self.failed.append(name)
        print("ok  " if holds else "FAIL", name, detail, flush=True)
        return bool(holds)

    def skip(self, name, why):
        print("skip", name, why, flush=True)

    def finish(self):
        print(f"{self.count} checks, {len(self.failed)} failed", flush=True)
        sys.exit(1 if self.failed else 0)


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def text(self):
        return self.body.decode("utf-8")

    @property
    def json(self):
        return json.loads(self.body)

    def header(self, name):
        return next((v for n, v in self.headers if n.lower() == name.lower()), None)


class Site:
    """One connection for each call, so that what one call broke cannot hide in the next."""

    def __init__(self, base):
        self.base = base.rstrip("/")
        parts = urllib.parse.urlsplit(self.base)
        self.host, self.port = parts.hostname, parts.port or 80

    def call(self, method, path, body=None, headers=None, timeout=60):
        connection = http.client.HTTPConnection(self.host, self.port, timeout=timeout)
        try:
            headers = headers or {}
            connection.request(method, path, body, headers, encode_chunked="Transfer-Encoding" in headers)
            answer = connection.getresponse()
            return Answer(answer.status, answer.getheaders(), answer.read())
        finally:
            connection.close()

    def get(self, path, headers=None, **more):
        return self.call("GET", path, None, headers, **more)

    def post(self, path, value, headers=None, **more):
        body = json.dumps(value, ensure_ascii=False).encode()
        return self.call("POST", path, body, {"Content-Type": "application/json", **(headers or {})}, **more)

    def sign_in(self, login):
        answer = self.post("/api/sessions", {"login": login, "password": PASSWORD})
        if answer.status != 201:
            raise SystemExit(f"FAIL {login} cannot sign in: {answer.status} {answer.text}")
        return {"Authorization": "Bearer " + answer.json["token"]}

    def is_alive(self):
        try:
            return self.get("/healthz", timeout=30).status == 200
        except OSError:
            return False

    def place(self):
        """An item and a district that the catalogue knows, as Open311 tells them."""
        item = self.get("/open311/v2/services.json").json[0]["service_code"]
        attributes = self.get(f"/open311/v2/services/{item}.json").json["attributes"]
        values = next(a["values"] for a in attributes if a["code"] == "district")
        return item, values[0]["key"]


class Server:
    """A served city; `stop` ends just this process."""

    def __init__(self, tequ, folder, log, *options):
        self.log = open(log, "ab")
        self.process = subprocess.Popen(
            [tequ, "serve", "--data", folder, "--port", "0", "--writes-per-minute", "1000000", *options],
            stdout=subprocess.PIPE, stderr=self.log, text=True)
        for line in self.process.stdout:
            if "listening on " in line:
                self.base = line.split("listening on ")[1].strip()
                return
        raise SystemExit(f"FAIL the server did not start; see {log}")

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(60)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        return self.process.returncode


def entries(site):
    """All lines of the exported log, and the parsed entries."""
    lines = []
    while True:
        page = site.get(f"/log/entries.jsonl?from={len(lines)}&limit=10000").body.split(b"\n")[:-1]
        lines += page
        if len(page) < 10000:
            return lines


def until(what, seconds=30.0, pause=0.1):
    """Asks until there is an answer that is true; returns it, or None when the time is over."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = what()
        if found:
            return found
        time.sleep(pause)
    return None


def argument(index, default=None):
    return sys.argv[index] if len(sys.argv) > index else default
