"""Deposits of trade secrets from outside. Plants canaries in the contents and names of files, in the statement and
in the words of a request for help, lets everything that is sent pass through a recording proxy, and looks for the
canaries, their digests and their encodings in what was sent, in the store's files, the exported log, a backup, the
program's output and the arguments of all processes. Then proves single files, verifies the proofs with
verify_possession.py and with `tequ secret verify`, and changes single bits.

usage: deposit.py BASE TEQU DATA          DATA: the data folder of the city that BASE serves
"""
import base64, glob, hashlib, http.server, json, os, random, re, secrets, shutil, subprocess, tempfile, threading, urllib.request

import verify_possession as p
import verify_receipt as v
from outside import Checks, Site, argument, until

site, tequ, data = Site(argument(1)), argument(2), argument(3)
check = Checks()
ground = tempfile.mkdtemp(prefix="tequ-deposit-")
chance = random.Random(4)
trusted = site.get("/log/key").text.strip()
FLIPS = 300
sent, arguments, printed = [], set(), []


class Proxy(http.server.BaseHTTPRequestHandler):
    """Passes everything on and keeps what the program sends."""

    def forward(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        sent.append(self.raw_requestline + bytes(self.headers) + body)
        headers = {n: w for n, w in self.headers.items() if n.lower() not in ("host", "connection", "content-length")}
        answer = site.call(self.command, self.path, body or None, headers)
        self.send_response(answer.status)
        for name, value in answer.headers:
            if name.lower() not in ("transfer-encoding", "connection", "content-length", "date", "server"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)

    do_GET = do_POST = forward

    def log_message(self, *_):
        pass


def watch(stop):
    """Collects the arguments of every process while something runs."""
    while not stop.is_set():
        for path in glob.glob("/proc/[0-9]*/cmdline"):
            try:
                arguments.add(open(path, "rb").read())
            except OSError:
                pass


def run(*words, offline=False):
    """The exit status and the words of `tequ secret`; its arguments are watched."""
    line = [tequ, "secret", *words]
    if offline and os.geteuid() == 0 and shutil.which("unshare"):
        line = ["unshare", "-n", *line]
    stop = threading.Event()
    watcher = threading.Thread(target=watch, args=(stop,))
    watcher.start()
    done = subprocess.run(line, capture_output=True, text=True, env={**os.environ, "LC_ALL": "C"}, cwd=ground)
    stop.set()
    watcher.join()
    printed.append(done.stdout + done.stderr)
    return done.returncode, done.stdout + done.stderr


# Canaries

def spellings(secret):
    """How some bytes may appear elsewhere: as they are, in UTF-16, hex, base64 at each offset, JSON's escapes."""
    found = {secret, secret.hex().encode(), secret.hex().upper().encode()}
    try:
        text = secret.decode()
        found |= {text.encode("utf-16-le"), text.encode("utf-16-be"), json.dumps(text)[1:-1].encode(), urllib.request.quote(text).encode()}
    except UnicodeDecodeError:
        pass
    for shift in range(3):
        inner = base64.b64encode(b"\0" * shift + secret)[4 if shift else 0:-4]
        found |= {inner, inner.replace(b"+", b"-").replace(b"/", b"_")}
    return {s for s in found if len(s) >= 12}


class Canaries:
    def __init__(self):
        self.all = {}

    def plant(self, name, text):
        self.all[name] = spellings(text.encode())
        return text

    def digest(self, name, content):
        self.all[name + " (SHA-256)"] = spellings(hashlib.sha256(content).digest())

    def found(self, haystack):
        return sorted({name for name, words in self.all.items() if any(w in haystack for w in words)})


birds = Canaries()


def mark(name):
    return birds.plant(name, f"绝密{name}-{secrets.token_hex(12)}")


def files_to_deposit():
    """A folder with canaries in contents and names; the answer is name → bytes."""
    folder, made = os.path.join(ground, "vault"), {}
    for number, place in enumerate(["", "工艺/", "a/b/c/", "a/b/", "a/"]):
        name = f"{place}{mark(f'name{number}')}.txt"
        body = (mark(f"content{number}") + "\n配方：").encode() + secrets.token_bytes(chance.choice([0, 5, 70_000]))
        made[name] = body
        birds.digest(f"content{number}", body)
        path = os.path.join(folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(body)
    made["empty.bin"] = b""
    open(os.path.join(folder, "empty.bin"), "wb").close()
    statement = os.path.join(ground, "statement.json")
    with open(statement, "w") as file:
        json.dump({"owner": mark("owner"), "asset": mark("asset")}, file, ensure_ascii=False)
    return folder, made, statement


# Deposit

def value_of(record, made):
    """The deposit's value from the page: salts of the record, bytes of the files."""
    leaves = []
    for place, leaf in enumerate(record["leaves"]):
        content = record["statement"].encode() if place == 0 else made[leaf["name"]]
        name = v.sha256(bytes.fromhex(leaf["name_salt"]) + leaf["name"].encode())
        leaves.append(v.sha256(b"\x00" + bytes.fromhex(leaf["salt"]) + v.sha256(content) + name))

    def root(hashes):
        if len(hashes) == 1:
            return hashes[0]
        half = 1 << (len(hashes) - 1).bit_length() - 1
        return v.sha256(b"\x01" + root(hashes[:half]) + root(hashes[half:]))

    return v.sha256(b"tequ-deposit-1\x00" + len(leaves).to_bytes(8, "big") + root(leaves)).hex()


def deposit(folder, made, statement, address):
    record = os.path.join(ground, "record.json")
    status, words = run("deposit", folder, "--record", record, "--statement", statement, "--to", address, "--save", "out.json")
    check("deposit: made and registered", status == 0, "" if status == 0 else words)
    kept = json.load(open(record))
    value = value_of(kept, made)
    check("deposit: the value follows from the page", kept["deposit"] == value)
    check("deposit: in the order of names", [x["name"].encode() for x in kept["leaves"][1:]] == sorted(n.encode() for n in made))
    check("deposit: the record is its owner's alone", os.stat(record).st_mode & 0o077 == 0)
    check("deposit: the receipt holds and shows nothing private", v.holds(json.dumps(kept["receipt"]).encode(), trusted)
          and not {"salt", "private"} & set(kept["receipt"]))
    saved = open(os.path.join(ground, "out.json")).read().strip()
    check("deposit: what is saved for upload is the value alone", saved == json.dumps({"deposit": value}, separators=(",", ":")))
    posts = [s for s in sent if s.startswith(b"POST")]
    check("deposit: one post, with the value alone", len(posts) == 1 and posts[0].endswith(b"\r\n\r\n" + saved.encode())
          or posts[0].split(b"\n\n")[-1] == saved.encode(), len(posts))
    return record, kept, value


def repeated(record, kept, address):
    """The answer was lost: sent again, it is the same deposit."""
    lost = dict(kept)
    del lost["filing"], lost["receipt"]
    path = os.path.join(ground, "lost.json")
    json.dump(lost, open(path, "w"))
    status, words = run("submit", path, "--to", address)
    again = json.load(open(path)).get("filing", {}).get("number")
    check("deposit: sent again it registers nothing twice", status == 0 and again == kept["filing"]["number"], again)
    status, _ = run("deposit", path, "--record", record)
    check("deposit: a record is never overwritten", status == 1)


# Leaks

def stored():
    """Every byte that the city keeps: files of the data folder, the exported log, a backup."""
    until(lambda: site.get("/log/checkpoint").status == 200)
    export, backup = os.path.join(ground, "export"), os.path.join(ground, "backup")
    told = subprocess.run([tequ, "log", "export", export, "--data", data], capture_output=True, text=True)
    check("leaks: the log is exported", told.returncode == 0, told.stderr)
    found = b""
    for folder in (data, export):
        for path, _, names in os.walk(folder):
            for name in names:
                with open(os.path.join(path, name), "rb") as file:
                    found += b"\n" + os.path.join(path, name).encode() + b"\n" + file.read()
    for page in ("/log/entries.jsonl?limit=10000", "/trade-secrets", "/adoption"):
        found += site.get(page).body
    shutil.rmtree(backup, ignore_errors=True)
    return found


def form(page, **values):
    """Sends a form of a page as a browser does."""
    answer = site.get(page)
    csrf = re.search(r'name="csrf" value="([^"]+)"', answer.text)[1]
    cookies = "; ".join(w.split(";")[0] for n, w in answer.headers if n.lower() == "set-cookie")
    body = urllib.parse.urlencode({"csrf": csrf, **values}).encode()
    return site.call("POST", page, body, {"Content-Type": "application/x-www-form-urlencoded", "Cookie": cookies, "Origin": site.base})


def elsewhere():
    """Canaries in the words of a request for help, and in forms that are said to be kept nowhere."""
    body = {"topic": "algorithm", "district": "gaoxin", "firm": mark("firm"), "contact": mark("contact"),
            "phone": mark("phone")[:30], "email": "", "text": mark("words")}
    answer = site.post("/api/trade-secrets/stations", body)
    check("leaks: a request for help is taken", answer.status == 201, answer.status)
    done = answer.json
    number, token = done["number"], done["token"]
    own = site.get(f"/api/trade-secrets/stations/{number}?token={token}").text
    check("leaks: whoever asked reads it again", body["text"] in own)
    check("leaks: nobody else does", site.get(f"/api/trade-secrets/stations/{number}").status == 404)
    amount = f"{secrets.randbelow(10**9) + 10**9}.{secrets.randbelow(90) + 10}"
    birds.all["amount"] = {amount.encode(), amount.replace(".", "").encode()}
    answer = form("/trade-secrets/criminal", conduct="breach", value=amount, **{"licence-fee": amount, "illegal-income": amount})
    check("leaks: the estimate is computed", answer.status == 200 and "300000" not in answer.text[:0], answer.status)
    check("leaks: the threshold is named", "情节特别严重" in answer.text or "very serious" in answer.text)


def leaks(value):
    elsewhere()
    found = stored()
    check("leaks: the search works: it finds the value", value.encode() in found and value.encode() in b"".join(sent))
    for name, where in [("what was sent", b"\n".join(sent)), ("what the city keeps and shows", found),
                        ("what the program printed", "\n".join(printed).encode()),
                        ("arguments of processes", b"\n".join(arguments))]:
        birds_found = birds.found(where)
        check(f"leaks: no canary in {name}", not birds_found, birds_found or f"({len(where)} bytes)")


# Proofs

def proofs(record, made, folder):
    names = sorted(made)
    for name in names:
        path, out = os.path.join(folder, name), os.path.join(ground, "proof.json")
        status, words = run("prove", record, path, "--out", out)
        proof = open(out, "rb").read()
        both = p.holds(proof, [made[name]], trusted), run("verify", out, path, "--vkey", trusted, offline=True)[0] == 0
        others = Canaries()
        others.all = {k: w for k, w in birds.all.items() if not any(x in made[name] + name.encode() for x in w)}
        own = {n for n in others.found(proof) if not n.startswith(("amount", f"content{names.index(name)}"))}
        own = {n for n in own if birds.all[n] & spellings(hashlib.sha256(made[name]).digest()) == set()}
        check("proofs: one file is proven, offline, in both", status == 0 and all(both), "" if all(both) else words)
        check("proofs: it shows nothing of the others", not own, own or "")
    paths = [os.path.join(folder, n) for n in names]
    whole = os.path.join(ground, "whole.json")
    run("prove", record, *paths, "--out", whole, "--names", "--statement")
    proof = open(whole, "rb").read()
    check("proofs: all files with names and statement", p.holds(proof, [made[n] for n in names], trusted)
          and run("verify", whole, *paths, "--vkey", trusted, offline=True)[0] == 0)
    return whole, proof


def refused(whole, proof, made, folder, kept):
    bodies = [made[n] for n in sorted(made)]
    paths = [os.path.join(folder, n) for n in sorted(made)]

    def both(data, contents=None, names=None, key=trusted):
        """Whether both refuse."""
        path = os.path.join(ground, "changed.json")
        open(path, "wb").write(data)
        return not p.holds(data, bodies if contents is None else contents, key) \
            and run("verify", path, *(paths if names is None else names), "--vkey", key, offline=True)[0] != 0

    other = os.path.join(ground, "other.bin")
    open(other, "wb").write(bodies[0] + b"x")
    check("refused: a changed file", both(proof, [bodies[0] + b"x"] + bodies[1:], [other] + paths[1:]))
    check("refused: a file too many", both(proof, bodies + [b"x"], paths + [other]))
    check("refused: a file too few", both(proof, bodies[1:], paths[1:]))
    stranger = "x+" + v.sha256(b"x\n" + b"\x01" + bytes(32))[:4].hex() + "+" + base64.b64encode(b"\x01" + bytes(32)).decode()
    check("refused: another log's key", both(proof, key=stranger))
    told = json.loads(proof)
    for name, change in {
        "another number of leaves": lambda t: t.update(size=t["size"] + 1),
        "another statement": lambda t: t.update(statement=t["statement"].replace("owner", "0wner")),
        "no statement": lambda t: t.pop("statement"),
        "parts exchanged": lambda t: t["parts"][1].update(index=t["parts"][2]["index"]),
        "a name exchanged": lambda t: t["parts"][1].update(name="x.txt"),
        "name and digest both": lambda t: t["parts"][1].update(name_digest="0" * 64),
        "a part for the statement": lambda t: t["parts"].pop(0),
        "another time": lambda t: t["receipt"].update(entry=t["receipt"]["entry"].replace("recorded_at\":\"20", "recorded_at\":\"19")),
        "another kind of act": lambda t: t["receipt"].update(entry=t["receipt"]["entry"].replace("deposits.deposit", "deposits.deposis")),
        "another value": lambda t: t["receipt"].update(entry=t["receipt"]["entry"].replace(kept["deposit"][:8], "00000000")),
    }.items():
        changed = json.loads(proof)
        change(changed)
        check(f"refused: {name}", changed != told and both(json.dumps(changed, ensure_ascii=False).encode()))
    missed = 0
    for _ in range(FLIPS):
        place = chance.randrange(len(proof) * 8)
        flipped = bytearray(proof)
        flipped[place // 8] ^= 1 << place % 8
        # A bit in the line break at the end says nothing.
        if flipped.rstrip() != proof.rstrip():
            missed += p.holds(bytes(flipped), bodies, trusted)
            if _ % 10 == 0:
                missed += not both(bytes(flipped))
    check(f"refused: {FLIPS} single bits", missed == 0, missed)


def bad_input():
    """What is wrong is told, and nothing is registered."""
    for name, value, status in [
        ("text for a value", {"deposit": "配方：糖三勺"}, 422), ("too short", {"deposit": "ab" * 31}, 422),
        ("upper case", {"deposit": "AB" * 32}, 422), ("nothing", {}, 422), ("a number", {"deposit": 7}, 422),
        ("more than the value", {"deposit": "ab" * 32, "name": "x"}, 422), ("no object", [], 400),
    ]:
        answer = site.post("/api/trade-secrets/deposits", value)
        check(f"bad input: {name}", answer.status == status, answer.status)
    empty = os.path.join(ground, "nothing")
    os.makedirs(empty, exist_ok=True)
    for name, words in [("an empty folder", ["deposit", empty, "--record", "r1.json"]),
                        ("no such file", ["deposit", "no-such-file", "--record", "r2.json"]),
                        ("no city", ["deposit", "statement.json", "--record", "r3.json", "--to", "http://127.0.0.1:9"]),
                        ("a record that is none", ["prove", "statement.json", "statement.json", "--out", "x.json"]),
                        ("a proof that is none", ["verify", "statement.json", "statement.json"])]:
        status, told = run(*words)
        check(f"bad input: {name}", status == 1 and len(told.strip()) > 10 and "Fatal" not in told, status)
    check("bad input: a deposit that was not taken is not lost", os.path.exists(os.path.join(ground, "r3.json")))


def main():
    proxy = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Proxy)
    threading.Thread(target=proxy.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{proxy.server_port}"
    folder, made, statement = files_to_deposit()
    record, kept, value = deposit(folder, made, statement, address)
    repeated(record, kept, address)
    leaks(value)
    whole, proof = proofs(record, made, folder)
    refused(whole, proof, made, folder, kept)
    bad_input()
    shutil.rmtree(ground)
    check.finish()


main()
