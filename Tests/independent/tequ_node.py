"""One Tequ node on a machine, as the how-to page's unit starts it."""
import json, os, subprocess

import how_to
from outside import Site, entries, until


class Node:
    def __init__(self, ground, machine, page, tequ, *options):
        self.ground, self.machine, self.options = ground, machine, options
        program = machine.path("/usr/local/bin/tequ")
        if not os.path.exists(program):
            os.symlink(tequ, program)
        machine.run(page["node"])
        with open(machine.path("/etc/tequ/node/environment")) as file:
            self.environment = how_to.settings(file.read())
        self.command = how_to.unit(machine.place(page["unit"]), self.environment)
        self.database = self.environment["DATABASE"]
        self.folder = machine.path("/var/lib/tequ")
        self.keys = self.folder + "/keys.json"
        self.base = f"http://{self.environment['ADDRESS']}:8080"
        self.site = Site(self.base)
        self.process = None

    def make_city(self, seconds=300):
        """The demonstration city, in the database that the page made."""
        self.start("--demo", seconds=seconds)

    def start(self, *options, seconds=60):
        if self.process and self.process.poll() is None:
            raise SystemExit(f"FAIL the node on {self.machine.name} runs already")
        self.process = self.ground.start([*self.command, "--writes-per-minute", "1000000", *self.options, *options], self.machine.log("tequ"))
        if not until(lambda: self.process.poll() is not None or self.is_ready(), seconds, 0.1) or self.process.poll() is not None:
            raise SystemExit(f"FAIL the node on {self.machine.name} does not start:\n{self.machine.log_text('tequ')[-3000:]}")

    def is_ready(self):
        try:
            return self.site.get("/healthz", timeout=2).status == 200
        except OSError:
            return False

    def kill(self):
        self.process.kill()
        self.process.wait()

    def stop(self):
        self.process.terminate()
        try:
            return self.process.wait(90)
        except subprocess.TimeoutExpired:
            self.kill()
            return "killed after 90 s"


def verified(node):
    """What `tequ verify` says of the database: whether it is clean, and a word about it. A check that fell into a
    change of servers is repeated."""
    for _ in range(3):
        done = subprocess.run([node.command[0], "verify", "--data", node.folder, "--database", node.database, "--json"],
                              capture_output=True, text=True, timeout=600)
        try:
            report = json.loads(done.stdout)
        except ValueError:
            continue
        return done.returncode == 0 and report["clean"] is True, f"{report['acts']} acts, {report['findings'][:3]}"
    return False, f"status {done.returncode}: {done.stderr[-300:]}"


def filed(site):
    """How many requests the public log has."""
    return sum(json.loads(line)["kind"] == "requests.file" for line in entries(site))
