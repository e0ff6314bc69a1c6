"""The log as a folder, from outside: exports it, verifies it with `tequ log verify`, with
docs/examples/verify_log.py and with golang.org/x/mod's tlog and note, mirrors it over a plain web server, changes it in every way that matters and
expects both to notice, and shows `tequ log watch` a replayed, a split and a rewritten log.

usage: log_folder.py BASE TEQU DATA          DATA: the data folder of the city that BASE serves
"""
import base64, os, random, shutil, subprocess, tempfile, time

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from outside import Checks, Site, argument
from own_log import Log, golang, served, v

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


def verified_by_go(folder, trusted, flips, *witnesses):
    """The Go project's own code holds the log, and notices every bit that is flipped."""
    program = golang("log_verify", ground)
    if program is None:
        told.skip("log: Go", "golang-go and golang-golang-x-mod-dev are not installed")
        return
    done = subprocess.run([program, folder, str(flips), trusted, *witnesses], capture_output=True, text=True)
    words = (done.stdout + done.stderr).strip()
    told("log: x/mod's tlog and note hold", done.returncode == 0, words)


def proven(folder):
    """Single proofs as files, made from the city, from the folder and from a plain web server."""
    address, size = served(folder), int(open(os.path.join(folder, "checkpoint")).read().split("\n")[1])
    trust, proof, entry = ["--vkey", key], os.path.join(ground, "proof"), os.path.join(ground, "entry")
    for source in (site.base + "/log", folder, address):
        for index in (0, size // 2, size - 1):
            status, words = run("prove", source, str(index), "--out", proof, "--entry", entry, *trust)
            checked, more = run("check", proof, "--entry", entry, *trust)
            check(f"log: entry {index} proven from {source[:5]}", (status, checked) == (0, 0), words + more)
    lines = open(proof).read().split("\n")
    with open(entry, "rb") as file:
        content = file.read()
    for name, change, wanted in [
            ("another entry", lambda: Log.put(entry, content + b" "), 2),
            ("another place", lambda: Log.put(proof, "\n".join([lines[0], "index 0", *lines[2:]]).encode()), 2),
            ("a hash less", lambda: Log.put(proof, "\n".join(lines[:2] + lines[3:]).encode()), 2),
            ("no proof at all", lambda: Log.put(proof, b"x\n"), 1), ("no text", lambda: Log.put(proof, b"\xff\xfe"), 1)]:
        change()
        status, words = run("check", proof, "--entry", entry, *trust)
        check(f"log: a proof with {name}", status == wanted, words)
        Log.put(proof, "\n".join(lines).encode())
        Log.put(entry, content)
    check("log: a proof is checked with the right key alone", run("check", proof, "--entry", entry, "--vkey", Log("log.example/x", [b"a"]).key)[0] == 2)
    check("log: an entry that is not there", run("prove", folder, str(size), *trust)[0] == 1)
    check("log: acts are acts, none of them in the future", run("verify", folder, "--acts", *trust)[0] == 0)
    own = Log("log.example/acts", [content, b"no act"])
    status, words = run("verify", own.write(os.path.join(ground, "acts")), "--acts", "--vkey", own.key)
    check("log: what is no act is named", status == 2 and "Entry 1" in words, words)
    late = content.replace(b'"recorded_at":"20', b'"recorded_at":"90')
    own = Log("log.example/late", [content, late])
    status, words = run("verify", own.write(os.path.join(ground, "late")), "--acts", "--vkey", own.key)
    check("log: an act of the future is named", status == 2 and "Entry 1" in words and "future" in words, words)


def partial():
    """A log that drops partial files once the full ones are there, and one that is asked for nonsense."""
    log = Log("log.example/partial", [f"entry {n}".encode() for n in range(600)])
    folder = log.write(os.path.join(ground, "partial"))
    early = Log(log.name, log.entries[:300])
    early.write(os.path.join(ground, "early"))
    # The tile above is not full yet, so that its partial file stays.
    for name in ("checkpoint", "tile/1/000.p/1"):
        with open(os.path.join(ground, "early", name), "rb") as file:
            Log.put(os.path.join(folder, name), file.read())
    copy = os.path.join(ground, "partial-copy")
    status, words = run("mirror", served(folder), copy, "--vkey", log.key)
    check("log: partial files are cut from full ones", status == 0 and holds(copy, log.key), words)
    os.truncate(os.path.join(folder, "tile/entries/001"), 100)
    status, words = run("mirror", served(folder), os.path.join(ground, "cut"), "--vkey", log.key)
    check("log: a full file that is cut short is no help", status == 2 and "ends within entry" in words, words)
    for path, wanted in [("/log/tile/0/000.p/01", 404), ("/log/tile/00/000", 404), ("/log/tile/0/0", 404), ("/log/tile/9/000", 404),
                         ("/log/tile/entries/x999/x999/x999/x999/999", 404), ("/log/tile/0/000.p/256", 404), ("/log/tile/0/000.p/0", 404)]:
        answer = site.get(path)
        check(f"log: {path} is {wanted}", answer.status == wanted, answer.status)


def followed():
    """A follower looks again and again until something does not hold."""
    entries = [f"entry {number}".encode() for number in range(700)]
    folder, copy = os.path.join(ground, "followed"), os.path.join(ground, "followed-copy")
    log = Log("log.example/followed", entries[:300])
    address = served(log.write(folder))
    process = subprocess.Popen([tequ, "log", "mirror", address, copy, "--every", "1", "--vkey", log.key], text=True,
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env={**os.environ, "LC_ALL": "C"})
    time.sleep(3)
    Log(log.name, entries).write(folder)
    time.sleep(4)
    check("log: the copy follows", holds(copy, log.key) and b"\n700\n" in open(os.path.join(copy, "checkpoint"), "rb").read())
    Log(log.name, [b"changed", *entries[1:]]).write(folder)
    try:
        words = process.communicate(timeout=20)[0]
    except subprocess.TimeoutExpired:
        process.kill()
        words = process.communicate()[0]
    check("log: the follower ends with status 2 and the proof", process.returncode == 2 and "Split view" in words
          and words.count("— log.example") == 2, words)
    check("log: --every takes seconds", run("watch", address, "--state", copy + "-x", "--every", "0", "--vkey", log.key)[0] == 64)


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
    verified_by_go(folder, log.key, 3000)


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
            verified_by_go(folder, log.key, 200, witness)
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
verified_by_go(folder, key, 300)
flipped(folder)
proven(folder)
damaged()
partial()
witnessed()
watched()
followed()
shutil.rmtree(ground)
told.finish()
