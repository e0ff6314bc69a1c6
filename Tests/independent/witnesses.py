"""Witnesses from outside (C2SP tlog-witness, tlog-cosignature, tlog-policy). A city is served with three of them, two of
which must have seen a checkpoint: `tequ witness`, one written here from the specification, and one that comes and goes
or answers nonsense. Then `tequ witness` is asked by logs that lie, killed, and asked again.

usage: witnesses.py BASE TEQU DATA          DATA: the data folder of the city that BASE serves; a copy of it is used
"""
import atexit, base64, hashlib, http.server, json, os, secrets, shutil, signal, socket, subprocess, tempfile, threading, time

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from outside import Checks, Server, Site, argument, until
from own_log import Log, consistency, v

base, tequ, data = argument(1), os.path.abspath(argument(2)), argument(3)
told = Checks()
ground = tempfile.mkdtemp(prefix="tequ-witnesses-")
environment = {**os.environ, "LC_ALL": "C"}
started = []


def check(name, good, words=""):
    told("witnesses: " + name, good, "" if good else words)


def run(*arguments):
    done = subprocess.run([tequ, *arguments], capture_output=True, text=True, env=environment)
    return done.returncode, done.stdout + done.stderr


# MARK: a witness of our own


def follows(first, old, second, new, proof):
    """RFC 9162 §2.1.4.2, in its own words."""
    if first == second:
        return old == new and not proof
    path = list(proof)
    if first & (first - 1) == 0:
        path.insert(0, old)
    if not path:
        return False
    fn, sn = first - 1, second - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    fr = sr = path[0]
    for c in path[1:]:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            fr, sr = v.node(c, fr), v.node(c, sr)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            sr = v.node(sr, c)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and fr == old and sr == new


class Witness:
    """Answers `add-checkpoint` as the specification says, unless it is told to misbehave."""

    def __init__(self, name):
        self.seed, self.name, self.latest, self.mood = Ed25519PrivateKey.generate(), name, {}, "good"
        self.asked, self.statuses, self.logs = 0, [], {}
        raw = b"\x04" + self.seed.public_key().public_bytes_raw()
        self.hash = v.sha256(name.encode() + b"\n" + raw)[:4]
        self.key = f"{name}+{self.hash.hex()}+{base64.b64encode(raw).decode()}"
        witness = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                witness.asked += 1
                if witness.mood == "silent":
                    time.sleep(60)
                status, kind, answer = witness.answer(body) if self.path == "/w/add-checkpoint" else (404, "text/plain", b"")
                witness.statuses.append(status)
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        # Whoever asked may have given up waiting.
        self.server.handle_error = lambda *_: None
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.base = f"http://127.0.0.1:{self.server.server_port}/w"

    def sign(self, text, seconds):
        signature = self.seed.sign(f"cosignature/v1\ntime {seconds}\n".encode() + text)
        return f"— {self.name} {base64.b64encode(self.hash + seconds.to_bytes(8, 'big') + signature).decode()}\n".encode()

    def answer(self, body):
        head, _, note = body.partition(b"\n\n")
        lines = head.decode().split("\n")
        text, signatures, origin, size, root = v.read_checkpoint(note)
        if self.mood == "nonsense":
            return 200, "text/plain", b"\xff\xfe nothing"
        if self.mood == "forged":
            return 200, "text/plain", self.sign(text + b"x", int(time.time()))
        if self.mood == "late":
            return 200, "text/plain", self.sign(text, int(time.time()) + 86400)
        old, known = int(lines[0].split(" ")[1]), self.latest.get(origin, (0, None))
        key = self.logs.get(origin)
        if key is None:
            return 404, "text/plain", b""
        if not key.signed(text, signatures):
            return 403, "text/plain", b""
        if old > size:
            return 400, "text/plain", b""
        if old != known[0]:
            return 409, "text/x.tlog.size", f"{known[0]}\n".encode()
        proof = [base64.b64decode(line, validate=True) for line in lines[1:]]
        if len(proof) > 63 or (proof if known[0] == 0 else not follows(known[0], known[1], size, root, proof)):
            return 422, "text/plain", b""
        self.latest[origin] = (size, root)
        # Signatures of others, and of keys that nobody knows, may stand before our own.
        stranger = base64.b64encode(bytes(76)).decode()
        return 200, "text/plain", f"— stranger {stranger}\n".encode() + self.sign(text, int(time.time()))


