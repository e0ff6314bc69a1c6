"""The one server of docs/how-to/run-on-postgresql, and machines for nodes beside it."""
import os, shutil, subprocess

from machines import USER, Ground, Machine, require
from tequ_node import Node


class SingleServer:
    def __init__(self, name, page):
        require("postgresql-15", "postgresql-client-15", "postgresql-common", "openssl")
        self.page, self.ground = page, Ground(name)
        self.machine = Machine(self.ground, "server", 1)

    def start(self):
        machine = self.machine
        machine.run(self.page["certificates"])
        for folder in ("etc/postgresql", "var/lib/postgresql/15", "var/log/postgresql", "run/postgresql"):  # as Debian's package makes them
            os.makedirs(machine.path("/" + folder), exist_ok=True)
            if os.geteuid() == 0:
                shutil.chown(machine.path("/" + folder), USER)
        # Debian's tools look for clusters where this says, so that the machine's real ones are not touched.
        self.tools = {"PG_CLUSTER_CONF_ROOT": machine.path("/etc/postgresql")}
        machine.run(self.page["cluster"], **self.tools)
        self.control("start")
        machine.run(self.page["database"])

    def control(self, what, *options):
        """What systemd's unit postgresql@15-tequ does."""
        done = subprocess.run(["pg_ctlcluster", "--skip-systemctl-redirect", "15", "tequ", what, *options], capture_output=True, text=True,
                              stdin=subprocess.DEVNULL, timeout=90, env={**os.environ, **self.tools})
        if done.returncode not in (0, 2):
            raise SystemExit(f"FAIL the server does not {what}: {done.stdout}{done.stderr}")

    def sql(self, sql, database="postgres"):
        done = subprocess.run(
            ["runuser", "-u", USER, "--", "psql", "-X", "-A", "-t", "-q", "-v", "ON_ERROR_STOP=1", "-h", self.machine.path("/run/postgresql"),
             "-p", "5433", "-U", "postgres", "-d", database, "-c", sql], capture_output=True, text=True, cwd="/", timeout=60)
        if done.returncode:
            raise SystemExit(f"FAIL {sql}: {done.stderr}")
        return done.stdout.strip()

    def node(self, number, tequ, *options):
        """A node on a machine of its own."""
        machine = Machine(self.ground, f"node{number}", 10 + number)
        shutil.copytree(self.machine.path("/root/tequ-setup"), machine.path("/root/tequ-setup"))
        return Node(self.ground, machine, self.page, tequ, *options)

    def end(self):
        """Ends the server in the usual way; the ground ends whatever is left."""
        self.control("stop", "-m", "immediate")
        self.ground.end()
