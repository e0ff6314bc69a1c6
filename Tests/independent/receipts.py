"""Receipts and the log from outside: files requests, checks what comes back with verify_receipt.py and
with `tequ receipt verify`, changes single bits, and rebuilds the log's tree from its entries alone.

usage: receipts.py BASE TEQU
"""
import base64, concurrent.futures, json, os, random, subprocess, tempfile

import verify_receipt as v
from outside import Checks, Site, argument, entries, until

site, tequ = Site(argument(1)), argument(2)
check = Checks()
folder = tempfile.mkdtemp(prefix="tequ-receipts-")
chance = random.Random(21)
trusted = site.get("/log/key").text.strip()
FLIPS = 120


def command(data, suffix=".json", key=None):
    """The exit status of `tequ receipt verify`: 0 holds, 2 does not, 1 unreadable."""
    handle, path = tempfile.mkstemp(suffix, dir=folder)
    os.write(handle, data)
    os.close(handle)
    extra = ["--key", key] if key else []
    status = subprocess.run([tequ, "receipt", "verify", path, *extra], capture_output=True).returncode
    os.unlink(path)
    return status


def ready(path):
    def ask():
        answer = site.get(path)
        return answer if answer.status == 200 else None

    return until(ask)


def filed():
    item, district = site.place()
    texts = ["路灯坏了三天。", "<b>&amp; \"quoted\" </script>", "一二三\n四五六\t七", "emoji 🚦 and \u2028 separators"]
    found = []
    for number in range(20):
        body = {"item": item, "district": district, "text": texts[number % 4] + str(number),
                "is_public": number % 2 == 0, "name": "王女士", "phone": "13800000000"}
        answer = site.post("/api/requests", body)
        if check.count == 0 or answer.status != 201:
            check("receipts: filed", answer.status == 201, answer.status)
        found.append(answer.json)
    return found


def each(acknowledged):
    ours = theirs = agrees = sealed = pages = 0
    for done in acknowledged:
        path, token = done["receipt"].split("?")[0], done["token"]
        answer = ready(f"{path}.json?token={token}")
        if answer is None:
            continue
        receipt = answer.json
        ours += v.holds(answer.body, trusted)
        theirs += command(answer.body, key=trusted) == 0
        agrees += (receipt["entry"], receipt["salt"]) == (done["entry"], done["salt"])
        bare = site.get(path + ".json").json
        sealed += not {"salt", "private"} & set(bare) and "王女士" not in str(bare)
        page = site.get(f"{path}.html?token={token}").body
        pages += v.holds(page, trusted) and command(page, ".html", trusted) == 0
    count = len(acknowledged)
    check("receipts: verify_receipt.py holds", ours == count, f"{ours} of {count}")
    check("receipts: tequ receipt verify holds", theirs == count, f"{theirs} of {count}")
    check("receipts: entry and salt as acknowledged", agrees == count, f"{agrees} of {count}")
    check("receipts: without the token nothing private", sealed == count, f"{sealed} of {count}")
    check("receipts: saved pages hold in both", pages == count, f"{pages} of {count}")
    path = acknowledged[0]["receipt"].split("?")[0]
    wrong = site.get(path + ".json?token=AAAAAAAAAAAAAAAA").status
    check("receipts: a wrong token is refused", wrong == 404, wrong)
    other = v.Key(trusted)
    stranger = f"{other.name}+{v.sha256(b'x').hex()[:8]}+{base64.b64encode(bytes([1]) + bytes(range(32))).decode()}"
    data = ready(path + ".json").body
    check("receipts: another key is not trusted", not v.holds(data, stranger) and command(data, key=stranger) != 0)


