"""Saves a receipt as a web page, stops the server, opens the page with the network off, and reads what it
says of itself; then the same with the page changed.

usage: offline_receipt.py TEQU
"""
import json, os, re, subprocess, tempfile

from playwright.sync_api import sync_playwright

import verify_receipt
from outside import Checks, Server, Site, argument, until

tequ, check = argument(1), Checks()
work = tempfile.mkdtemp(prefix="tequ-offline-")
data = os.path.join(work, "city")
subprocess.run([tequ, "simulate", "--data", data, "--days", "2", "--per-day", "5", "--from", "2026-11-02"], check=True, capture_output=True)
server = Server(tequ, data, os.path.join(work, "log"))
site = Site(server.base)
item, district = site.place()
filed = site.post("/api/requests", {"item": item, "district": district, "text": "离线核验 </script><b>&amp; \u2028", "name": "王女士"}).json
path = filed["receipt"].replace("?", ".html?")
answer = until(lambda: (a := site.get(path)).status == 200 and a)
saved = answer.body
bare = site.get(path.split("?")[0]).body
check("offline: the server is stopped", server.stop() == 0)
try:
    site.get("/healthz", timeout=5)
    check("offline: nobody answers", False)
except OSError:
    check("offline: nobody answers", True)


def verdict(context, name, content):
    """What the page says: (it holds, the checks that do not)."""
    place = os.path.join(work, name + ".html")
    with open(place, "wb") as file:
        file.write(content)
    page = context.new_page()
    asked = []
    page.on("request", lambda request: asked.append(request.url) if not request.url.startswith("file:") else None)
    page.goto("file://" + place)
    page.wait_for_function("!document.getElementById('verdict').textContent.includes('…')", timeout=60_000)
    text = page.locator("#verdict").text_content()
    bad = page.locator("tr[data-holds=false]").evaluate_all("rows => rows.map(r => r.dataset.check)")
    rows = page.locator("tr[data-check]").count()
    words = page.locator("#private").text_content()
    page.close()
    return "✓" in text and "✗" not in text and not bad, bad, rows, words, asked


def changed(name, change):
    """The saved page with another receipt in it."""
    receipt = verify_receipt.document(saved)
    change(receipt)
    text = json.dumps(receipt, ensure_ascii=False).replace("<", "\\u003c")
    return name, re.sub(rb'(id="receipt">).*?(</script>)', lambda m: m[1] + text.encode() + m[2], saved, count=1, flags=re.DOTALL)


def swap(text, place):
    """One bit of a text, in a place from its end."""
    place = len(text) + place if place < 0 else place
    return text[:place] + chr(ord(text[place]) ^ 1) + text[place + 1:]


def other(name, place):
    return changed(f"{name} at {place}", lambda r: r.__setitem__(name, swap(r[name], place)))


def in_proof(place):
    return changed(f"proof {place}", lambda r: r["proof"].__setitem__(place, swap(r["proof"][place], 5)))


with sync_playwright() as playwright:
    browser = playwright.chromium.launch(executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"), args=["--no-sandbox"])
    context = browser.new_context()
    context.set_offline(True)
    holds, bad, rows, words, asked = verdict(context, "saved", saved)
    check("offline: the page says that all checks hold", holds and rows == 6, f"{rows} checks")
    check("offline: it shows what was committed to", "离线核验 </script><b>" in words)
    check("offline: it asks nobody for anything", not asked, asked)
    holds, bad, rows, words, asked = verdict(context, "bare", bare)
    check("offline: the page without the private part holds", holds and rows == 5 and not words, f"{rows} checks")
    pages = [other("entry", 10), other("entry", -3), other("salt", 3), other("private", 20), other("private", -2), other("checkpoint", 3),
             other("checkpoint", 25), other("checkpoint", -30), other("key", 4), other("key", 22), other("key", -3), in_proof(0), in_proof(-1),
             changed("index", lambda r: r.update(index=r["index"] + 1)), changed("shorter", lambda r: r["proof"].pop()),
             changed("longer", lambda r: r["proof"].append(r["proof"][0])), changed("no salt", lambda r: r.pop("salt")),
             changed("forged words without their salt", lambda r: (r.pop("salt"), r.update(private='{"content":"forged"}'))),
             changed("no private", lambda r: r.pop("private")), changed("empty salt", lambda r: r.update(salt="")),
             changed("salt in capitals", lambda r: r.update(salt=r["salt"].upper())),
             changed("salt and more", lambda r: r.update(salt=r["salt"] + "zz")),
             changed("base64 with blanks", lambda r: r.update(proof=[" " + h for h in r["proof"]])),
             changed("another format", lambda r: r.update(format="tequ-receipt-2")),
             changed("entry spread out", lambda r: r.update(entry=r["entry"].replace(":", ": ", 1)))]
    for name, content in pages:
        holds, bad, *_ = verdict(context, "changed", content)
        check(f"changed: {name}: the page says no", not holds, bad)
        if verify_receipt.holds(content):
            check(f"changed: {name}: verify_receipt.py says no", False)
    browser.close()
check.finish()
