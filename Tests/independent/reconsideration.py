"""Restates articles 20 to 88 of the Administrative Reconsideration Law (2023) and compares.

Random histories (filing, silence of every party, suspension, decision, performance) are lived through
here, from the statute and with the working days of PyPI `chinesecalendar`, and by `tequ cases replay`;
every step, stage and last day must be the same. The names of steps and fields are those of
docs/reference/reconsideration.md; nothing else is shared.

usage: reconsideration.py TEQU [COUNT [SEED]]
"""
import calendar, datetime, json, os, random, subprocess, sys, tempfile, time

from outside import Checks, argument

try:
    import chinese_calendar
except ImportError:
    chinese_calendar = None

DAY = datetime.timedelta(days=1)


# Time: 行政复议法 art. 88; 民事诉讼法 art. 85.
def works(day):
    """The State Council's calendar; weekends rest in a year that it has not announced."""
    return chinese_calendar.is_workday(day) if day.year <= 2026 else day.weekday() < 5


WORKS = {}


def is_working(day):
    if day not in WORKS:
        WORKS[day] = works(day)
    return WORKS[day]


def roll(day):
    while not is_working(day):
        day += DAY
    return day


def after(day, count, unit):
    """The day on which a period of so many units after a day ends, not yet rolled over."""
    if unit == "wd":
        while count:
            day += DAY
            count -= is_working(day)
        return day
    if unit == "y":
        last = calendar.monthrange(day.year + count, day.month)[1]
        return day.replace(year=day.year + count, day=min(day.day, last))
    return day + count * DAY


def notice_by(hearing):
    """Art. 51(1) with 88(2): the parties are told five working days before the hearing, whose day does not count."""
    day, count = hearing, 5
    while count:
        day -= DAY
        count -= is_working(day)
    return day


class Clock:
    """Counts from the day after its event; stands still between pauses; ends on a working day."""

    def __init__(self, start, count, unit):
        self.start, self.parts, self.pauses, self.state = start, [(count, unit)], [], "runs"

    def last(self):
        day = self.start
        for count, unit in self.parts:
            day = after(day, count, unit)
        for begin, end in self.pauses:
            if end is None or begin > roll(day):
                continue
            if self.parts[0][1] == "wd":
                held, at = 0, begin
                while at < end:
                    at += DAY
                    held += is_working(at)
                day = after(day, held, "wd")
            else:
                day += end - begin
        return roll(day)

    def pause(self, day):
        self.pauses.append([day, None])
        self.state = "still"

    def go_on(self, day):
        self.pauses[-1][1] = day
        self.state = "runs"

    def text(self):
        if self.state == "still":
            return "~"
        return self.last().isoformat() + ("!" if self.state == "late" else "")


def day_of(text):
    return datetime.date.fromisoformat(text) if text else None


UNDER_TRIAL = ["serving", "replying", "trial", "called", "consulting", "proposed", "agreed"]
STANDING = ["suspended", "gone", "norm-review", "norm-forwarding", "norm-elsewhere"]
OVER = ["undone", "refused", "abandoned", "withdrawn", "terminated", "taken-up", "closed"]