def serve(folder, port=0):
    """Our program as a witness: (process, address)."""
    process = subprocess.Popen([tequ, "witness", "serve", folder, "--port", str(port)], stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT, text=True, env=environment)
    started.append(process)
    for line in process.stdout:
        if "listening on http" in line:
            return process, line.split("listening on ")[1].strip()
    raise SystemExit("FAIL tequ witness serve ended")


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


# MARK: a city with witnesses


def city(court, port):
    """A copy of the city, served with a policy of two of three."""
    copy = os.path.join(ground, "city")
    status, words = run("backup", copy, "--plain", "--data", data)
    check("the city is copied", status == 0, words)
    log_key = Site(base).get("/log/key").text.strip()
    folder = os.path.join(ground, "court")
    status, key = run("witness", "init", folder, "--name", "witness.court.example")
    check("a witness is made", status == 0, key)
    check("its key is for its owner alone", os.stat(folder + "/key.json").st_mode & 0o77 == 0)
    check("a second one is not made over it", run("witness", "init", folder, "--name", "x")[0] == 1)
    check("a log is added", run("witness", "add", folder, log_key)[0] == 0)
    check("not twice", run("witness", "add", folder, log_key)[0] == 1)
    check("and nothing that is no key", run("witness", "add", folder, "x+y+z")[0] == 1)
    policy = (f"log {log_key}\nwitness court {key.strip()} http://127.0.0.1:{port}\nwitness notary {court.key} {court.base}\n"
              f"witness away {Witness('away.example').key} http://127.0.0.1:{free_port()}/\ngroup two 2 court notary away\nquorum two\n")
    with open(os.path.join(copy, "witnesses"), "w") as file:
        file.write(policy)
    court.logs = {v.Key(log_key).name: v.Key(log_key)}
    path = os.path.join(ground, "policy")
    with open(path, "w") as file:
        file.write(policy)
    return copy, folder, log_key, path


def file(site):
    item, district = site.place()
    answer = site.post("/api/requests", {"item": item, "district": district, "text": "路灯坏了"})
    if answer.status != 201:
        check("a request is filed", False, answer.text)
    return answer.json


def size_of(note):
    return int(note.split(b"\n")[1])


def receipt_of(site, done):
    path = done["receipt"].replace("?", ".json?")
    return until(lambda: (lambda a: a if a.status == 200 else None)(site.get(path)), 10)


def seen(site, keys, above=0, seconds=20):
    """The checkpoint once it is large enough and all these keys signed it."""
    def ask():
        note = site.get("/log/checkpoint").body
        text, signatures, _, size, _ = v.read_checkpoint(note)
        return note if size > above and all(v.Key(key).signed(text, signatures) for key in keys) else None

    return until(ask, seconds)


