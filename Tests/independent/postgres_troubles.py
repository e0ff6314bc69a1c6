"""Addresses that do not serve, wrong passwords, wrong certificates, a standby, a lost server: each gets a clear message
and an exit status, and nothing is damaged. Sets up docs/how-to/run-on-postgresql, restores a copy as that page says.

usage: postgres_troubles.py TEQU
"""
import os, re, shutil, subprocess, time

import how_to
from machines import USER, require
from outside import Checks, argument, until
from single_server import SingleServer
from tequ_node import filed, verified

tequ = os.path.abspath(argument(1))
check = Checks()
page = how_to.same_blocks(check, "run-on-postgresql")
require("postgresql-15", "postgresql-client-15", "postgresql-common", "openssl")
server = SingleServer("troubles", page)


def run(node, verb, database, *options, seconds=60):
    """A command of the program as Tequ's user: its status and what it said."""
    words = [node.command[0], verb, "--data", node.folder, "--database", database, *options]
    open(node.machine.log("command"), "w").close()
    process = server.ground.start(words, node.machine.log("command"), stdout=subprocess.PIPE, text=True)
    try:
        out, _ = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        return "still running", ""
    return process.returncode, out + node.machine.log_text("command")


def told(node, name, database, *expected, verbs=("verify", "serve")):
    """Both commands end with status 1, soon, with a message that has the words and no password in it."""
    for verb in verbs:
        began = time.monotonic()
        status, text = run(node, verb, database, *(["--port", "0"] if verb == "serve" else []))
        seconds = time.monotonic() - began
        last = text.strip().split("\n")[-1]
        holds = status == 1 and all(re.search(word, text) for word in expected) and password not in text and seconds < 30
        check(f"{name}: {verb}", holds, f"status {status} after {seconds:.1f} s: {last[-260:]}")


def changed(database, **options):
    """The address with options put in or changed; None takes one out."""
    base, _, query = database.partition("?")
    pairs = dict(part.split("=", 1) for part in query.split("&"))
    pairs.update(options)
    return base + "?" + "&".join(f"{k}={v}" for k, v in pairs.items() if v is not None)


def addresses(node):
    good, address = node.database, server.machine.address
    told(node, "an unknown host", good.replace(address, "no-such-host.invalid"), "translate host name", "no-such-host.invalid", "--database")
    told(node, "a port where nobody listens", good.replace(":5433", ":5999"), "Connection refused", "5999", "--database")
    told(node, "a database that is not there", good.replace("/tequ?", "/nothing?"), "no pg_hba.conf entry|does not exist", "nothing")
    told(node, "a role that is not let in", good.replace("tequ@", "stranger@"), "no pg_hba.conf entry|password", "stranger")
    told(node, "an option that libpq does not know", good + "&color=red", "color")
    status, text = run(node, "verify", "mysql://tequ@db/tequ")
    check("an address of another kind", status == 64 and "postgresql://" in text, f"status {status}: {text.strip()[-200:]}")


def passwords(node):
    file = node.machine.path("/etc/tequ/node/pgpass")
    with open(file) as kept:
        line = kept.read()
    for name, text, mode, expected in [
            ("a wrong password", line.replace(password, "wrong"), 0o600, "password authentication failed"),
            ("a password file that others may read", line, 0o644, "no password supplied|password authentication failed"),
            ("a password file for another server", line.replace("*:", "elsewhere:"), 0o600, "no password supplied")]:
        with open(file, "w") as out:
            out.write(text)
        os.chmod(file, mode)
        told(node, name, node.database, expected)
    with open(file, "w") as out:
        out.write(line)
    os.chmod(file, 0o600)
    told(node, "a password file that is not there", changed(node.database, passfile="/nowhere/pgpass"), "no password supplied")
    status, text = run(node, "verify", node.database.replace("tequ@", "tequ:not-the-password@"))
    check("a password in the address is not repeated", status == 1 and "not-the-password" not in text, text.strip()[-200:])


