"""Verifies a package of measures with nothing but the file, and shows that the program refuses what this
script refuses.

Written from docs/decisions/0014-adoption.md, RFC 8785, POSIX ustar and C2SP's signed-note. Needs Python 3
and `cryptography`, for Ed25519 alone.

usage: city_package.py FILE [KEY]        exit status: 0 it holds, 2 it does not
       city_package.py --check PROGRAM   makes packages with the program, changes them, compares
"""
import base64, hashlib, io, json, os, random, subprocess, sys, tarfile, tempfile

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

FORMAT = "tequ city package 1"


class Unsound(ValueError):
    """What does not hold."""


def expect(holds, what):
    if not holds:
        raise Unsound(what)


def canonical(value):
    """RFC 8785 for what packages hold: text, whole numbers, fractions, lists and objects."""
    if isinstance(value, float):
        text = repr(value)
        expect("e" not in text and "E" not in text and "n" not in text, "a number that this script cannot write")
        return text[:-2] if text.endswith(".0") else text
    if isinstance(value, dict):
        names = sorted(value, key=lambda n: n.encode("utf-16-be"))
        return "{" + ",".join(f"{canonical(n)}:{canonical(value[n])}" for n in names) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(canonical, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def strict_base64(text):
    data = base64.b64decode(text, validate=True)
    expect(base64.b64encode(data).decode() == text, "base64 that is not in its standard spelling")
    return data


def read_key(text):
    """name+hash+key of a signed note: the hash is SHA-256(name LF 0x01 key), four bytes."""
    name, code, key = text.split("+", 2)
    data = strict_base64(key)
    expect(len(data) == 33 and data[0] == 1, "no Ed25519 key")
    expect(hashlib.sha256(name.encode() + b"\n" + data).hexdigest()[:8] == code, "the key's hash")
    return name, bytes.fromhex(code), data[1:]


def header(name, size):
    """The one header that a file of a package has: mode 600, no owner, no time."""
    field = lambda text, width: text.encode().ljust(width, b"\0")
    block = (field(name, 100) + field("0000600", 8) + field("0000000", 8) + field("0000000", 8) + field(f"{size:011o}", 12)
             + field("0" * 11, 12) + b" " * 8 + b"0" + bytes(100) + field("ustar", 6) + b"00" + bytes(247))
    return block[:148] + f"{sum(block):06o}".encode() + b"\0 " + block[156:]


def archive(files):
    return b"".join(header(n, len(b)) + b + bytes(-len(b) % 512) for n, b in files) + bytes(1024)


def verify(data, trusted=None):
    """The content of a package; raises for anything that is not one, to the last byte."""
    try:
        with tarfile.open(fileobj=io.BytesIO(data), mode="r:") as tar:
            files = [(m.name, tar.extractfile(m).read()) for m in tar.getmembers() if m.isreg()]
    except (tarfile.TarError, EOFError, AttributeError) as error:
        raise Unsound(f"no tar: {error}") from error
    names = [n for n, _ in files]
    expect(names in (["package.note", "package.json"], ["package.note", "package.json", "catalogue.json"]), names)
    expect(archive(files) == data, "the archive is not in its one form")
    text, _, rest = files[0][1].decode("utf-8").partition("\n\n")
    text += "\n"
    lines = text.split("\n")
    expect(lines[0] == FORMAT, "another format")
    name, code, key = read_key(lines[1])
    expect(trusted is None or trusted == lines[1], "signed by another key")
    listed = "".join(f"{hashlib.sha256(b).hexdigest()} {n}\n" for n, b in files[1:])
    expect(text == f"{FORMAT}\n{lines[1]}\n{listed}", "the digests")
    signed = rest.split(" ")
    expect(len(signed) == 3 and signed[0] == "—" and signed[1] == name and rest.endswith("\n"), "the signature line")
    signature = strict_base64(signed[2][:-1])
    expect(signature[:4] == code, "the signature's key")
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature[4:], text.encode())
    except InvalidSignature as error:
        raise Unsound("the signature") from error
    content = json.loads(files[1][1])
    expect(canonical(content).encode() == files[1][1], "package.json is not canonical")
    expect(content["format"] == FORMAT, "another format")
    for measure in content["measures"]:
        prefix = measure["slug"] + "."
        expect(all(p["name"].startswith(prefix) for p in measure["parameters"]), "a parameter of another measure")
        expect(all(f["indicator"].startswith(prefix) for f in measure["figures"]), "a figure of another measure")
    return lines[1], content


