"""Time-stamps against `openssl ts` and rfc3161-client: authorities made here, with RSA, P-256, P-384 and SM2 keys;
requests made by tequ; answers judged by all; tokens that must be refused, each for its reason; random mutations, of
which tequ may accept none that openssl refuses.

usage: timestamps.py TEQU [MUTATIONS]
"""
import datetime, hashlib, http.server, os, random, re, shutil, subprocess, tempfile, threading

import rfc3161_client
from cryptography import x509

from outside import Checks, argument

tequ, mutations, check = argument(1), int(argument(2, "400")), Checks()
work = tempfile.mkdtemp(prefix="tequ-timestamps-")
os.chdir(work)
chance = random.Random(3161)
CONFIG = """
[req]
distinguished_name=dn
[dn]
[ca]
basicConstraints=critical,CA:TRUE
keyUsage=critical,keyCertSign
[tsa]
basicConstraints=critical,CA:FALSE
keyUsage=critical,digitalSignature
extendedKeyUsage=critical,timeStamping
[lax]
basicConstraints=critical,CA:FALSE
keyUsage=critical,digitalSignature
extendedKeyUsage=timeStamping
[two]
basicConstraints=critical,CA:FALSE
keyUsage=critical,digitalSignature
extendedKeyUsage=critical,timeStamping,codeSigning
[mail]
basicConstraints=critical,CA:FALSE
extendedKeyUsage=critical,emailProtection
[t]
serial=serial
signer_digest=DIGEST
default_policy=1.3.6.1.4.1.99999.1
other_policies=1.3.6.1.4.1.99999.2
digests=sha256,sha384,sha512,sm3
accuracy=secs:1
ess_cert_id_alg=ESS
"""
open("serial", "w").write("01\n")
for digest in ("sha256", "sm3", "sha384"):
    for ess in ("sha1", "sha256", "sha512"):
        open(f"c-{digest}-{ess}.cnf", "w").write(CONFIG.replace("DIGEST", digest).replace("ESS", ess))
open("c.cnf", "w").write(CONFIG.replace("DIGEST", "sha256").replace("ESS", "sha256"))


def openssl(*words):
    return subprocess.run(["openssl", *words], capture_output=True)


def must(*words):
    done = openssl(*words)
    if done.returncode:
        raise SystemExit(f"FAIL openssl {' '.join(words)}: {done.stderr.decode()[-500:]}")


SM2 = ["-sm3", "-sigopt", "distid:1234567812345678"]


def key(name, kind):
    if kind == "rsa":
        must("genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", name)
    else:
        must("genpkey", "-algorithm", "EC", "-pkeyopt", f"ec_paramgen_curve:{kind}", "-out", name)


def authority(kind):
    """root-KIND.pem, mid-KIND.pem, tsa-KIND.pem and certificates of other uses, with their keys."""
    more = SM2 if kind == "SM2" else ["-sha256"]
    ids = ["-vfyopt", "distid:1234567812345678"] if kind == "SM2" else []
    for name in ("root", "mid", "tsa"):
        key(f"{name}-{kind}.key", kind)
    must("req", "-x509", "-new", "-key", f"root-{kind}.key", "-subj", f"/CN=Root {kind}", "-days", "3650", "-config", "c.cnf",
         "-extensions", "ca", "-out", f"root-{kind}.pem", *more)

    def certify(out, name, extension, by, serial, days="3650"):
        must("req", "-new", "-key", f"{name}-{kind}.key", "-subj", f"/CN={out}", "-config", "c.cnf", "-out", "csr", *more)
        must("x509", "-req", "-in", "csr", "-CA", f"{by}-{kind}.pem", "-CAkey", f"{by}-{kind}.key", "-set_serial", serial, "-days",
             days, "-extfile", "c.cnf", "-extensions", extension, "-out", f"{out}-{kind}.pem", *more, *ids)
    certify("mid", "mid", "ca", "root", "2")
    for serial, extension in enumerate(("tsa", "lax", "two", "mail"), 3):
        certify(extension, "tsa", extension, "mid", str(serial))


