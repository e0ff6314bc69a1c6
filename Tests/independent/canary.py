"""Plants secrets in every personal field of a real city and looks for them afterwards: in the raw bytes of its
files while it is served and after, in the log and its exports, in the backup, in what the program printed, and all
the while in the arguments of every process on the machine. Each secret is looked for in the encodings in which one
slips through: UTF-8 and UTF-16, base64 at each offset, hexadecimal, percent signs, JSON escapes.

What may hold personal data is named here and left out: keys.json (the keys), mail/ (notices on their way out), and
the title of a request, which stands open for lists until its case is forgotten.

usage: canary.py TEQU [DATA]          DATA: a city whose copy is used; without it a demonstration city is built
"""
import atexit, base64, json, os, re, secrets, shutil, sqlite3, subprocess, tempfile, threading, time, urllib.parse

from outside import PASSWORD, Checks, Server, Site, argument, until

tequ, check = os.path.abspath(argument(1)), Checks()
ground = tempfile.mkdtemp(prefix="tequ-canary-")
city, scratch = os.path.join(ground, "city"), os.path.join(ground, "tmp")
os.mkdir(scratch)
environment = {**os.environ, "TMPDIR": scratch, "LC_ALL": "C"}
os.environ["TMPDIR"] = scratch
planted = {}


def plant(name, before="", after=""):
    """A word that stands nowhere else, of letters alone, so that no mask for numbers helps it."""
    word = "canary" + "".join(secrets.choice("bcdfghjkmnpqrstvwxz") for _ in range(22))
    planted[name] = word
    return before + word + after


# MARK: looking


def forms(word):
    """A word as the bytes under which it may lie somewhere."""
    raw = word.encode()
    found = {raw, word.encode("utf-16-le"), word.encode("utf-16-be"), raw.hex().encode(), raw.hex().upper().encode(),
             urllib.parse.quote(word).encode(), json.dumps(word)[1:-1].encode()}
    for alphabet in (base64.b64encode, base64.urlsafe_b64encode):
        for offset in range(3):
            # What stands beside the word changes the first and the last characters alone.
            text = alphabet(b"\0" * offset + raw).rstrip(b"=")
            start = (offset * 8 + 5) // 6
            found.add(text[start:len(text) - (1 if (offset + len(raw)) % 3 else 0)])
    return found


def search(content, words):
    """The names of the words that stand in bytes."""
    return sorted({name for name, word in words.items() for form in forms(word) if form in content})


def files(folder, leaving=()):
    for at, folders, names in os.walk(folder):
        folders[:] = [f for f in folders if os.path.relpath(os.path.join(at, f), folder) not in leaving]
        for name in names:
            path = os.path.join(at, name)
            if os.path.relpath(path, folder) not in leaving and os.path.isfile(path):
                with open(path, "rb") as file:
                    yield os.path.relpath(path, folder), file.read()


def clean(name, contents, words=None):
    found, count, size = [], 0, 0
    for path, content in contents:
        count, size = count + 1, size + len(content)
        found += [f"{secret} in {path}" for secret in search(content, words or planted)]
    check(f"canary: {name}", not found and count > 0, f"{count} files, {size >> 10} KB {found[:8]}")


class Arguments(threading.Thread):
    """The arguments and the environment of every process, looked at again and again."""

    def __init__(self):
        super().__init__(daemon=True)
        self.seen, self.over, self.looks = set(), False, 0

    def run(self):
        while not self.over:
            self.looks += 1
            for number in os.listdir("/proc"):
                if number.isdigit() and int(number) != os.getpid():
                    for name in ("cmdline", "environ"):
                        try:
                            with open(f"/proc/{number}/{name}", "rb") as file:
                                self.seen.add(file.read())
                        except OSError:
                            pass
            time.sleep(0.01)


# MARK: living


def multipart(site, path, fields, name, content):
    body = b"".join(f'--b\r\nContent-Disposition: form-data; name="{n}"\r\n\r\n{v}\r\n'.encode() for n, v in fields)
    body += (f'--b\r\nContent-Disposition: form-data; name="files"; filename="{name}"\r\n'
             "Content-Type: application/pdf\r\n\r\n").encode() + content + b"\r\n--b--\r\n"
    return site.call("POST", path, body, {"Content-Type": "multipart/form-data; boundary=b"})


def form(site, path, page, fields, cookie=None):
    """Sends a form as a browser does, with the token of the page."""
    headers = {"Cookie": cookie} if cookie else {}
    csrf = re.search(r'name="csrf" value="([^"]*)"', site.get(page, {**headers, "Accept": "text/html"}).text)[1]
    body = urllib.parse.urlencode({**fields, "csrf": csrf, "idempotency_key": secrets.token_hex(8)})
    return site.call("POST", path, body, {**headers, "Content-Type": "application/x-www-form-urlencoded"})