def holds(data, trusted=None):
    try:
        verify(data, trusted)
        return True
    except (Unsound, ValueError):
        return False


# --- beside the program


def check(program):
    from outside import Checks
    told = Checks()
    with tempfile.TemporaryDirectory() as folder:
        place = lambda name: os.path.join(folder, name)
        run = lambda *words: subprocess.run([program, *words], capture_output=True, text=True, env={**os.environ, "LANG": "C"})
        open(place("nothing.jsonl"), "w").close()
        for city in ("a", "b"):
            made = run("import", "requests", place("nothing.jsonl"), "--data", place(city))
            told(f"a city in {city}", made.returncode == 0, made.stderr)
        package = place("m21.tar")
        made = run("city", "export", package, "--measures", "21", "--data", place("a"))
        told("export", made.returncode == 0, made.stderr)
        again = run("city", "export", package, "--measures", "21", "--data", place("a"))
        told("an export overwrites nothing", again.returncode == 1, again.stderr.strip())
        none = run("city", "export", place("m14.tar"), "--measures", "14", "--data", place("a"))
        told("what is not adopted is not exported", none.returncode == 1 and not os.path.exists(place("m14.tar")))
        data = open(package, "rb").read()
        key, content = verify(data)
        told("verified from the file alone", key == made.stdout.strip().split("\n")[-1], key)
        told("what is in it", [m["number"] for m in content["measures"]] == [21])
        secrets = open(os.path.join(place("a"), "keys.json")).read()
        values = [v for v in json.loads(secrets).values() if isinstance(v, str)]
        told("no secret is in it", not any(v.encode() in data for v in values))
        # A thousand changed bytes, each refused here; a few dozen of them by the program too.
        chance = random.Random(1)
        places = [chance.randrange(len(data)) for _ in range(1000)]
        changed = lambda at: data[:at] + bytes([data[at] ^ chance.randrange(1, 256)]) + data[at + 1:]
        told("1,000 changed bytes are refused", not any(holds(changed(at)) for at in places))
        accepted = []
        bad = place("bad.tar")
        for at in places[:25] + [0, 155, 345, 511, len(data) - 1]:
            with open(bad, "wb") as out:
                out.write(changed(at))
            if run("city", "import", bad, "--data", place("b"), "--key", key).returncode == 0:
                accepted.append(at)
        told("30 of them by the program too", not accepted, accepted)
        told("nothing was written", not os.path.exists(os.path.join(place("b"), "city")))
        unknown = run("city", "import", package, "--data", place("b"))
        told("a key that nobody confirmed does not import", unknown.returncode == 1 and "log/key" in unknown.stderr)
        other = run("city", "import", package, "--data", place("b"), "--key", key.replace("shifan", "other"))
        told("nor does another key", other.returncode == 1)
        dry = run("city", "import", package, "--data", place("b"), "--dry-run")
        told("a dry run changes nothing", dry.returncode == 0 and not os.path.exists(os.path.join(place("b"), "city")), dry.stderr)
        taken = run("city", "import", package, "--data", place("b"), "--key", key)
        told("import", taken.returncode == 0, taken.stderr)
        clean = run("verify", "--data", place("b"))
        told("the city opens with it", clean.returncode == 0, clean.stdout.strip())
    told.finish()


if __name__ == "__main__":
    if sys.argv[1:2] == ["--check"] and len(sys.argv) == 3:
        check(os.path.abspath(sys.argv[2]))
    elif len(sys.argv) in (2, 3):
        try:
            found, body = verify(open(sys.argv[1], "rb").read(), *sys.argv[2:])
        except (Unsound, ValueError) as error:
            print("does not hold:", error)
            sys.exit(2)
        print("holds:", [m["number"] for m in body["measures"]], "of", body["city"]["code"], "signed by", found)
    else:
        print(__doc__)
        sys.exit(1)
