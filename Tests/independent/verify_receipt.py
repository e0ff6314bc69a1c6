"""Verifies a receipt with nothing but the file: JSON, or the web page that was saved.

Written from docs/reference/evidence-format.md, RFC 9162 §2.1.3.2, RFC 8785 and C2SP's signed-note,
tlog-checkpoint. Needs Python 3 and `cryptography`, for Ed25519 alone.

usage: verify_receipt.py FILE [KEY]      exit status: 0 it holds, 2 it does not, 1 it cannot be read
"""
import base64, decimal, hashlib, json, math, re, sys

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


class Unreadable(ValueError):
    """A part that cannot be read; JSON, base64 and UTF-8 fail with ValueErrors too."""


def sha256(data):
    return hashlib.sha256(data).digest()


def from_base64(text):
    """Only the one standard spelling: else a changed file could still mean the same."""
    data = base64.b64decode(text, validate=True)
    if base64.b64encode(data).decode() != text:
        raise Unreadable("base64 that is not in its standard spelling")
    return data


def from_hex(text, length):
    if not re.fullmatch("[0-9a-f]{%d}" % (2 * length), text):
        raise Unreadable(f"{length} bytes of lower-case hex are expected")
    return bytes.fromhex(text)


def parse(text):
    def members(pairs):
        if len({name for name, _ in pairs}) != len(pairs):
            raise Unreadable("a member occurs twice")
        return dict(pairs)

    try:  # int() refuses Python's own NaN and Infinity.
        return json.loads(text, object_pairs_hook=members, parse_constant=int)
    except RecursionError:
        raise Unreadable("JSON that is nested too deep")


def number(value):
    """RFC 8785 §3.2.2.3: a double as ECMAScript writes it. Python finds the same shortest digits and puts them
    down in another way."""
    if value == 0:
        return "0"
    if value in (math.inf, -math.inf):
        raise Unreadable("a number that no double holds")
    sign, digits, power = decimal.Decimal(repr(value)).as_tuple()
    text = "".join(map(str, digits)).rstrip("0")
    point = len(digits) + power  # Where the point stands, counted from the first digit.
    minus = "-" if sign else ""
    if len(text) <= point <= 21:
        return minus + text.ljust(point, "0")
    if 0 < point <= 21:
        return f"{minus}{text[:point]}.{text[point:]}"
    if -6 < point <= 0:
        return minus + "0." + "0" * -point + text
    rest = "." + text[1:] if len(text) > 1 else ""
    return f"{minus}{text[0]}{rest}e{'+' if point > 0 else '-'}{abs(point - 1)}"


def canonical(value):
    """RFC 8785. Counts and sums are integers; only what an entry carries of another format (such as an amount in
    an OCDS release) has fractions."""
    if isinstance(value, dict):
        names = sorted(value, key=lambda name: name.encode("utf-16-be"))
        return "{" + ",".join(f"{canonical(n)}:{canonical(value[n])}" for n in names) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(canonical, value)) + "]"
    if isinstance(value, float):
        return number(value)
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > 2**53:
        raise Unreadable("an integer that a double cannot hold")
    return json.dumps(value, ensure_ascii=False)


def inclusion_root(leaf, index, size, proof):
    """RFC 9162 §2.1.3.2; None if the proof has not the length that index and size ask for."""
    fn, sn, node = index, size - 1, leaf
    for sibling in proof:
        if sn == 0:
            return None
        if fn & 1 or fn == sn:
            node = sha256(b"\x01" + sibling + node)
            while not fn & 1 and fn:
                fn >>= 1
                sn >>= 1
        else:
            node = sha256(b"\x01" + node + sibling)
        fn >>= 1
        sn >>= 1
    return node if sn == 0 and 0 <= index < size else None


class Key:
    """A verifier key `name+hash+base64`, Ed25519 being type 1."""

    def __init__(self, text):
        parts = text.split("+", 2)
        if len(parts) != 3 or not parts[0] or re.search(r"\s", parts[0]):
            raise Unreadable("a key is name+hash+base64")
        self.name, data = parts[0], from_base64(parts[2])
        if len(data) != 33 or data[0] != 1:
            raise Unreadable("the key is not Ed25519 (type 1)")
        self.hash = sha256(self.name.encode() + b"\n" + data)[:4]
        self.fits = from_hex(parts[1], 4) == self.hash
        self.public = Ed25519PublicKey.from_public_bytes(data[1:])

    def verifies(self, text, signatures):
        for name, data in signatures:
            if name == self.name and data[:4] == self.hash and len(data) == 68:
                try:
                    self.public.verify(data[4:], text.encode())
                    return True
                except InvalidSignature:
                    return False
        return False


