import Airspace
import Books
import CaseEngine
import CaseWork
import Commons
import Desk
import LegalTime
import MeasureKit
import Rulebook
import Storage

/// What each step of a flight decides.
struct FlightStep {
  let rules: FlightRules

  func take(_ draft: inout CaseDraft, _ view: any View) throws {
    switch draft.command {
    case .fileFlight: try file(&draft, view)
    case .takeOffer: try takeOffer(&draft, view)
    case .approve, .record: try approve(&draft, view)
    case .refuse, "takeoff-due": try decided(&draft)
    case .report: try report(&draft)
    case .confirmReady: try confirm(&draft, view)
    case .activate: try activate(&draft, view)
    case .load, .receive, .settle: try CustodyStep(rules: rules).take(&draft)
    case .land: try land(&draft, view)
    case .closeAirspace, .displace, .recall: try close(&draft, view)
    case .deny, "withdraw", "report-due", "window-due", "rescue-due":
      try drop(&draft, view, to: .dropped)
    case "decide-due": draft.publicFields["late"] = true
    default: break
    }
  }

  /// What stands in the air around the plan of a case.
  private func air(_ plan: FlightPlan, _ draft: CaseDraft, _ view: any View) throws -> Deconfliction
  {
    try Deconfliction(
      plan, of: draft.key, isUrgent: isUrgent(draft.facts), slots(draft.facts, plan, view), rules,
      view)
  }

  /// The route that a flight uses; nil if it uses none. Urgent tasks go before and take no slot.
  private func slots(
    _ facts: CaseFacts, _ plan: FlightPlan, _ view: any View
  ) throws -> RouteSlots? {
    guard let code = facts.string("route"), !isUrgent(facts) else { return nil }
    return try RouteSlots(code, around: plan, rules, view)
  }

  private func requireRoute(_ plan: FlightPlan, _ slots: RouteSlots?) throws {
    guard let slots, try slots.entry(of: plan) == nil else { return }
    throw Problem.invalid([
      Problem.Field(
        "route",
        Phrase(
          "飞行计划没有进入航路\(slots.code)。", en: "The plan does not come into the route \(slots.code)."))
    ])
  }

  // MARK: Filing

  private static func refused(
    _ slug: String, _ zh: String, _ en: String, _ basis: Basis
  ) -> Problem { .refused(slug, Phrase(zh, en: en), because: [basis]) }

  private func file(_ draft: inout CaseDraft, _ view: any View) throws {
    let plan = try FlightPlan(draft.said, rules)
    var faults = Mission.faults(draft.said)
    guard faults.isEmpty else { throw Problem.invalid(faults) }
    try requireInTime(draft, plan)
    let day = plan.start.date(in: draft.zone)
    let parties = try FlightParties(draft.said, rules, on: day, view)
    faults = Mission.faults(draft.said, aircraft: parties.party.aircraft)
    guard faults.isEmpty else { throw Problem.invalid(faults) }
    try FlightStep.requireOwn(draft, parties.operators)
    let slots = try slots(draft.facts, plan, view)
    try requireRoute(plan, slots)
    let air = try Deconfliction(
      plan, of: draft.key, isUrgent: isUrgent(draft.facts), slots, rules, view)
    let zones = try air.controlled(plan)
    let needs = try FlightNeeds(
      parties.party, FlightStep.facts(draft.said, plan, entersZone: !zones.isEmpty), rules, on: day)
    guard needs.missing.isEmpty else {
      throw Problem(
        "flight-papers", status: 422, title: Phrase("还缺以下各项", en: "These are missing"),
        detail: Phrase("缺少法定条件，不能受理。", en: "What the law asks for is not on file."),
        fields: needs.missing, because: needs.because)
    }
    if draft.said.text("urgency") == "standing" { try requireStanding(draft, plan, view) }
    draft.findings = needs.findings
    draft.agency = rules.controller(needs.level)
    draft.title = "飞行活动申请：\(Mission(rawValue: draft.said.text(Mission.field))?.name.zh ?? "")"
    draft.subject = "flight-operator:\(parties.operators.base.key)"
    draft.facts["plan"] = plan.json
    draft.facts.set("operator-key", parties.operators.base.key)
    draft.facts.set("mark", parties.mark)
    draft.facts.set("level", needs.level)
    draft.facts.set("needed", needs.isApplicationNeeded)
    if needs.sharing != "apart" { draft.facts.set("sharing", needs.sharing) }
    if !zones.isEmpty { draft.facts["zones"] = .array(zones.map { .string($0.id) }) }
    draft.publicFields["level"] = .string(needs.level)
    draft.publicFields["needed"] = .bool(needs.isApplicationNeeded)
    try look(&draft, plan, air)
    try startClocks(&draft, plan)
  }

