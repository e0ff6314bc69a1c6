"""Certificates from outside: a business goes dormant, its certificate is taken, and judged by code that is not ours.

eddsa-jcs-2022 and the status list are written here from W3C's texts over rfc8785 and cryptography, SD-JWT is checked by
sd-jwt from PyPI both ways, the QR code is read from a picture of the page by zxing, and the page /verify is opened from a
file with the network off. Everything is changed in every way that comes to mind and must be refused.

usage: certificates.py BASE TEQU
"""
import base64, copy, gzip, hashlib, io, json, os, random, re, subprocess, tempfile, zlib

import base58, rfc8785, zxingcpp
from axe_playwright_python.sync_playwright import Axe
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwcrypto.jwk import JWK
from PIL import Image
from playwright.sync_api import sync_playwright
from sd_jwt.common import SDObj
from sd_jwt.issuer import SDJWTIssuer
from sd_jwt.verifier import SDJWTVerifier

import verify_receipt
from outside import PASSWORD, Checks, Site, argument, until

site, tequ, check = Site(argument(1)), argument(2), Checks()
work = tempfile.mkdtemp(prefix="tequ-certificates-")
chance = random.Random(2022)
trust = site.get("/certificates/trust.json").json
keys = {m["id"]: (d["id"], base58.b58decode(m["publicKeyMultibase"][1:])[2:]) for d in trust["issuers"] for m in d["verificationMethod"]}


def put(name, data):
    path = os.path.join(work, name)
    with open(path, "wb") as out:
        out.write(data if isinstance(data, bytes) else data.encode() if isinstance(data, str) else json.dumps(data, ensure_ascii=False).encode())
    return path


def command(data, *more, trusted=None):
    """What `tequ certificate verify` says: (status, the checks that fail)."""
    done = subprocess.run([tequ, "certificate", "verify", put("given", data), "--trust", put("trust.json", trusted or trust), "--json", *more],
                          capture_output=True)
    try:
        bad = [c["id"] for c in json.loads(done.stdout)["checks"] if not c["holds"]]
    except ValueError:
        bad = [done.stderr.decode(errors="replace").strip()[-120:]]
    return done.returncode, bad


def proven(document):
    """Data Integrity, eddsa-jcs-2022, §3.3 of the cryptosuites."""
    plain = {k: v for k, v in document.items() if k != "proof"}
    options = {k: v for k, v in document["proof"].items() if k != "proofValue"}
    issuer, key = keys[options["verificationMethod"]]
    if issuer != plain["issuer"] or options["cryptosuite"] != "eddsa-jcs-2022" or options["@context"] != plain["@context"]:
        return False
    message = hashlib.sha256(rfc8785.dumps(options)).digest() + hashlib.sha256(rfc8785.dumps(plain)).digest()
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(base58.b58decode(document["proof"]["proofValue"][1:]), message)
        return True
    except InvalidSignature:
        return False


