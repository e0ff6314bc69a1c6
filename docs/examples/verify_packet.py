"""Verifies an evidence packet offline, as a court, a notary or an opponent would.

Written from docs/reference/ip-protection.md, C2SP's tlog-checkpoint and signed-note, RFC 6962 §2.1 and
RFC 8785. Needs Python 3 and `cryptography`, for Ed25519 alone. Nothing is fetched.

usage: verify_packet.py PACKET KEY      KEY is the log's public key, as its /key says
       exit status: 0 it holds, 2 it does not, 1 it cannot be read
"""
import base64, hashlib, json, re, sys

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

PACKET = {"format", "content", "files", "custody", "proofs", "key"}
CONTENT = {"nonce", "title", "origin", "collector", "tool", "environment", "time", "storage",
           "support", "items"}
EVENT = {"content", "previous", "nonce", "at", "move", "from", "to", "capacity"}
PROOF = {"event", "entry", "index", "proof", "checkpoint"}
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3}(\d{3})?)?Z")


class Wrong(Exception):
    """What does not hold."""


def need(holds, what):
    if not holds:
        raise Wrong(what)


def sha256(data):
    return hashlib.sha256(data).digest()


def canonical(value):
    """RFC 8785, for values without fractions: members sorted, no white space."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def unbase64(text):
    """base64 with padding, in its one form."""
    data = base64.b64decode(text, validate=True)
    need(base64.b64encode(data).decode() == text, "base64 in another form")
    return data


class Key:
    """The public key of a log (C2SP vkey): name, hash, kind 1 and an Ed25519 key."""

    def __init__(self, text):
        self.text = text.strip()
        self.name, number, key = self.text.split("+", 2)
        raw = base64.b64decode(key, validate=True)
        self.hash = sha256(self.name.encode() + b"\n" + raw)[:4]
        if raw[0] != 1 or self.hash.hex() != number:
            raise ValueError(f"{text} is no key of a log")
        self.public = Ed25519PublicKey.from_public_bytes(raw[1:])

    def checkpoint(self, note):
        """Size and root of a checkpoint that bears this key's signature and no other."""
        text, gap, rest = note.rpartition("\n\n")
        need(gap and rest.endswith("\n") and rest.count("\n") == 1, "the checkpoint has one signature")
        dash, name, signature = rest[:-1].split(" ")
        blob = unbase64(signature)
        need(dash == "—" and name == self.name and blob[:4] == self.hash,
             "the checkpoint is signed by another key")
        try:
            self.public.verify(blob[4:], (text + "\n").encode())
        except InvalidSignature:
            raise Wrong("the signature of the checkpoint") from None
        origin, size, root = text.split("\n")[:3]
        need(origin == self.name, "the checkpoint is of another log")
        return int(size), unbase64(root)


def root_of(leaf, index, size, path):
    """The root that a leaf at a place leads to (RFC 9162 §2.1.3.2)."""
    need(0 <= index < size, "the entry lies outside the log")
    place, last, at = index, size - 1, leaf
    for step in path:
        need(last > 0, "the proof is too long")
        if place & 1 or place == last:
            at = sha256(b"\x01" + step + at)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            at = sha256(b"\x01" + at + step)
        place, last = place >> 1, last >> 1
    need(last == 0, "the proof is too short")
    return at


def check_files(content, files):
    items = content["items"]
    need(len(items) == len(files) > 0, "as many files as items")
    for item, text in zip(items, files):
        data = unbase64(text)
        need(item["size"] == len(data), f"the size of {item['name']}")
        need(item["sha256"] == sha256(data).hex(), f"the digest of {item['name']}")


def check_custody(custody, content):
    need(custody, "nobody held it")
    digest, previous, holder, at = sha256(canonical(content)).hex(), "", "", ""
    for number, event in enumerate(custody, 1):
        need(set(event) == EVENT, f"the members of step {number}")
        need(event["content"] == digest, f"step {number} is about other content")
        need(event["previous"] == previous, f"step {number} does not follow the one before")
        need(event["from"] == holder, f"step {number} comes from somebody who did not hold it")
        need(MOMENT.fullmatch(event["at"]) and event["at"] >= at, f"the time of step {number}")
        previous, holder, at = sha256(canonical(event)).hex(), event["to"], event["at"]


def check_proofs(custody, proofs, key):
    need([proof["event"] for proof in proofs] == list(range(len(custody))),
         "each step of custody has one proof, in order")
    for number, (event, proof) in enumerate(zip(custody, proofs), 1):
        need(set(proof) == PROOF, f"the members of proof {number}")
        entry = proof["entry"].encode()
        parsed = json.loads(entry)
        need(canonical(parsed) == entry, f"the entry of step {number} is not canonical")
        need(sha256(canonical(event)).hex() in parsed["public"].get("custody", []),
             f"the entry of step {number} does not name it")
        size, root = key.checkpoint(proof["checkpoint"])
        path = [unbase64(step) for step in proof["proof"]]
        need(all(len(step) == 32 for step in path), f"the hashes of proof {number}")
        need(root_of(sha256(b"\x00" + entry), proof["index"], size, path) == root,
             f"step {number} does not stand in the log")


def verify(data, key):
    """Raises what does not hold; the answer is the packet."""
    packet = json.loads(data.decode())
    need(canonical(packet) == data, "the packet is not canonical JSON")
    need(set(packet) == PACKET, "the members of the packet")
    need(packet["format"] == "tequ-evidence-packet-1", "the format")
    need(set(packet["content"]) == CONTENT, "the members of the content")
    need(packet["key"] == key.text, "the packet names another key")
    check_files(packet["content"], packet["files"])
    check_custody(packet["custody"], packet["content"])
    check_proofs(packet["custody"], packet["proofs"], key)
    return packet


def main(arguments):
    if len(arguments) != 2:
        print(__doc__)
        return 1
    try:
        with open(arguments[0], "rb") as file:
            data = file.read()
        key = Key(arguments[1])
    except (OSError, ValueError) as error:
        print(f"cannot be read: {error}")
        return 1
    try:
        packet = verify(data, key)
    except Wrong as wrong:
        print(f"does not hold: {wrong}")
        return 2
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        print(f"does not hold: {type(error).__name__} {error}")
        return 2
    print(f"holds: {packet['content']['title']}")
    print(f"content {sha256(canonical(packet['content'])).hex()}")
    for event in packet["custody"]:
        print(f"  {event['at']}  {event['move']}  {event['from'] or '-'} -> {event['to']}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
