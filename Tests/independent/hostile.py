"""Bad input of every kind. Never a 5xx but 503 with Retry-After, never a hang, nothing acknowledged lost.

usage: hostile.py BASE API_KEY
"""
import concurrent.futures, html, http.client, json, re, secrets, urllib.parse, xml.etree.ElementTree as ET

from outside import PASSWORD, Answer, Checks, Site, argument

site, key = Site(argument(1)), argument(2)
check = Checks()
acknowledged, statuses = [], {}
item, district = site.place()
# Keys of this run alone: a second run over the same city must not meet the first one's.
MARK = "outside-" + secrets.token_hex(6)
good = {"item": item, "district": district, "text": "路灯坏了。"}
JSON, FORM = {"Content-Type": "application/json"}, {"Content-Type": "application/x-www-form-urlencoded"}


class Gone(Exception):
    pass


def ask(method, path, body=None, headers=None):
    """A call under the rules that hold for all; what was acknowledged is kept for the end."""
    if isinstance(body, (dict, list)):
        body, headers = json.dumps(body).encode(), {**JSON, **(headers or {})}
    try:
        answer = site.call(method, path, body, headers, timeout=90)
    except (ConnectionError, TimeoutError, http.client.HTTPException) as error:
        # Closing before all was read is a way to refuse what is too large; dying is not.
        if not site.is_alive():
            raise Gone(f"{method} {path[:100]} {type(error).__name__}")
        answer = Answer(0, [], b"")
    statuses[answer.status] = statuses.get(answer.status, 0) + 1
    if answer.status >= 500 and not (answer.status == 503 and answer.header("Retry-After")):
        check(f"rule: no 5xx: {method} {path[:80]} {str(body)[:80]}", False, answer.status)
    if answer.status == 201 and "/api/requests" in path:
        acknowledged.append((answer.json["number"], answer.json["token"]))
    return answer


def all_get(name, expected, calls):
    """Every one of some calls gets one of the statuses that are expected."""
    wrong = []
    for call in calls:
        status = ask(*call).status
        if status not in expected:
            wrong.append((status, *[str(part)[:70] for part in call[1:3]]))
    check(name, not wrong, f"{len(calls)} calls {wrong[:4]}")


def file(value, headers=None):
    return ("POST", "/api/requests", value, headers)


def raw(text, headers=JSON):
    return ("POST", "/api/requests", text if isinstance(text, bytes) else text.encode(), headers)


def bodies():
    text = json.dumps(good)
    all_get("json: malformed is 400", {400}, [raw(t) for t in [
        "", " ", "{", "}", "[", "nul", "{'a':1}", '{"a":1,}', '{"a" 1}', '{"text":"\x01"}', text + "x", text[:-1],
        '"\\u12"', '"\\ud800"', '{"item":"a","item":"b"}', "+1", "01", "1.", ".5", "NaN", "Infinity", "1e999", "-",
        "[" * 100000, '{"a":' * 50000, "﻿" + text, "/*c*/" + text, b"\xff\xfe{\x00}\x00", b"\x00", b'{"text":"\xc0\xaf"}',
        b'{"text":"\xed\xa0\x80"}', b'{"text":"\xf5\x80\x80\x80"}', b'{"text":"\xe4\xb8"}']])
    wrong = [{**good, n: w} for n in good for w in (1, None, [], {}, True, 1.5)]
    wrong += [{**good, "latitude": "22", "longitude": 1}, {**good, "is_public": "yes"}, {**good, "strange": 1}, [], "x", 1, None]
    all_get("json: wrong types are 400", {400}, [raw(json.dumps(w)) for w in wrong])
    all_get("json: what a rule refuses is 422", {422}, [file(w) for w in [
        {**good, "item": "no-such"}, {**good, "district": "no-such"}, {**good, "channel": "no-such"}, {**good, "text": "  \n"},
        {**good, "text": "字" * 4001}, {**good, "title": "字" * 101}, {**good, "address": "x" * 201}, {**good, "phone": "1" * 31},
        {**good, "email": "e" * 121}, {**good, "name": "n" * 61}, {**good, "latitude": 91, "longitude": 0},
        {**good, "latitude": 22.5}, {**good, "latitude": 1e300, "longitude": 1e300}, {**good, "item": ""}]])
    # One character with a hundred thousand marks over it is one character by Unicode's rules.
    all_get("json: a title of one endless character is refused", {400, 413, 422}, [
        file({**good, n: "a" + "\u0301" * 100_000}) for n in ("title", "text", "name", "address")])
    all_get("type: not JSON is 415", {415}, [raw(text, {"Content-Type": t}) for t in
                                             ("text/plain", "", "application/xml", "multipart/form-data")])
    large = b'{"text":"' + b"x" * (1 << 20) + b'"}'
    all_get("size: a large body is 413", {413}, [raw(large), ("POST", "/open311/v2/requests.json", b"description=" + large, FORM)])

    def pieces(count):
        for _ in range(count):
            yield b"x" * 65536
    chunked = {**JSON, "Transfer-Encoding": "chunked"}
    all_get("size: a large body without a length is 413", {413, 0}, [
        ("POST", "/api/requests", pieces(40), chunked),
        ("POST", "/requests", pieces(900), {"Content-Type": "multipart/form-data; boundary=b", "Transfer-Encoding": "chunked"})])
    all_get("size: a large multipart body is 413", {413, 0}, [
        ("POST", "/requests", b"x" * (46 << 20), {"Content-Type": "multipart/form-data; boundary=b"})])
    check("size: still there", site.is_alive())


