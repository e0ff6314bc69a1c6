"""Logs of our own making, so that they can lie, and a plain web server that knows nothing of logs. Written from C2SP's
tlog-tiles, tlog-checkpoint and signed-note; hashing and keys are those of docs/examples/verify_log.py."""
import base64, functools, http.server, os, shutil, subprocess, sys, threading

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../docs/examples"))
import verify_log as v
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey


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


def consistency(entries, first):
    """RFC 6962 §2.1.2: the proof that the tree of the first entries is inside the whole."""
    hashes = [v.sha256(b"\x00" + entry) for entry in entries]

    def part(first, hashes, whole):
        if first == len(hashes):
            return [] if whole else [v.root_of(hashes)]
        half = 1
        while half * 2 < len(hashes):
            half *= 2
        if first <= half:
            return part(first, hashes[:half], whole) + [v.root_of(hashes[half:])]
        return part(first - half, hashes[half:], False) + [v.root_of(hashes[:half])]

    return part(first, hashes, True) if 0 < first < len(hashes) else []


def golang(name, folder):
    """A program in Go with Debian's golang-golang-x-mod-dev; None where Go or the package is not installed."""
    program = os.path.join(folder, name)
    if os.path.exists(program):
        return program
    if not shutil.which("go"):
        return None
    source = os.path.join(os.path.dirname(os.path.abspath(__file__)), name + ".go")
    environment = {**os.environ, "GO111MODULE": "off", "GOPATH": "/usr/share/gocode", "GOCACHE": folder + "/cache"}
    return None if subprocess.run(["go", "build", "-o", program, source], env=environment).returncode else program