def certificates(node):
    machine = server.machine
    machine.run("cd /root/tequ-setup; openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1 -subj '/CN=Other' "
                "-keyout other.key -out other.crt")
    other = node.machine.path("/etc/tequ/node/other.crt")
    shutil.copy(machine.path("/root/tequ-setup/other.crt"), other)
    if os.geteuid() == 0:
        shutil.chown(other, USER)
    told(node, "a certificate of another authority", changed(node.database, sslrootcert=other), "certificate verify failed")
    told(node, "an authority's file that is not there", changed(node.database, sslrootcert="/nowhere/ca.crt"), "/nowhere/ca.crt")
    # The same server under a name that its certificate does not have.
    told(node, "a server under another name", node.database.replace("@" + machine.address, "@localhost") + "&hostaddr=" + machine.address,
         "does not match host name|not match")
    told(node, "a connection without TLS", changed(node.database, sslmode="disable", sslrootcert=None), "no pg_hba.conf entry|no encryption")
    version = server.sql("SELECT DISTINCT version FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE usename = 'tequ'")
    check("all connections of the node are encrypted", version.startswith("TLSv1.") and "\n" not in version, version)


def standby(node):
    """A copy of the server that follows it: it can be proved, and served from only by name of a primary."""
    folder, address = server.ground.root + "/standby", server.machine.address
    data = folder + "/data"
    os.makedirs(folder)
    if os.geteuid() == 0:
        shutil.chown(folder, USER)
    socket = server.machine.path("/run/postgresql")
    copying = server.ground.start(["/usr/lib/postgresql/15/bin/pg_basebackup", "-h", socket, "-p", "5433", "-U", "postgres", "-D", data,
                                   "-R", "-c", "fast"], server.ground.root + "/basebackup.log")
    if copying.wait(120):
        raise SystemExit(f"FAIL no standby; see {server.ground.root}/basebackup.log")
    settings = {"config_file": server.machine.path("/etc/postgresql/15/tequ/postgresql.conf"), "data_directory": data, "port": 5434,
                "unix_socket_directories": folder, "external_pid_file": folder + "/pid"}
    copy = server.ground.start(["/usr/lib/postgresql/15/bin/postgres", *(f"--{n}={v}" for n, v in settings.items())],
                               server.ground.root + "/standby.log")
    ready = ["pg_isready", "-q", "-h", address, "-p", "5434"]
    check("the standby is up", until(lambda: subprocess.run(ready).returncode == 0, 60, 0.2))
    pgpass = node.machine.path("/etc/tequ/node/pgpass")
    with open(pgpass) as file:
        line = file.read()
    with open(pgpass, "a") as file:
        file.write(line.replace(":5433:", ":5434:"))
    there = node.database.replace(":5433/", ":5434/")
    told(node, "a standby when a writing node asks for a primary", there + "&target_session_attrs=read-write", "read-only|not in .*read-write", verbs=["serve"])
    told(node, "a standby given to a writing node", there, "is a standby", "target_session_attrs", verbs=["serve"])
    status, text = run(node, "verify", there, seconds=300)
    check("a standby can be proved", status == 0, f"status {status}: {text.strip()[-200:]}")
    copy.terminate()
    copy.wait(60)


def lost_server(node):
    """The server goes and comes back under a running node."""
    place = node.site.place()
    body = {"item": place[0], "district": place[1], "text": "路灯坏了。"}

    def file(key):
        try:
            return node.site.post("/api/requests", body, {"Idempotency-Key": key}, timeout=60)
        except OSError:
            return None

    first = file("trouble-1")
    check("a request is filed", first.status == 201, first.status)
    server.control("stop", "-m", "immediate")
    began = time.monotonic()
    away = file("trouble-2")
    check("without the server 503 with Retry-After", away is not None and away.status == 503 and away.header("Retry-After"),
          f"{away and away.status} after {time.monotonic() - began:.1f} s")
    alive = node.site.get("/healthz").status
    page_status = node.site.get("/requests", {"Accept": "text/html"}, timeout=60).status
    check("without the server the node lives, pages are 503", (alive, page_status) == (200, 503), (alive, page_status))
    told(node, "a server that is stopped", node.database, "Connection refused", "--database", verbs=["verify"])
    server.control("start")
    began = time.monotonic()
    again = until(lambda: (a := file("trouble-2")) and a.status == 201 and a, 60, 0.2)
    check("the node finds its way back by itself", again, f"after {time.monotonic() - began:.1f} s")
    repeated = file("trouble-1")
    check("what was acknowledged before is still there", repeated.status == 201 and repeated.json["number"] == first.json["number"])
    server.control("restart", "-m", "fast")
    check("a restart of the server is survived", until(lambda: (a := file("trouble-3")) and a.status == 201, 60, 0.2))