def strings():
    nasty = ["<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "'; DROP TABLE requests;--", "1' OR '1'='1",
             "{{7*7}} ${7*7} <%= 7*7 %>", "]]><!--", "&lt;b&gt; &amp;", "\u202egnp.exe", "\u0000 nul", "\ufffe\uffff", "\r\nSet-Cookie: a=b",
             "😀" * 50, "javascript:alert(1)", "../../etc/passwd", "%s%n%x", "\u0007\u001b[31m", "`id` $(id)", "\\", "\"", "a\u0000b"]
    kept = shown = listed = 0
    for text in nasty:
        answer = ask(*file({**good, "title": text, "text": text, "address": text, "is_public": True}))
        if answer.status != 201:
            kept += answer.status in (400, 422)
            shown, listed = shown + 1, listed + 1
            continue
        number, token = acknowledged[-1]
        one = ask("GET", f"/api/requests/{number}?token={token}").json
        kept += one["text"] == text and one["title"] == text
        page = ask("GET", f"/requests/{number}?token={token}", None, {"Accept": "text/html"}).text
        # The only markup is the program's own: the words come back escaped or not at all.
        good_page = not re.search(r"<script>alert|<img src=x|<b>|<!--|href=\"javascript:", page) and text.strip().replace("\0", "\ufffd") in html.unescape(page)
        shown += good_page
        if not good_page:
            print("    shown wrongly:", repr(text))
        listed += ET.fromstring(ask("GET", f"/open311/v2/requests/{number}.xml").body).findtext("request/service_request_id") == number
    check("strings: kept as they came, or refused", kept == len(nasty), f"{kept} of {len(nasty)}")
    check("strings: escaped on the page", shown == len(nasty), f"{shown} of {len(nasty)}")
    check("strings: XML stays well-formed", listed == len(nasty), f"{listed} of {len(nasty)}")
    all_get("strings: broken escapes and bytes in addresses are 400", {400, 404}, [("GET", p) for p in [
        "/requests/%", "/requests/%zz", "/requests/%ff", "/requests/%00", "/%c0%ae%c0%ae/etc/passwd", "/requests?after=%ff",
        "/requests/track?number=%00", "/open311/v2/requests.json?status=%ff", "/?lang=%", "/../../etc/passwd", "/assets/../../keys.json",
        "/assets/..%2f..%2fkeys.json", "/requests/..%2f..%2f", "/log/tile/entries/../../../keys.json", "/problems/..%2f", "/\\..\\x"]])
    all_get("strings: forms with broken bytes are 400", {400}, [
        ("POST", "/open311/v2/requests.json", b, FORM) for b in (b"description=%ff", b"a=%", b"a=%00", b"\xff=1", b"&".join([b"a=1"] * 1001))])
    parts = [b"", b"--b", b"--b--", b"--b\r\n", b"--b\r\n\r\n", b"--b\r\nContent-Disposition: form-data\r\n\r\nx\r\n--b--",
             b"--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nx", b"--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n\xff\r\n--b--",
             b"--b\r\nContent-Disposition: form-data; name=\"a\r\n\r\nx\r\n--b--", b"junk", b"--b" * 99999, b"\r\n--b" * 9999]
    parts.append(b"".join(b"--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nx\r\n" for _ in range(300)) + b"--b--")
    for boundary in ("b", "", "x" * 100, '"'):
        all_get(f"strings: broken multipart ({boundary[:3]!r})", {400, 403}, [
            ("POST", "/requests", p, {"Content-Type": f"multipart/form-data; boundary={boundary}"}) for p in parts])