def account(site):
    login, password = "c" + secrets.token_hex(6), plant("password of an account", after=" 9")
    answer = form(site, "/register", "/register", {
        "login": login, "name": plant("name of an account", "王"), "password": password,
        "contact": plant("contact of an account", after="@example.cn")})
    check("canary: an account was opened", answer.status == 303, answer.status)
    session = site.post("/api/sessions", {"login": login, "password": password}).json["token"]
    planted["token of a session"] = session
    return {"Authorization": "Bearer " + session}


def request(site, citizen):
    item, district = site.place()
    wish = {"item": item, "district": district, "is_public": False, "title": "路灯不亮",
            "text": "路灯不亮，请联系 " + plant("first line of a request") + "\n" + plant("words of a request"),
            "name": plant("name in a request", "李"), "phone": "13800000000", "address": plant("address in a request"),
            "email": plant("e-mail in a request", after="@example.cn")}
    answer = site.post("/api/requests", wish, {**citizen, "Idempotency-Key": plant("idempotency key of a request")})
    check("canary: a request was filed", answer.status == 201, answer.text if answer.status != 201 else "")
    number = answer.json["number"]
    planted["tracking token of a request"] = answer.json["token"]
    for login, step in [("dispatcher", {"command": "dispatch", "as": "dispatcher", "agency": "urban"}),
                        ("officer", {"command": "accept", "as": "handler"}),
                        ("officer", {"command": "note", "as": "handler"}),
                        ("officer", {"command": "reply", "as": "handler"})]:
        staff = site.sign_in(login)
        planted[f"token of a session ({login}, {step['command']})"] = staff["Authorization"].split()[1]
        done = site.post(f"/api/requests/{number}/steps", {**step, "text": plant(f"words of {step['command']}")}, staff)
        check(f"canary: {step['command']}", done.status == 200, done.text if done.status != 200 else "")
    return number, answer.json


def without_title(site):
    """Who gives no title: what a number or an address in the first line says stays out of it."""
    item, district = site.place()
    phone, card, mail = "139" + "".join(secrets.choice("0123456789") for _ in range(8)), "44030519900101" + "".join(
        secrets.choice("0123456789") for _ in range(4)), secrets.token_hex(9) + "@mail.example.cn"
    planted.update({"telephone in a first line": phone, "identity card in a first line": card, "e-mail in a first line": mail})
    for text in (f"请打 {phone} 找我", f"我的身份证 {card}", f"发到 {mail} 吧"):
        answer = site.post("/api/requests", {"item": item, "district": district, "text": text})
        check("canary: a request without a title was filed", answer.status == 201, answer.text if answer.status != 201 else "")


def attachment(site):
    item, district = site.place()
    csrf = re.search(r'name="csrf" value="([^"]*)"', site.get("/requests/new", {"Accept": "text/html"}).text)[1]
    fields = [("csrf", csrf), ("idempotency_key", secrets.token_hex(8)), ("title", "附件"), ("item", item),
              ("district", district), ("text", plant("words beside a file"))]
    answer = multipart(site, "/requests", fields, plant("name of a file", after=".pdf"),
                       b"%PDF-1.4 " + plant("content of a file").encode() * 3)
    check("canary: a file was taken", answer.status == 303, answer.status)


def reconsideration(site):
    wish = {"applicant-kind": "person", "act-kind": "penalty", "excluded": "none", "told": "yes", "respondent": "urban",
            "known-on": time.strftime("%Y-%m-%d", time.gmtime(time.time() - 5 * 86400)), "phone": "13800000000"}
    for field in ("name", "identity", "address", "request", "reasons", "agent", "representatives"):
        wish[field] = plant(f"{field} of an applicant")[:120 if field != "identity" else 30]
    planted["identity of an applicant"] = wish["identity"]
    wish["email"] = plant("e-mail of an applicant", after="@example.cn")
    answer = site.post("/api/reconsideration", wish)
    check("canary: reconsideration was applied for", answer.status == 201, answer.text if answer.status != 201 else "")
    planted["tracking token of an applicant"] = answer.json["token"]


def settled(site, done):
    path = done["receipt"].replace("?", ".json?")
    check("canary: the receipt is there", until(lambda: site.get(path).status == 200) is not None)
    # Notices go out a second later.
    check("canary: notices went out", until(lambda: any(True for _ in files(os.path.join(city, "mail")))) is not None)


# MARK: leaving traces


def run(*words):
    done = subprocess.run([tequ, *words], capture_output=True, text=True, env=environment)
    check(f"canary: tequ {' '.join(words[:2])}", done.returncode == 0, done.stderr[-300:] if done.returncode else "")
    return done.stdout + done.stderr


