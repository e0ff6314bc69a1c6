"""SM3 and SM2 against `openssl` and gmssl, both ways; then a city whose checkpoints carry a second root and signature.

The tree over SM3 is written from RFC 9162 with the other hash; signatures are checked by `openssl dgst` under the
usual identifier of GM/T 0009. Verifiers that know nothing of it must accept the log as before.

usage: national_crypto.py TEQU
"""
import base64, hashlib, json, os, random, shutil, subprocess, sys, tempfile

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from gmssl import sm3 as gm

from outside import Checks, Server, Site, argument, entries, until

tequ, check = argument(1), Checks()
here = os.path.dirname(os.path.abspath(__file__))
work = tempfile.mkdtemp(prefix="tequ-national-")
chance = random.Random(32905)
ID = "distid:1234567812345678"
# SubjectPublicKeyInfo of a point of the curve (RFC 8998, 1.2.156.10197.1.301).
SPKI = bytes.fromhex("3059301306072a8648ce3d020106082a811ccf5501822d034200")


def run(*words, data=None):
    return subprocess.run(words, capture_output=True, input=data)


def file(name, data, mode=0o644):
    path = os.path.join(work, name)
    with open(path, "wb") as out:
        out.write(data)
    os.chmod(path, mode)
    return path


def sm3(data):
    return hashlib.new("sm3", data).digest()


def pem(point):
    text = base64.encodebytes(SPKI + point).decode()
    return file("public.pem", f"-----BEGIN PUBLIC KEY-----\n{text}-----END PUBLIC KEY-----\n".encode())


def der(raw):
    def number(part):
        part = part.lstrip(b"\0") or b"\0"
        part = b"\0" + part if part[0] > 127 else part
        return bytes([2, len(part)]) + part
    body = number(raw[:32]) + number(raw[32:])
    return bytes([0x30, len(body)]) + body


def raw(signature):
    size = signature[3]
    r, s = signature[4:4 + size], signature[6 + size:]
    return r.lstrip(b"\0").rjust(32, b"\0") + s.lstrip(b"\0").rjust(32, b"\0")


def openssl_holds(point, message, signature):
    return run("openssl", "dgst", "-sm3", "-sigopt", ID, "-verify", pem(point), "-signature", file("sig", der(signature)),
               file("message", message)).returncode == 0


def hashes():
    bad = 0
    for length in [0, 1, 55, 56, 57, 63, 64, 65, 119, 120, 128, 1000, 70001]:
        data = chance.randbytes(length)
        ours = run(tequ, "sm", "hash", file("data", data)).stdout.decode().strip()
        bad += not ours == sm3(data).hex() == gm.sm3_hash(list(data))
    check("SM3 as openssl and gmssl have it", bad == 0, f"{bad} of 13 lengths differ")


def signatures():
    there = here_ = refused = 0
    count = 40
    for number in range(count):
        text = run("openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:SM2").stdout
        key = file("key.pem", text, 0o600)
        shown = run("openssl", "pkey", "-in", key, "-text", "-noout").stdout.decode()
        digits = "".join(shown.split("priv:")[1].split("pub:")[0].split()).replace(":", "")
        scalar = file("scalar", digits[-64:].rjust(64, "0").encode(), 0o600)
        point = bytes.fromhex(run(tequ, "sm", "public", "--key", scalar).stdout.decode().strip())
        message = chance.randbytes(number * 7)
        path = file("message", message)
        ours = bytes.fromhex(run(tequ, "sm", "sign", path, "--key", scalar).stdout.decode().strip())
        there += openssl_holds(point, message, ours)
        run("openssl", "dgst", "-sm3", "-sigopt", ID, "-sign", key, "-out", os.path.join(work, "theirs"), path)
        theirs = raw(open(os.path.join(work, "theirs"), "rb").read())

        def verify(signature, where=path):
            return run(tequ, "sm", "verify", where, "--key", point.hex(), "--signature", signature.hex()).returncode
        here_ += verify(theirs) == 0
        altered = bytearray(theirs)
        altered[chance.randrange(64)] ^= 1 << chance.randrange(8)
        refused += verify(bytes(altered)) == 2 and verify(theirs, file("other", message + b".")) == 2
    check("SM2: signed here, verified by openssl", there == count, f"{there} of {count}")
    check("SM2: signed by openssl, verified here", here_ == count, f"{here_} of {count}")
    check("SM2: changed signature or message refused", refused == count, f"{refused} of {count}")
    status = run(tequ, "sm", "sign", path, "--key", file("open", b"11" * 32)).returncode
    check("SM2: a key that others may read is refused", status == 1, status)


