"""A platform that receives notices: an HTTP service of its own, with a file for what it took.

It checks what the interface says a platform checks: signature, age, a key that was used before. On
`POST /behave` it is told to fail for a while, as platforms do.

usage: ip_platform.py PORT SECRET      prints "ready PORT"
"""
import hmac, http.server, json, sys, threading, time

import ip_signing

SECRET, TOLERANCE = sys.argv[2], 300
EVENTS = {"notice", "terminate", "keep", "order", "outcome"}
NEEDED = {"interface", "id", "event", "number", "version", "platform", "links"}
lock = threading.Lock()
taken = {}      # by key: (body, receipt, when, tries)
attempts = []   # everything that came in: (when, key, status)
behaviour = {"status": 0, "count": 0, "delay": 0.0}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *words):
        pass

    def answer(self, status, value):
        body = json.dumps(value, ensure_ascii=False).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        with lock:
            if self.path == "/taken":
                return self.answer(200, [
                    {"key": key, "body": json.loads(body), "receipt": receipt, "at": at, "tries": tries}
                    for key, (body, receipt, at, tries) in taken.items()])
            if self.path == "/attempts":
                return self.answer(200, attempts)
        self.answer(404, {})

    def do_POST(self):
        arrived = time.time()
        length = int(self.headers.get("Content-Length") or 0)
        if length > 1 << 20:
            self.close_connection = True
            return self.answer(413, {"detail": "too large"})
        body = self.rfile.read(length)
        if self.path == "/behave":
            with lock:
                behaviour.update(json.loads(body))
            return self.answer(200, {})
        if self.path != "/hook":
            return self.answer(404, {})
        key = self.headers.get("Idempotency-Key") or ""
        status, value = self.judge(body, key, arrived)
        with lock:
            attempts.append([arrived, key, status])
        self.answer(status, value)

    def judge(self, body, key, arrived):
        stamp = self.headers.get("Tequ-Timestamp") or ""
        given = self.headers.get("Tequ-Signature") or ""
        if not stamp.isdigit() or abs(arrived - int(stamp)) > TOLERANCE:
            return 401, {"detail": "too old, or without a time"}
        if not key or not hmac.compare_digest(given, ip_signing.signature(SECRET, body, key, int(stamp))):
            return 401, {"detail": "the signature does not fit"}
        with lock:
            delay, fails = behaviour["delay"], behaviour["count"] > 0
            behaviour["count"] -= fails
            status = behaviour["status"]
        time.sleep(delay)
        if fails:
            return status, {"detail": "told to fail"}
        try:
            message = json.loads(body)
        except ValueError:
            return 400, {"detail": "no JSON"}
        if not isinstance(message, dict) or not NEEDED <= set(message) or message["event"] not in EVENTS \
                or message["interface"] != "1.0":
            return 400, {"detail": "not a message of interface 1.0"}
        with lock:
            known = taken.get(key)
            if known and known[0] != body.decode():
                return 409, {"detail": "another message had this key"}
            receipt = known[1] if known else f"r-{len(taken) + 1:06}"
            taken[key] = (body.decode(), receipt, known[2] if known else arrived, (known[3] if known else 0) + 1)
        return 200, {"receipt": receipt}


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256


server = Server(("127.0.0.1", int(sys.argv[1])), Handler)
print("ready", server.server_address[1], flush=True)
server.serve_forever()