def flips(done):
    """Single bits of the file, in each of its members; both must refuse every one."""
    data = ready(done["receipt"].replace("?", ".json?")).body
    spans = {"anywhere": (0, len(data))}
    for name in ["entry", "proof", "checkpoint", "key", "salt", "private", "index"]:
        start = data.index(f'"{name}":'.encode()) + len(name) + 3
        # The members stand in the order of their names, so the next one ends this one.
        ends = [data.find(f',"{n}":'.encode(), start) for n in
                ["format", "index", "key", "private", "proof", "salt"]]
        spans[name] = (start, min([e for e in ends if e > 0] + [len(data) - 1]))
    wishes = []
    for name, (start, end) in spans.items():
        for _ in range(FLIPS):
            place = chance.randrange(start, end)
            bit = chance.randrange(8)
            changed = data[:place] + bytes([data[place] ^ 1 << bit]) + data[place + 1:]
            wishes.append((name, place, bit, changed))
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        statuses = list(pool.map(lambda w: command(w[3]), wishes))
    for name in spans:
        mine = [(w, s) for w, s in zip(wishes, statuses) if w[0] == name]
        ours = [w for w, _ in mine if v.holds(w[3])]
        theirs = [(w, s) for w, s in mine if s not in (1, 2)]
        detail = f"{len(mine)} flips"
        for w, s in theirs[:3]:
            detail += f"; byte {w[1]} bit {w[2]} exit {s}: …{w[3][w[1] - 8:w[1] + 8]}…"
        check(f"flips: {name} refused by verify_receipt.py", not ours, f"{len(mine)} flips")
        check(f"flips: {name} refused by tequ", not theirs, detail)


def extremes(done):
    """Receipts with numbers at the edges: refused, and with a status of its own, not by a crash."""
    receipt = ready(done["receipt"].replace("?", ".json?")).json
    size = receipt["checkpoint"].split("\n")[1]
    changes = [{"index": i} for i in (-1, 2**63 - 1, -2**63, 2**63, 1e300, "1", None)]
    changes += [{"checkpoint": receipt["checkpoint"].replace(f"\n{size}\n", f"\n{n}\n", 1)}
                for n in (0, -1, 2**63 - 1, 2**63, 2**64, "1e3", "0" + size)]
    changes += [{"index": 2**63 - 2, **changes[9]}, {"proof": []}, {"proof": receipt["proof"] * 100},
                {"proof": [""]}, {"proof": receipt["proof"][:-1]}, {"entry": ""}, {"entry": "{}"}, {"key": "+" * 9},
                {"key": ""}, {"salt": ""}, {"private": None}, {"checkpoint": ""}, {"checkpoint": "\n\n"}]
    wrong = []
    for change in changes:
        data = json.dumps({**receipt, **change}).encode()
        if v.holds(data) or command(data) not in (1, 2):
            wrong.append(str(change)[:60])
    check("extremes: refused by both", not wrong, f"{len(changes)} receipts {wrong}")


# The tree (RFC 9162 §2.1), from leaf hashes alone.

