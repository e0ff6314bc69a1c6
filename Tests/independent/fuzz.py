"""Runs schemathesis over the description of the interface that the server gives: once as a stranger with
the description as it is, once as a dispatcher with true numbers, items and agencies put into it.

usage: fuzz.py BASE API_KEY [SECONDS]
"""
import atexit, collections, json, os, re, subprocess, sys, tempfile, threading

COUNTS = "TEQU_FUZZ_COUNTS"

if __name__ != "__main__":
    # Schemathesis loads this file as its hooks: every call is counted.
    import schemathesis

    statuses, lock = collections.Counter(), threading.Lock()

    @schemathesis.hook
    def after_call(context, case, response):
        with lock:
            statuses[response.status_code] += 1

    @atexit.register
    def save():
        with open(os.environ[COUNTS], "w") as file:
            json.dump(statuses, file)

else:
    import yaml

    from outside import Checks, Site, argument

    LEAST = 10_000
    CHECKS = ["not_a_server_error", "status_code_conformance", "content_type_conformance", "response_headers_conformance",
              "response_schema_conformance", "missing_required_header", "unsupported_method", "use_after_free",
              "ensure_resource_availability", "ignored_auth"]
    COMMANDS = ["accept", "answer", "appoint", "assist", "ask", "call-back", "dispatch", "explain", "extend", "note", "redo", "reopen",
                "reply", "return", "satisfied", "supervise", "supply", "terminate", "transfer", "unsatisfied", "uphold", "urge", "withdraw"]
    site, key, seconds = Site(argument(1)), argument(2), int(argument(3, "170"))
    check = Checks()
    folder = tempfile.mkdtemp(prefix="tequ-fuzz-")
    total = collections.Counter()

    def run(name, document, checks, *options):
        counts = os.path.join(folder, name)
        command = [os.path.join(os.path.dirname(sys.executable), "st"), "run", document, "--url", site.base, "--no-color",
                   "--max-time", str(seconds), "-n", "2000", "--workers", "2", "--continue-on-failure", "--checks", ",".join(checks),
                   "--suppress-health-check", "all", "--warnings", "off", *options]
        here = os.path.dirname(os.path.abspath(__file__))
        ran = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=seconds + 120, env={
            **os.environ, "SCHEMATHESIS_HOOKS": "fuzz", "PYTHONPATH": here, "PYTHONDONTWRITEBYTECODE": "1", COUNTS: counts})
        with open(os.path.join(folder, name + ".txt"), "w") as file:
            file.write(ran.stdout + ran.stderr)
        found = collections.Counter(json.load(open(counts)))
        total.update(found)
        failures = re.findall(r"^  . (ST[0-9]+ .*)$", ran.stdout, re.MULTILINE)
        check(f"fuzz: {name}", ran.returncode == 0, f"{sum(found.values())} requests {dict(sorted(found.items()))} {failures}")
        for label, found in sorted(set(re.findall(r"^_+ (.+?) _+\n.*?^- (ST[0-9]+.*?)\n\n\[", ran.stdout, re.MULTILINE | re.DOTALL)))[:40]:
            print("    ", label, " ".join(found.split())[:300])

    def informed():
        """The description with values that exist, so that more than the front door is tried."""
        document = yaml.safe_load(site.get("/openapi.yaml").text)
        items = [s["service_code"] for s in site.get("/open311/v2/services.json").json][:5]
        item, district = site.place()
        numbers = [site.post("/api/requests", {"item": i, "district": district, "text": "模糊测试", "is_public": True}).json["number"]
                   for i in items for _ in range(8)]
        schemas = document["components"]["schemas"]
        # Answers have numbers of their own.
        schemas["Acknowledgement"]["properties"]["number"] = {"type": "string"}
        schemas["Number"]["enum"] = numbers
        schemas["Intake"]["properties"]["item"]["enum"] = items
        schemas["Intake"]["properties"]["district"]["enum"] = [district]
        schemas["Intake"]["properties"]["channel"]["enum"] = ["phone", "web", "app"]
        schemas["Step"]["properties"]["command"]["enum"] = COMMANDS
        schemas["Step"]["properties"]["agency"]["enum"] = ["urban", "traffic-police", "none"]
        schemas["Step"]["properties"]["item"]["enum"] = items
        form = document["paths"]["/open311/v2/requests.{format}"]["post"]["requestBody"]["content"]
        fields = form["application/x-www-form-urlencoded"]["schema"]["properties"]
        fields["api_key"]["enum"], fields["service_code"]["enum"] = [key], items
        for path, name, values in (("/open311/v2/services/{code}.{format}", "code", items), ("/open311/v2/requests/{id}.{format}", "id", numbers),
                                   ("/receipts/{number}/{version}.json", "version", ["1", "2"])):
            next(p for p in document["paths"][path]["get"]["parameters"] if p.get("name") == name)["schema"]["enum"] = values
        path = os.path.join(folder, "informed.json")
        with open(path, "w") as file:
            json.dump(document, file)
        return path

    staff = site.sign_in("dispatcher")
    document = informed()
    run("stranger", site.base + "/openapi.yaml", [c for c in CHECKS if c != "ignored_auth"])
    run("dispatcher", document, CHECKS, "-H", "Authorization: " + staff["Authorization"])
    count = sum(total.values())
    check("fuzz: enough requests", count >= LEAST, f"{count}; the reports are in {folder}")
    check("fuzz: the server is alive", site.is_alive())
    check.finish()