class Case:
    """One application, from filing to performance."""

    def __init__(self):
        self.stage, self.clocks, self.facts, self.log = "", {}, {}, []
        self.notice_given = self.simplified = self.replied = self.silent = False
        self.heard = self.extended = self.duty = False

    # The machine around the law.
    def run(self, name, day, count, unit):
        self.clocks[name] = Clock(day, count, unit)

    def late(self, name):
        return name in self.clocks and self.clocks[name].state == "late"

    def mark_late(self, name, today):
        self.clocks[name].state = "late"
        if "watch" not in self.clocks:
            self.run("watch", today, 10, "wd")

    def remind(self, day):
        """An opinion letter is still to be answered; whether it is late or not, somebody looks again."""
        self.stage = "answering"
        if "watch" not in self.clocks:
            self.run("watch", day, 10, "wd")

    def over(self, stage):
        self.stage, self.clocks = stage, {}

    def note(self, command, fine):
        self.log.append([command, fine, self.stage,
                         {name: clock.text() for name, clock in self.clocks.items()}])

    def wait(self, day):
        """What follows by itself from time running out before a day."""
        while True:
            due = sorted((clock.last(), name) for name, clock in self.clocks.items()
                         if clock.state == "runs" and clock.last() < day)
            if not due:
                return
            last, name = due[0]
            getattr(self, "due_" + name.replace("-", "_"))(last, last + DAY)
            self.note(name + "-due", True)

    def step(self, day, actor, command, said):
        self.wait(day)
        method = getattr(self, "do_" + command.replace("-", "_"), None)
        kept = dict(self.facts)
        opens = command in ("file", "take-down", "reroute", "lodge")
        fine = bool(method) and opens == (not self.stage) and method(actor, day, dict(said)) is not False
        if not fine:
            self.facts = kept
        self.note(command, fine)
        return fine

    # Articles 20 to 23: filing.
    def do_file(self, actor, day, said):
        return actor == "citizen" and self.open(day, said, "received", by_account=True)

    def do_take_down(self, actor, day, said):
        return actor == "clerk" and self.open(day, said, "received")

    def do_reroute(self, actor, day, said):
        return actor == "respondent" and self.open(day, said, "received")

    def do_lodge(self, actor, day, said):
        return actor == "respondent" and self.open(day, said, "forwarding")

    def open(self, day, said, stage, by_account=False):
        if self.stage:
            return False
        self.by_account = by_account
        if said.get("told") != "no":
            said.pop("told-on", None)
        if not said.get("failure-to-act"):
            said.pop("asked-on", None)
        self.facts = said
        filed = day_of(said.get("received-on")) or day
        self.facts["filed-on"] = filed.isoformat()
        if not said.get("respondent") and not said.get("respondent-other"):
            return False
        if not self.count(day):
            return False
        if said.get("applicants", 1) > 5 and not said.get("representatives"):
            return False
        self.facts["is-first"] = bool(
            (said["act-kind"] == "penalty" and said.get("on-the-spot"))
            or said.get("acquired-resource") or said["act-kind"] == "inaction"
            or said.get("failure-to-act")
            or (said["act-kind"] == "disclosure" and said.get("disclosure-refused")))
        self.stage = stage
        self.run("review" if stage == "received" else "forward", filed, 5, "wd")

    def count(self, today):
        """Article 20 and 21: until when; False if the days contradict each other."""
        f = {name: day_of(self.facts.get(name)) for name in (
            "filed-on", "known-on", "acted-on", "told-on", "asked-on", "obstacle-from", "obstacle-to")}
        known = f["known-on"]
        pairs = [(today, f["filed-on"]), (f["filed-on"], known), (known, f["acted-on"]),
                 (f["told-on"], known), (f["obstacle-to"], f["obstacle-from"])]
        if any(later and earlier and later < earlier for later, earlier in pairs):
            return False
        if (f["obstacle-from"] is None) != (f["obstacle-to"] is None):
            return False
        start, length, latest = known, (max(60, self.facts.get("statute-days", 0)), "d"), None
        if f["asked-on"]:
            start = f["asked-on"] + 60 * DAY
        elif self.facts["told"] == "no":
            latest = roll(after(known, 1, "y"))
            if f["told-on"]:
                start = f["told-on"]
            else:
                length = (1, "y")
        clock = Clock(start, *length)
        if f["obstacle-to"] and f["obstacle-to"] > start:
            clock.pause(max(f["obstacle-from"], start))
            clock.go_on(f["obstacle-to"])
        last = min(clock.last(), latest or clock.last())
        years = 20 if self.facts.get("real-property") else 5
        self.facts["last-day"] = last.isoformat()
        self.facts["bar-day"] = roll(after(f["acted-on"] or known, years, "y")).isoformat()
        return True

    # Articles 30 to 35: examination.
    def in_time(self):
        filed = self.facts["filed-on"]
        return filed <= self.facts["last-day"] and filed <= self.facts["bar-day"]

    def admissible(self, said):
        return (all(said.get(test) for test in ("applicant-clear", "respondent-fits", "interest",
                                                "request-concrete", "has-jurisdiction"))
                and self.in_time() and self.facts["excluded"] == "none"
                and not self.facts.get("taken-by-court"))

    def accepted(self, day):
        self.facts["accepted-on"] = day.isoformat()
        self.stage, self.clocks = "serving", {}
        self.run("serve", day, 3 if self.simplified else 7, "wd")
        self.run("decide", day, 30 if self.simplified else 60, "d")

    def do_accept(self, actor, day, said):
        if actor != "clerk" or self.stage != "received" or not self.admissible(said):
            return False
        self.accepted(day)

    def do_accept_simplified(self, actor, day, said):
        if actor != "clerk" or self.stage != "received" or not self.admissible(said):
            return False
        f = self.facts
        clear = said.get("clear") and (
            f.get("on-the-spot") or f.get("warning") or f["act-kind"] == "disclosure"
            or ("amount" in f and f["amount"] <= 300_000))
        if not clear and not said.get("consent"):
            return False
        self.simplified = True
        self.accepted(day)

    def do_refuse(self, actor, day, said):
        if actor != "clerk" or self.stage != "received":
            return False
        fine = {"in-time": not self.in_time(), "scope": self.facts["excluded"] != "none",
                "first-time": bool(self.facts.get("taken-by-court")),
                "jurisdiction-own": self.facts.get("respondent") in (None, "tax", "telecom")}
        if not fine.get(said["refused-for"], True):
            return False
        self.over("refused")

    def due_review(self, last, today):
        self.facts["deemed"] = True
        self.accepted(last)

    def do_order_acceptance(self, actor, day, said):
        if actor != "superior" or self.stage != "refused":
            return False
        self.accepted(day)

    def do_ask_correction(self, actor, day, said):
        if actor != "clerk" or self.stage != "received" or self.notice_given:
            return False
        self.notice_given, self.stage, self.clocks = True, "correcting", {}
        self.run("correct", day, 10, "wd")

    def do_correct(self, actor, day, said):
        if actor != "citizen" or self.stage != "correcting":
            return False
        self.facts.update({n: said[n] for n in ("known-on", "told-on", "acted-on") if n in said})
        if not self.count(day):
            return False
        self.stage, self.clocks = "received", {}
        self.run("review", day, 5, "wd")

    def do_extend_correction(self, actor, day, said):
        if actor != "clerk" or self.stage != "correcting":
            return False
        self.clocks["correct"].parts.append((said["days"], "wd"))

    def due_correct(self, last, today):
        self.over("abandoned")

    def do_withdraw(self, actor, day, said):
        if actor != "citizen" or self.stage not in ("received", "correcting", "forwarding"):
            return False
        self.over("withdrawn")

    def do_forward(self, actor, day, said):
        if actor != "respondent" or self.stage != "forwarding":
            return False
        self.pass_on(day)

    def pass_on(self, day):
        self.stage, self.clocks = "received", {}
        self.run("review", day, 5, "wd")

    def due_forward(self, last, today):
        self.pass_on(today)

    def do_undo(self, actor, day, said):
        if actor != "respondent" or self.stage != "forwarding":
            return False
        self.over("undone")

    # Articles 36 to 55: trial.
    def do_serve(self, actor, day, said):
        if actor != "handler" or self.stage != "serving":
            return False
        del self.clocks["serve"]
        self.stage = "replying"
        self.run("reply", day, 5 if self.simplified else 10, "wd")

    def due_serve(self, last, today):
        self.mark_late("serve", today)

    def do_reply(self, actor, day, said):
        if actor != "respondent" or self.stage != "replying":
            return False
        del self.clocks["reply"]
        self.stage, self.replied = "trial", True

    def due_reply(self, last, today):
        del self.clocks["reply"]
        self.stage, self.silent = "trial", True

    def do_hear(self, actor, day, said):
        if actor != "handler" or self.stage != "trial":
            return False
        self.heard = True

    def do_investigate(self, actor, day, said):
        return (actor == "handler" and self.stage in ("replying", "trial", "called", "consulting")
                and said["officer-count"] >= 2)

    def do_third_evidence(self, actor, day, said):
        if actor != "handler" or self.stage not in UNDER_TRIAL:
            return False
        self.facts["third-evidence"] = True

    def do_join(self, actor, day, said):
        if actor != "handler" or self.stage not in UNDER_TRIAL:
            return False
        if said.get("third-opposes"):
            self.facts["third-opposes"] = True

    def do_allow_supplement(self, actor, day, said):
        if actor != "handler" or self.stage not in ("trial", "called", "consulting"):
            return False
        self.facts["supplement"] = True

    def do_supplement(self, actor, day, said):
        if actor != "respondent" or self.stage not in ("trial", "called", "consulting"):
            return False
        return self.facts.pop("supplement", False)

    def do_stay(self, actor, day, said):
        if said.get("stay-reasonable"):
            self.facts["reasonable"] = True
        return (actor == "handler" and self.stage in UNDER_TRIAL + STANDING
                and (said["stay"] != "party" or bool(self.facts.get("reasonable"))))

    def do_call_hearing(self, actor, day, said):
        if actor != "handler" or self.stage != "trial" or said["assessors"] < 2:
            return False
        if day > notice_by(day_of(said["hearing-on"])):
            return False
        self.stage, self.facts["hearing-on"] = "called", said["hearing-on"]

    def do_attend(self, actor, day, said):
        # Art. 50(3): who takes part is identified. Whoever filed does so by the account that filed; whoever applied
        # through an agency, by a code that the hearing room compares.
        known = actor == "respondent" or self.by_account or said.get("identified") == "code"
        return actor in ("citizen", "respondent") and self.stage == "called" and said.get("signed") and known

    def do_hold_hearing(self, actor, day, said):
        if actor != "handler" or self.stage != "called" or day < day_of(self.facts["hearing-on"]):
            return False
        self.stage, self.heard, self.facts["hearing-held"] = "trial", True, True

    def do_cancel_hearing(self, actor, day, said):
        if actor != "handler" or self.stage != "called":
            return False
        self.stage = "trial"

    def do_consult(self, actor, day, said):
        if actor != "handler" or self.stage != "trial":
            return False
        for name in ("major", "technical"):
            if said.get(name):
                self.facts[name] = True
        self.stage = "consulting"

    def do_advise(self, actor, day, said):
        if actor != "committee" or self.stage != "consulting":
            return False
        self.stage, self.facts["consulted"] = "trial", True

    def do_convert(self, actor, day, said):
        if (actor != "approver" or self.stage not in ("serving", "replying", "trial")
                or not self.simplified or self.late("decide")):
            return False
        self.simplified = False
        self.clocks["decide"].parts.append((60 - 30, "d"))

    def do_extend(self, actor, day, said):
        if (actor != "approver" or self.stage not in UNDER_TRIAL or self.simplified
                or self.extended or self.late("decide") or said["days"] > 30):
            return False
        self.extended = True
        self.clocks["decide"].parts.append((said["days"], "d"))

    def due_decide(self, last, today):
        self.mark_late("decide", today)

    def due_watch(self, last, today):
        if self.stage in UNDER_TRIAL and not self.late("decide") and not self.late("serve"):
            del self.clocks["watch"]
        else:
            self.run("watch", today, 10, "wd")

    # Articles 39 to 41 and 56 to 60: standing still.
    def stand_still(self, actor, day, stage):
        if actor != "handler" or self.stage not in UNDER_TRIAL:
            return False
        for name in ("decide", "serve", "reply"):
            if name in self.clocks and self.clocks[name].state == "runs":
                self.clocks[name].pause(day)
        self.stage = stage

    def do_suspend(self, actor, day, said):
        ground = said["suspension"]
        if ground == "missing" and self.facts["applicant-kind"] != "person":
            return False
        if said.get("both-agree"):
            self.facts["agree"] = True
        if ground == "mediation" and not said.get("both-agree"):
            return False
        if self.stand_still(actor, day, "suspended") is False:
            return False
        if "watch" not in self.clocks:
            self.run("watch", day, 10, "wd")

    def do_suspend_gone(self, actor, day, said):
        is_person = self.facts.get("applicant-kind") == "person"
        if (said["suspension"] == "ended") == is_person:
            return False
        if self.stand_still(actor, day, "gone") is False:
            return False
        self.run("gone", day, 60, "d")

    def do_suspend_norm(self, actor, day, said):
        if self.stand_still(actor, day, "norm-review") is False:
            return False
        self.run("norm", day, 30, "d")
        self.run("norm-notice", day, 3, "wd")

    def do_suspend_norm_elsewhere(self, actor, day, said):
        if self.stand_still(actor, day, "norm-forwarding") is False:
            return False
        self.run("norm-forward", day, 7, "wd")

    def go_on(self, day):
        for name in ("gone", "norm", "norm-notice", "norm-answer"):
            self.clocks.pop(name, None)
        for clock in self.clocks.values():
            if clock.state == "still":
                clock.go_on(day)
        self.stage = ("serving" if "serve" in self.clocks
                      else "replying" if "reply" in self.clocks else "trial")

    def do_resume(self, actor, day, said):
        if actor != "handler" or self.stage not in ("suspended", "gone"):
            return False
        self.go_on(day)

    def do_order_resumption(self, actor, day, said):
        if actor != "superior" or self.stage not in ("suspended", "gone"):
            return False
        self.go_on(day)

    def do_rule_norm_lawful(self, actor, day, said):
        if actor != "approver" or self.stage != "norm-review":
            return False
        self.go_on(day)

    do_rule_norm_unlawful = do_rule_norm_lawful

    def do_return_norm(self, actor, day, said):
        if actor != "maker" or self.stage != "norm-elsewhere":
            return False
        self.go_on(day)

    def do_notify_maker(self, actor, day, said):
        if actor != "handler" or self.stage != "norm-review" or "norm-notice" not in self.clocks:
            return False
        del self.clocks["norm-notice"]
        self.run("norm-answer", day, 10, "wd")

    def do_answer_norm(self, actor, day, said):
        if actor != "maker" or self.stage != "norm-review" or "norm-answer" not in self.clocks:
            return False
        del self.clocks["norm-answer"]

    def do_forward_norm(self, actor, day, said):
        if actor != "handler" or self.stage != "norm-forwarding":
            return False
        del self.clocks["norm-forward"]
        self.stage = "norm-elsewhere"
        self.run("norm", day, 60, "d")

    def due_norm_notice(self, last, today):
        self.mark_late("norm-notice", today)

    def due_norm_answer(self, last, today):
        del self.clocks["norm-answer"]

    def due_norm_forward(self, last, today):
        self.mark_late("norm-forward", today)

    def due_norm(self, last, today):
        self.mark_late("norm", today)

    def due_gone(self, last, today):
        self.over("terminated")

    def do_terminate(self, actor, day, said):
        person = {"no-heir": True, "no-successor": False}.get(said["termination"])
        if actor != "approver" or self.stage not in UNDER_TRIAL + STANDING:
            return False
        if person is not None and person != (self.facts["applicant-kind"] == "person"):
            return False
        self.over("terminated")

    def do_ask_withdrawal(self, actor, day, said):
        if actor != "citizen" or self.stage not in UNDER_TRIAL + STANDING:
            return False
        self.facts["withdrawal"] = True

    def do_allow_withdrawal(self, actor, day, said):
        if (actor != "handler" or self.stage not in UNDER_TRIAL + STANDING
                or not self.facts.get("withdrawal") or not said.get("voluntary")):
            return False
        self.over("terminated")

    def do_take_up(self, actor, day, said):
        if actor != "superior" or self.stage not in UNDER_TRIAL + STANDING:
            return False
        self.over("taken-up")

    # Articles 61 to 75: decision.
    GROUNDS = {
        "change": {"improper", "wrong-basis", "facts-found"},
        "revoke": {"facts-unclear", "procedure", "basis-unlawful", "beyond-powers"},
        "revoke-part": {"facts-unclear", "procedure", "basis-unlawful", "beyond-powers"},
        "unlawful": {"public-interest", "minor-procedure", "not-revocable", "changed", "pointless"},
        "perform": {"not-performed"}, "void": {"no-subject", "no-basis"}, "uphold": {"lawful"},
        "reject": {"no-duty", "performed"}, "agreement": {"breach", "uncompensated"},
        "dismiss": {"inadmissible"}}

    def propose(self, actor, said, duty):
        if actor != "handler" or self.stage != "trial" or not (self.simplified or self.heard):
            return False
        f, kind, ground = self.facts, said["decision"], said["ground"]
        for name in ("redo", "worse", "returns", "third-interest"):
            f[name] = bool(said.get(name))
        for name in ("major", "technical"):
            f[name] = bool(f.get(name) or said.get(name))
        no_evidence = self.silent and not (f["third-interest"] and f.get("third-evidence"))
        if ground == "no-evidence":
            fits = no_evidence and kind in ("revoke", "revoke-part", "unlawful", "perform", "void")
        else:
            fits = ground in self.GROUNDS[kind] and not (
                no_evidence and kind in ("change", "uphold", "reject"))
        if kind in ("perform", "reject"):
            fits = fits and f.get("failure-to-act")
        if kind == "void":
            fits = fits and f.get("asks-void")
        if kind == "agreement":
            fits = fits and f["act-kind"] == "agreement"
        if not fits or (kind == "change" and f["worse"] and not f.get("third-opposes")):
            return False
        if f["redo"] and kind not in ("revoke", "revoke-part"):
            return False
        if bool(f.get("asks-compensation")) != (said["compensation"] != "none"):
            return False
        must_return = (not f.get("asks-compensation") and "amount" in f
                       and kind in ("revoke", "revoke-part")
                       and f["act-kind"] in ("penalty", "coercion", "taking", "levy"))
        if must_return and not f["returns"]:
            return False
        if f["major"] and not f.get("hearing-held"):
            return False
        if (f["major"] or f["technical"]) and not f.get("consulted"):
            return False
        needs = (kind in ("perform", "agreement") or f["redo"] or f["returns"]
                 or said["compensation"] == "granted")
        if needs != duty:
            return False
        self.stage, self.duty = "proposed", duty
        f["decision"], f["ground"], f["days"] = kind, ground, said.get("days", 0)

    def do_propose(self, actor, day, said):
        return self.propose(actor, said, False)

    def do_propose_duty(self, actor, day, said):
        return self.propose(actor, said, True)

    def do_send_back(self, actor, day, said):
        if actor != "approver" or self.stage != "proposed":
            return False
        self.stage, self.duty = "trial", False

    def decided(self, day):
        del self.clocks["decide"]
        self.stage, self.facts["decided-on"] = "decided", day.isoformat()
        self.run("deliver", day, 5, "wd")

    def do_decide(self, actor, day, said):
        if actor != "approver" or self.stage != "proposed":
            return False
        self.decided(day)

    def do_mediate(self, actor, day, said):
        if actor != "handler" or self.stage != "trial" or not said.get("lawful-agreement"):
            return False
        self.stage = "agreed"

    def do_back_out(self, actor, day, said):
        if actor not in ("citizen", "respondent") or self.stage != "agreed":
            return False
        self.stage = "trial"

    def sign(self, actor, day, said, duty):
        if actor != "handler" or self.stage != "agreed" or not said.get("all-signed"):
            return False
        self.facts["decision"], self.facts["days"] = "mediated", said.get("days", 0)
        self.duty = duty
        self.decided(day)

    def do_sign(self, actor, day, said):
        return self.sign(actor, day, said, False)

    def do_sign_duty(self, actor, day, said):
        return self.sign(actor, day, said, True)

    def due_deliver(self, last, today):
        self.mark_late("deliver", today)

    def do_deliver(self, actor, day, said):
        if actor != "handler" or self.stage != "decided":
            return False
        if said["delivered-by"] == "electronic" and not self.facts.get("e-service"):
            return False
        self.facts["in-force-on"] = day.isoformat()
        del self.clocks["deliver"]
        if self.duty:
            self.stage = "performing"
            self.run("perform", day, self.facts["days"], "d")
        elif "opinion" in self.clocks:
            self.remind(day)
        else:
            self.over("closed")

    # Articles 76 to 79: afterwards.
    def do_report(self, actor, day, said):
        if actor != "respondent" or self.stage != "performing":
            return False
        return not (said.get("same-act") and self.facts.get("redo")
                    and self.facts.get("ground") != "procedure")

    def do_confirm(self, actor, day, said):
        if actor != "handler" or self.stage != "performing":
            return False
        if "opinion" not in self.clocks:
            return self.over("closed")
        for name in ("perform", "order"):
            self.clocks.pop(name, None)
        self.remind(day)

    def due_perform(self, last, today):
        self.mark_late("perform", today)

    def do_order(self, actor, day, said):
        if (actor != "approver" or self.stage != "performing" or not self.late("perform")
                or "order" in self.clocks):
            return False
        self.run("order", day, said["days"], "d")

    def due_order(self, last, today):
        del self.clocks["order"]

    def do_issue_opinion(self, actor, day, said):
        if (actor != "approver" or self.stage not in UNDER_TRIAL + ["decided", "performing"]
                or "opinion" in self.clocks):
            return False
        self.run("opinion", day, 60, "d")

    def do_answer_opinion(self, actor, day, said):
        if actor != "respondent" or "opinion" not in self.clocks:
            return False
        del self.clocks["opinion"]
        if self.stage == "answering":
            self.over("closed")

    def due_opinion(self, last, today):
        self.mark_late("opinion", today)

    def do_publish(self, actor, day, said):
        # Article 79(1) speaks of decisions; a letter of mediation is none.
        return (actor == "handler" and self.stage in ("performing", "answering", "closed")
                and self.facts.get("decision") != "mediated")

    def do_copy_up(self, actor, day, said):
        # Article 79(2): of departments of the government, its justice bureau among them.
        departments = ("urban", "market", "labour", "justice", "police")
        return (actor == "handler" and self.stage in ("performing", "answering", "closed")
                and self.facts.get("respondent") in departments)

    def do_enforce(self, actor, day, said):
        who = {"uphold": "respondent", "change": "authority", "mediated": "authority"}.get(
            self.facts.get("decision"))
        return (actor == "handler" and self.stage == "closed" and who is not None
                and said["enforcer"] in (who, "court"))

    def do_report_suit(self, actor, day, said):
        return actor == "court" and self.stage in (
            "performing", "answering", "closed", "refused", "terminated")