def open_note(note):
    """The text with its last line break, and the signatures as (name, bytes)."""
    text, blank, rest = note.rpartition("\n\n")
    if not blank or not rest.endswith("\n") or re.search(r"[\x00-\x09\x0b-\x1f]", note):
        raise Unreadable("the checkpoint is no signed note")
    signatures = []
    for line in rest[:-1].split("\n"):
        parts = line.split(" ")
        if len(parts) != 3 or parts[0] != "\u2014":
            raise Unreadable("a signature line is wrong")
        signatures.append((parts[1], from_base64(parts[2])))
    return text + "\n", signatures


def open_checkpoint(text):
    lines = text.split("\n")[:-1]
    if len(lines) < 3 or not re.fullmatch("0|[1-9][0-9]*", lines[1]) or "" in lines:
        raise Unreadable("the checkpoint has not the lines that it must have")
    return lines[0], int(lines[1]), from_base64(lines[2])


MEMBERS = {"v": int, "kind": str, "recorded_at": str, "effective_at": str, "jurisdiction": str,
           "authorisation": str, "matter": str, "public": dict, "commitment": str}


def open_entry(text):
    entry = parse(text)
    if not isinstance(entry, dict) or canonical(entry) != text:
        raise Unreadable("the entry is not in canonical form")
    if set(entry) != set(MEMBERS) or any(type(entry[n]) is not t for n, t in MEMBERS.items()):
        raise Unreadable("the entry has not the members that it must have")
    if entry["v"] != 1:
        raise Unreadable("the entry is of another version")
    from_hex(entry["matter"], 16), from_hex(entry["commitment"], 32)
    return entry


def verify(receipt, trusted=None):
    """The checks as (name, holds); raises Unreadable if a part cannot be read at all."""
    if not isinstance(receipt, dict) or receipt.get("format") != "tequ-receipt-1":
        raise Unreadable("this is no receipt of format tequ-receipt-1")
    for name, kind in [("entry", str), ("index", int), ("proof", list), ("checkpoint", str), ("key", str)]:
        if type(receipt.get(name)) is not kind:
            raise Unreadable(f"“{name}” is missing or wrong")
    entry, key = open_entry(receipt["entry"]), Key(receipt["key"])
    text, signatures = open_note(receipt["checkpoint"])
    origin, size, root = open_checkpoint(text)
    proof = [from_base64(h) for h in receipt["proof"]]
    leaf = sha256(b"\x00" + receipt["entry"].encode())
    checks = [
        ("key", key.fits and trusted in (None, receipt["key"])),
        ("signature", key.verifies(text, signatures)),
        ("origin", origin == key.name),
        ("inclusion", all(len(h) == 32 for h in proof)
         and inclusion_root(leaf, receipt["index"], size, proof) == root),
    ]
    if "salt" in receipt or "private" in receipt:
        if type(receipt.get("salt")) is not str or type(receipt.get("private")) is not str:
            raise Unreadable("salt and private go together")
        opened = sha256(from_hex(receipt["salt"], 16) + receipt["private"].encode())
        checks.append(("commitment", opened.hex() == entry["commitment"]))
    return checks


def document(data):
    """The receipt in a file's bytes: all of them, or what the page's script element holds."""
    text = data.decode("utf-8")
    if not text.lstrip().startswith("<"):
        return parse(text)
    found = re.findall(r'<script[^>]* id="receipt">(.*?)</script>', text, re.DOTALL)
    if len(found) != 1:
        raise Unreadable("the page holds no receipt, or more than one")
    return parse(found[0])


def holds(data, trusted=None):
    """Whether the bytes of a file are a receipt that holds."""
    try:
        return all(good for _, good in verify(document(data), trusted))
    except ValueError:
        return False


def main():
    try:
        with open(sys.argv[1], "rb") as file:
            checks = verify(document(file.read()), sys.argv[2] if len(sys.argv) > 2 else None)
    except (ValueError, OSError) as error:
        print("FAIL it cannot be read:", error)
        return 1
    for name, good in checks:
        print("ok  " if good else "FAIL", name)
    return 0 if all(good for _, good in checks) else 2


if __name__ == "__main__":
    sys.exit(main())