  private func isUrgent(_ facts: CaseFacts) -> Bool {
    ["urgent", "special"].contains(facts.text("urgency"))
  }

  /// Whether it is filed in time: by noon of the day before, or as far ahead as an urgent task must.
  private func requireInTime(_ draft: CaseDraft, _ plan: FlightPlan) throws {
    let day = draft.today
    guard plan.start > draft.at else {
      throw Problem.invalid([
        Problem.Field("start", Phrase("开始时刻已过。", en: "The start is in the past."))
      ])
    }
    switch draft.said.text("urgency") {
    case "special": return
    case "urgent":
      let latest = try rules.before(plan.start, "urgent-application", on: day)
      guard draft.at <= latest else {
        throw FlightStep.refused(
          "late-application",
          "紧急任务应当在计划起飞30分钟前（\(rules.text(latest))前）申请；特别紧急任务可以随时申请。",
          "An urgent task is applied for 30 minutes ahead (by \(rules.text(latest))); a specially urgent one at "
            + "any time.", FlightBasis.regulation(29))
      }
    default:
      let isPlan = draft.said.text("urgency") == "standing"
      let latest = try rules.dayBefore(
        plan.start, isPlan ? "record-hour" : "application-hour", on: day)
      guard draft.at <= latest else {
        throw FlightStep.refused(
          "late-application",
          "应当在拟飞行前1日12时前（\(rules.text(latest))前）提出；本日最早可申请后天的飞行，紧急任务除外。",
          "It is filed by 12:00 of the day before the flight (by \(rules.text(latest))), urgent tasks apart.",
          FlightBasis.regulation(26, isPlan ? 2 : 1))
      }
    }
  }

  /// A registration that an account holds is used by that account alone.
  static func requireOwn(_ draft: CaseDraft, _ operators: CaseFileRow) throws {
    guard let owner = operators.base.applicant, owner != draft.actor.applicant else { return }
    throw Problem.invalid([
      Problem.Field(
        "operator",
        Phrase(
          "该运营主体由其他账号登记，请先登录该账号。", en: "Another account registered this operator; sign in with it.")
      )
    ])
  }

  private func requireStanding(_ draft: CaseDraft, _ plan: FlightPlan, _ view: any View) throws {
    let number = CaseNumber(draft.said.text("permit"))
    let row = try number.flatMap { try view.first(CaseFileBook.find($0.serial)) }
    let day = plan.start.date(in: draft.zone)
    guard let row, row.kind == StandingProcedure.kind, row.base.stage == "granted",
      let permit = try? CaseFacts(row.facts), let from = permit.date("from"),
      let through = permit.date("through"), (from...through).contains(day),
      permit.integer("operator-key") == CaseNumber(draft.said.text("operator"))?.serial
    else {
      throw Problem.invalid([
        Problem.Field(
          "permit",
          Phrase(
            "没有在飞行日有效、属于本运营主体的长期申请批准。",
            en: "No standing approval of this operator is valid on the day of the flight."))
      ])
    }
    guard try StandingProcedure.covers(permit, plan, rules) else {
      throw FlightStep.refused(
        "outside-standing", "飞行计划超出长期申请批准的空域。",
        "The plan leaves the airspace of the standing approval.",
        FlightBasis.regulation(26, 2))
    }
  }