def idempotency():
    first = ask(*file(good, {"Idempotency-Key": MARK + "-1"}))
    again = ask(*file(good, {"Idempotency-Key": MARK + "-1"}))
    check("key: the same request gets the same number",
          first.status == again.status == 201 and first.json["number"] == again.json["number"] and again.json["repeated"])
    other = ask(*file({**good, "text": "别的事。"}, {"Idempotency-Key": MARK + "-1"}))
    check("key: another request under it is 422", other.status == 422, other.status)
    with concurrent.futures.ThreadPoolExecutor(50) as pool:
        many = list(pool.map(lambda _: site.post("/api/requests", good, {"Idempotency-Key": MARK + "-50"}), range(50)))
    numbers = {a.json.get("number") for a in many if a.status == 201}
    check("key: 50 at once are one case", len(numbers) == 1 and all(a.status in (201, 503) for a in many), f"{numbers}")
    urged = []
    for _ in range(2):
        ask(*file(good))
        number, token = acknowledged[-1]
        urged.append((ask("POST", f"/api/requests/{number}/steps", {"command": "urge", "token": token}, {"Idempotency-Key": MARK + "-urge"}), token))
    second = urged[1][0]
    # Another case is another request: its holder must not be told of the first one's act, least its salt.
    fresh = second.status == 200 and second.json["salt"] != urged[0][0].json["salt"]
    check("key: the same step on another case is another request", second.status == 422 or fresh, second.status)
    all_get("key: too long or empty is 400", {400}, [file(good, {"Idempotency-Key": k}) for k in ("k" * 256, "k" * 9000, "")])
    all_get("key: strange but short is taken", {201, 400}, [file(good, {"Idempotency-Key": k}) for k in ("'; --", "\xe9\xff", "a\tb", " ")])


def versions(staff):
    number, token = acknowledged[0]
    path = f"/api/requests/{number}/steps"
    urge = {"command": "urge", "token": token}
    all_get("version: stale is 409", {409}, [("POST", path, urge, {"If-Match": m}) for m in ('"0"', '"99"', '"-1"', '"9223372036854775807"')])
    all_get("version: what is no version is 400", {400}, [("POST", path, urge, {"If-Match": m}) for m in ("abc", "", '""', "1e3", "9" * 30)])
    def dispatch(_):
        return site.post(path, {"command": "dispatch", "as": "dispatcher", "agency": "urban"}, {**staff, "If-Match": '"1"'}).status
    with concurrent.futures.ThreadPoolExecutor(20) as pool:
        found = list(pool.map(dispatch, range(20)))
    check("version: of 20 at once one is done", found.count(200) == 1 and found.count(409) == 19, sorted(set(found)))


