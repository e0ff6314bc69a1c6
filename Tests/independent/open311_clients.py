"""Open311 from outside: clients that are not ours (PyPI georeport and three), the JSON Schemas of
open311/schema-validation, and GeoReport v2 itself, in XML and in JSON. What is absent is skipped with a line.

usage: open311_clients.py BASE API_KEY [SCHEMA_FOLDER]
"""
import builtins, datetime, itertools, json, os, re, sys, types, urllib.parse, xml.etree.ElementTree as ET

from outside import Checks, Site, argument

base, key, folder = argument(1), argument(2), argument(3, "")
site, check = Site(base), Checks()
root = "/open311/v2"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
# The members that GeoReport v2 names, in its order.
REQUEST = ["service_request_id", "status", "status_notes", "service_name", "service_code", "description", "agency_responsible",
           "service_notice", "requested_datetime", "updated_datetime", "expected_datetime", "address", "address_id", "zipcode", "lat",
           "long", "media_url"]


def get(path, status=200):
    answer = site.get(path)
    if answer.status != status:
        check(f"status of {path}", False, f"{answer.status}, not {status}")
    return answer


def jsons(path):
    return get(root + path).json


def post(fields, form="json", headers=None):
    return site.call("POST", f"{root}/requests.{form}", urllib.parse.urlencode(fields), {**FORM, **(headers or {})})


services = jsons("/services.json")
code = services[0]["service_code"]
place = {"lat": "22.56", "long": "114.15"}


def schemas():
    from jsonschema import Draft4Validator
    from referencing import Registry, Resource
    from referencing.jsonschema import DRAFT4

    documents = {n: json.load(open(os.path.join(folder, n))) for n in os.listdir(folder) if n.endswith(".json")}
    documents.pop("swagger.json", None)
    registry = Registry().with_resources(
        [(n, Resource.from_contents(d, default_specification=DRAFT4)) for n, d in documents.items()])
    requests = jsons("/requests.json?page_size=1000")
    for name, schema, value in [
        ("services", "services.json", services),
        ("definition", "service-definition.json", jsons(f"/services/{code}.json")),
        ("requests", "requests.json", requests),
        ("one request", "requests.json", jsons(f"/requests/{requests[0]['service_request_id']}.json")),
    ]:
        errors = list(Draft4Validator(documents[schema], registry=registry).iter_errors(value))
        check(f"schema: {name}", not errors, f"{len(errors)} errors in {len(value)} items")


def georeport():
    from georeport import GeoReport

    client = GeoReport(base + root, api_key=key)
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
    client = Three(base + root + "/", api_key=key, format="json")
    check("three: services", len(client.services()) == len(services))
    check("three: definition", client.services(code)["service_code"] == code)
    check("three: requests", len(client.requests()) > 0)
    posted = client.post(code, lat=22.56, long=114.15, description="three: a light is broken")
    number = posted[0]["service_request_id"]
    check("three: post", client.request(number)[0]["service_request_id"] == number, number)


def same(element, value):
    """Whether an XML element and a JSON value say the same, as GeoReport's XML to JSON convention has it."""
    if isinstance(value, dict):
        return [c.tag for c in element] == list(value) and all(same(c, value[c.tag]) for c in element)
    if isinstance(value, list):
        return len(element) == len(value) and all(same(c, v) for c, v in zip(element, value))
    text = "".join(element.itertext()) if len(element) == 0 else None
    if value is None:
        return text == ""
    if isinstance(value, bool):
        return text == ("true" if value else "false")
    if isinstance(value, (int, float)):
        return float(text) == value
    # XML 1.0 has no way to write most control characters, and reads a line end as one character.
    return text == re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]", "", value).replace("\r\n", "\n").replace("\r", "\n")


