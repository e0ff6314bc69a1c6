"""Opens every page in a real browser: accessibility (axe, WCAG 2.2 AA), no sideways scrolling on a
telephone, and a request's whole life with JavaScript switched off.

usage: pages.py BASE [FOLDER_FOR_SCREENSHOTS]
"""
import os, re, struct, urllib.parse, zlib

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright

from outside import PASSWORD, Checks, Site, argument

base, folder = argument(1), argument(2)
site, check, axe = Site(base), Checks(), Axe()
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
# Officials with the desk on which they work.
DESKS = {"officer": "requests", "dispatcher": "requests", "arbiter": "requests", "supervisor": "requests",
         "dormancy-counter": "dormancy", "dormancy-registrar": "dormancy",
         "recon-clerk": "reconsideration", "recon-officer": "reconsideration", "recon-head": "reconsideration",
         "recon-respondent": "reconsideration", "recon-court": "reconsideration", "recon-prosecutor": "reconsideration"}
ROLES = [None, "citizen", *DESKS, "admin"]
item, district = site.place()


def picture():
    """A PNG of one red pixel."""
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0))
            + chunk(b"IDAT", zlib.compress(b"\0\xff\0\0")) + chunk(b"IEND", b""))


def shape(address):
    """The kind of page behind an address: numbers of cases and the like taken out."""
    parts = urllib.parse.urlsplit(address)
    path = re.sub(r"(15|19|21)-\d{4}-\d{7}-\w", "N", parts.path)
    path = re.sub(r"/N/documents/\d+/", "/N/documents/V/", path)
    path = re.sub(r"/problems/.+", "/problems/P", re.sub(r"/(measures|adoption)/.+", r"/\1/M", path))
    path = re.sub(r"/receipts/N/\d+", "/receipts/N/V", path)
    if path.startswith("/law/"):
        return "/law/R" if "." in path else "/law/P"
    names = sorted({n for n, _ in urllib.parse.parse_qsl(parts.query)} - {"lang", "type", "token", "after", "next", "filed", "done"})
    return path + ("?" + "&".join(names) if names else "")


def is_page(address):
    parts = urllib.parse.urlsplit(address)
    kinds = r"\.(json|jsonl|html|tlog-proof|yaml|css|svg)$|/files/|^/log/|^/open311|^/api/"
    return base.endswith(parts.netloc) and not re.search(kinds, parts.path) and parts.scheme == "http"


def sign_in(context, login):
    page = context.new_page()
    if login:
        page.goto(base + "/sign-in")
        page.fill("[name=login]", login)
        page.fill("[name=password]", PASSWORD)
        page.click("main button[type=submit], main button")
        check(f"sign-in: {login}", "/sign-in" not in page.url, page.url.removeprefix(base))
    return page


def found(page, seeds, most=60):
    """Pages reachable by links, one of each kind."""
    queue, seen, pages = [base + s for s in seeds], set(), []
    while queue and len(pages) < most:
        address = queue.pop(0)
        if shape(address) in seen or not is_page(address):
            continue
        seen.add(shape(address))
        answer = page.goto(address)
        if answer is None or "text/html" not in answer.headers.get("content-type", ""):
            continue
        if answer.status >= 500 or (answer.status >= 400 and not re.search("not-there|number=x", address)):
            check(f"link: {shape(address)}", False, answer.status)
        pages.append(address)
        queue += [urllib.parse.urldefrag(a.evaluate("a => a.href"))[0] for a in page.locator("a[href]").all()]
    return pages


def inspect(page, role, address, language, width, tally):
    name = f"{role or 'nobody'} {shape(address)} {language} {width}"
    join = "&" if "?" in address else "?"
    page.goto(address + join + "lang=" + language)
    look(page, name, language, width, tally)