# Random histories.
WHO = {
    "withdraw": "citizen", "correct": "citizen", "ask-withdrawal": "citizen", "submit": "citizen",
    "accept": "clerk", "accept-simplified": "clerk", "refuse": "clerk", "ask-correction": "clerk",
    "extend-correction": "clerk", "forward": "respondent", "undo": "respondent",
    "reply": "respondent", "supplement": "respondent", "report": "respondent",
    "answer-opinion": "respondent", "order-acceptance": "superior", "take-up": "superior",
    "order-resumption": "superior", "convert": "approver", "extend": "approver",
    "terminate": "approver", "decide": "approver", "send-back": "approver", "order": "approver",
    "issue-opinion": "approver", "rule-norm-lawful": "approver", "rule-norm-unlawful": "approver",
    "advise": "committee", "return-norm": "maker", "answer-norm": "maker", "report-suit": "court",
    "attend": "citizen", "back-out": "citizen"}
for _name in ("serve hear investigate third-evidence join allow-supplement stay call-hearing hold-hearing "
              "cancel-hearing consult suspend suspend-gone suspend-norm suspend-norm-elsewhere resume "
              "notify-maker forward-norm allow-withdrawal propose propose-duty mediate sign sign-duty "
              "deliver confirm publish copy-up enforce").split():
    WHO[_name] = "handler"