def root(leaves):
    if not leaves:
        return v.sha256(b"")
    level = leaves
    while len(level) > 1:
        pairs = [v.sha256(b"\x01" + level[i] + level[i + 1]) for i in range(0, len(level) - 1, 2)]
        # An odd last node rises as it is: the same tree as the recursive definition.
        level = pairs + level[len(level) // 2 * 2:]
    return level[0]


def consistent(first, second, old, new, proof):
    """RFC 9162 §2.1.4.2."""
    if first == second:
        return proof == [] and old == new
    path = list(proof)
    if first & (first - 1) == 0:
        path.insert(0, old)
    if not path:
        return False
    fn, sn = first - 1, second - 1
    while fn & 1:
        fn >>= 1
        sn >>= 1
    fr = sr = path[0]
    for node in path[1:]:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            fr, sr = v.sha256(b"\x01" + node + fr), v.sha256(b"\x01" + node + sr)
            while not fn & 1 and fn:
                fn >>= 1
                sn >>= 1
        else:
            sr = v.sha256(b"\x01" + sr + node)
        fn >>= 1
        sn >>= 1
    return fr == old and sr == new and sn == 0


def place(index):
    """The path of a tile: three digits a part, an `x` before all but the last (C2SP tlog-tiles)."""
    digits = f"{index:03d}"
    digits = digits.zfill(-(-len(digits) // 3) * 3)
    parts = [digits[i:i + 3] for i in range(0, len(digits), 3)]
    return "/".join(["x" + p for p in parts[:-1]] + parts[-1:])


def tile(level, index, width):
    path = f"/log/tile/{level}/{place(index)}" + (f".p/{width}" if width < 256 else "")
    return site.get(path).body


def log():
    note = site.get("/log/checkpoint").text
    text, signatures = v.open_note(note)
    origin, size, head = v.open_checkpoint(text)
    key = v.Key(trusted)
    check("log: the checkpoint is signed by the log", key.verifies(text, signatures) and origin == key.name)
    leaves, lines, bundles = [], [], 0
    for index in range(-(-size // 256)):
        width = min(256, size - 256 * index)
        path = "/log/tile/entries/" + place(index) + (f".p/{width}" if width < 256 else "")
        data, at = site.get(path).body, 0
        bundles += 1
        while at < len(data):
            length = int.from_bytes(data[at:at + 2], "big")
            lines.append(data[at + 2:at + 2 + length])
            at += 2 + length
    leaves = [v.sha256(b"\x00" + line) for line in lines]
    check("log: the root follows from the entries alone", len(lines) == size and root(leaves) == head,
          f"{size} entries in {bundles} bundles")
    exported = entries(site)
    check("log: the export holds the same entries", exported[:size] == lines, f"{len(exported)} lines")
    try:
        for line in lines:
            v.open_entry(line.decode())
        check("log: every entry is canonical and complete", True, size)
    except ValueError as error:
        check("log: every entry is canonical and complete", False, error)
    wrong, count, nodes, level = 0, 0, leaves, 0
    while nodes:
        for index in range(-(-len(nodes) // 256)):
            part = nodes[256 * index:256 * index + 256]
            count += 1
            wrong += tile(level, index, len(part)) != b"".join(part)
        nodes = [root(nodes[i:i + 256]) for i in range(0, len(nodes) // 256 * 256, 256)]
        level += 1
    check("log: every tile follows from the entries", wrong == 0, f"{count} tiles, {level} levels")
    sizes = {1, 2, 3, 255, 256, 257, 511, 512, 513, 1024, size - 1, size}
    sizes = sorted(n for n in sizes | {chance.randrange(1, size + 1) for _ in range(20)} if 0 < n <= size)
    roots = {n: root(leaves[:n]) for n in sizes}
    pairs = [(m, n) for m in sizes for n in sizes if m <= n]
    pairs = chance.sample(pairs, min(150, len(pairs))) + [(1, size), (size - 1, size), (size, size)]
    bad = 0
    for m, n in pairs:
        proof = [v.from_base64(h) for h in site.get(f"/log/proof/{m}/{n}").json["proof"]]
        bad += not consistent(m, n, roots[m], roots[n], proof)
        # The same proof must not fit another beginning.
        bad += m < n and consistent(m, n, v.sha256(roots[m]), roots[n], proof)
    check("log: consistency proofs", bad == 0, f"{len(pairs)} pairs of sizes")
    refused = [site.get(f"/log/proof/{m}/{n}").status for m, n in [(0, 1), (2, 1), (1, size + 10**6), ("a", 1)]]
    check("log: impossible proofs are refused", refused == [400] * 4, refused)


def tlog_proof(done):
    """C2SP tlog-proof: a header, the index, the hashes, an empty line, the checkpoint."""
    receipt = ready(done["receipt"].replace("?", ".json?")).json
    text = ready(done["receipt"].split("?")[0] + ".tlog-proof").text
    head, _, note = text.partition("\n\n")
    lines = head.split("\n")
    signed, signatures = v.open_note(note)
    origin, size, top = v.open_checkpoint(signed)
    index = int(lines[1].removeprefix("index "))
    proof = [v.from_base64(h) for h in lines[2:]]
    leaf = v.sha256(b"\x00" + receipt["entry"].encode())
    holds = (lines[0] == "c2sp.org/tlog-proof@v1" and v.Key(trusted).verifies(signed, signatures)
             and index == receipt["index"] and v.inclusion_root(leaf, index, size, proof) == top)
    check("tlog-proof: the file holds", holds, f"index {index} of {size}")


acknowledged = filed()
each(acknowledged)
tlog_proof(acknowledged[3])
log()
flips(acknowledged[1])
extremes(acknowledged[1])
check.finish()
