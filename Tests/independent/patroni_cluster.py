"""The cluster of docs/how-to/survive-a-machine: three machines with etcd, two of them with PostgreSQL under Patroni."""
import json, os, re, shutil, ssl, subprocess, time, urllib.request

from machines import Ground, Machine, require
from outside import until


class Cluster:
    def __init__(self, page):
        require("etcd-server", "etcd-client", "patroni", "python3-idna", "postgresql-15", "postgresql-client-15", "openssl")
        self.page = page
        self.ground = Ground("failover")
        self.all = [Machine(self.ground, f"db{n}", n) for n in (1, 2, 3)]
        self.servers = self.all[:2]

    def start(self):
        first = self.all[0]
        first.run(self.page["certificates"])
        for machine in self.all[1:]:  # the page's scp
            shutil.copytree(first.path("/root/tequ-setup"), machine.path("/root/tequ-setup"))
        for machine in self.all:
            machine.run(self.page["keys"])
            machine.run(self.page["etcd"])
            machine.start_etcd()
        if not until(lambda: first.run(self.page["etcd-health"], check=False).count("is healthy") == 3, 60, 1):
            raise SystemExit("FAIL etcd does not come up:\n" + first.log_text("etcd")[-3000:])
        for machine in self.servers:
            machine.run(self.page["patroni"])
        first.start_patroni()
        if not until(lambda: self.leader(), 90, 0.5):
            raise SystemExit("FAIL no leader:\n" + first.log_text("patroni")[-3000:])
        self.servers[1].start_patroni()
        if not until(lambda: self.is_whole(), 120, 0.5):
            raise SystemExit("FAIL no synchronous standby:\n" + self.servers[1].log_text("patroni")[-3000:])
        first.run(self.page["database"])

    def members(self):
        """What the page's command tells of each machine: its role and state."""
        asked = next((m for m in self.all[:2] if m.patroni and m.patroni.poll() is None), self.servers[0])
        text = asked.run(self.page["list"].replace("list", "list --format json", 1), check=False)
        try:
            return {m["Member"]: m for m in json.loads(text)}
        except ValueError:
            return {}

    def status(self, machine):
        """What Patroni on a machine says of itself, or None if it does not answer."""
        trust = ssl.create_default_context(cafile=machine.path("/root/tequ-setup/ca.crt"))
        try:
            with urllib.request.urlopen(f"https://{machine.address}:8008/patroni", timeout=2, context=trust) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            try:
                return json.load(error)
            except ValueError:
                return None
        except (OSError, ValueError):
            return None

    def leader(self, among=None):
        """The machine that says it is the leader. Asks the machines, not the list, which costs a process."""
        for machine in among or self.servers:
            status = self.status(machine)
            if status and status.get("role") in ("master", "primary") and status.get("state") == "running":
                return machine
        return None

    def is_whole(self):
        """One machine leads, the other is its synchronous standby."""
        found = [self.status(m) or {} for m in self.servers]
        return (all(s.get("state") == "running" for s in found) and sum(s.get("role") in ("master", "primary") for s in found) == 1
                and any(s.get("sync_standby") for s in found))

    def other(self, machine):
        return next(m for m in self.servers if m is not machine)

    def etcd_leader(self):
        text = self.all[0].run(self.page["etcd-health"].replace("endpoint health", "endpoint status -w json"), check=False)
        start = text.find("[{")
        if start < 0:
            return None
        for one in json.loads(text[start:text.rindex("]") + 1]):
            if one["Status"]["leader"] == one["Status"]["header"]["member_id"]:
                return next(m for m in self.all if m.address in one["Endpoint"])
        return None

    def passwords(self):
        with open(self.servers[0].path("/root/tequ-setup/passwords")) as file:
            return dict(line.strip().split("=", 1) for line in file)

    def sql(self, machine, sql, role="postgres", database="postgres", timeout=30):
        """Runs SQL at one machine as an outsider would: what it printed, or None if it failed."""
        environment = {**os.environ, "PGPASSWORD": self.passwords()[role.upper() + "_PASSWORD"], "PGCONNECT_TIMEOUT": "3"}
        words = (f"host={machine.address} dbname={database} user={role} sslmode=verify-full "
                 f"sslrootcert={machine.path('/root/tequ-setup/ca.crt')}")
        try:
            done = subprocess.run(["psql", "-X", "-A", "-t", "-q", "-v", "ON_ERROR_STOP=1", "-c", sql, words],
                                  capture_output=True, text=True, env=environment, timeout=timeout)
        except subprocess.TimeoutExpired:
            return None
        return done.stdout.strip() if done.returncode == 0 else None