def reach(staff):
    """What a step may not do besides: each takes only the fields of its own command."""
    ask(*file(good))
    number, token = acknowledged[-1]
    path = f"/api/requests/{number}"
    before = ask("GET", f"{path}?token={token}").json
    for extra in ({"agency": "tax"}, {"item": "traffic-01"}, {"score": 5}):
        ask("POST", path + "/steps", {"command": "urge", "token": token, **extra})
    after = ask("GET", f"{path}?token={token}").json
    same = all(before[n] == after[n] for n in ("agency", "item", "category"))
    check("reach: urging moves nothing to another agency or item", same, f"agency {before['agency']} → {after['agency']}, item {after['item']}")
    check("reach: urging carries no score", all(e["score"] is None for e in after["events"]))
    ask("POST", path + "/steps", {"command": "dispatch", "as": "dispatcher", "agency": "urban"}, staff)
    officer = site.sign_in("officer")
    ask("POST", path + "/steps", {"command": "accept", "as": "handler"}, officer)
    ask("POST", path + "/steps", {"command": "note", "as": "handler", "text": "x", "agency": "tax", "score": 5}, officer)
    after = ask("GET", f"{path}?token={token}").json
    check("reach: an officer's note does not hand the case on", after["agency"] == "urban", after["agency"])
    for capacity in ("dispatcher", "handler", "arbiter", "supervisor", "system"):
        status = ask("POST", path + "/steps", {"command": "terminate", "as": capacity, "text": "x", "token": token}).status
        check(f"reach: the token does not act as {capacity}", status in (400, 401, 403, 404, 422), status)
    all_get("reach: without a token or a session 401", {401}, [("POST", path + "/steps", {"command": "urge"})])


def privacy(staff):
    """Who consents to being public consents to title, text and answer: strangers read nothing else."""
    ask(*file({**good, "is_public": True, "phone": "13800000001", "name": "李四维"}))
    number, token = acknowledged[-1]
    officer = site.sign_in("officer")
    for body, headers in [({"command": "dispatch", "as": "dispatcher", "agency": "urban"}, staff), ({"command": "accept", "as": "handler"}, officer),
                          ({"command": "ask", "as": "handler", "text": "请补充联系电话。"}, officer),
                          ({"command": "supply", "token": token, "text": "我的电话13800000002。"}, {}),
                          ({"command": "note", "as": "handler", "text": "内部记录13800000003。"}, officer),
                          ({"command": "reply", "as": "handler", "text": "已修好，谢谢。"}, officer),
                          ({"command": "unsatisfied", "token": token, "score": 1, "text": "没修好，请联系13800000004。"}, {})]:
        status = ask("POST", f"/api/requests/{number}/steps", body, headers).status
        if status != 200:
            check(f"privacy: {body['command']}", False, status)
    addresses = [f"/requests/{number}", f"/api/requests/{number}", f"/open311/v2/requests/{number}.json", "/log/entries.jsonl?from="
                 + str(max(0, int(site.get("/log/checkpoint").text.split("\n")[1]) - 50))]
    addresses += [f"/receipts/{number}/{v}.json" for v in range(1, 8)]
    for address in addresses:
        told = re.findall("1380000000[0-9]|李四维", ask("GET", address, None, {"Accept": "text/html"}).text)
        check(f"privacy: {address.replace(number, 'N')}", not told, told)


def batches(staff):
    path = "/api/requests/intakes"
    all_get("batch: only for staff", {401}, [("POST", path, [good]), ("POST", "/api/requests/steps", [{"number": "x", "command": "note"}])])
    all_get("batch: wrong shapes", {400}, [("POST", path, b, staff) for b in ([], {}, [good] * 1001)])
    for items in ([1], [[]], [None], [{**good, "strange": 1}]):
        answer = ask("POST", path, items, staff)
        # Refused as a whole, or each for itself.
        each = [a["status"] for a in answer.json] if answer.status == 200 else [answer.status]
        check(f"batch: {str(items)[:20]} is refused", all(s in (400, 422) for s in each), each)
    answer = ask("POST", path, [good, {**good, "item": "none"}, good], staff)
    check("batch: each stands alone", [a["status"] for a in answer.json] == [201, 422, 201])
    acknowledged.extend((a["number"], a["token"]) for a in answer.json if a["status"] == 201)