def copies(node):
    machine, pgpass = node.machine, {"DATABASE": node.database}
    machine.run(page["backup"], **pgpass)
    server.sql("CREATE DATABASE restored OWNER tequ TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8'")
    with open(server.machine.path("/etc/postgresql/15/tequ/pg_hba.conf"), "a") as file:
        file.write("hostssl restored tequ 127.0.0.0/8 scram-sha-256\n")
    server.control("reload")
    with open(machine.path("/etc/tequ/node/pgpass")) as file:
        line = file.readline()
    with open(machine.path("/etc/tequ/node/pgpass"), "a") as file:
        file.write(line.replace(":tequ:tequ:", ":restored:tequ:"))
    new = node.database.replace("/tequ?", "/restored?")
    text = machine.run("PATH=" + machine.path("/usr/local/bin") + ":$PATH\n" + page["restore"], NEW=new)
    check("a restored copy is proved clean", re.search(r"[1-9][0-9]* acts.* 0 findings", text), text.strip()[-200:])
    other = server.node(2, tequ)
    told(other, "a node without keys", new, "keys.json")
    subprocess.run(["install", "-m", "600", "/dev/null", other.keys], check=True)
    shutil.copy2(node.keys, other.keys)
    with open(other.keys) as file:
        text = file.read()
    master = max(re.findall(r'"([^"]{20,})"', text), key=len)
    wrong = text.replace(master, ("A" if master[0] != "A" else "B") + master[1:])
    with open(other.keys, "w") as file:
        file.write(wrong)
    if os.geteuid() == 0:
        shutil.chown(other.keys, USER)
    told(other, "a node with other keys", node.database, "keys", verbs=["serve", "verify"])


def schema(node):
    """A database in another order, and one that a newer program has altered."""
    server.sql("CREATE DATABASE latin OWNER tequ TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'")
    with open(server.machine.path("/etc/postgresql/15/tequ/pg_hba.conf"), "a") as file:
        file.write("hostssl latin tequ 127.0.0.0/8 scram-sha-256\n")
    with open(node.machine.path("/etc/tequ/node/pgpass")) as file:
        line = file.readline()
    with open(node.machine.path("/etc/tequ/node/pgpass"), "a") as file:
        file.write(line.replace(":tequ:tequ:", ":latin:tequ:"))
    server.control("reload")
    status, text = run(node, "simulate", node.database.replace("/tequ?", "/latin?"), "--days", "1")
    check("a database in another encoding", status == 1 and "LATIN1" in text and "createdb" in text, f"status {status}: {text.strip()[-260:]}")
    node.stop()
    server.sql("INSERT INTO schema_migrations (id, digest) VALUES ('zz.9999', '00')", "tequ")
    told(node, "a schema of a newer program", node.database, "newer|zz.9999", verbs=["serve"])
    server.sql("DELETE FROM schema_migrations WHERE id = 'zz.9999'", "tequ")


try:
    server.start()
    node = server.node(1, tequ)
    with open(server.machine.path("/root/tequ-setup/passwords")) as file:
        password = file.read().strip().split("=")[1]
    node.make_city()
    before = filed(node.site)
    check("the city is made on PostgreSQL", before > 1000, f"{before} requests")
    for part in (addresses, passwords, certificates, standby, lost_server, copies, schema):
        part(node)
    clean, text = verified(node)
    check("after all that tequ verify is clean", clean, text)
finally:
    server.ground.kept = bool(check.failed)
    if check.failed:
        print("logs are in", server.ground.root)
    server.end()
check.finish()