del WHO["submit"]
LIKELY = {
    "forwarding": "forward undo withdraw", "correcting": "correct correct extend-correction withdraw",
    "received": "accept accept accept-simplified accept-simplified refuse ask-correction withdraw",
    "serving": "serve serve serve suspend convert", "replying": "reply reply suspend-gone extend",
    "trial": "hear hear propose propose propose-duty propose-duty call-hearing consult mediate "
             "suspend suspend-norm suspend-norm-elsewhere suspend-gone extend convert stay join "
             "third-evidence investigate allow-supplement supplement issue-opinion",
    "called": "attend hold-hearing hold-hearing cancel-hearing", "consulting": "advise advise supplement",
    "proposed": "decide decide send-back", "agreed": "sign sign-duty back-out",
    "suspended": "resume resume order-resumption ask-withdrawal allow-withdrawal",
    "gone": "resume order-resumption terminate", "norm-forwarding": "forward-norm",
    "norm-review": "notify-maker answer-norm rule-norm-lawful rule-norm-unlawful",
    "norm-elsewhere": "return-norm", "decided": "deliver deliver issue-opinion",
    "performing": "report confirm order issue-opinion answer-opinion publish",
    "answering": "answer-opinion publish copy-up", "refused": "order-acceptance report-suit",
    "closed": "publish copy-up enforce report-suit"}