  /// The facts that the rules ask for about a flight.
  static func facts(
    _ said: CaseFacts, _ plan: FlightPlan, entersZone: Bool
  ) -> [FactID: FactValue] {
    var stated: [FactID: FactValue] = [
      "uas.height-metres-flown": .count(max(0, plan.height)),
      "uas.in-published-controlled": .truth(entersZone),
      "uas.extent": .choice(said.string("extent") ?? "sector"),
    ]
    switch said.text(Mission.field) {
    case "agriculture": stated["uas.mission"] = .choice("farming")
    case "inspection" where said.flag("control-zone"): stated["uas.mission"] = .choice("aerodrome")
    default: break
    }
    for (field, fact) in FlightFields.special {
      stated[FactID("uas.\(fact)")] = .truth(said.flag(field))
    }
    // Dangerous goods are named by their class; dry ice and nitrogen are such goods, too.
    if let goods = said.string("goods-class"), goods != "none" {
      stated["uas.dangerous-or-dropping"] = .truth(true)
    }
    return stated
  }

  /// Looks for conflicts and keeps what was found and what is offered.
  private func look(
    _ draft: inout CaseDraft, _ plan: FlightPlan, _ air: Deconfliction
  ) throws {
    let found = try air.found(plan)
    draft.facts["conflicts"] =
      found.isEmpty
      ? nil
      : .array(
        found.prefix(20).map {
          [
            "with": .string($0.with), "at": .integer($0.at.microseconds),
            "flight": .bool($0.isFlight),
          ]
        })
    draft.publicFields["conflicts"] = .integer(Int64(found.count))
    draft.facts["offer"] = nil
    guard !found.isEmpty, let offer = try air.offer(plan) else { return }
    draft.facts["offer"] = [
      "plan": offer.plan.json, "delay": .integer(Int64(offer.delaySeconds.rounded())),
      "climb": .integer(Int64(offer.climbMetres.rounded())),
      "detour": .integer(Int64(offer.detourMetres.rounded())),
      "cost": .integer(Int64(offer.costSeconds.rounded(.up))),
    ]
  }

  private func startClocks(_ draft: inout CaseDraft, _ plan: FlightPlan) throws {
    draft.endsAt[.takeoff] = plan.start
    switch draft.facts.text("urgency") {
    case "special": draft.endsAt[.decide] = plan.start
    case "urgent":
      draft.endsAt[.decide] = try rules.before(plan.start, "urgent-decision", on: draft.today)
    default:
      draft.endsAt[.decide] = try rules.dayBefore(plan.start, "decision-hour", on: draft.today)
    }
  }

  // MARK: Conflicts

  private func takeOffer(_ draft: inout CaseDraft, _ view: any View) throws {
    guard let offer = draft.facts["offer"], let plan = try? FlightPlan(offer["plan"]) else {
      throw FlightStep.refused(
        "no-offer", "没有建议的计划可以采用。", "No plan is offered.", FlightBasis.city)
    }
    guard plan.start > draft.at else {
      throw FlightStep.refused(
        "offer-over", "建议的起飞时刻已过。", "The take-off of that plan is over.", FlightBasis.city)
    }
    let air = try air(plan, draft, view)
    draft.facts["plan"] = plan.json
    draft.facts.set("replanned", true)
    draft.publicFields["replanned"] = true
    draft.endsAt[.takeoff] = plan.start
    if draft.before?.base.stage == StageID.blocked.text {
      try requireFree(plan, air, "conflict")
      try hold(&draft, plan, view)
      draft.endsAt[.report] = try reportBy(draft, plan)
    }
    // Somebody else may have taken that airspace meanwhile: then another plan is offered.
    try look(&draft, plan, air)
  }

  private func requireFree(
    _ plan: FlightPlan, _ air: Deconfliction, _ slug: String, goingBefore lower: Set<String> = []
  ) throws {
    let found = try air.found(plan).filter { !lower.contains($0.with) }
    guard let first = found.first else { return }
    let at = rules.text(first.at)
    throw Problem(
      slug, status: 422,
      title: Phrase("与空中其他活动冲突", en: "It conflicts with what else is in the air"),
      detail: Phrase(
        "\(at)与\(first.with)（\(first.name.zh)）冲突，共\(found.count)处。",
        en: "At \(at) it meets \(first.with) (\(first.name.en)); \(found.count) in all."),
      fields: found.prefix(20).map {
        Problem.Field("path", .same("\($0.with) \(rules.text($0.at))"))
      }, because: [FlightBasis.regulation(32, item: 4)])
  }