def methods():
    names = ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND", "FOO", "get", "CONNECT"]
    paths = ["/", "/api/requests", "/requests", "/log/checkpoint", "/open311/v2/requests.json"]
    all_get("method: unknown ones are refused", {400, 404, 405, 501}, [(m, p) for m in names for p in paths])
    answer = ask("DELETE", "/api/requests")
    check("method: 405 names the others", answer.status == 405 and "POST" in (answer.header("Allow") or ""), answer.header("Allow"))
    head = ask("HEAD", "/requests")
    check("method: HEAD is GET without a body", head.status == 200 and head.body == b"")


def cookie(answer):
    return "; ".join(v.split(";")[0] for n, v in answer.headers if n.lower() == "set-cookie")


def hidden(page, name="csrf"):
    return html.unescape(re.search(f'name="{name}" value="([^"]*)"', page).group(1))


def forms():
    page = ask("GET", "/requests/new").text
    fields = {"csrf": hidden(page), "text": "路灯坏了。"}
    def send(values, headers=None, path="/requests/new"):
        return ("POST", path, urllib.parse.urlencode(values, doseq=True), {**FORM, **(headers or {})})
    all_get("csrf: with the token the form is taken", {200}, [send(fields)])
    all_get("csrf: missing, wrong or from elsewhere is 403", {403}, [
        send({"text": "x"}), send({**fields, "csrf": "x"}), send({**fields, "csrf": ""}), send(fields, {"Origin": "https://evil.example"}),
        send(fields, {"Origin": "null"}), send(fields, {"Sec-Fetch-Site": "cross-site"}), send(fields, {"Sec-Fetch-Site": "same-site"}),
        send({"text": "x"}, path="/requests"), send({"receipt": "{}"}, path="/receipts"), send({}, path="/sign-in"), send({}, path="/register")])
    all_get("csrf: doubled fields do not help", {403}, [send({**fields, "csrf": ["x", fields["csrf"]]})])
    for address in ("//evil.example", "https://evil.example", "/\\evil.example", "\\\\evil.example", "/\t/evil.example",
                    "javascript:alert(1)", "/%0d%0aSet-Cookie:a=b", "/\r\nX: y", "/ok?a=b"):
        sign = ask("GET", "/sign-in?" + urllib.parse.urlencode({"next": address}))
        done = ask(*send({"csrf": hidden(sign.text), "login": "citizen", "password": PASSWORD, "next": address}, path="/sign-in"))
        target = done.header("Location") or ""
        if done.status != 303 or not re.match(r"/(?![/\\])", target) or done.header("X"):
            check(f"redirect: {address!r} stays here", False, f"{done.status} {target!r}")
    check("redirect: signing in leads nowhere else", True)
    stray = ask("GET", "//evil.example/x", None, {"Accept": "text/html"})
    check("redirect: pages link nowhere else", not re.search(r'(href|action)="(//|/\\)', stray.text), stray.status)
    session = cookie(done)
    account = ask("GET", "/account", None, {"Cookie": session})
    check("session: the cookie is HttpOnly and SameSite", all(
        "HttpOnly" in v and "SameSite" in v for n, v in done.headers if n.lower() == "set-cookie"), account.status)
    all_get("session: another's form token is refused", {403}, [send(fields, {"Cookie": session})])
    ask(*send({"csrf": hidden(account.text)}, {"Cookie": session}, "/sign-out"))
    status = ask("GET", "/account", None, {"Cookie": session, "Accept": "text/html"}).status
    check("session: ended by signing out", status in (303, 401), status)
    token = re.search("session=([^;]+)", session).group(1)
    for forged in (token, token[:-1], "A" * 43, "", "' OR 1=1 --", "x" * 5000, "\xff" * 43):
        status = ask("GET", "/api/requests/" + acknowledged[0][0], None, {"Authorization": "Bearer " + forged}).status
        if status not in (400, 401):
            check(f"session: {forged[:20]!r} is nobody", False, status)
    check("session: forged and ended tokens are 401", True)