def lives():
    notary = Witness("notary.example")
    port = free_port()
    copy, folder, log_key, policy = city(notary, port)
    process, address = serve(folder, port)
    server = Server(tequ, copy, os.path.join(ground, "server.log"))
    atexit.register(server.stop)
    site = Site(server.base)
    court = Site(address).get("/key").text.strip()
    file(site)
    note = seen(site, [log_key, court, notary.key])
    check("a checkpoint is shown with both witnesses", note is not None, site.get("/log/checkpoint").text)
    watch = ("log", "watch", site.base + "/log", "--state", os.path.join(ground, "state"), "--policy", policy)
    status, words = run(*watch)
    check("it satisfies the policy", status == 0 and "first" in words, words)
    kept = Site(address).get("/" + hashlib.sha256(v.Key(log_key).name.encode()).hexdigest() + "/checkpoint").body
    text, signatures, *_ = v.read_checkpoint(kept)
    check("the witness shows what it signed", v.Key(court).signed(text, signatures) and v.Key(log_key).signed(text, signatures))
    # One goes away: nothing stops; what is published stays where enough have seen it, and not for ever.
    process.send_signal(signal.SIGKILL)
    process.wait()
    before, begun = size_of(site.get("/log/checkpoint").body), time.monotonic()
    receipt = receipt_of(site, file(site))
    check("receipts are given without witnesses", receipt is not None and time.monotonic() - begun < 10)
    time.sleep(5)
    note = site.get("/log/checkpoint").body
    check("too few: the last one with enough is shown", size_of(note) == before, note)
    bare = until(lambda: size_of(site.get("/log/checkpoint").body) > before, 45)
    check("too few for long: it is published all the same", bare)
    status, words = run(*watch)
    check("whoever asks for two is told", status == 2 and "Too few" in words, words)
    # It comes back, from a kill, and remembers.
    process, _ = serve(folder, port)
    grown = size_of(site.get("/log/checkpoint").body)
    file(site)
    note = seen(site, [log_key, court, notary.key], above=grown, seconds=90)
    check("a witness that comes back signs again", note is not None, notary.statuses[-5:])
    status, words = run(*watch)
    check("it only grew meanwhile", status == 0 and "consistently" in words, words)
    receipt = receipt_of(site, file(site)).json
    moods(site, notary, log_key, court)
    copied = os.path.join(ground, "mirror")
    status, words = run("log", "mirror", site.base + "/log", copied, "--policy", policy)
    check("mirrored under the policy", status == 0, words)
    v.verify(copied, [v.Key(log_key), v.Key(court)])
    page = site.get("/log", {"Accept": "text/html", "Accept-Language": "en"}).text
    check("the page names the witnesses", "witness.court.example" in page and "notary.example" in page)
    status = server.stop()
    check("the city ends well", status == 0, status)
    status, words = run("verify", "--data", copy)
    check("the city holds", status == 0, words)
    set_back(copy, policy, site, log_key, court, notary)
    process.terminate()
    check("the witness ends well", process.wait(30) == 0)
    return folder, log_key


def moods(site, notary, log_key, court):
    """A witness that answers nonsense harms nobody; the log and the other one go on."""
    for mood in ("nonsense", "forged", "late", "silent"):
        notary.mood, asked = mood, notary.asked
        begun = time.monotonic()
        done = file(site)
        check(f"{mood}: the act is in the log", receipt_of(site, done) is not None and time.monotonic() - begun < 10)
        until(lambda: notary.asked > asked, 70)
        note = site.get("/log/checkpoint").body
        text, signatures, _, size, _ = v.read_checkpoint(note)
        check(f"{mood}: nothing of it is shown", v.Key(log_key).signed(text, signatures) and b"nothing" not in note)
    notary.mood = "good"
    above = size_of(site.get("/log/checkpoint").body)
    file(site)
    check("good again: both sign", seen(site, [log_key, court, notary.key], above=above, seconds=150) is not None, notary.statuses[-8:])


def set_back(copy, policy, site, log_key, court, notary):
    """A store that is set back to an older copy is contradicted by what witnesses remember."""
    older = os.path.join(ground, "older")
    status, words = run("backup", older, "--plain", "--data", data)
    shutil.copy(os.path.join(copy, "witnesses"), os.path.join(older, "witnesses"))
    log = os.path.join(ground, "older.log")
    server = Server(tequ, older, log)
    time.sleep(4)
    check("a log that was set back is told so", until(lambda: "set back" in open(log, errors="replace").read(), 30) is not None,
          open(log, errors="replace").read()[-500:])
    note = server.base and Site(server.base).get("/log/checkpoint").body
    text, signatures, *_ = v.read_checkpoint(note)
    check("and no witness signs it", not v.Key(notary.key).signed(text, signatures))
    server.stop()


# MARK: logs that lie


