#!/usr/bin/env python3
"""Bids that a real browser seals, opened with `tequ bid unseal`: the page is asked with the network cut, so that it can
have sent nothing, and every request that it makes is counted.

usage: sealing.py BASE TEQU [PICTURES]
"""
import base64, hashlib, json, os, subprocess, sys, tempfile

from playwright.sync_api import sync_playwright

from outside import Checks, argument

base, tequ, pictures = argument(1), argument(2), argument(3, "")
check = Checks()
PAGE = "/procurement/seal.html"


def run(*words):
    done = subprocess.run([tequ, *words], capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{' '.join(words)}: {done.stderr[:500]}")
    return done.stdout.strip()


def fill(page, bid):
    for name, value in bid.items():
        page.fill("#" + name, value)
    page.click("button[type=submit]")


def opened(work, keys, envelope):
    """What the two keepers come to, by the command line: under the outer seal, and the text."""
    sealed = os.path.join(work, "sealed.json")
    json.dump({"16-2026-1-1": envelope}, open(sealed, "w"))
    inner = json.loads(run("bid", "unseal", sealed, "--key", keys[0]))
    json.dump(inner, open(sealed, "w"))
    text = json.loads(run("bid", "unseal", sealed, "--key", keys[1], "--last"))
    return base64.b64decode(inner["16-2026-1-1"]), text["16-2026-1-1"]


def sealing(browser, work):
    keys = [os.path.join(work, f"key{n}") for n in (1, 2)]
    public = [run("bid", "key", key) for key in keys]
    context = browser.new_context(viewport={"width": 390, "height": 844})
    page = context.new_page()
    asked, faults = [], []
    page.on("request", lambda r: asked.append(r.url))
    page.on("pageerror", lambda e: faults.append(str(e)))
    answer = page.goto(f"{base}{PAGE}?project=16-2026-1-1&key={public[0]}&key={public[1]}")
    policy = answer.headers["content-security-policy"]
    nothing = ("default-src 'none'", "connect-src 'none'", "form-action 'none'")
    check("the browser may send nothing", all(w in policy for w in nothing), policy)
    check("number and keys are filled in", page.input_value("#project") == "16-2026-1-1" and page.input_value("#key2") == public[1])
    context.set_offline(True)
    before = len(asked)
    # From a few bytes to several chunks of 64 KiB, and to their very ends.
    for size in (0, 1, 15, 16, 17, 63, 64, 65, 65_000, 65_536 - 400, 69_000):
        parts = {"documents": [{"author": "甲", "text": "标" * (size // 3)}], "deposit": {"account": "a" * (size % 97)}}
        more = json.dumps(parts, ensure_ascii=False) if size else ""
        fill(page, {"id": "91990000BID1001X", "name": "示范投标有限公司", "amount": "880000.05", "more": more})
        page.wait_for_selector("#result:not([hidden])")
        envelope = page.input_value("#envelope")
        inner, text = opened(work, keys, envelope)
        bid = json.loads(text)
        check(f"{len(text.encode())} bytes: the text is the bid", bid["amount"] == 88_000_005
              and bid["tenderer"] == {"id": "91990000BID1001X", "name": "示范投标有限公司"}
              and bid["project"] == "16-2026-1-1" and bid["format"] == "tequ-bid-1" and len(bid["salt"]) == 32
              and {k: bid[k] for k in bid if k in parts} == (parts if more else {}))
        check("the digests are those of text and inner seal", hashlib.sha256(text.encode()).hexdigest() == page.input_value("#content")
              and hashlib.sha256(inner).hexdigest() == page.input_value("#inner"))
        check("the envelope says nothing", b"\xe6\xa0\x87" * 4 not in base64.b64decode(envelope) and "91990000BID1001X" not in envelope)
    sent = [u for u in asked[before:] if not u.startswith("blob:")]
    check("nothing was asked of any server", not sent and not faults, (sent[:3], faults[:2]))
    words = [tequ, "bid", "unseal", os.path.join(work, "sealed.json"), "--key", keys[0]]
    wrong_one = subprocess.run(words, capture_output=True)
    check("the first keeper alone does not open the second seal", wrong_one.returncode != 0)
    misspelt = public[0][:-1] + ("q" if public[0][-1] != "q" else "p")
    long = json.dumps({"documents": [{"text": "a" * 80_000}]})
    for name, value, word in (("key1", misspelt, "age1"), ("key1", public[1], "同"), ("more", "{\"x\":1}", "JSON"), ("more", long, "100,000")):
        page.fill("#key1", public[0])
        page.fill("#more", "")
        fill(page, {name: value})
        page.wait_for_selector("#fault:not([hidden])")
        check(f"what is wrong is refused ({name})", word in page.inner_text("#fault") and page.is_hidden("#result"), page.inner_text("#fault")[:80])
    check("nothing is wider than the screen", page.evaluate("document.documentElement.scrollWidth") <= 390)
    if pictures:
        page.screenshot(path=os.path.join(pictures, "seal-390.png"), full_page=True)
        page.set_viewport_size({"width": 1280, "height": 900})
        page.screenshot(path=os.path.join(pictures, "seal-1280.png"), full_page=True)
    # A browser without the curve is told what to do instead.
    old = browser.new_context()
    old.add_init_script("SubtleCrypto.prototype.generateKey = () => Promise.reject(new Error('no'))")
    other = old.new_page()
    other.goto(base + PAGE)
    other.wait_for_selector("#unable:not([hidden])")
    check("without WebCrypto X25519 the page names the command line", "tequ bid seal" in other.inner_text("#unable") and other.is_hidden("#form"))


with tempfile.TemporaryDirectory(prefix="tequ-sealing-") as work, sync_playwright() as play:
    browser = play.chromium.launch(executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"), args=["--no-sandbox"])
    sealing(browser, work)
    browser.close()
check.finish()