def reply(kind, query, out, digest="sha256", ess="sha256", signer="tsa", chain=True):
    return openssl("ts", "-reply", "-queryfile", query, "-config", f"c-{digest}-{ess}.cnf", "-section", "t", "-signer", f"{signer}-{kind}.pem",
                   "-inkey", f"tsa-{kind}.key", *(["-chain", f"mid-{kind}.pem"] if chain else []), "-out", out)


def der(tag, *parts):
    body = b"".join(parts)
    size = bytes([len(body)]) if len(body) < 128 else (lambda n: bytes([128 + len(n)]) + n)(len(body).to_bytes((len(body).bit_length() + 7) // 8, "big"))
    return bytes([tag]) + size + body


def oid(text):
    first, second, *rest = map(int, text.split("."))
    out = bytearray()
    for number in [40 * first + second, *rest]:
        group = [number & 127]
        while number := number >> 7:
            group.insert(0, 128 | number & 127)
        out += bytes(group)
    return der(6, bytes(out))


def sm2_reply(query, out):
    """`openssl ts` and `openssl cms` of 3.0 sign with no SM2 key: the token is put together here from RFC 3161 and RFC 5652,
    signed by `openssl dgst`."""
    request = open(query, "rb").read()
    asked = openssl("asn1parse", "-inform", "DER", "-in", query).stdout.decode()
    parts = [(int(at), int(head) + int(length), name) for at, head, length, name in
             re.findall(r"(\d+):d=\d+ +hl= *(\d+) +l= *(\d+) +\w+: *(\w+)", asked)]
    values = [(name, request[at:at + size]) for at, size, name in parts]
    imprint, numbers = values[2][1], [value for name, value in values if name == "INTEGER"]
    now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%d%H%M%SZ").encode()
    sm3 = der(0x30, oid("1.2.156.10197.1.401"))
    info = der(0x30, numbers[0], oid("1.3.6.1.4.1.99999.1"), imprint, der(2, b"\x07"), der(0x18, now), numbers[1])
    certificates = [openssl("x509", "-in", f"{n}-SM2.pem", "-outform", "DER").stdout for n in ("tsa", "mid")]
    parsed = x509.load_der_x509_certificate(certificates[0])
    issuer = parsed.issuer.public_bytes()

    def attribute(name, value):
        return der(0x30, oid(name), der(0x31, value))
    hashed = hashlib.new("sm3", certificates[0]).digest()
    attributes = sorted([
        attribute("1.2.840.113549.1.9.3", oid("1.2.840.113549.1.9.16.1.4")),
        attribute("1.2.840.113549.1.9.4", der(4, hashlib.new("sm3", info).digest())),
        attribute("1.2.840.113549.1.9.16.2.47", der(0x30, der(0x30, der(0x30, sm3, der(4, hashed)))))])
    open("attributes", "wb").write(der(0x31, *attributes))
    must("dgst", *SM2, "-sign", "tsa-SM2.key", "-out", "signature", "attributes")
    signer = der(0x30, der(2, b"\x01"), der(0x30, issuer, der(2, b"\x03")), sm3, der(0xA0, *attributes),
                 der(0x30, oid("1.2.156.10197.1.501")), der(4, open("signature", "rb").read()))
    data = der(0x30, der(2, b"\x03"), der(0x31, sm3), der(0x30, oid("1.2.840.113549.1.9.16.1.4"), der(0xA0, der(4, info))),
               der(0xA0, *certificates), der(0x31, signer))
    open(out, "wb").write(der(0x30, der(0x30, der(2, b"\0")), der(0x30, oid("1.2.840.113549.1.7.2"), der(0xA0, data))))


def ours(token, kind="prime256v1", *more, data="data"):
    done = subprocess.run([tequ, "timestamp", "verify", token, "--data", data, "--roots", f"root-{kind}.pem", *more], capture_output=True,
                          env={**os.environ, "LC_ALL": "C"})
    return done.returncode, (done.stdout + done.stderr).decode(errors="replace")


def theirs(token, kind="prime256v1", *more, data="data"):
    return openssl("ts", "-verify", "-data", data, "-in", token, "-CAfile", f"root-{kind}.pem", *more).returncode == 0


open("data", "wb").write(chance.randbytes(5000))
KINDS = ["rsa", "prime256v1", "secp384r1", "SM2"]
for kind in KINDS:
    authority(kind)
    digest = "sm3" if kind == "SM2" else "sha256"
    imprints = ["sm3"] if kind == "SM2" else ["sha256", "sha384", "sha512", "sm3"]
    for imprint in imprints:
        asked = subprocess.run([tequ, "timestamp", "request", "--data", "data", "--digest", imprint, "--out", "q.tsq"], capture_output=True)
        text = openssl("ts", "-query", "-in", "q.tsq", "-text").stdout.decode()
        check(f"{kind}: openssl reads the request with {imprint}", asked.returncode == 0 and "Certificate required: yes" in text and "Nonce: 0x" in text)
        if kind == "SM2":
            sm2_reply("q.tsq", "r.tsr")
            status, said = ours("r.tsr", kind, "--digest", imprint, "--request", "q.tsq")
            check("SM2: a token put together here and signed by openssl holds", status == 0, said.strip()[-120:])
            whole, held = open("r.tsr", "rb").read(), 0
            for _ in range(60):
                altered = bytearray(whole)
                altered[chance.randrange(60, len(altered))] ^= 1 << chance.randrange(8)
                open("m.tsr", "wb").write(altered)
                held += ours("m.tsr", kind, "--digest", imprint, "--request", "q.tsq")[0] == 0
            # Bits that say nothing: version numbers, parameters, the list of hashes.
            check("SM2: changed tokens are refused", held <= 3, f"{60 - held} of 60")
            continue
        made = reply(kind, "q.tsq", "r.tsr", digest)
        check(f"{kind}: openssl answers it", made.returncode == 0, made.stderr.decode()[-150:] if made.returncode else "")
        status, said = ours("r.tsr", kind, "--digest", imprint, "--request", "q.tsq")
        check(f"{kind}: it holds here and there ({imprint})", status == 0 and theirs("r.tsr", kind), said.strip()[-120:])
    if kind != "SM2":
        must("ts", "-query", "-data", "data", "-sha256", "-cert", "-out", "p.tsq")
        for ess in ("sha1", "sha256", "sha512"):
            reply(kind, "p.tsq", "e.tsr", ess=ess)
            check(f"{kind}: certificate named by {ess}", ours("e.tsr", kind)[0] == 0 and theirs("e.tsr", kind))
        # rfc3161-client wants the certificates of the token in the order of DER, which openssl does not keep: one only.
        reply(kind, "p.tsq", "r.tsr", chain=False)
        pem = [x509.load_pem_x509_certificate(open(f"{n}-{kind}.pem", "rb").read()) for n in ("root", "mid", "tsa")]
        verifier = rfc3161_client.VerifierBuilder().add_root_certificate(pem[0]).add_intermediate_certificate(pem[1]).tsa_certificate(pem[2]).build()
        decoded = rfc3161_client.decode_timestamp_response(open("r.tsr", "rb").read())
        try:
            third = verifier.verify_message(decoded, open("data", "rb").read())
        except Exception as error:
            third = error
        check(f"{kind}: rfc3161-client agrees", third is True, third)

# Refusals, each for its reason.
must("ts", "-query", "-data", "data", "-sha256", "-cert", "-out", "q.tsq")
reply("prime256v1", "q.tsq", "r.tsr")
open("other", "wb").write(b"something else")


def refused(name, word, *arguments, **more):
    status, said = ours(*arguments, **more)
    check(f"refused: {name}", status == 2 and word in said, said.strip()[-140:])


refused("another file", "something else", "r.tsr", data="other")
refused("another root", "not trusted", "r.tsr", "rsa")
refused("another policy", "policy", "r.tsr", "prime256v1", "--policy", "1.2.3.4")
subprocess.run([tequ, "timestamp", "request", "--data", "data", "--out", "n.tsq"])
refused("the answer to another request", "nonce", "r.tsr", "prime256v1", "--request", "n.tsq")
must("ts", "-query", "-data", "data", "-sha256", "-cert", "-tspolicy", "1.3.6.1.4.1.4.4", "-out", "u.tsq")
reply("prime256v1", "u.tsq", "u.tsr")
refused("an answer that grants none", "refused the request", "u.tsr")
must("ts", "-query", "-data", "data", "-sha256", "-out", "bare.tsq")
reply("prime256v1", "bare.tsq", "bare.tsr")
refused("a token without certificates", "certificate", "bare.tsr")
check("accepted with them beside it", ours("bare.tsr", "prime256v1", "--intermediates", "both.pem")[0] == 0
      if open("both.pem", "wb").write(open("tsa-prime256v1.pem", "rb").read() + open("mid-prime256v1.pem", "rb").read()) else False)
# The same TSTInfo signed as CMS by certificates that are not for it, which `openssl ts` would not use.
must("ts", "-reply", "-in", "r.tsr", "-token_out", "-out", "token.der")
must("cms", "-verify", "-noverify", "-inform", "DER", "-in", "token.der", "-out", "info.der")


def resign(out, signer, *more, content="1.2.840.113549.1.9.16.1.4"):
    must("cms", "-sign", "-in", "info.der", "-binary", "-nodetach", "-outform", "DER", "-md", "sha256", "-econtent_type", content, "-signer",
         f"{signer}-prime256v1.pem", "-inkey", "tsa-prime256v1.key", "-certfile", "mid-prime256v1.pem", "-out", out, *more)


resign("ok.der", "tsa", "-cades")
check("accepted: the same signed as CMS with CAdES attributes", ours("ok.der")[0] == 0, ours("ok.der")[1].strip()[-140:])
for signer, name in [("lax", "use not critical"), ("two", "a second use"), ("mail", "another use")]:
    resign(f"{signer}.der", signer, "-cades")
    refused(name, "not trusted", f"{signer}.der")
resign("nocades.der", "tsa")
refused("the signer's certificate is not named", "name its signer", "nocades.der")
resign("content.der", "tsa", "-cades", content="1.2.840.113549.1.7.1")
refused("content of another type", "no time-stamp", "content.der")
resign("noattr.der", "tsa", "-noattr")
refused("no signed attributes", "attributes", "noattr.der")
must("x509", "-in", "root-prime256v1.pem", "-out", "x.pem")
for name, data in [("nothing", b""), ("a text", b"hello"), ("half", open("r.tsr", "rb").read()[:400])]:
    open("bad", "wb").write(data)
    check(f"unreadable: {name}", ours("bad")[0] == 1)

# Mutations.
whole = open("r.tsr", "rb").read()
accepted = wrong = crashed = 0
for number in range(mutations):
    altered = bytearray(whole)
    for _ in range(chance.randint(1, 3)):
        altered[chance.randrange(len(altered))] ^= 1 << chance.randrange(8)
    open("m.tsr", "wb").write(altered)
    status, _ = ours("m.tsr")
    crashed += status not in (0, 1, 2)
    if status == 0:
        accepted += 1
        wrong += not theirs("m.tsr")
check("mutations: no crash", crashed == 0, f"{crashed} of {mutations}")
check("mutations: none accepted that openssl refuses", wrong == 0, f"{accepted} accepted, as openssl does, of {mutations}")


class Authority(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        open("h.tsq", "wb").write(self.rfile.read(int(self.headers["Content-Length"])))
        reply("prime256v1", "h.tsq", "h.tsr")
        body = open("h.tsr", "rb").read() if self.path == "/tsa" else b"no"
        self.send_response(200 if self.path != "/broken" else 500)
        self.send_header("Content-Type", "application/timestamp-reply" if self.path == "/tsa" else "text/html")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Authority)
threading.Thread(target=server.serve_forever, daemon=True).start()


def ask(path, *more):
    return subprocess.run([tequ, "timestamp", "request", "--data", "data", "--out", "w.tsq", "--url", f"http://127.0.0.1:{server.server_port}{path}",
                           "--reply", "w.tsr", *more], capture_output=True).returncode


check("over HTTP: asked and kept", ask("/tsa") == 0 and ours("w.tsr", "prime256v1", "--request", "w.tsq")[0] == 0)
check("over HTTP: what is no answer is told", ask("/page") == 1 and ask("/broken") == 1)
server.shutdown()
os.chdir("/")
shutil.rmtree(work, ignore_errors=True)
check.finish()
