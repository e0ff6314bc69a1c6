"""Verifies a log that lies in a folder, as `tequ log export` and other programs write it.

Written from C2SP's tlog-tiles, tlog-checkpoint, signed-note and tlog-cosignature, and RFC 6962 §2.1.
Needs Python 3 and `cryptography`, for Ed25519 alone.

usage: verify_log.py FOLDER KEY [WITNESS_KEY...]
       exit status: 0 it holds, 2 it does not, 1 it cannot be read
"""
import base64, hashlib, os, struct, sys

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


class Wrong(Exception):
    """What does not hold."""


def sha256(data):
    return hashlib.sha256(data).digest()


def node(left, right):
    return sha256(b"\x01" + left + right)


def root_of(hashes):
    """RFC 6962 §2.1, over the hashes of leaves or of full subtrees of one height."""
    if not hashes:
        return sha256(b"")
    while len(hashes) > 1:
        pairs = [node(a, b) for a, b in zip(hashes[::2], hashes[1::2])]
        hashes = pairs + hashes[len(pairs) * 2:]
    return hashes[0]


class Key:
    def __init__(self, text):
        self.name, number, key = text.strip().split("+", 2)
        raw = base64.b64decode(key, validate=True)
        self.kind, self.public = raw[0], Ed25519PublicKey.from_public_bytes(raw[1:])
        self.hash = sha256(self.name.encode() + b"\n" + raw)[:4]
        if self.hash.hex() != number or self.kind not in (1, 4):
            raise ValueError(f"{text} is no key of a log or a witness")

    def signed(self, text, signatures):
        for name, blob in signatures:
            if name != self.name or blob[:4] != self.hash:
                continue
            message, signature = text, blob[4:]
            if self.kind == 4:
                seconds = struct.unpack(">Q", blob[4:12])[0]
                message, signature = f"cosignature/v1\ntime {seconds}\n".encode() + text, blob[12:]
            try:
                self.public.verify(signature, message)
                return True
            except InvalidSignature:
                pass
        return False


def read_checkpoint(note):
    """The text that is signed, the signatures, and what the text says."""
    text, _, rest = note.rpartition(b"\n\n")
    text += b"\n"
    signatures = []
    for line in rest.decode().splitlines():
        dash, name, blob = line.split(" ")
        if dash != "—":
            raise ValueError("a line of signatures begins with a dash")
        signatures.append((name, base64.b64decode(blob, validate=True)))
    origin, size, root = text.decode().split("\n")[:3]
    return text, signatures, origin, int(size), base64.b64decode(root, validate=True)


def path_of(folder, level, index, count):
    groups = [f"{index % 1000:03}"]
    while index >= 1000:
        index //= 1000
        groups.insert(0, f"x{index % 1000:03}")
    partial = f".p/{count}" if count < 256 else ""
    return os.path.join(folder, "tile", str(level), "/".join(groups) + partial)


def read(path):
    try:
        with open(path, "rb") as file:
            return file.read()
    except FileNotFoundError:
        raise Wrong(f"{path} is missing")


def read_entries(path, first, count):
    data, entries, at = read(path), [], 0
    for index in range(first, first + count):
        if at + 2 > len(data):
            raise Wrong(f"{path} ends before entry {index}")
        length = struct.unpack(">H", data[at:at + 2])[0]
        if at + 2 + length > len(data):
            raise Wrong(f"{path} ends within entry {index}")
        entries.append(data[at + 2:at + 2 + length])
        at += 2 + length
    if at != len(data):
        raise Wrong(f"{path} goes on after entry {first + count - 1}")
    return entries


def verify(folder, keys):
    text, signatures, origin, size, root = read_checkpoint(read(os.path.join(folder, "checkpoint")))
    if origin != keys[0].name or keys[0].kind != 1:
        raise Wrong(f"the checkpoint is of {origin}, not of {keys[0].name}")
    for key in keys:
        if not key.signed(text, signatures):
            raise Wrong(f"no valid signature of {key.name}")
    hashes = []  # of the level below: leaves at first, then roots of full tiles
    for first in range(0, size, 256):
        count = min(256, size - first)
        path = path_of(folder, "entries", first // 256, count)
        hashes += [sha256(b"\x00" + entry) for entry in read_entries(path, first, count)]
    all_leaves, level = hashes, 0
    while hashes:
        above = []
        for first in range(0, len(hashes), 256):
            part = hashes[first:first + 256]
            path = path_of(folder, level, first // 256, len(part))
            kept = read(path)
            if len(kept) != 32 * len(part):
                raise Wrong(f"{path} has {len(kept)} bytes instead of {32 * len(part)}")
            for offset, computed in enumerate(part):
                if kept[32 * offset:32 * offset + 32] != computed:
                    what = "entry" if level == 0 else f"hash of level {level}"
                    raise Wrong(f"{what} {first + offset} does not fit {path}")
            if len(part) == 256:
                above.append(root_of(part))
        hashes, level = above, level + 1
    if root_of(all_leaves) != root:
        raise Wrong("the root over the entries is not the one in the checkpoint")
    return origin, size


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    try:
        name, count = verify(sys.argv[1], [Key(text) for text in sys.argv[2:]])
    except Wrong as wrong:
        print(wrong)
        sys.exit(2)
    except (ValueError, OSError, struct.error) as error:
        print("cannot be read:", error)
        sys.exit(1)
    print(f"{name}: {count} entries hold")