def formats():
    number = jsons("/requests.json?page_size=1")[0]["service_request_id"]
    calls = {"/services": ("services", "service"), f"/services/{code}": ("service_definition", None),
             "/requests?page_size=300": ("service_requests", "request"), "/requests?status=closed&page_size=50": ("service_requests", "request"),
             f"/requests?service_request_id={number},nope": ("service_requests", "request"), f"/requests/{number}": ("service_requests", "request"),
             f"/tokens/{number}": ("service_requests", "request")}
    for call, (top, member) in calls.items():
        path, _, query = call.partition("?")
        both = [get(f"{root}{path}.{form}" + (f"?{query}" if query else "")) for form in ("xml", "json")]
        tree = ET.fromstring(both[0].body)
        kinds = [b.header("content-type").lower() for b in both]
        named = tree.tag == top and (member is None or all(c.tag == member for c in tree))
        check(f"formats: {call}", named and same(tree, both[1].json), f"{len(tree)} elements")
        check(f"formats: types of {call}", kinds == ["text/xml; charset=utf-8", "application/json; charset=utf-8"], kinds)
    records = jsons("/requests.json?page_size=300")
    check("formats: the members are GeoReport's", all(list(r) == REQUEST for r in records), f"{len(records)} requests")
    zone = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
    times = [r[n] for r in records for n in REQUEST if n.endswith("_datetime") and r[n]]
    check("formats: times have their zone", all(map(zone.fullmatch, times)), f"{len(times)} times")
    check("formats: status is open or closed", {r["status"] for r in records} <= {"open", "closed"})


def discovery():
    both = [get(f"/open311/discovery.{form}") for form in ("xml", "json")]
    tree, value = ET.fromstring(both[0].body), both[1].json
    check("discovery: XML and JSON agree", tree.tag == "discovery" and same(tree, value))
    named = {"changeset", "contact", "key_service", "endpoints"} <= set(value)
    ends = [e for e in value["endpoints"] if {"specification", "url", "changeset", "type", "formats"} <= set(e)]
    check("discovery: it names its endpoints", named and len(ends) == len(value["endpoints"]) > 0, [e["url"] for e in ends])
    check("discovery: the endpoint answers", all(site.get(urllib.parse.urlsplit(e["url"]).path + "/services.json").status == 200 for e in ends))


def pages():
    whole = [r["service_request_id"] for r in jsons("/requests.json?page_size=60")]
    parts = [r["service_request_id"] for n in (1, 2, 3) for r in jsons(f"/requests.json?page_size=20&page={n}")]
    check("pages: three of 20 are the one of 60", whole == parts and len(set(whole)) == 60, len(whole))
    check("pages: beyond the end is empty", jsons("/requests.json?page_size=1000&page=900") == [])
    most = jsons("/requests.json")
    check("pages: a list has 1,000 at most", len(most) <= 1000, len(most))
    starts = [r["requested_datetime"] for r in most]
    check("pages: the newest first", [datetime.datetime.fromisoformat(t) for t in starts]
          == sorted((datetime.datetime.fromisoformat(t) for t in starts), reverse=True))
    for state in ("open", "closed"):
        found = jsons(f"/requests.json?status={state}&page_size=100")
        check(f"filter: {state}", found and all(r["status"] == state for r in found), len(found))
    mine = jsons(f"/requests.json?service_code={code}")
    check("filter: service_code", mine and all(r["service_code"] == code for r in mine), len(mine))
    empty = jsons("/requests.json?service_code=&status=&start_date=&end_date=&page=&page_size=5")
    check("filter: an empty argument is none", len(empty) == 5)


def days():
    """A list covers 90 days at most, by default the last 90."""
    now = datetime.datetime.now(datetime.timezone.utc)

    def listed(start, end):
        query = urllib.parse.urlencode({n: t.isoformat(timespec="seconds") for n, t in (("start_date", start), ("end_date", end)) if t})
        answer = site.get(f"{root}/requests.json?page_size=200&{query}")
        return answer.status, answer.json

    def day(number):
        return now - datetime.timedelta(days=number)

    status, found = listed(day(20), day(10))
    inside = [day(20).timestamp() - 1 <= datetime.datetime.fromisoformat(r["requested_datetime"]).timestamp() <= day(10).timestamp() + 1 for r in found]
    check("days: only what lies between", status == 200 and found and all(inside), len(found))
    check("days: 90 are allowed", listed(day(90), now)[0] == 200)
    check("days: 91 are refused", listed(day(91), now)[0] == 400)
    check("days: the wrong way round is refused", listed(now, day(1))[0] == 400)
    status, found = listed(day(30), None)
    check("days: a start alone goes on from there", status == 200 and found, len(found))
    status, found = listed(None, day(30))
    last = max((datetime.datetime.fromisoformat(r["requested_datetime"]) for r in found), default=day(31))
    check("days: an end alone goes back from there", status == 200 and last <= day(30) + datetime.timedelta(seconds=1), len(found))