def uploads():
    png = b"\x89PNG\r\n\x1a\n" + b"\0" * 100
    csrf = hidden(ask("GET", "/requests/new").text)
    def send(*files):
        parts = [("csrf", csrf), ("idempotency_key", secrets.token_hex(8)), ("title", "附件"), ("text", "附件测试。"), ("item", item),
                 ("district", district)]
        body = b"".join(f'--b\r\nContent-Disposition: form-data; name="{n}"\r\n\r\n{v}\r\n'.encode() for n, v in parts)
        body += b"".join(b'--b\r\nContent-Disposition: form-data; name="files"; filename="%s"\r\nContent-Type: image/png\r\n\r\n%s\r\n'
                         % (n, d) for n, d in files) + b"--b--\r\n"
        return ("POST", "/requests", body, {"Content-Type": "multipart/form-data; boundary=b"})
    all_get("upload: pictures are taken", {303}, [send((b"a.png", png)), send(*[(b"a.png", png)] * 4)])
    all_get("upload: what is no picture or PDF is 422", {422}, [send((b"a.png", d)) for d in (
        b"MZ\x90\0", b"<svg onload=alert(1)>", b"<html><script>alert(1)</script>", b"#!/bin/sh", b"x")])
    all_get("upload: too many or too large is refused", {413, 422}, [send(*[(b"a.png", png)] * 5), send((b"a.png", png + b"\0" * (11 << 20)))])
    wrong = []
    for name in (b"../../../etc/passwd", b"a\\..\\b.png", "名字\u202egnp.exe".encode(), b"x" * 5000, b"a'; rm -rf /.png", b"<b>.png", b""):
        answer = ask(*send((name, png)))
        if answer.status not in (303, 400, 422):
            wrong.append((name[:20], answer.status))
        elif answer.status == 303:
            page = ask("GET", answer.header("Location"))
            link = re.search(r'href="([^"]*/files/[^"]*)"', page.text)
            got = link and ask("GET", html.unescape(link[1]))
            fine = got and got.body == png and "sandbox" in got.header("Content-Security-Policy") and got.header("X-Content-Type-Options") == "nosniff"
            if not fine:
                wrong.append((name[:20], got and got.headers))
    check("upload: strange names do no harm", not wrong, wrong)


