"""Computes every indicator of measure 21 from the exported log alone, by the formulas that the city
states, and compares with what it shows.

usage: figures.py BASE
"""
import datetime, json, math

from outside import Checks, Site, argument, entries

site = Site(argument(1))
check = Checks()
WAITING = {"received", "dispatched", "disputed", "handling", "supplementing"}


def seconds(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


class Matter:
    def __init__(self, opened):
        self.opened, self.due, self.stage = opened, None, None
        self.first_answer, self.is_late, self.score, self.is_closed = None, False, None, False


def fold(lines):
    matters = {}
    for line in lines:
        entry = json.loads(line)
        kind, public = entry["kind"], entry["public"]
        if not kind.startswith("requests.") or kind.endswith(".refused"):
            continue
        # Times count in whole seconds: so does the due moment.
        at = math.floor(seconds(entry["effective_at"]))
        if kind in ("requests.file", "requests.lead"):
            matters[entry["matter"]] = Matter(at)
        matter = matters[entry["matter"]]
        if kind in ("requests.reply", "requests.answer"):
            if matter.first_answer is None:
                matter.first_answer = at
            # The due moment before this act: the answer itself ends the period.
            matter.is_late |= matter.due is not None and at > matter.due
        if kind in ("requests.satisfied", "requests.unsatisfied"):
            matter.score = public["score"]
        if "due" in public:
            matter.due = public["due"]
        matter.stage = public["stage"]
        matter.is_closed = public.get("closed", False)
    return matters.values()


def share(part, whole):
    return part / whole if whole else None


def indicators(matters, now):
    answered = [m for m in matters if m.first_answer is not None]
    judged = [m for m in matters if m.score is not None]
    waits = [m.first_answer - m.opened for m in answered]
    return {
        "requests.received": len(matters),
        "requests.on-time": share(sum(not m.is_late for m in answered), len(answered)),
        "requests.satisfaction": share(sum(m.score >= 4 for m in judged), len(judged)),
        "requests.closed": share(sum(m.is_closed for m in matters), len(matters)),
        "requests.days-to-answer": share(sum(waits) / 86400, len(waits)),
        "requests.overdue": sum(m.stage in WAITING and m.due is not None and m.due < now for m in matters),
    }


def size():
    return site.get("/log/checkpoint").text.split("\n")[1]


# The log may grow meanwhile: figures and entries must be of the same moment.
for _ in range(20):
    before = size()
    shown = site.get("/api/requests/figures").json["indicators"]
    now = datetime.datetime.now(datetime.timezone.utc).timestamp()
    lines = entries(site)
    if size() == before and len(lines) == int(before):
        break
computed = indicators(fold(lines), now)
check("figures: the same indicators", {i["id"] for i in shown} == set(computed), f"{len(lines)} entries")
for one in shown:
    ours, theirs = computed.get(one["id"]), one["value"]
    same = ours == theirs or (None not in (ours, theirs) and math.isclose(ours, theirs, rel_tol=1e-12))
    check("figures: " + one["id"], same and bool(one["formula"]), f"{ours} and {theirs}")
check.finish()
