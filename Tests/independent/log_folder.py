"""The log as a folder, from outside: exports it, verifies it with `tequ log verify` and with
docs/examples/verify_log.py, mirrors it over a plain web server, changes it in every way that matters and
expects both to notice, and shows `tequ log watch` a replayed, a split and a rewritten log.

usage: log_folder.py BASE TEQU DATA          DATA: the data folder of the city that BASE serves
"""
import base64, functools, http.server, os, random, shutil, subprocess, sys, tempfile, threading, time

from outside import Checks, Site, argument

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../docs/examples"))
import verify_log as v
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

site, tequ, data = Site(argument(1)), argument(2), argument(3)
told = Checks()
ground = tempfile.mkdtemp(prefix="tequ-log-")
key = site.get("/log/key").text.strip()
chance = random.Random(33)
FLIPS = 60


def check(name, good, words=""):
    """What the program said matters where a check fails."""
    told(name, good, "" if good else words)


def run(*arguments):
    """The exit status and the words of `tequ log`."""
    done = subprocess.run([tequ, "log", *arguments], capture_output=True, text=True, env={**os.environ, "LC_ALL": "C"})
    return done.returncode, done.stdout + done.stderr


def holds(folder, trusted):
    try:
        v.verify(folder, [v.Key(trusted)])
        return True
    except (v.Wrong, ValueError, OSError):
        return False


def served(folder):
    """The address of a web server that knows nothing of logs."""
    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=folder))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}"