def numbers():
    """Numbers at the edges of what a machine word holds."""
    edge = [2**31, 2**63 - 1, 2**63, 2**64, -1, -2**63, 10**40, "1e3", "0x10", "", "١"]
    calls = [("GET", p + urllib.parse.quote(str(n))) for n in edge for p in (
        "/log/entries.jsonl?from=", "/log/entries.jsonl?limit=", "/log/proof/1/", "/log/tile/", "/log/tile/0/", "/requests/21-2026-",
        "/open311/v2/requests.json?page_size=1&page=", "/open311/v2/requests.json?page_size=", "/requests?after=", "/open311/v2/tokens/",
        "/law/", "/law/court-fee.property?ask=1&claim.amount=", "/law/civil-procedure.designated?ask=1&date.fact=2026-03-02&period.days=",
        "/law/court-fee.property?city=", "/law/court-fee.property?on=")]
    calls += [("GET", f"/receipts/{acknowledged[0][0]}/{urllib.parse.quote(str(n))}.json") for n in edge]
    calls += [("GET", f"/open311/v2/requests.json?{n}={d}") for n in ("start_date", "end_date") for d in (
        "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "99999-01-01", "-1-01-01", "2026-02-30", "2026-01-01T00:00:00%2B99:99")]
    calls += [("GET", "/log/tile/" + p) for p in ("0/" + "x999/" * 5 + "999", "63/000", "64/000", "0/x001", "0/000.p/0", "0/000.p/256",
                                                 "entries/000.p/99999999999999999999", "entries/" + "x999/" * 3 + "999")]
    calls += [("GET", "/log/tile/entries/" + "x999/" * n + "999") for n in (4, 5, 6, 99)]
    # What a rule of law refuses, such as a place or a day that cannot be, is 422.
    all_get("numbers: answered, never a crash", {200, 400, 404, 422}, calls)


def declared():
    """The interfaces that follow from declarations, and what measures add to them."""
    court, feed = site.sign_in("recon-court"), site.sign_in("dormancy-feed")
    odd = [None, [], [[]], "x", 1, {}, {"a": 1}, {"command": 1}, {"command": "attend", "as": []}, {"command": "file", "as": "system"},
           {"command": "review-due", "as": "system", "due": 0}, {"ids": ["x"]}, {"ids": [1]}, {"identified": "code"}, {"period": "2026-13"},
           {"period": "2026-01", "suits": -1, "source": "x", "reported": "2026-02-30"},
           {"period": "9999", "suits": 2**63, "source": "\u0000" * 200, "reported": "9999-12-31"}]
    paths = ["/api/dormancy", "/api/reconsideration", "/api/dormancy/operators", "/api/dormancy/events", "/api/dormancy/publicity/handed",
             "/api/reconsideration/court-counts", "/api/reconsideration/19-2026-0000001-X/steps", "/api/dormancy/x/steps"]
    for name, who in (("stranger", {}), ("court", court), ("feed", feed)):
        all_get(f"cases: strange bodies of a {name} are refused", {400, 401, 403, 404, 422}, [
            ("POST", path, json.dumps(body).encode(), {**JSON, **who}) for path in paths for body in odd])
        all_get(f"cases: strange addresses of a {name} are refused", {400, 401, 403, 404, 422}, [
            ("GET", path, None, who) for path in (
                "/api/reconsideration/trays/x", "/api/reconsideration/trays/" + "y" * 3000, "/api/reconsideration/trays/sign?after=x",
                "/api/dormancy/trays/counter?limit=0", "/api/dormancy/publicity?after=zz", "/api/dormancy/register?limit=201",
                "/api/reconsideration/19-2026-0000001-X", "/reconsideration/19-2026-0000001-X/hearing", "/desk/reconsideration/open/file",
                "/reconsideration/decisions?after=x")])
    answer = ask("POST", "/api/reconsideration/court-counts", {"period": "2020", "suits": 3, "source": "<b>月报</b>", "reported": "2021-01-05"}, court)
    page = ask("GET", "/reconsideration/figures")
    check("cases: a court's figure is taken", answer.status == 201, answer.status)
    check("cases: its source is text and no markup", page.status == 200 and "<b>月报" not in page.text)


def sign_ins():
    def attempt(login, password, address):
        return ask("POST", "/api/sessions", {"login": login, "password": password}, {"X-Forwarded-For": address})
    found = [attempt("no-such-name", "x" * n, "203.0.113.7").status for n in range(1, 9)]
    last = attempt("no-such-name", "x", "203.0.113.7")
    check("sign-in: wrong passwords end in 429", found[0] == 401 and last.status == 429 and last.header("Retry-After"), found)
    all_get("sign-in: strange bodies", {400, 401, 429}, [("POST", "/api/sessions", b) for b in (
        [], {}, {"login": 1, "password": 2}, {"login": "a" * 100000, "password": "b" * 100000}, {"login": "\u0000", "password": "\u0000"})])
    # Behind a proxy all come from one address: one visitor's failures must not lock out the city.
    for attempts in range(25):
        attempt(f"guess-{attempts}", "x", "203.0.113.7")
    status = attempt("supervisor", PASSWORD, "203.0.113.8").status
    check("sign-in: another visitor of the same proxy still gets in", status == 201, status)


def kept():
    lost = [n for n, t in acknowledged if site.get(f"/api/requests/{n}?token={t}").status != 200]
    check("kept: all that was acknowledged is there", not lost, f"{len(acknowledged)} requests {lost[:3]}")


staff = site.sign_in("dispatcher")
ask(*file(good))
parts = [bodies, strings, idempotency, lambda: versions(staff), lambda: reach(staff), lambda: privacy(staff), lambda: batches(staff), methods, forms, uploads, kept,
         sign_ins, numbers, declared, kept]
for part in parts:
    try:
        part()
    except Gone as gone:
        check("rule: the server stays alive", False, f"gone after {gone}")
        break
print("statuses:", dict(sorted(statuses.items())), "(0: closed without an answer)")
check.finish()