def intake():
    fields = {"api_key": key, "service_code": code, **place, "description": "路灯坏了 <b>&\"'", "first_name": "小", "last_name": "王",
              "phone": "13800000000", "email": "a@example.org", "device_id": "d1", "media_url": "https://example.org/a.jpg?b=1&c=2"}
    numbers = []
    for form in ("json", "xml"):
        answer = post(fields, form)
        if form == "json":
            number = answer.json[0]["service_request_id"]
        else:
            number = ET.fromstring(answer.body).findtext("request/service_request_id")
        numbers.append(number)
        check(f"intake: {form}", answer.status == 201 and number, number)
        one = jsons(f"/requests/{number}.json")[0]
        check(f"intake: {form}: it is there", one["status"] == "open" and fields["description"] in one["description"]
              and (one["lat"], one["long"]) == (22.56, 114.15))
        check(f"intake: {form}: the medium is kept", fields["media_url"] in (one["media_url"] or "") + one["description"])
        check(f"intake: {form}: nobody learns who", not re.search("13800000000|a@example|王", json.dumps(one, ensure_ascii=False)))
    check("intake: two posts are two requests", len(set(numbers)) == 2)
    again = [post(fields, headers={"Idempotency-Key": "open311-" + numbers[0]}).json[0]["service_request_id"] for _ in range(2)]
    check("intake: under one key one request", again[0] == again[1])
    address = {"api_key": key, "service_code": code, "address_string": "春晖街19号"}
    check("intake: an address is a place", post(address).status == 201)
    check("intake: attributes", post({**fields, "attribute[title]": "路灯", "attribute[district]": "jiangnan", "attribute[x][]": "y"}).status == 201)
    check("intake: the key may stand in the address", site.call(
        "POST", f"{root}/requests.json?api_key={key}", urllib.parse.urlencode({**place, "service_code": code}), FORM).status == 201)


def errors():
    given = {"api_key": key, "service_code": code}
    cases = [("unknown request", "/requests/nope", None, 404), ("unknown service", "/services/nope", None, 404),
             ("unknown token", "/tokens/nope", None, 404), ("unknown jurisdiction", "/services?jurisdiction_id=x", None, 404),
             ("unknown status", "/requests?status=x", None, 400), ("wrong date", "/requests?start_date=x", None, 400),
             ("wrong page", "/requests?page=0", None, 400), ("wrong page size", "/requests?page_size=1001", None, 400),
             ("unknown service in a list", "/requests?service_code=zz", None, 404), ("no key", "/requests", {"service_code": code, **place}, 403),
             ("wrong key", "/requests", {**given, **place, "api_key": "x"}, 403), ("no service", "/requests", {"api_key": key, **place}, 400),
             ("no place", "/requests", given, 400), ("half a place", "/requests", {**given, "lat": "22.5"}, 400),
             ("a place off the earth", "/requests", {**given, "lat": "91", "long": "0"}, 400),
             ("words as a place", "/requests", {**given, "lat": "north", "long": "east"}, 400),
             ("strange service", "/requests", {**given, **place, "service_code": "zz"}, 404),
             ("too many words", "/requests", {**given, **place, "description": "字" * 4001}, 400)]
    for name, call, fields, expected in cases:
        path, _, query = call.partition("?")
        for form in ("json", "xml"):
            address = f"{root}{path}.{form}" + (f"?{query}" if query else "")
            answer = post(fields, form) if fields is not None else site.get(address)
            try:
                if form == "json":
                    told = [(e["code"], e["description"]) for e in answer.json]
                else:
                    tree = ET.fromstring(answer.body)
                    told = [(int(e.findtext("code")), e.findtext("description")) for e in tree if tree.tag == "errors" and e.tag == "error"]
            except Exception as error:
                told = [(0, str(error))]
            right = answer.status == expected and told and all(c == expected and words for c, words in told)
            check(f"error: {name} ({form})", right, f"{answer.status} {told[0] if told else ''}")


parts = [errors, intake, formats, discovery, pages, days, georeport, three, schemas]
for part in parts:
    if part is schemas and not os.path.isdir(folder):
        check.skip("schemas:", "the folder is not here")
        continue
    try:
        part()
    except ImportError as error:
        check.skip(part.__name__, error)
    except Exception as error:
        check(part.__name__, False, f"{type(error).__name__}: {error}")
check.finish()