def bit(document, index):
    """Bitstring Status List §3.2."""
    text = document["credentialSubject"]["encodedList"]
    bits = gzip.decompress(base64.urlsafe_b64decode(text[1:] + "=" * (-len(text[1:]) % 4)))
    assert text[0] == "u" and len(bits) * 8 >= 131072
    return bits[index // 8] >> (7 - index % 8) & 1


# A business goes dormant.
counter, registrar = site.sign_in("dormancy-counter"), site.sign_in("dormancy-registrar")
feed = site.sign_in("dormancy-feed")
today = site.get("/healthz").header("date")


def credit_code(body):
    """GB 32100: the last character of a unified social credit code."""
    letters = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    total = sum(letters.index(c) * pow(3, i, 31) for i, c in enumerate(body))
    return body + letters[-total % 31]


def file_one():
    import datetime
    start = datetime.date.today() + datetime.timedelta(days=5)
    said = {"contact": "经办人", "phone": "13800000000", "cause": "economic-crisis", "reason": "客流下降，暂时无法维持经营。", "difficulty": True,
            "means": True, "plan": "待客流恢复后重新开业。", "from": str(start), "through": str(start + datetime.timedelta(days=90)),
            "address": "江北区滨河路88号", "labour": True, "truthful": True, "no-business": True, "annual-report": True, "publish-end": True,
            "monthly": True, "rent": 500000, "pledged": "no"}
    places = list(range(60))
    chance.shuffle(places)
    for place in places:
        said["code"] = credit_code(f"91990000MA5{place:06d}")
        answer = site.post("/api/dormancy", said)
        if answer.status == 201:
            break
    else:
        raise SystemExit(f"FAIL no business can go dormant: {answer.status} {answer.text}")
    done = answer.json

    def step(body, who):
        answer = site.post(f"/api/dormancy/{done['number']}/steps", body, who)
        if answer.status != 201:
            raise SystemExit(f"FAIL {body}: {answer.status} {answer.text}")
        return answer.json
    step({"command": "finish", "as": "clerk", "identity": "head", "seen": True}, counter)
    return done, step({"command": "file", "as": "handler"}, registrar), said["code"]


opened, filed, code = file_one()
number, token, version = opened["number"], opened["token"], filed["version"]
base = f"/certificates/{number}/{version}/filing-notice"
answer = until(lambda: (a := site.get(f"{base}.json?token={token}")).status == 200 and a)
check("the certificate is there", answer is not None)
file, whole = answer.json, answer.body
credential = file["credential"]
check("nobody else gets it", site.get(base + ".json").status == 404 and site.get(base + ".json?token=AAAAAAAAAAAAAAAA").status == 404)
subject = credential["credentialSubject"]
check("it says what was filed", subject["code"] == code and subject["caseNumber"] == number and subject["serviceAddress"] == "江北区滨河路88号", subject)
check("an independent verifier accepts the credential", proven(credential))
check("the receipt in it holds", verify_receipt.holds(json.dumps(file["receipt"]).encode(), trust["logs"][0]))
logged = json.loads(file["receipt"]["entry"])["public"]["certificates"]
digest = hashlib.sha256(rfc8785.dumps(credential)).hexdigest()
check("the log names the certificate by its digest", logged == {"filing-notice": digest})
check("nothing of its content is in the log", not any(str(v) in file["receipt"]["entry"] for k, v in subject.items() if k in ("code", "business", "serviceAddress")))
check("tequ certificate verify accepts", command(whole) == (0, []), command(whole))
did = site.get("/.well-known/did.json").json
check("the DID document is the one that is trusted", did == trust["issuers"][0] and did["id"] == credential["issuer"])
schema = site.get("/certificates/schemas/DormancyFilingCredential.json").json
check("the schema names every field", set(subject) <= set(schema["properties"]["credentialSubject"]["properties"]))

# Every change is refused, and by whom.
missed, unread, refused = 0, 0, 0
for _ in range(300):
    altered = bytearray(whole)
    altered[chance.randrange(len(altered))] ^= 1 << chance.randrange(8)
    try:
        same = json.loads(altered) == file
    except ValueError:
        same = False
    status, _bad = command(bytes(altered))
    missed += status == 0 and not same
    unread, refused = unread + (status == 1), refused + (status == 2)
check("300 single bits changed: none is missed", missed == 0, f"{refused} refused, {unread} unreadable")


def named(name, ids, change, *more, trusted=None):
    other = copy.deepcopy(file)
    change(other)
    status, bad = command(other, *more, trusted=trusted)
    check(f"refused: {name}", status == 2 and bad == ids, bad)


mine = Ed25519PrivateKey.generate()
public = mine.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
multikey = "z" + base58.b58encode(b"\xed\x01" + public).decode()


def sign(document, issuer, method=None):
    """Another issuer of ours, written from the specification."""
    plain = {k: v for k, v in document.items() if k != "proof"} | {"issuer": issuer}
    options = {"type": "DataIntegrityProof", "cryptosuite": "eddsa-jcs-2022", "created": "2026-11-02T00:00:00Z", "proofPurpose": "assertionMethod",
               "verificationMethod": method or f"{issuer}#{multikey}", "@context": plain["@context"]}
    message = hashlib.sha256(rfc8785.dumps(options)).digest() + hashlib.sha256(rfc8785.dumps(plain)).digest()
    return plain | {"proof": options | {"proofValue": "z" + base58.b58encode(mine.sign(message)).decode()}}


named("a field changed", ["signature", "logged"], lambda f: f["credential"]["credentialSubject"].update(code="x"))
named("no proof", ["signature", "logged"], lambda f: f["credential"].pop("proof"))
named("signed by a stranger", ["signature", "logged"], lambda f: f.update(credential=sign(f["credential"], "did:key:" + multikey)))
named("a stranger under the city's name", ["signature", "logged"],
      lambda f: f.update(credential=sign(f["credential"], f["credential"]["issuer"], credential["proof"]["verificationMethod"])))
named("the receipt of another act", ["logged"], lambda f: f.update(receipt={k: v for k, v in site.get(filed["receipt"].split("?")[0].rsplit("/", 1)[0] + "/1.json").json.items()}))
named("another place in the log", ["log-inclusion"], lambda f: f["receipt"].update(index=f["receipt"]["index"] + 1))
named("before it was issued", ["validity"], lambda f: None, "--at", "2020-01-01T00:00:00Z")
other = {**trust, "issuers": [{"id": "did:key:" + multikey, "assertionMethod": [f"did:key:{multikey}#{multikey}"], "verificationMethod": [
    {"id": f"did:key:{multikey}#{multikey}", "type": "Multikey", "controller": "did:key:" + multikey, "publicKeyMultibase": multikey}]}]}
named("an issuer that is not trusted", ["signature"], lambda f: None, trusted=other)
key = trust["logs"][0]
named("a log that is not trusted", ["log-key"], lambda f: None, trusted={**trust, "logs": ["example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"]})
theirs = copy.deepcopy(file)
theirs["credential"] = sign(credential, "did:key:" + multikey)
check("a credential that an independent issuer signed is read", command(theirs, trusted=other) == (2, ["logged"]), command(theirs, trusted=other))

# SD-JWT: the reference implementation reads ours, and the other way round.
ours = site.get(f"{base}.sd-jwt?token={token}").text
header = json.loads(base64.urlsafe_b64decode(ours.split(".")[0] + "=="))
issuer_key = JWK(kty="OKP", crv="Ed25519", x=base64.urlsafe_b64encode(keys[header["kid"]][1]).decode().rstrip("="))


def shown(text):
    return SDJWTVerifier(text, lambda issuer, _: issuer_key if issuer == credential["issuer"] else None).get_verified_payload()


check("sd-jwt reads the whole", shown(ours)["credentialSubject"] == subject and header["typ"] == "dc+sd-jwt")
for names in (["cause"], ["serviceAddress"], []):
    part = site.get(f"{base}.sd-jwt?token={token}&show={','.join(names)}").text
    left = {k: v for k, v in subject.items() if k not in ("cause", "serviceAddress") or k in names}
    check(f"only {names or 'what is open'} is shown", shown(part)["credentialSubject"] == left and command(part) == (0, []))
check("a claim that cannot be hidden is not offered", site.get(f"{base}.sd-jwt?token={token}&show=code").status == 400)
broken = 0
for _ in range(150):
    altered = bytearray(ours.encode())
    altered[chance.randrange(len(altered))] ^= 1 << chance.randrange(7)
    broken += command(bytes(altered))[0] == 0
check("150 single bits of an SD-JWT changed: none is missed", broken == 0)
okp = JWK.from_json(json.dumps({"kty": "OKP", "crv": "Ed25519", "x": base64.urlsafe_b64encode(public).decode().rstrip("="),
                                "d": base64.urlsafe_b64encode(mine.private_bytes_raw()).decode().rstrip("=")}))
made = SDJWTIssuer({"iss": "did:key:" + multikey, SDObj("name"): "甲", "list": [SDObj("a"), "b"], "deep": {SDObj("x"): {SDObj("y"): 1}}}, okp,
                   sign_alg="EdDSA", add_decoy_claims=True, extra_header_parameters={"kid": f"did:key:{multikey}#{multikey}", "typ": "dc+sd-jwt"})
check("tequ reads what sd-jwt issues", command(made.sd_jwt_issuance, trusted=other) == (0, []), command(made.sd_jwt_issuance, trusted=other))

# Status lists.
entry = {e["statusPurpose"]: e for e in credential["credentialStatus"]}


def lists():
    found = {p: site.get(re.sub("^https://[^/]*(/shifan)?", "", e["statusListCredential"])) for p, e in entry.items()}
    return {p: a.json for p, a in found.items()}


before = lists()
check("the lists are signed and clear", all(proven(l) and bit(l, int(entry[p]["statusListIndex"])) == 0 for p, l in before.items()))
files = [put(f"{p}.json", l) for p, l in before.items()]
check("the certificate holds under both", command(whole, "--status", files[0], "--status", files[1]) == (0, []))


class Browser:
    """A session with forms, as the registrar's browser would have it."""

    def __init__(self, login):
        page = site.get("/sign-in")
        cookie = [v for n, v in page.headers if n.lower() == "set-cookie"]
        csrf = re.search(r'name="csrf" value="([^"]*)"', page.text)[1]
        from urllib.parse import urlencode
        self.encode = urlencode
        answer = site.call("POST", "/sign-in", urlencode({"csrf": csrf, "login": login, "password": PASSWORD}),
                           {"Content-Type": "application/x-www-form-urlencoded", "Cookie": "; ".join(c.split(";")[0] for c in cookie)})
        self.cookie = "; ".join(v.split(";")[0] for n, v in answer.headers if n.lower() == "set-cookie")

    def get(self, path):
        return site.get(path, {"Cookie": self.cookie})

    def send(self, path, form):
        csrf = re.search(r'name="csrf" value="([^"]*)"', self.get(base).text)[1]
        return site.call("POST", path, self.encode({"csrf": csrf, **form}),
                         {"Content-Type": "application/x-www-form-urlencoded", "Cookie": self.cookie})


staff = Browser("dormancy-registrar")
check("without a reason nothing is revoked", staff.send(base + "/status", {"purpose": "revocation", "set": "1", "reason": ""}).status == 422)
clerk = Browser("dormancy-counter")
check("the counter may not", clerk.send(base + "/status", {"purpose": "suspension", "set": "1", "reason": "x"}).status == 403)
log_before = int(site.get("/log/checkpoint").text.split("\n")[1])
for purpose, value in [("suspension", "1"), ("suspension", "0"), ("revocation", "1")]:
    done = staff.send(base + "/status", {"purpose": purpose, "set": value, "reason": "外部核验：" + purpose})
    now = lists()
    check(f"{purpose} becomes {value}", done.status == 303 and proven(now[purpose]) and bit(now[purpose], int(entry[purpose]["statusListIndex"])) == int(value), done.status)
    status, bad = command(whole, "--status", put("l.json", now[purpose]))
    check(f"the command says so ({purpose} {value})", (status, bad) == ((2, [f"status-{purpose}"]) if value == "1" else (0, [])), bad)
check("a revocation is for good", staff.send(base + "/status", {"purpose": "revocation", "set": "0", "reason": "x"}).status == 422)
until(lambda: int(site.get("/log/checkpoint").text.split("\n")[1]) >= log_before + 3)
tail = [json.loads(line) for line in site.get(f"/log/entries.jsonl?from={log_before}&limit=100").body.split(b"\n")[:-1]]
changes = [e["public"] for e in tail if e["kind"] == "dormancy.certificate-status"]
text = now["revocation"]["credentialSubject"]["encodedList"]
bits = gzip.decompress(base64.urlsafe_b64decode(text[1:] + "=" * (-len(text[1:]) % 4)))
check("every version of a list is an entry of the log", len(changes) == 3 and [c["list"].split("/")[0] for c in changes] == ["suspension", "suspension", "revocation"]
      and changes[-1]["digest"] == hashlib.sha256(bits).hexdigest() and changes[1]["version"] == changes[0]["version"] + 1, changes)
forged = sign(before["revocation"], "did:key:" + multikey)
check("a list of somebody else changes nothing", command(whole, "--status", put("l.json", forged))[1] == ["status"])
for name, damage in [("cut off", text[:-8]), ("a bomb", "u" + base64.urlsafe_b64encode(gzip.compress(bytes(1 << 24))).decode().rstrip("=")), ("short", "u" + base64.urlsafe_b64encode(gzip.compress(b"\0")).decode().rstrip("="))]:
    bad = copy.deepcopy(now["revocation"])
    bad["credentialSubject"]["encodedList"] = damage
    check(f"a list that is {name} is refused", command(whole, "--status", put("l.json", bad)) == (2, ["status"]))

# Paper: the page, its code, and the page that checks offline.
BASE45 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"


def base45(text):
    out = bytearray()
    for at in range(0, len(text), 3):
        digits = [BASE45.index(c) for c in text[at:at + 3]]
        value = sum(d * 45 ** i for i, d in enumerate(digits))
        out += value.to_bytes(2 if len(digits) == 3 else 1, "big")
    return bytes(out)


def accessible(page, name):
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": tags}}).response["violations"]
    check(f"{name}: axe finds nothing", not found, [v["id"] for v in found])


saved = put("verify.html", site.get("/verify").body)
with sync_playwright() as play:
    browser = play.chromium.launch(executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"), args=["--no-sandbox"])
    for language in ("zh", "en"):
        page = browser.new_page(viewport={"width": 1280, "height": 1000}, device_scale_factor=2)
        page.goto(f"{site.base}{base}?token={token}&lang={language}")
        picture = page.locator("svg.qr").screenshot()
        read = zxingcpp.read_barcodes(Image.open(io.BytesIO(picture)))
        check(f"{language}: the code on the page is read by zxing", len(read) == 1 and read[0].text.startswith("TC1:"), read and len(read[0].text))
        if os.environ.get("TEQU_SCREENSHOTS"):
            page.screenshot(path=os.path.join(os.environ["TEQU_SCREENSHOTS"], f"certificate-{language}.png"), full_page=True)
        accessible(page, language)
        pdf = page.pdf(format="A4", print_background=True)
        check(f"{language}: it is one sheet of A4", len(re.findall(rb"/Type\s*/Page\b", pdf)) == 1)
        page.close()
    text = read[0].text
    plain = json.loads(zlib.decompress(base45(text[4:]), -15))
    check("the code holds certificate, proof and checkpoint", plain["credential"] == credential and plain["receipt"]["entry"] == file["receipt"]["entry"])
    check("tequ certificate verify accepts the code", command(text) == (0, []))
    context = browser.new_context(offline=True)

    def verdict(content, files=(), script=""):
        page = context.new_page()
        asked = []
        page.on("request", lambda r: asked.append(r.url) if not r.url.startswith(("file:", "blob:")) else None)
        if script:
            page.add_init_script(script)
        page.goto("file://" + saved)
        page.fill("#text", content)
        if files:
            page.set_input_files("#files", list(files))
        page.click("button[type=submit]")
        page.wait_for_function("document.getElementById('verdict').textContent !== ''", timeout=60_000)
        said = page.locator("#verdict").text_content()
        bad = page.locator("tr[data-holds=false]").evaluate_all("rows => rows.map(r => r.dataset.check)")
        engine = page.locator("#verdict").get_attribute("data-engine")
        facts = page.locator("#facts").text_content()
        page.close()
        return ("✓" in said, bad, engine, facts, asked, said)

    page = context.new_page()
    page.goto("file://" + saved)
    accessible(page, "offline")
    page.close()
    good = verdict(text)
    check("offline: the code holds in a browser", good[0] and good[1] == [] and code in good[3], good[5])
    check("offline: nothing was asked of any network", good[4] == [], good[4])
    check("offline: by the browser's own Ed25519", good[2] == "WebCrypto", good[2])
    bare = verdict(text, script="Object.defineProperty(globalThis, 'crypto', { value: {} })")
    check("offline: in a browser without it too", bare[0] and bare[2] == "JavaScript", bare[2])
    by_file = verdict("", [put("certificate.json", whole)])
    check("offline: the file holds as well", by_file[0], by_file[5])
    revoked = verdict(text, [put("revocation.json", now["revocation"])])
    check("offline: with the list it is revoked", not revoked[0] and revoked[1] == ["status-revocation"], revoked[1])
    clear = verdict(text, [put("suspension.json", now["suspension"])])
    check("offline: the list of suspensions is clear", clear[0], clear[5])
    missed = 0
    for _ in range(40):
        other = list(text)
        place = chance.randrange(4, len(text))
        other[place] = chance.choice(BASE45.replace(other[place], ""))
        missed += verdict("".join(other))[0]
    check("offline: 40 characters of the code changed, none is missed", missed == 0)
    for name, change in [("a field", lambda f: f["credential"]["credentialSubject"].update(business="别的公司")),
                         ("the issuer", lambda f: f.update(credential=sign(f["credential"], "did:key:" + multikey))),
                         ("the log's key", lambda f: f["receipt"].update(key="example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k")),
                         ("the place", lambda f: f["receipt"].update(index=0))]:
        forgery = copy.deepcopy(file)
        change(forgery)
        found = verdict(json.dumps(forgery))
        check(f"offline: {name} changed is refused", not found[0] and found[1] and found[3] == "", found[1])
    for name, content in [("empty", ""), ("a text", "hello"), ("half a code", text[:500]), ("a code of nothing", "TC1:")]:
        found = verdict(content)
        check(f"offline: {name} cannot be read", not found[0] and "✗" in found[5], found[5][:80])
    browser.close()

# Random bytes in all readers of the command.
crashed = 0
for number_ in range(300):
    kind = number_ % 3
    if kind == 0:
        data = b"TC1:" + bytes(chance.choice(BASE45.encode()) for _ in range(chance.randrange(2000)))
    elif kind == 1:
        packed = bytearray(zlib.compress(whole)[2:-4])
        for _ in range(chance.randint(1, 5)):
            packed[chance.randrange(len(packed))] ^= 1 << chance.randrange(8)
        value, digits = bytes(packed), []
        for at in range(0, len(value), 2):
            part = int.from_bytes(value[at:at + 2], "big")
            for _ in range(len(value[at:at + 2]) + 1):
                digits.append(BASE45[part % 45])
                part //= 45
        data = ("TC1:" + "".join(digits)).encode()
    else:
        data = chance.randbytes(chance.randrange(3000))
    crashed += command(data)[0] not in (1, 2)
check("300 random inputs: refused without a crash", crashed == 0, crashed)
check.finish()