class Log:
    """A log of our own making, so that it can lie."""
    seed = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))

    def __init__(self, name, entries):
        self.name, self.entries = name, entries
        raw = b"\x01" + self.seed.public_key().public_bytes_raw()
        self.hash = v.sha256(name.encode() + b"\n" + raw)[:4]
        self.key = f"{name}+{self.hash.hex()}+{base64.b64encode(raw).decode()}"

    def write(self, folder):
        hashes, level = [v.sha256(b"\x00" + entry) for entry in self.entries], 0
        root = v.root_of(hashes)
        for first in range(0, len(hashes), 256):
            part = self.entries[first:first + 256]
            self.put(v.path_of(folder, "entries", first // 256, len(part)),
                     b"".join(len(e).to_bytes(2, "big") + e for e in part))
        while hashes:
            above = []
            for first in range(0, len(hashes), 256):
                part = hashes[first:first + 256]
                self.put(v.path_of(folder, level, first // 256, len(part)), b"".join(part))
                if len(part) == 256:
                    above.append(v.root_of(part))
            hashes, level = above, level + 1
        text = f"{self.name}\n{len(self.entries)}\n{base64.b64encode(root).decode()}\n"
        blob = base64.b64encode(self.hash + self.seed.sign(text.encode())).decode()
        self.put(os.path.join(folder, "checkpoint"), f"{text}\n— {self.name} {blob}\n".encode())
        return folder

    @staticmethod
    def put(path, content):
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(content)


def exported():
    folder = os.path.join(ground, "export")
    status, words = run("export", folder, "--data", data)
    check("log: exported", status == 0, words)
    check("log: tequ log verify holds", run("verify", folder, "--vkey", key)[0] == 0)
    check("log: verify_log.py holds", holds(folder, key))
    check("log: exported again", run("export", folder, "--data", data)[0] == 0)
    return folder


def mirrored(folder):
    copy = os.path.join(ground, "copy")
    status, words = run("mirror", site.base + "/log", copy, "--vkey", key)
    check("log: mirrored from the city", status == 0 and holds(copy, key), words)
    plain = os.path.join(ground, "plain")
    address = served(folder)
    check("log: mirrored from a plain web server", run("mirror", address, plain, "--vkey", key)[0] == 0)
    os.unlink(os.path.join(plain, "checkpoint"))
    bundle = next(os.path.join(at, name) for at, _, names in os.walk(os.path.join(plain, "tile/entries")) for name in names)
    os.unlink(bundle)
    check("log: an interrupted copy goes on", run("mirror", address, plain, "--vkey", key)[0] == 0 and holds(plain, key))
    check("log: a log that is not there", run("mirror", address + "/nothing", plain, "--vkey", key)[0] == 1)


def flipped(folder):
    files = [os.path.join(at, name) for at, _, names in os.walk(folder) for name in names if name != "key"]
    ours = theirs = 0
    for _ in range(FLIPS):
        path = chance.choice(files)
        with open(path, "rb") as file:
            content = bytearray(file.read())
        at = chance.randrange(8 * len(content))
        content[at // 8] ^= 1 << at % 8
        Log.put(path, content)
        ours += run("verify", folder, "--vkey", key)[0] in (1, 2)
        theirs += not holds(folder, key)
        content[at // 8] ^= 1 << at % 8
        Log.put(path, content)
    check("log: flipped bits that tequ log verify notices", ours == FLIPS, f"{ours} of {FLIPS}")
    check("log: flipped bits that verify_log.py notices", theirs == FLIPS, f"{theirs} of {FLIPS}")
    check("log: whole again", run("verify", folder, "--vkey", key)[0] == 0)


def damaged():
    log = Log("log.example/own", [f"entry {number}".encode() for number in range(700)])
    folder = log.write(os.path.join(ground, "own"))
    check("log: a log of others holds", run("verify", folder, "--vkey", log.key)[0] == 0 and holds(folder, log.key))
    cases = [("tile/0/001", lambda b: b[:-1], 2, "tile/0/001"), ("tile/1/000.p/2", lambda b: b[:-32], 2, "tile/1/000.p/2"),
             ("tile/entries/001", lambda b: b.replace(b"entry 300", b"entry 3OO"), 2, "Entry 300"),
             ("tile/entries/002.p/188", lambda b: b[:-3], 2, "entry 699"), ("checkpoint", lambda b: b[:40], 1, "checkpoint"),
             ("checkpoint", lambda b: b.replace(b"\n700\n", b"\n699\n"), 2, "signature")]
    for name, change, wanted, word in cases:
        path = os.path.join(folder, name)
        with open(path, "rb") as file:
            content = file.read()
        Log.put(path, change(content))
        status, words = run("verify", folder, "--vkey", log.key)
        check(f"log: {name} changed, named by {word}", status == wanted and word in words and not holds(folder, log.key), words)
        Log.put(path, content)
    other = Log("log.example/other", log.entries)
    check("log: another origin", run("verify", folder, "--vkey", other.key)[0] == 2)
    check("log: no key", run("verify", folder)[0] == 1)


def witnessed():
    log = Log("log.example/own", [b"one", b"two"])
    folder = log.write(os.path.join(ground, "witnessed"))
    path, policy = os.path.join(folder, "checkpoint"), os.path.join(ground, "policy")
    with open(path, "rb") as file:
        note = file.read()
    seed = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))
    raw = b"\x04" + seed.public_key().public_bytes_raw()
    number = v.sha256(b"witness.example\n" + raw)[:4]
    witness = f"witness.example+{number.hex()}+{base64.b64encode(raw).decode()}"
    Log.put(policy, f"log {log.key}\nwitness court {witness}\nquorum court\n".encode())
    now = int(time.time())
    for name, seconds, wanted, word in [("nobody", None, 2, "Too few"), ("a witness", now, 0, "2 entries hold"),
                                        ("a witness of tomorrow", now + 86400, 2, "in the future")]:
        line = b""
        if seconds is not None:
            text = note[:note.rindex(b"\n\n") + 1]
            signature = seed.sign(f"cosignature/v1\ntime {seconds}\n".encode() + text)
            line = f"— witness.example {base64.b64encode(number + seconds.to_bytes(8, 'big') + signature).decode()}\n".encode()
        Log.put(path, note + line)
        status, words = run("verify", folder, "--policy", policy)
        check(f"log: seen by {name}", status == wanted and word in words, words)
        if seconds is not None:
            v.verify(folder, [v.Key(log.key), v.Key(witness)])
    Log.put(policy, b"witness court\n")
    status, words = run("verify", folder, "--policy", policy)
    check("log: a policy that cannot be read", status == 1 and "Line 1" in words, words)


def watched():
    entries = [f"entry {number}".encode() for number in range(700)]
    changed = [b"changed", *entries[1:]]
    folder, state = os.path.join(ground, "watched"), os.path.join(ground, "state")
    address = served(folder)
    log = Log("log.example/own", entries)

    def look(seen, wanted, word, notes=0):
        shutil.rmtree(folder, ignore_errors=True)
        Log(log.name, seen).write(folder)
        status, words = run("watch", address, "--state", state, "--vkey", log.key)
        check(f"log: watched, {word}", status == wanted and word in words and words.count("— log.example") == notes, words)

    look(entries[:300], 0, "first")
    look(entries[:300], 0, "Nothing new")
    look(entries[:600], 0, "from 300 to 600")
    look(entries[:500], 2, "older", 2)
    look(changed[:600], 2, "Split view", 2)
    look(changed, 2, "Rewritten", 2)
    look(entries, 0, "from 600 to 700")
    copy = os.path.join(ground, "watched-copy")
    check("log: mirrored", run("mirror", address, copy, "--vkey", log.key)[0] == 0)
    shutil.rmtree(folder)
    Log(log.name, entries[:600]).write(folder)
    status, words = run("mirror", address, copy, "--vkey", log.key)
    check("log: an older checkpoint is not mirrored", status == 2 and "older" in words and holds(copy, log.key), words)


folder = exported()
mirrored(folder)
flipped(folder)
damaged()
witnessed()
watched()
shutil.rmtree(ground)
told.finish()