KINDS = ("penalty coercion licence resource taking state-compensation work-injury autonomy competition "
         "levy inaction benefit agreement disclosure other").split()
ALL_GROUNDS = sorted(set().union(*Case.GROUNDS.values()) | {"no-evidence"})


def flags(dice, said, names, chance):
    for name in names:
        if dice.random() < chance:
            said[name] = True


def filing(dice, day):
    known = day - dice.choice([3, 10, 20, 30, 40, 50, 58, 59, 60, 61, 62, 63, 64, 66, 100, 300, 366, 420]) * DAY
    said = {"applicant-kind": dice.choice(["person", "person", "organisation"]), "name": "甲",
            "phone": "1", "address": "乙", "act-kind": dice.choice(KINDS),
            "excluded": dice.choice(["none"] * 30 + ["norm", "personnel", "state-act"]),
            "known-on": known.isoformat(), "told": dice.choice(["yes", "yes", "no"]),
            "request": "丙", "reasons": "丁"}
    if dice.random() < 0.95:
        said["respondent"] = dice.choice(["urban", "market", "labour", "tax", "justice", "gov-donghu", "utilities"])
    elif dice.random() < 0.8:
        said["respondent-other"] = "戊"
    if dice.random() < 0.5:
        said["acted-on"] = (known - dice.choice([-1, 0, 0, 2, 5, 400, 1700, 1795, 1830, 7300]) * DAY).isoformat()
    if dice.random() < 0.5:
        said["told-on"] = (known + dice.choice([-1, 0, 5, 30, 200, 310, 400]) * DAY).isoformat()
    if dice.random() < 0.3:
        said["asked-on"] = (known - dice.choice([0, 30, 90]) * DAY).isoformat()
    if dice.random() < 0.2:
        begin = known + dice.choice([-10, 0, 10, 50, 61, 70]) * DAY
        said["obstacle-from"] = begin.isoformat()
        if dice.random() < 0.9:
            said["obstacle-to"] = (begin + dice.choice([-1, 0, 1, 20, 90]) * DAY).isoformat()
    if dice.random() < 0.1:
        said["statute-days"] = dice.choice([61, 90, 180])
    if dice.random() < 0.3:
        said["amount"] = dice.choice([0, 20_000, 299_999, 300_000, 300_001, 9_000_000])
    if dice.random() < 0.1:
        said["applicants"] = dice.choice([1, 5, 6, 40])
    if dice.random() < 0.07:
        said["representatives"] = "己"
    flags(dice, said, ["on-the-spot", "camera", "warning", "failure-to-act", "disclosure-refused",
                       "acquired-resource", "real-property", "asks-void", "e-service"], 0.25)
    flags(dice, said, ["asks-compensation", "taken-by-court"], 0.06)
    return said


