"""What the checks of procurement share: releases of OCDS 1.1 in a city's log, their merging, and two validators.

Written from OCDS 1.1 and the reference pages; nothing here comes from the program's own sources.
"""
import json, os, subprocess

from outside import entries


def acts(site):
    """All entries of the log, parsed."""
    return [json.loads(line) for line in entries(site)]


def releases(acts):
    """What the acts of procurement publish, in the order of the log."""
    return [a["public"]["ocds"] for a in acts
            if a["kind"].startswith("procurement.") and not a["kind"].endswith(".refused") and "ocds" in a["public"]]


def merge(old, new):
    """The merging of OCDS 1.1, for releases whose lists of objects have ids."""
    if isinstance(new, dict):
        result = dict(old) if isinstance(old, dict) else {}
        for name, value in new.items():
            if value is None:
                result.pop(name, None)
            else:
                result[name] = merge(result.get(name), value)
        return result
    if isinstance(new, list) and new and all(isinstance(e, dict) for e in new):
        result = list(old) if isinstance(old, list) else []
        for element in new:
            places = [i for i, e in enumerate(result) if "id" in element and e.get("id") == element["id"]]
            if places:
                result[places[0]] = merge(result[places[0]], element)
            else:
                result.append(merge(None, element))
        return result
    return new


def compiled(releases):
    """By ocid, what releases fold to, by their dates; those of one date in the order given."""
    found = {}
    for release in sorted(releases, key=lambda r: r["date"]):
        found[release["ocid"]] = merge(found.get(release["ocid"]), release)
    return found


def without_names(release):
    """A release without the members that merging gives it anew."""
    return {k: v for k, v in release.items() if k not in ("id", "tag")}


def validate(tequ, package, path):
    """The report of `tequ ocds validate` on a package, which is written to `path`."""
    with open(path, "w") as out:
        json.dump(package, out)
    ran = subprocess.run([tequ, "ocds", "validate", path, "--json"], capture_output=True, text=True)
    return json.loads(ran.stdout)


def faults(releases, folder):
    """What PyPI's jsonschema finds in releases; None without the schema."""
    schema = os.path.join(folder, "release-schema.json")
    if not os.path.exists(schema):
        return None
    import jsonschema
    validator = jsonschema.Draft4Validator(json.load(open(schema)))
    return [f"{r.get('id')}: {e.message}" for r in releases for e in validator.iter_errors(r)]


def pages(site, path):
    """Packages of releases, each leading to the next by `links.next` or the header."""
    found = []
    while path:
        answer = site.get(path)
        found.append(answer.json)
        following = answer.json.get("links", {}).get("next") or (answer.header("link") or "").partition("<")[2].partition(">")[0]
        if following and not following.startswith(("/", site.base)):
            raise SystemExit(f"FAIL a link leads elsewhere: {following}")
        path = following.removeprefix(site.base)
    return found