def look(page, name, language, width, tally):
    tally["pages"] += 1
    if folder:
        page.screenshot(path=os.path.join(folder, re.sub(r"[^A-Za-z0-9]+", "-", name) + ".png"), full_page=True)
    kind = re.sub(r" (zh|en) \d+$", "", name)
    def fault(what, detail):
        tally["found"].setdefault((what, kind), []).append(f"{language} {width}: {detail}")

    wide, inner = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    if wide > inner:
        who = page.evaluate("""() => [...document.querySelectorAll('main *, header *, footer *')].filter(
            e => e.getBoundingClientRect().right > innerWidth + 1).slice(0, 3).map(e => e.tagName + '.' + e.className)""")
        fault("too wide", f"{wide} > {inner} {who}")
    shown = page.evaluate("[document.documentElement.lang, document.title]")
    if not shown[0].startswith(language) or not shown[1]:
        fault("language", shown)
    result = axe.run(page, options={"runOnly": {"type": "tag", "values": TAGS}}).response
    tally["rules"] = max(tally["rules"], len(result["passes"]))
    for violation in result["violations"]:
        nodes = [n["html"][:160] + " " + str(n["any"][0]["message"] if n["any"] else "")[:160] for n in violation["nodes"][:2]]
        fault("axe " + violation["id"], f"{len(violation['nodes'])} {nodes}")


def walk_all(browser):
    tally = {"pages": 0, "rules": 0, "found": {}}
    done = set()
    text = {"item": item, "district": district, "text": "页面检查：路灯不亮。", "is_public": True}
    filed = site.post("/api/requests", text).json
    own = f"/requests/{filed['number']}?token={filed['token']}"
    for role in ROLES:
        context = browser.new_context(viewport={"width": 1280, "height": 900})
        page = sign_in(context, role)
        seeds = ["/", "/requests", "/account" if role else own + "&filed=1", own, filed["receipt"], "/search?q=路灯", "/requests/track?number=x",
                 "/not-there", "/problems/invalid", "/requests/how", "/receipts"] if role in (None, "citizen") else ["/", "/account"]
        if role in DESKS:
            seeds = ["/desk/" + DESKS[role], "/account"] + ["/desk/requests/supervision"] * (role == "supervisor")
        # What everybody sees is looked at once, not again for each role.
        pages = [p for p in found(page, seeds) if shape(p) not in done or re.fullmatch(r"/|/account|/desk/\w+(/N)?", shape(p))]
        kinds = sorted(shape(p) for p in pages)
        done.update(kinds)
        state = context.storage_state()
        context.close()
        for width, height in ((390, 844), (1280, 900)):
            context = browser.new_context(viewport={"width": width, "height": height}, storage_state=state)
            page = context.new_page()
            for language in ("zh", "en"):
                for address in pages:
                    inspect(page, role, address, language, width, tally)
                if role is None:
                    forms(page, language, width, tally)
            context.close()
        print(f"     {role or 'nobody'}: {len(pages)} kinds: {' '.join(kinds)}", flush=True)
    check("pages: looked at in both languages and widths", tally["pages"] > 100, f"{tally['pages']} pages, up to {tally['rules']} rules each")
    for (what, kind), found_in in sorted(tally["found"].items()):
        check(f"{what} on {kind}", False, f"{len(found_in)} times, such as {found_in[0]}")
    check("pages: no violation of WCAG 2.2 AA, nothing too wide", not tally["found"])


def forms(page, language, width, tally):
    """The second step, and what a refused form looks like."""
    page.goto(f"{base}/requests/new?lang={language}")
    page.fill("textarea[name=text]", "小区门口路灯不亮，晚上看不清路。")
    page.locator("main form button").last.click()
    check(f"forms: step 2 {language} {width}", page.locator("[name=district]").count() == 1)
    look(page, f"nobody step 2 {language} {width}", language, width, tally)
    page.locator("main form button").last.click()
    look(page, f"nobody step 2 refused {language} {width}", language, width, tally)
    page.goto(f"{base}/sign-in?lang={language}")
    page.fill("[name=login]", f"nobody-{width}-{language}")
    page.fill("[name=password]", "wrong")
    page.locator("main form button").last.click()
    look(page, f"nobody sign-in refused {language} {width}", language, width, tally)