def lies(folder):
    entries = [f"entry {number}".encode() for number in range(64)]
    changed = [b"changed", *entries[1:]]
    log = Log("log.example/lies", entries)
    check("another log is added", run("witness", "add", folder, log.key)[0] == 0)
    process, address = serve(folder)
    site = Site(address)

    def note(seen):
        place = os.path.join(ground, "note")
        Log(log.name, seen).write(place)
        with open(os.path.join(place, "checkpoint"), "rb") as one:
            return one.read()

    def ask(old, seen, proof=None, change=lambda body: body):
        hashes = consistency(seen, old) if proof is None else proof
        body = f"old {old}\n".encode() + b"".join(base64.b64encode(h) + b"\n" for h in hashes) + b"\n" + note(seen)
        return site.call("POST", "/add-checkpoint", change(body))

    first = ask(0, entries[:10])
    check("the first checkpoint is signed", first.status == 200, first.text)
    line = first.body
    text, _, _, _, _ = v.read_checkpoint(note(entries[:10]))
    key = v.Key(site.get("/key").text.strip())
    _, signatures, *_ = v.read_checkpoint(note(entries[:10]) + line)
    check("with a signature that holds", key.signed(text, signatures))
    cases = [("a larger tree without its proof", 10, entries[:20], [], 422), ("a wrong proof", 10, entries[:20], [bytes(32)] * 4, 422),
             ("a rewritten history", 10, changed[:20], None, 422), ("a split view", 10, changed[:10], None, 409),
             ("an older checkpoint, replayed", 10, entries[:5], [], 400), ("the first one, replayed", 0, entries[:10], None, 409),
             ("a wrong old size", 5, entries[:20], None, 409), ("64 lines of proof", 10, entries[:20], [bytes(32)] * 64, 400)]
    for name, old, seen_, proof, wanted in cases:
        answer = ask(old, seen_, proof)
        check(name + f" is {wanted}", answer.status == wanted, (answer.status, answer.text))
    conflict = ask(0, entries[:20])
    check("the size is told in its own type", (conflict.text, conflict.header("Content-Type")) == ("10\n", "text/x.tlog.size"), conflict.headers)
    changes = [("another name", lambda b: b.replace(b"log.example/lies", b"log.example/truth"), 404),
               ("another size", lambda b: b.replace(b"\n20\n", b"\n21\n"), 403), ("no signature", lambda b: b.split("—".encode())[0], 400),
               ("a CR", lambda b: b.replace(b"\n", b"\r\n", 1), 400), ("no old size", lambda b: b.replace(b"old ", b"new ", 1), 400),
               ("a leading zero", lambda b: b.replace(b"old 10", b"old 010", 1), 400), ("a minus", lambda b: b.replace(b"old 10", b"old -1", 1), 400),
               ("a huge number", lambda b: b.replace(b"old 10", b"old 99999999999999999999", 1), 400), ("no text", lambda b: b"\xff" + b, 400),
               ("nothing", lambda b: b"", 400), ("a line break less", lambda b: b[:-1], 400)]
    for name, change, wanted in changes:
        answer = ask(10, entries[:20], change=change)
        check(f"{name} is {wanted}", answer.status == wanted, (answer.status, answer.text))
    large = site.call("POST", "/add-checkpoint", b"old 0\n\n" + b"x" * (2 << 20))
    check("a body of 2 MB is 413", large.status == 413, large.status)
    check("GET is told what the address answers", site.get("/add-checkpoint").status == 405)
    flips(site, ask, entries)
    check("it still signs what follows", ask(10, entries[:40]).status == 200)
    check("and the same again", ask(40, entries[:40]).status == 200)
    check("a second process is kept out", run("witness", "serve", folder, "--port", "0")[0] == 1)
    process.send_signal(signal.SIGKILL)
    process.wait()
    process, address = serve(folder)
    site = Site(address)
    answer = site.call("POST", "/add-checkpoint", b"old 10\n" + b"".join(base64.b64encode(h) + b"\n" for h in consistency(entries[:50], 10)) + b"\n" + note(entries[:50]))
    check("killed, it remembers what it signed", (answer.status, answer.text) == (409, "40\n"), answer.text)
    status, words = run("witness", "evidence", folder)
    check("both checkpoints of each contradiction are kept", status == 2 and words.count("— log.example/lies") >= 4, words)
    process.terminate()
    process.wait(30)


def flips(site, ask, entries):
    """Random bits of a request that would be signed: none of them is."""
    chance, signed = __import__("random").Random(12), []
    for _ in range(400):
        def change(body):
            at = chance.randrange(8 * len(body))
            content = bytearray(body)
            content[at // 8] ^= 1 << at % 8
            return bytes(content)

        answer = ask(10, entries[:20], change=change)
        if answer.status == 200:
            signed.append(answer.text)
        if answer.status >= 500:
            signed.append(answer.status)
    check("no request with a flipped bit is signed, of 400", not signed, signed[:3])


try:
    lies(lives()[0])
finally:
    for one in started:
        if one.poll() is None:
            one.kill()
    shutil.rmtree(ground, ignore_errors=True)
told.finish()
