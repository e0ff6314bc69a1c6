"""The conformance test of the shared interface for IP protection, version 1.0. Each side runs it against
itself: a platform against the address to which cities push, a city against its own interface.

usage: ip_conformance.py platform URL SECRET
       ip_conformance.py city BASE PLATFORM SECRET
"""
import json, secrets, sys, time, urllib.parse

import ip_signing
from outside import Checks, Site

check = Checks()


def problem(answer, *statuses):
    return answer.status in statuses


# A platform.
def push(**changes):
    key = "conformance-" + secrets.token_hex(8)
    message = {"interface": "1.0", "id": key, "event": "notice", "number": "2-2026-0000001-0", "version": 1,
               "stage": "notified", "city": "990000", "platform": "conformance",
               "at": "2026-03-02T01:00:00Z", "right": "trademark", "right_number": "1",
               "links": ["https://example.invalid/conformance"], "packets": [], "holder": "conformance",
               "statement": "conformance", "measures": ["delete"], **changes}
    return message["id"], ip_signing.encode(message)


def platform(url, secret):
    parts = urllib.parse.urlsplit(url)
    site, path = Site(f"{parts.scheme}://{parts.netloc}"), parts.path or "/"

    def send(body, headers):
        return site.call("POST", path, body, headers)

    key, body = push()
    first = send(body, ip_signing.headers(secret, body, key))
    check("platform: takes a signed message", 200 <= first.status < 300, first.status)
    receipt = first.json.get("receipt") if first.status < 300 else None
    check("platform: gives a receipt", isinstance(receipt, str) and 0 < len(receipt) <= 100, receipt)
    again = send(body, ip_signing.headers(secret, body, key))
    check("platform: a repetition gets the same receipt",
          again.status == first.status and again.json.get("receipt") == receipt, again.status)
    other = body.replace(b"trademark", b"copyright")
    check("platform: another body under the key is refused",
          problem(send(other, ip_signing.headers(secret, other, key)), 409, 422))
    key, body = push()
    good = ip_signing.headers(secret, body, key)
    for name, value in [("Tequ-Signature", "v1=" + "0" * 64), ("Tequ-Signature", good["Tequ-Signature"][3:]),
                        ("Idempotency-Key", key + "x"), ("Tequ-Timestamp", str(int(time.time()) + 1))]:
        check(f"platform: refuses a changed {name}", problem(send(body, {**good, name: value}), 401, 403))
    for name in ["Tequ-Signature", "Idempotency-Key", "Tequ-Timestamp"]:
        check(f"platform: refuses a message without {name}",
              problem(send(body, {n: v for n, v in good.items() if n != name}), 400, 401, 403))
    check("platform: refuses a changed body", problem(send(body + b" ", good), 401, 403))
    for age in [-900, 900]:
        old = ip_signing.headers(secret, body, key, int(time.time()) + age)
        check(f"platform: refuses a message {age} seconds off", problem(send(body, old), 401, 403))
    wrong = ip_signing.headers("another secret entirely", body, key)
    check("platform: refuses another secret", problem(send(body, wrong), 401, 403))
    for name, text in [("no JSON", b"{"), ("an empty body", b""), ("a list", b"[]"),
                       ("another version", push(interface="2.0")[1]), ("an unknown event", push(event="x")[1])]:
        check(f"platform: refuses {name}", problem(send(text, ip_signing.headers(secret, text)), 400, 422))
    for event in ["terminate", "keep", "order", "outcome"]:
        key, body = push(event=event)
        check(f"platform: takes {event}", 200 <= send(body, ip_signing.headers(secret, body, key)).status < 300)


# A city.
def city(base, name, secret):
    site = Site(base)
    contract = site.get("/api/ip-protection/exchange/openapi.json")
    check("city: serves the contract", contract.status == 200 and contract.json["info"]["version"] == "1.0")
    check("city: the contract names the push", "push" in contract.json.get("webhooks", {}))
    codes = site.get("/api/ip-protection/codes").json
    check("city: one list of codes", len(codes["rights"]) == 14 and codes["version"] == "1.0",
          len(codes["rights"]))
    check("city: the platform is on the list", any(p["code"] == name for p in codes["platforms"]))
    for right in codes["rights"]:
        found = site.get(f"/api/ip-protection/competence?right={right['code']}")
        check(f"city: who is competent for {right['code']}",
              found.status == 200 and found.json["court_id"] and found.json["agency_id"])
    check("city: an unknown right is refused", site.get("/api/ip-protection/competence?right=x").status == 422)
    schema = site.get("/api/ip-protection/packet.schema.json")
    check("city: serves the schema of packets", schema.status == 200 and "content" in schema.json["properties"])
    check("city: a packet that is none is refused",
          site.post("/api/ip-protection/packets/verify", {"format": "x"}).status == 422)
    path = f"/api/ip-protection/exchange/{name}/answers"
    body = ip_signing.encode({"interface": "1.0", "number": "2-2026-0000001-0", "command": "lift"})

    def send(body, headers):
        return site.call("POST", path, body, headers)

    good = ip_signing.headers(secret, body)
    check("city: a signed answer about no case is 404", send(body, good).status == 404)
    for header, value in [("Tequ-Signature", "v1=" + "0" * 64), ("Idempotency-Key", "x"),
                          ("Tequ-Timestamp", str(int(time.time()) + 1))]:
        check(f"city: refuses a changed {header}", send(body, {**good, header: value}).status == 401)
    check("city: refuses an old answer",
          send(body, ip_signing.headers(secret, body, None, int(time.time()) - 900)).status == 401)
    check("city: refuses another secret", send(body, ip_signing.headers("another secret here", body)).status == 401)
    check("city: an unknown platform is 404",
          site.call("POST", "/api/ip-protection/exchange/nobody/answers", body, good).status == 404)
    for what, value in [("another version", {"interface": "2.0", "number": "1", "command": "lift"}),
                        ("a command of others", {"interface": "1.0", "number": "1", "command": "judge"}),
                        ("a list", [])]:
        text = ip_signing.encode(value)
        check(f"city: refuses {what}", send(text, ip_signing.headers(secret, text)).status == 400)
    text = b"{"
    check("city: refuses what is no JSON", send(text, ip_signing.headers(secret, text)).status == 400)


if __name__ == "__main__":
    if sys.argv[1:2] == ["platform"] and len(sys.argv) == 4:
        platform(*sys.argv[2:])
    elif sys.argv[1:2] == ["city"] and len(sys.argv) == 5:
        city(*sys.argv[2:])
    else:
        raise SystemExit(__doc__)
    check.finish()