def root(leaves):
    """RFC 9162 §2.1.1 over SM3."""
    while len(leaves) > 1:
        pairs = [sm3(b"\1" + a + b) for a, b in zip(leaves[::2], leaves[1::2])]
        leaves = pairs + ([leaves[-1]] if len(leaves) % 2 else [])
    return leaves[0]


def city():
    data = os.path.join(work, "city")
    os.makedirs(os.path.join(data, "city"), 0o700)
    source = os.path.join(here, "../../cities/shifan")
    profile = json.load(open(os.path.join(source, "city.json")))
    profile["nationalLog"] = True
    json.dump(profile, open(os.path.join(data, "city/city.json"), "w"), ensure_ascii=False)
    shutil.copy(os.path.join(source, "catalogue.json"), os.path.join(data, "city"))
    made = run(tequ, "simulate", "--data", data, "--days", "3", "--per-day", "20", "--from", "2026-11-02")
    check("a city that asks for SM3 and SM2", made.returncode == 0, made.stderr.decode()[-200:])
    server = Server(tequ, data, os.path.join(work, "log"))
    site = Site(server.base)
    for round_ in range(2):
        note = site.get("/log/checkpoint").text
        text, _, lines = note.rpartition("\n\n")
        text += "\n"
        head = text.split("\n")
        found = [line.split(" ") for line in lines.strip().split("\n")]
        size = int(head[1])
        leaves = [sm3(b"\0" + line) for line in entries(site)[:size]]
        check(f"round {round_}: the second root is that of the entries", head[3] == "sm3 " + base64.b64encode(root(leaves)).decode(),
              f"{size} entries")
        key = site.get("/log/sm2-key").text.strip()
        name, code, body = key.split("+", 2)
        kind = b"\xfftequ/sm2-sm3/v1"
        body = base64.b64decode(body)
        point = body[len(kind):]
        wanted = hashlib.sha256(name.encode() + b"\n" + body).digest()[:4]
        check(f"round {round_}: the key is of its kind and hash", body.startswith(kind) and code == wanted.hex())
        signature = next(base64.b64decode(s) for _, n, s in found if base64.b64decode(s)[:4] == wanted)
        check(f"round {round_}: openssl accepts the second signature", openssl_holds(point, text.encode(), signature[4:]))
        first = site.get("/log/key").text.strip().split("+", 2)
        ed = base64.b64decode(first[2])[1:]
        Ed25519PublicKey.from_public_bytes(ed).verify(base64.b64decode(found[0][2])[4:], text.encode())
        check(f"round {round_}: the first signature covers the second root", True)
        if round_ == 0:
            item, district = site.place()
            site.post("/api/requests", {"item": item, "district": district, "text": "又一件"})
            until(lambda: int(site.get("/log/checkpoint").text.split("\n")[1]) > size)
    vkey = site.get("/log/key").text.strip()
    check("the server stops", server.stop() == 0)
    folder = os.path.join(work, "exported")
    run(tequ, "log", "export", folder, "--data", data)
    known = [tequ, "log", "verify", folder, "--vkey", vkey]
    check("tequ log verify, with and without the second", run(*known).returncode == 0 and run(*known, "--sm2-key", key).returncode == 0)
    plain = run(sys.executable, os.path.join(here, "../../docs/examples/verify_log.py"), folder, vkey)
    check("a verifier that knows nothing of it accepts", plain.returncode == 0, (plain.stdout + plain.stderr).decode()[-200:])
    place = os.path.join(folder, "checkpoint")
    note = open(place).read()
    other = note.replace(head[3], "sm3 " + base64.b64encode(bytes(32)).decode())
    dropped = "".join(line + "\n" for line in note.rstrip("\n").split("\n") if base64.b64encode(wanted).decode()[:5] not in line)
    for name, text in [("another second root", other), ("no second signature", dropped)]:
        open(place, "w").write(text)
        check(f"refused: {name}", run(*known, "--sm2-key", key).returncode == 2)
    open(place, "w").write(note)
    proved = run(tequ, "verify", "--data", data)
    check("tequ verify proves the store", proved.returncode == 0, proved.stdout.decode()[-200:])


hashes()
signatures()
city()
shutil.rmtree(work, ignore_errors=True)
check.finish()
