"""Runs Open311 clients that are not ours against a server: PyPI georeport, three and the JSON Schemas of
open311/schema-validation (skipped with a line if a package or the schemas are absent).

usage: open311_clients.py BASE API_KEY [SCHEMA_FOLDER]
"""
import builtins, itertools, json, os, sys, types, urllib.error, urllib.parse, urllib.request

base, key = sys.argv[1], sys.argv[2]
root = base + "/open311/v2"
failures = 0


def check(name, holds, detail=""):
    global failures
    failures += not holds
    print("ok  " if holds else "FAIL", name, detail)


def get(path):
    return json.load(urllib.request.urlopen(root + path))


services = get("/services.json")
code = services[0]["service_code"]


def schemas(folder):
    from jsonschema import Draft4Validator
    from referencing import Registry, Resource
    from referencing.jsonschema import DRAFT4

    documents = {n: json.load(open(os.path.join(folder, n))) for n in os.listdir(folder) if n.endswith(".json")}
    documents.pop("swagger.json", None)
    registry = Registry().with_resources(
        [(n, Resource.from_contents(d, default_specification=DRAFT4)) for n, d in documents.items()])
    requests = get("/requests.json?page_size=200")
    for name, schema, value in [
        ("services", "services.json", services),
        ("definition", "service-definition.json", get(f"/services/{code}.json")),
        ("requests", "requests.json", requests),
        ("one request", "requests.json", get(f"/requests/{requests[0]['service_request_id']}.json")),
    ]:
        errors = list(Draft4Validator(documents[schema], registry=registry).iter_errors(value))
        check(f"schema: {name}", not errors, f"{len(errors)} errors in {len(value)} items")


def georeport():
    from georeport import GeoReport

    client = GeoReport(root, api_key=key)
    check("georeport: list", len(client.get_service_list()) == len(services))
    check("georeport: definition", client.get_service_definition(code)["service_code"] == code)
    listed = client.get_service_requests()
    check("georeport: requests", len(listed) > 0, f"{len(listed)}")
    one = listed[0]["service_request_id"]
    found = client.get_service_request(one)
    found = found[0] if isinstance(found, list) else found
    check("georeport: one", found["service_request_id"] == one)


def three():
    # three 0.8 is of Python 2's time; these are the names that it misses.
    itertools.ifilter = filter
    builtins.unicode = str
    sys.modules.setdefault("relaxml", types.SimpleNamespace(xml=None))
    import three.core
    from three import Three

    # Its TLS adapter predates today's requests; the loopback address needs none.
    three.core.SSLAdapter.init_poolmanager = (
        lambda self, c, m, block=False, **k: super(three.core.SSLAdapter, self).init_poolmanager(c, m, block, **k))
    client = Three(base + "/open311/v2/", api_key=key, format="json")
    check("three: services", len(client.services()) == len(services))
    check("three: definition", client.services(code)["service_code"] == code)
    check("three: requests", len(client.requests()) > 0)
    posted = client.post(code, lat=22.56, long=114.15, description="three: a light is broken")
    number = posted[0]["service_request_id"]
    check("three: post", client.request(number)[0]["service_request_id"] == number, number)


def errors():
    def status(path, fields=None):
        data = urllib.parse.urlencode(fields).encode() if fields is not None else None
        try:
            return urllib.request.urlopen(root + path, data).status
        except urllib.error.HTTPError as error:
            body = json.loads(error.read())
            return error.code if body[0]["code"] == error.code else -1

    place = {"lat": "22.56", "long": "114.15"}
    for name, path, fields, expected in [
        ("unknown request", "/requests/nope.json", None, 404),
        ("unknown service", "/services/nope.json", None, 404),
        ("unknown jurisdiction", "/services.json?jurisdiction_id=x", None, 404),
        ("unknown status", "/requests.json?status=x", None, 400),
        ("wrong date", "/requests.json?start_date=x", None, 400),
        ("no key", "/requests.json", {"service_code": code, **place}, 403),
        ("no service", "/requests.json", {"api_key": key, **place}, 400),
        ("no place", "/requests.json", {"api_key": key, "service_code": code}, 400),
        ("strange service", "/requests.json", {"api_key": key, "service_code": "zz", **place}, 404),
        ("filed", "/requests.json", {"api_key": key, "service_code": code, **place}, 201),
    ]:
        found = status(path, fields)
        check(f"error: {name}", found == expected, f"{found}")


errors()
for part, arguments in [(georeport, []), (three, []), (schemas, sys.argv[3:4])]:
    if part is schemas and not (arguments and os.path.isdir(arguments[0])):
        print("skip schemas: the folder is not here")
        continue
    try:
        part(*arguments)
    except ImportError as error:
        print("skip", part.__name__, error)
    except Exception as error:
        check(part.__name__, False, f"{type(error).__name__}: {error}")
sys.exit(failures > 0)