def words(dice, command, day, case):
    """What is said with a step."""
    text = {"text": "庚"}
    if command in ("accept", "accept-simplified"):
        said = {}
        flags(dice, said, ["applicant-clear", "respondent-fits", "interest", "request-concrete",
                           "has-jurisdiction"], 0.985)
        if command != "accept":
            flags(dice, said, ["clear", "consent"], 0.5)
        return said
    if command == "refuse":
        said = {"refused-for": dice.choice(["parties", "interest", "request", "in-time", "scope",
                                            "jurisdiction-own", "first-time"]), **text}
        if said["refused-for"] == "jurisdiction-own":
            said["authority-told"] = "辛"
        return said
    if command == "correct":
        if dice.random() < 0.3:
            text["known-on"] = (day - dice.choice([1, 50, 70, 90]) * DAY).isoformat()
        return text
    if command in ("extend-correction", "extend", "order"):
        limit = {"extend": 32, "extend-correction": 12, "order": 30}[command]
        return {"days": dice.randint(1, limit), **text}
    if command == "investigate":
        return {"officer-count": dice.randint(1, 3), **text}
    if command == "join":
        said = {"third": "壬"}
        flags(dice, said, ["third-opposes"], 0.5)
        return said
    if command == "stay":
        said = {"stay": dice.choice(["respondent", "authority", "party", "statute"])}
        flags(dice, said, ["stay-reasonable"], 0.5)
        return said
    if command == "hear":
        return {"manner": dice.choice(["person", "internet", "phone", "unable"]), **text}
    if command == "call-hearing":
        return {"hearing-on": (day + dice.randint(3, 14) * DAY).isoformat(), "place": "线上", "chair": "癸",
                "assessors": dice.choice([1, 2, 2, 2, 4]), "recorder": "子", **text}
    if command == "attend":
        said = {"mode": "remote", **text}
        flags(dice, said, ["signed"], 1)
        if dice.random() < 0.6:
            said["identified"] = dice.choice(["code", "code", "account"])
        return said
    if command == "hold-hearing":
        return {"applicant-present": dice.choice(["present", "excused", "waived"]),
                "respondent-head": dice.choice(["present", "delegated", "absent"]), **text}
    if command == "consult":
        flags(dice, text, ["major", "technical"], 0.4)
        return text
    if command == "suspend":
        said = {"suspension": dice.choice(["missing", "force-majeure", "mediation", "interpretation",
                                           "other-case", "other"]), **text}
        flags(dice, said, ["both-agree"], 0.5)
        return said
    if command == "suspend-gone":
        return {"suspension": dice.choice(["death", "incapacity", "ended"]), **text}
    if command in ("suspend-norm", "suspend-norm-elsewhere"):
        return {"norm": "丑", **text}
    if command == "terminate":
        return {"termination": dice.choice(["no-heir", "no-successor", "criminal"]), **text}
    if command == "ask-withdrawal":
        return {"withdrawal": dice.choice(["settled", "own"])}
    if command == "allow-withdrawal":
        return {"voluntary": True}
    if command in ("propose", "propose-duty"):
        kind = dice.choice(sorted(Case.GROUNDS))
        ground = dice.choice(sorted(Case.GROUNDS[kind]))
        if dice.random() < 0.3:
            ground = "no-evidence" if case.silent else dice.choice(ALL_GROUNDS)
        said = {"decision": kind, "ground": ground, "content": "寅", **text,
                "compensation": dice.choice(["none"] * 4 + ["granted", "rejected"])}
        flags(dice, said, ["redo", "worse", "returns"], 0.3)
        if dice.random() < 0.7:
            # One that fits the case, as people mostly propose.
            asked = case.facts.get("asks-compensation")
            said["compensation"] = dice.choice(["granted", "rejected"]) if asked else "none"
            said.pop("worse", None)
            if command == "propose":
                said.pop("redo", None)
                said.pop("returns", None)
                if asked:
                    said["compensation"] = "rejected"
            elif kind in ("revoke", "revoke-part"):
                said["redo"] = said["returns"] = True
            if not case.facts.get("failure-to-act") and kind in ("perform", "reject"):
                said["decision"], said["ground"] = dice.choice([("uphold", "lawful"), ("revoke", "procedure")])
        flags(dice, said, ["third-interest", "major", "technical"], 0.15)
        if command == "propose-duty":
            said["days"] = dice.randint(1, 60)
        return said
    if command == "decide":
        return {"agreed-by": dice.choice(["head", "collective"])}
    if command == "mediate":
        return {"lawful-agreement": True, **text}
    if command in ("sign", "sign-duty"):
        return {"all-signed": True, **({"days": dice.randint(1, 40)} if command == "sign-duty" else {})}
    if command == "deliver":
        return {"delivered-by": dice.choice(["direct", "electronic", "post", "left", "notice"])}
    if command == "report":
        flags(dice, text, ["same-act"], 0.5)
        return text
    if command == "enforce":
        return {"enforcer": dice.choice(["respondent", "authority", "court"])}
    if command == "report-suit":
        return {"suit-on": day.isoformat()}
    if command in ("withdraw", "forward", "serve", "notify-maker", "forward-norm", "copy-up"):
        return {}
    return text