  // MARK: Deciding

  private func decided(_ draft: inout CaseDraft) throws {
    guard draft.command == .refuse else { return }
    draft.publicFields["in-time"] = .bool(isInTime(draft))
  }

  private func isInTime(_ draft: CaseDraft) -> Bool {
    draft.clocks.end(of: .decide, draft.calendar).map { draft.at <= $0 } ?? true
  }

  /// By when readiness is reported: an hour ahead; an urgent task at take-off at the latest.
  private func reportBy(_ draft: CaseDraft, _ plan: FlightPlan) throws -> Instant {
    isUrgent(draft.facts)
      ? plan.start : try rules.before(plan.start, "report-ahead", on: draft.today)
  }

  private func approve(_ draft: inout CaseDraft, _ view: any View) throws {
    let plan = try FlightPlan(draft.facts["plan"])
    let latest = try reportBy(draft, plan)
    guard draft.at < latest else {
      throw FlightStep.refused(
        "too-late", "距起飞不足1小时，已来不及报告和确认，应不予批准。",
        "Less than an hour is left before take-off: it can no longer be reported ready and confirmed.",
        FlightBasis.regulation(30))
    }
    let air = try air(plan, draft, view)
    try requireFree(
      plan, air, "conflict", goingBefore: FlightPriority.lower(&draft, air, plan, view))
    // What was valid when it was filed may have ended.
    _ = try FlightParties(draft.facts, rules, on: plan.start.date(in: draft.zone), view)
    draft.facts["conflicts"] = nil
    draft.facts["offer"] = nil
    draft.publicFields["in-time"] = .bool(isInTime(draft))
    draft.endsAt[.report] = latest
    try hold(&draft, plan, view)
  }

  /// Takes the airspace of a plan.
  private func hold(_ draft: inout CaseDraft, _ plan: FlightPlan, _ view: any View) throws {
    let old = try view.first(FlightBook.find(draft.key))
    guard let before = draft.before,
      let mission = Mission(rawValue: draft.facts.text(Mission.field))
    else { return }
    let flight = ApprovedFlight(
      id: draft.key, number: before.base.number.description,
      operatorKey: draft.facts.integer("operator-key") ?? 0, aircraft: draft.facts.text("mark"),
      mission: mission, points: plan.points, isArea: plan.isArea, lowerCM: plan.lowerCM,
      upperCM: plan.upperCM, start: plan.start, end: plan.end, state: .planned)
    draft.rows.append { ring in
      [old.map { FlightBook.move(flight, from: $0, ring) } ?? FlightBook.add(flight, ring)]
    }
    guard let slots = try slots(draft.facts, plan, view) else { return }
    let booking = try slots.booking(of: plan, for: draft.key)
    let earlier = try view.first(BookingBook.find(draft.key))
    draft.facts.set("slot", booking.slotAt.microseconds)
    draft.rows.append { ring in
      [earlier.map { BookingBook.move(booking, from: $0, ring) } ?? BookingBook.add(booking, ring)]
    }
  }

  /// Brings the flight in the air to another state, where it holds one.
  private func drop(
    _ draft: inout CaseDraft, _ view: any View, to state: ApprovedFlight.State
  ) throws {
    guard let old = try view.first(FlightBook.find(draft.key)), old.state != state else { return }
    var next = old
    next.state = state
    draft.rows.append { [next] ring in [FlightBook.move(next, from: old, ring)] }
    guard state == .dropped, let booking = try view.first(BookingBook.find(draft.key)),
      booking.isHeld
    else { return }
    var freed = booking
    freed.isHeld = false
    draft.facts["slot"] = nil
    draft.rows.append { [freed] ring in [BookingBook.move(freed, from: booking, ring)] }
  }

  // MARK: Flying

  private func report(_ draft: inout CaseDraft) throws {
    let plan = try FlightPlan(draft.facts["plan"])
    draft.endsAt[.confirm] = plan.start
    draft.endsAt[.window] = plan.end
  }

