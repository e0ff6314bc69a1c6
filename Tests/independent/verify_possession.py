"""Verifies a proof of possession with nothing but the proof and the files that are shown beside it.

Written from docs/reference/trade-secrets.md; the receipt in it is checked by verify_receipt.py.

usage: verify_possession.py PROOF FILE [FILE ...] [--key KEY]
exit status: 0 it holds, 2 it does not, 1 it cannot be read
"""
import sys

import verify_receipt as v

KIND = "trade-secrets.deposits.deposit"


def member(value, name, kind):
    if not isinstance(value, dict) or type(value.get(name)) is not kind:
        raise v.Unreadable(f"“{name}” is missing or wrong")
    return value[name]


class Part:
    """A file, or the statement, with its way to the root."""

    def __init__(self, value):
        self.index = member(value, "index", int)
        self.salt, self.content = (v.from_hex(member(value, n, str), 32) for n in ("salt", "content"))
        self.path = [v.from_base64(h) for h in member(value, "path", list)]
        self.name = None
        if ("name" in value) == ("name_digest" in value):
            raise v.Unreadable("a name or its digest, one of them")
        if "name" in value:
            self.name = member(value, "name", str)
            self.digest = v.sha256(v.from_hex(member(value, "name_salt", str), 32) + self.name.encode())
        else:
            self.digest = v.from_hex(member(value, "name_digest", str), 32)

    def value(self, size):
        """The value of the deposit that this part leads to; None where the path does not fit."""
        if any(len(h) != 32 for h in self.path):
            return None
        leaf = v.sha256(b"\x00" + self.salt + self.content + self.digest)
        root = v.inclusion_root(leaf, self.index, size, self.path)
        return root and v.sha256(b"tequ-deposit-1\x00" + size.to_bytes(8, "big") + root).hex()


def verify(proof, files, trusted=None):
    """The checks as (name, holds), and when the deposit was recorded; Unreadable if a part cannot be read."""
    if not isinstance(proof, dict) or proof.get("format") != "tequ-possession-1":
        raise v.Unreadable("this is no proof of format tequ-possession-1")
    size, receipt = member(proof, "size", int), member(proof, "receipt", dict)
    parts = [Part(p) for p in member(proof, "parts", list)]
    if not 2 <= size <= 100_001 or not parts or len({p.index for p in parts}) != len(parts):
        raise v.Unreadable("size or parts are wrong")
    statement = member(proof, "statement", str) if "statement" in proof else None
    checks = v.verify(receipt, trusted)
    entry = v.open_entry(receipt["entry"])
    value = entry["public"].get("deposit") if entry["kind"] == KIND else None
    checks.append(("registered", type(value) is str))
    for part in parts:
        empty = part.name is None or (part.name == "") == (part.index == 0)
        checks.append((f"part {part.index}", empty and value is not None and part.value(size) == value))
    shown, rest = [v.sha256(f) for f in files], [p for p in parts if p.index]
    checks.append(("files", bool(rest) and sorted(shown) == sorted(p.content for p in rest)))
    first = next((p for p in parts if not p.index), None)
    if first or statement is not None:
        checks.append(("statement", bool(first) and statement is not None
                       and v.sha256(statement.encode()) == first.content))
    return checks, entry["recorded_at"]


def holds(data, files, trusted=None):
    """Whether the bytes of a proof hold for the bytes of files."""
    try:
        return all(good for _, good in verify(v.parse(data.decode()), files, trusted)[0])
    except ValueError:
        return False


def main():
    words = sys.argv[1:]
    key = words.pop(words.index("--key") + 1) if "--key" in words else None
    words = [w for w in words if w != "--key"]
    try:
        proof, *files = [open(w, "rb").read() for w in words]
        checks, when = verify(v.parse(proof.decode()), files, key)
    except (ValueError, OSError) as error:
        print("FAIL it cannot be read:", error)
        return 1
    for name, good in checks:
        print("ok  " if good else "FAIL", name)
    if not all(good for _, good in checks):
        return 2
    print("The files existed on", when)
    return 0


if __name__ == "__main__":
    sys.exit(main())