def history(number, seed):
    dice = random.Random(seed * 1_000_003 + number)
    case, events = Case(), []
    day = datetime.date(2024, 1, 10) + dice.randrange(720) * DAY
    opening = dice.choice(["file"] * 6 + ["take-down", "reroute", "lodge"])
    said = filing(dice, day)
    if opening in ("reroute", "lodge"):
        said["received-on"] = (day - dice.choice([-1, 0, 1, 3, 9]) * DAY).isoformat()
    who = {"file": "citizen", "take-down": "clerk"}.get(opening, "respondent")
    steps = [(opening, who, said)]
    for _ in range(dice.randint(4, 26)):
        if not steps:
            day += dice.choice([0, 0, 0, 1, 1, 1, 2, 2, 3, 4, 5, 7, 9, 12, 20, 35, 65]) * DAY
            case.wait(day)
            likely = LIKELY.get(case.stage, "").split()
            command = dice.choice(likely) if likely and dice.random() < 0.93 else dice.choice(sorted(WHO))
            actor = WHO[command] if dice.random() < 0.985 else dice.choice(
                ["citizen", "clerk", "handler", "approver", "respondent", "maker"])
            steps = [(command, actor, words(dice, command, day, case))]
        command, actor, said = steps.pop()
        if said and dice.random() < 0.01:
            # An answer that must be given is left out: nothing happens.
            name = dice.choice([n for n in said if n in ("text", "decision", "days", "told", "request",
                                                         "delivered-by", "stay", "manner")] or ["-"])
            if name != "-":
                said = {n: value for n, value in said.items() if n != name}
                case.wait(day)
                case.note(command, False)
                events.append({"at": f"{day}T10:00", "do": command, "as": actor, "said": said})
                continue
        events.append({"at": f"{day}T10:00", "do": command, "as": actor, "said": said})
        case.step(day, actor, command, said)
        if case.stage in OVER and dice.random() < 0.6:
            break
    until = day + dice.choice([0, 3, 10, 70]) * DAY
    case.wait(until + DAY)
    told = ("filed-on", "last-day", "bar-day", "accepted-on", "is-first", "decided-on", "in-force-on",
            "decision", "deemed")
    facts = {name: case.facts[name] for name in told if name in case.facts}
    return ({"id": number, "events": events, "until": until.isoformat()},
            {"id": number, "log": case.log, "facts": facts}, told)