def exports(site):
    place = os.path.join(ground, "exports")
    os.mkdir(place)
    printed = [run("log", "export", os.path.join(place, "log"), "--data", city)]
    key = site.get("/log/key").text.strip()
    printed.append(run("log", "mirror", site.base + "/log", os.path.join(place, "mirror"), "--vkey", key))
    recipient = run("keys", "backup-key", os.path.join(ground, "backup.key")).split()[-1]
    printed.append(run("backup", os.path.join(place, "backup.age"), "--recipient", recipient, "--data", city))
    printed.append(run("city", "export", os.path.join(place, "package"), "--measures", "19,21", "--data", city))
    planted["secret key of backups"] = re.search("AGE-SECRET-KEY-1[A-Z0-9]+", open(os.path.join(ground, "backup.key")).read())[0]
    for name, path in [("entries", "/log/entries.jsonl?limit=10000"), ("figures", "/api/requests/figures"), ("log.html", "/log"),
                       ("adoption", "/api/adoption"), ("requests", "/open311/v2/requests.json"), ("problems", "/problems")]:
        with open(os.path.join(place, name), "wb") as file:
            file.write(site.get(path).body)
    size = int(site.get("/log/checkpoint").text.split("\n")[1])
    with open(os.path.join(place, "entries.last"), "wb") as file:
        file.write(site.get(f"/log/entries.jsonl?from={max(0, size - 1000)}&limit=10000").body)
    return place, printed


def compacted():
    """The rows and nothing else: every page written anew."""
    source, target = os.path.join(city, "city.sqlite"), os.path.join(ground, "compact.sqlite")
    shutil.copy(source, target)
    for suffix in ("-wal",):
        if os.path.exists(source + suffix):
            shutil.copy(source + suffix, target + suffix)
    connection = sqlite3.connect(target)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.execute("VACUUM")
    connection.close()
    with open(target, "rb") as file:
        return [("compact.sqlite", file.read())]


def keys():
    """The city's secret keys, as text and as bytes."""
    with open(os.path.join(city, "keys.json")) as file:
        words = re.findall('"([0-9a-f]{64})"', file.read())
    check("canary: the keys are known", len(words) >= 5, len(words))
    return {f"key {number}": word for number, word in enumerate(words)}


def control():
    """What is there is found, in each encoding: else the rest would say nothing."""
    word = "canarycontrolbcdfghjkmnpqr"
    missed = [form for form in forms(word) if not search(b"\1\2" + form + b"\3", {"x": word})]
    for alphabet in (base64.b64encode, base64.urlsafe_b64encode):
        for before in range(4):
            for after in range(4):
                text = alphabet(b"\xf7" * before + word.encode() + b"\xfe" * after)
                missed += [] if search(text, {"x": word}) else [text]
    check("canary: what is there is found", not missed, missed[:3])
    title = {"title": "路灯不亮"}
    found = [path for path, content in files(city) if search(content, title)]
    check("canary: the open title is found in the raw files", any("city.sqlite" in path for path in found), found)


watcher = Arguments()
watcher.start()
log = os.path.join(ground, "server.log")
if argument(2):
    run("backup", city, "--plain", "--data", argument(2))
server = Server(tequ, city, log, *([] if argument(2) else ["--demo"]))
atexit.register(server.stop)
site = Site(server.base)
citizen = account(site)
number, done = request(site, citizen)
without_title(site)
attachment(site)
reconsideration(site)
planted["key of a program"] = run("key", "issue", "canary", "--data", city).strip()
settled(site, done)
place, printed = exports(site)
server_keys = keys()
leaving = ("keys.json", "mail")
clean("the folder while it is served", files(city, leaving))
status = server.stop()
check("canary: the server ended well", status == 0, status)
printed.append(run("verify", "--data", city))
clean("the folder after it was served", files(city, leaving))
clean("the rows written anew", compacted())
clean("the log, its exports, the backup, the package, the open pages", files(place))
clean("what the program printed", [("server.log", open(log, "rb").read())] + [(f"output {n}", text.encode()) for n, text in enumerate(printed)])
clean("temporary files", list(files(scratch)) + [("none", b"")])
raw = [(path, content) for folder in (city, place, scratch) for path, content in files(folder, ("keys.json",))]
found = [f"{name} in {path}" for path, content in raw for name, word in server_keys.items()
         if bytes.fromhex(word) in content or any(form in content for form in forms(word))]
check("canary: keys lie in the key file alone", not found, found[:5])
watcher.over = True
watcher.join()
everything = {**planted, **server_keys}
found = sorted({name for content in watcher.seen for name in search(content, everything)})
check("canary: arguments and environments of processes", not found and watcher.looks > 20, f"{watcher.looks} looks, {len(watcher.seen)} seen {found[:5]}")
# The demonstration's password is public; it stands in no file all the same.
clean("the password of the demonstration", files(city, leaving), {"password": PASSWORD})
control()
shutil.rmtree(ground)
check.finish()