def step(page, address, command, **fields):
    """One step on a page as a person takes it: open the form, fill it in, send it."""
    page.goto(base + address)
    form = page.locator(f"form:has(input[name=command][value={command}])").first
    if not check(f"no script: {command} is offered", form.count() == 1):
        return
    if not form.locator("button").first.is_visible():
        form.locator("xpath=ancestor::details").locator("summary").click()
    for name, value in fields.items():
        field = form.locator(f"[name={name}]")
        if name == "score":
            form.locator(f"label:has([name=score][value='{value}']), [name=score][value='{value}'] + label").first.click()
        elif name == "agency":
            field.select_option(value)
        else:
            field.fill(value)
    form.locator("button").first.click()
    done = site.get("/api/requests/" + number + "?token=" + token).json
    check(f"no script: {command}", page.locator("[role=alert], .error-summary").count() == 0, f"{done['stage']} version {done['version']}")


def without_script(browser):
    global number, token

    def person(login):
        return sign_in(browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 844}), login)

    page = person(None)
    page.goto(base + "/requests/new")
    page.fill("textarea[name=text]", "小区门口路灯坏了三天，晚上看不清路。")
    page.locator("main form button").last.click()
    page.locator("[name=district]").select_option(district)
    page.locator("[name=address]").fill("春晖街19号")
    page.locator("[name=name]").fill("王女士")
    page.locator(f"label:has([name=item][value={item}]), [name=item][value={item}] + label").first.click()
    page.locator("[name=files]").set_input_files([{"name": "路灯.png", "mimeType": "image/png", "buffer": picture()}])
    page.locator("main form button").last.click()
    match = re.search(r"/requests/(21-[^?]+)\?token=([A-Z0-9]+)", page.url)
    if not check("no script: filed in two steps, with a photo", bool(match), page.url.removeprefix(base)):
        return
    number, token = match.groups()
    image = page.locator("a[href*='/files/']").first.get_attribute("href")
    answer = site.get(image)
    check("no script: the photo comes back", answer.body == picture() and answer.header("content-type") == "image/png", answer.status)
    check("no script: not to strangers", site.get(image.split("?")[0]).status == 404)
    page.goto(base + "/requests/track")
    page.locator("main [name=number]").fill(number)
    page.locator("main [name=token]").fill(token)
    page.locator("main form button").last.click()
    check("no script: found again by number and token", number in page.url and page.locator("h1").count() == 1)
    own, desk = f"/requests/{number}?token={token}", f"/desk/requests/{number}"
    dispatcher, officer = person("dispatcher"), person("officer")
    step(dispatcher, desk, "dispatch", agency="urban")
    step(officer, desk, "accept")
    step(officer, desk, "ask", text="请补充路灯编号。")
    step(page, own, "supply", text="编号 A-17。")
    step(officer, desk, "reply", text="已修复。")
    step(dispatcher, desk, "call-back")
    step(page, own, "evaluate", score=1, text="没有修好。")
    step(dispatcher, desk, "redo", text="请重办。")
    step(officer, desk, "reply", text="已更换灯头。")
    step(dispatcher, desk, "call-back")
    step(page, own, "evaluate", score=5)
    done = site.get(f"/api/requests/{number}?token={token}").json
    check("no script: closed", done["stage"] == "closed", [e["command"] for e in done["events"]])
    page.goto(base + own)
    check("no script: every act has its receipt", page.locator("a[href*='/receipts/']").count() >= done["version"])
    page.goto(base + "/receipts")
    page.locator("[name=receipt]").fill(site.get(f"/receipts/{number}/1.json?token={token}").text)
    page.locator("main form button").last.click()
    check("no script: the receipt is checked on the page", page.locator("main table").count() == 1 and "✗" not in page.content())


if folder:
    os.makedirs(folder, exist_ok=True)
with sync_playwright() as playwright:
    chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
    without_script(chromium)
    walk_all(chromium)
    chromium.close()
check.finish()