def canonical(value):
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def main():
    tequ = argument(1)
    count, seed = int(argument(2, "2000")), int(argument(3, "1"))
    check = Checks()
    if chinese_calendar is None:
        check.skip("reconsideration:", "PyPI chinesecalendar is not installed")
        check.finish()
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "histories.jsonl")
        wanted, told, steps, kinds = [], (), 0, {}
        with open(path, "w") as file:
            for number in range(count):
                asked, answer, told = history(number, seed)
                file.write(json.dumps(asked, ensure_ascii=False) + "\n")
                wanted.append(canonical(answer))
                steps += len(answer["log"])
                for entry in answer["log"]:
                    kinds[entry[0], entry[1]] = kinds.get((entry[0], entry[1]), 0) + 1
        began = time.time()
        ran = subprocess.run([tequ, "cases", "replay", "reconsideration", path], capture_output=True, text=True)
        seconds = time.time() - began
    check("reconsideration: every history is lived through", ran.returncode == 0, ran.stderr[-300:])
    different = []
    answers = ran.stdout.splitlines()
    for want, line in zip(wanted, answers):
        got = json.loads(line)
        got["facts"] = {name: got["facts"][name] for name in told if name in got["facts"]}
        if canonical(got) != want:
            different.append((want, canonical(got)))
    for want, got in different[:3]:
        for a, b in zip(json.loads(want)["log"], json.loads(got)["log"]):
            if a != b:
                print("history", json.loads(want)["id"], "statute:", canonical(a), "tequ:", canonical(b), file=sys.stderr)
                break
        else:
            print(want, got, sep="\n", file=sys.stderr)
    check("reconsideration: the same steps, stages and last days",
          not different and len(answers) == count,
          f"{count - len(different)} of {count} histories, {steps} steps, {seconds:.1f} s in tequ")
    never = sorted(name for name in WHO if not kinds.get((name, True)))
    check("reconsideration: every step is carried out somewhere", count < 2000 or not never, never)
    refused = sorted(name for name in WHO if not kinds.get((name, False)))
    check("reconsideration: every step is refused somewhere", count < 20000 or not refused, refused)
    check.finish()


if __name__ == "__main__":
    main()