  private func confirm(_ draft: inout CaseDraft, _ view: any View) throws {
    let plan = try FlightPlan(draft.facts["plan"])
    let air = try air(plan, draft, view)
    try requireFree(plan, air, "conflict", goingBefore: Set(draft.facts.list("before")))
    draft.endsAt[.window] = plan.end
    draft.publicFields["in-time"] = .bool(draft.at <= plan.start)
  }

  private func activate(_ draft: inout CaseDraft, _ view: any View) throws {
    let plan = try FlightPlan(draft.facts["plan"])
    // A path is promised to the second; whoever starts early is where nobody expects it.
    guard draft.at >= plan.start.adding(seconds: -60) else {
      throw FlightStep.refused(
        "too-early", "未到批准的起飞时刻（\(rules.text(plan.start))）。",
        "The approved take-off (\(rules.text(plan.start))) has not come.",
        FlightBasis.regulation(30))
    }
    try CustodyStep(rules: rules).requireLoaded(draft)
    draft.endsAt[.land] = plan.end
    try drop(&draft, view, to: .active)
  }

  private func land(_ draft: inout CaseDraft, _ view: any View) throws {
    let plan = try FlightPlan(draft.facts["plan"])
    draft.publicFields["on-time"] = .bool(draft.at <= plan.end)
    draft.facts.set("landed-at", draft.at.microseconds)
    draft.endsAt[.custody] = draft.at.adding(seconds: 60 * rules.custodyMinutes)
    try drop(&draft, view, to: .ended)
  }

  /// A closure takes the airspace away: the flight is offered another plan, if there is one.
  private func close(_ draft: inout CaseDraft, _ view: any View) throws {
    guard draft.command != .recall else { return }
    let plan = try FlightPlan(draft.facts["plan"])
    // A route that is suspended keeps nobody from being told.
    let slots = try? slots(draft.facts, plan, view)
    let air = try Deconfliction(
      plan, of: draft.key, isUrgent: isUrgent(draft.facts), slots, rules, view)
    try look(&draft, plan, air)
    let offered = try? FlightPlan(draft.facts["offer"]?["plan"])
    draft.endsAt[.rescue] = (offered ?? plan).start
    try drop(&draft, view, to: .dropped)
  }
}

/// Who and what flies, as the registers know them.
struct FlightParties {
  let operators: CaseFileRow
  let party: FlightNeeds.Party
  /// The real-name marks, with commas.
  let mark: String

  /// Looks them up; throws 422 for what is unknown or not valid on a day.
  init(_ said: CaseFacts, _ rules: FlightRules, on day: CivilDate, _ view: any View) throws {
    func rows(_ field: String, _ kind: RegisterKind) throws -> [CaseFileRow] {
      let numbers = said.text(field).split(whereSeparator: { ",，、; ".contains($0) })
      return try numbers.prefix(20).map {
        try RegisterBook.valid(String($0), kind, on: day, view, field: field)
      }
    }
    operators = try RegisterBook.valid(
      said.text("operator"), .operators, on: day, view, field: "operator")
    let aircraft = try rows("aircraft", .aircraft)
    let pilots = try rows("pilots", .pilots)
    for (field, found) in [("aircraft", aircraft), ("pilots", pilots)] where found.isEmpty {
      throw Problem.invalid([
        Problem.Field(field, Phrase("请填写登记编号。", en: "Give the number of a registration."))
      ])
    }
    var insured: [Bool] = []
    for one in aircraft {
      let policies = try view.all(
        CaseFileBook.about("insured:\(one.base.key)", kind: RegisterKind.insurance.caseType))
      insured.append(
        try policies.contains { policy in
          let facts = try CaseFacts(policy.facts)
          return policy.base.stage == "valid"
            && (facts.date("through").map { $0 >= day } ?? false)
            && (facts.date("policy-through").map { $0 >= day } ?? false)
        })
    }
    party = FlightNeeds.Party(
      operators: try CaseFacts(operators.facts),
      aircraft: try aircraft.map { try CaseFacts($0.facts) },
      pilots: try pilots.map { try CaseFacts($0.facts) }, insured: insured)
    mark = party.aircraft.map { $0.text("mark") }.joined(separator: ",")
  }
}
