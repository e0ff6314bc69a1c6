import Books
import CaseEngine
import CaseWork
import CityProfiles
import Commons
import Desk
import EvidencePackets
import HTTPValues
import LegalTime
import MeasureKit
import Rulebook
import Storage

/// How a notice is sent, answered, complained of and handed to the court.
struct IPProcedure: Procedure {
  let rules: IPRules

  /// Number 2 of the notice.
  var card: MeasureCard { IPMeasure.card }
  var type: CaseType { IPCases.notice }
  var openingCommand: CommandID { .notify }
  var links: [(name: Phrase, target: String)] {
    [
      (Phrase("归谁管？", en: "Who is competent?"), "/ip-protection/competence"),
      (Phrase("保护指引", en: "Guidance"), "/ip-protection/guidance"),
      (Phrase("通知公示", en: "Published notices"), "/ip-protection/notices"),
    ]
  }

  func function(of command: CommandID) -> String { "evidence-sharing" }
  func fields(of command: CommandID) -> [CaseField] { IPFields(rules: rules).of(command) }

  // MARK: Clocks

  func period(of clock: ClockID, _ draft: CaseDraft) throws -> Period {
    let day = draft.today
    switch clock {
    case .wait: return try rules.legal("takedown.wait", on: day)
    case .docket: return try rules.legal("civil-procedure.docketing", on: day)
    case .trial: return try rules.legal("civil-procedure.trial-ordinary", on: day)
    default: return try rules.period(clock.text, on: day)
    }
  }

  // MARK: Deciding

  func decide(_ draft: inout CaseDraft, _ view: any View) throws {
    switch draft.command {
    case .notify: try notify(&draft)
    case .measures: try measures(draft)
    case .counter: try counter(&draft)
    case .complain, .sue: try goOn(&draft)
    case .transfer: try transfer(&draft)
    case .refer: PacketShelf.pass(&draft, "handed-over", to: draft.said.text("authority"), "other")
    case .decide: draft.facts.set("administrative", draft.said.text("outcome") == "infringing")
    case .handOver: try handOver(&draft)
    case .receive:
      PacketShelf.pass(&draft, "received", to: draft.facts.text("court"), "court")
      draft.publicFields["received"] = true
    case .docket: draft.publicFields["received"] = true
    case .sendBack:
      PacketShelf.pass(&draft, "handed-over", to: draft.agency ?? rules.intake, "agency")
    case .deposit: try PacketShelf.deposit(&draft, holder: draft.agency ?? rules.intake)
    case .judge:
      draft.publicFields["technical"] = .bool(
        try rules.competence(matter(draft.facts), on: draft.today).isTechnical)
    default: break
    }
    if let event = IPPush.event(of: draft) {
      draft.effects.append(
        Effect(
          IPPush.kind,
          ["event": .string(event), "platform": .string(draft.facts.text("platform"))]))
    }
  }

  private func notify(_ draft: inout CaseDraft) throws {
    let links = try NoticeLinks(draft.said.text("links")).addresses
    draft.party = draft.said.text("platform")
    draft.facts.set("links", Int64(links.count))
    draft.publicFields["links"] = .integer(Int64(links.count))
    draft.publicFields["platform"] = .string(draft.said.text("platform"))
    let found = try rules.competence(matter(draft.facts), on: draft.today)
    draft.agency = found.agencyID
    draft.findings = found.findings
    let right = IPCompetence.rights.first { $0.code == draft.said.text("right") }?.name.zh ?? ""
    draft.title = "侵权通知：\(right)（\(rules.name(draft.said.text("platform")).zh)）"
  }

  private func measures(_ draft: CaseDraft) throws {
    let taken = draft.said.integer("taken") ?? 0
    guard taken <= draft.facts.integer("links") ?? 0 else {
      throw Problem.invalid([
        Problem.Field(
          "taken",
          Phrase(
            "通知只有\(draft.facts.integer("links") ?? 0)个链接。",
            en: "The notice has only \(draft.facts.integer("links") ?? 0) links."))
      ])
    }
    try requirePast("forwarded-on", draft)
  }

  private func requirePast(_ name: String, _ draft: CaseDraft) throws {
    guard let day = draft.said.date(name) else { return }
    let opened = draft.before?.base.openedAt.date(in: draft.zone) ?? draft.today
    guard day >= opened, day <= draft.today else {
      throw Problem.invalid([
        Problem.Field(
          name,
          Phrase(
            "应在通知之日\(opened)至今天\(draft.today)之间。", en: "It lies from \(opened) to \(draft.today)."))
      ])
    }
  }

  private func counter(_ draft: inout CaseDraft) throws {
    try requirePast("arrived-on", draft)
    guard let day = draft.said.date("arrived-on") else { return }
    draft.startsAt[.wait] = Instant(day, in: draft.zone)
  }

  /// Complains or sues: in time, if a statement arrived, so that the measures stay.
  private func goOn(_ draft: inout CaseDraft) throws {
    if draft.command == .sue { try requireKnownDay(draft) }
    let found = try rules.competence(matter(draft.facts), on: draft.today)
    draft.findings = found.findings
    if draft.command == .complain { draft.agency = found.agencyID }
    if draft.command == .sue { draft.facts.set("court", found.courtID) }
    guard draft.before?.base.stage == StageID.waiting.text,
      let arrived = draft.facts.date("arrived-on")
    else { return }
    let answer = draft.command == .sue ? "suit" : "complaint"
    let finding = try rules.afterWait(
      answer, days: arrived.days(to: draft.today), on: draft.today)
    draft.findings.append(finding)
    guard finding.outcome == .choice("keep_measures") else {
      throw Problem.refused(
        "wait-over",
        Phrase(
          "声明于\(arrived)到达，十五日已过，平台应终止措施。您仍可以起诉，但措施不再维持。",
          en:
            "The statement arrived on \(arrived) and fifteen days are over: the platform ends its measures. "
            + "You may still sue, without them."),
        because: [IPBasis.commerce(43, 2)])
    }
  }

  private func requireKnownDay(_ draft: CaseDraft) throws {
    guard let day = draft.said.date("filed-on"), day > draft.today else { return }
    throw Problem.invalid([
      Problem.Field("filed-on", Phrase("不能晚于今天。", en: "It is not later than today."))
    ])
  }

  private func transfer(_ draft: inout CaseDraft) throws {
    let to = draft.said.text("to-agency")
    guard to != draft.agency else {
      throw Problem.invalid([
        Problem.Field("to-agency", Phrase("已由该部门办理。", en: "That agency has it already."))
      ])
    }
    draft.agency = to
    PacketShelf.pass(&draft, "handed-over", to: to, "agency")
  }

  /// The court is the competent one unless another is named.
  private func handOver(_ draft: inout CaseDraft) throws {
    let found = try rules.competence(matter(draft.facts), on: draft.today)
    draft.findings = found.findings
    let court = draft.said.string("to-court") ?? found.courtID
    draft.facts.set("court", court)
    PacketShelf.pass(&draft, "handed-over", to: court, "court")
  }

  /// What competence depends on, from the facts of a case.
  func matter(_ facts: CaseFacts) -> IPRules.Matter {
    IPRules.Matter(
      right: facts.text("right"), amount: facts.integer("amount") ?? 0,
      isAtBorder: facts.flag("border"), crossesDistricts: facts.flag("crosses"),
      district: facts.string("place"))
  }

  // MARK: Who sees what

  func reach(of capacity: ActorKind, _ row: CaseFileRow) -> CaseReach {
    switch capacity {
    case .holder: .applicant
    case .system: .all
    case .platform: .agency(row.party)
    case .court: .agency((try? CaseFacts(row.facts))?.string("court"))
    default: .agency(row.base.agency)
    }
  }

  var trays: [CaseTray] {
    [
      CaseTray("agency", Phrase("本单位在办", en: "With my agency"), for: .officer, .agency),
      CaseTray(
        "undelivered", Phrase("推送失败", en: "Not delivered"), for: .officer,
        .stages([.undelivered, .liftUndelivered])),
      CaseTray(
        "complaints", Phrase("投诉待处理", en: "Complaints"), for: .officer,
        .stages([.complained, .investigating])),
      CaseTray("platform", Phrase("收到的通知", en: "Notices received"), for: .platform, .party),
      CaseTray(
        "court", Phrase("待签收、待立案、在审", en: "To receive, to docket, pending"), for: .court,
        .stages([.handedOver, .sued, .inCourt])),
    ]
  }

  var way: [(name: Phrase, stages: [StageID])] {
    [
      (Phrase("通知", en: "Notice"), [.notified, .undelivered]),
      (Phrase("平台处理", en: "Platform"), [.measured, .declined]),
      (Phrase("声明与等待", en: "Statement"), [.waiting, .lifting, .liftUndelivered]),
      (Phrase("行政处理", en: "Agency"), [.complained, .investigating]),
      (Phrase("诉讼", en: "Court"), [.sued, .handedOver, .inCourt]),
      (
        Phrase("办结", en: "Closed"),
        [
          .kept, .unmeasured, .restored, .decided, .rejected, .referred, .judged, .withdrawn,
        ]
      ),
    ]
  }

  var notices: [CommandID: (subject: Phrase, body: Phrase)] {
    let body = Phrase("请查看进展。", en: "Please look at your case.")
    return [
      .measures: (Phrase("平台已采取措施", en: "The platform took measures"), body),
      .decline: (Phrase("平台未采取措施", en: "The platform took no measures"), body),
      .counter: (
        Phrase("收到不侵权声明", en: "A counter-statement arrived"),
        Phrase(
          "十五日内可以投诉或者起诉，否则平台将终止措施。",
          en: "Complain or sue within fifteen days, or the platform ends its measures.")
      ),
      .waitDue: (Phrase("等待期届满", en: "The time to wait is over"), body),
      .accept: (Phrase("投诉已受理", en: "Your complaint is accepted"), body),
      .decide: (Phrase("已作行政处理", en: "The agency decided"), body),
      .handOver: (Phrase("已移交法院", en: "Handed over to the court"), body),
      .judge: (Phrase("法院已裁判", en: "The court judged"), body),
    ]
  }

  func summary(_ file: CaseFileRow, _ facts: CaseFacts) -> [(name: Phrase, value: Phrase)] {
    var rows: [(name: Phrase, value: Phrase)] = [
      (Phrase("平台", en: "Platform"), rules.name(facts.text("platform"))),
      (
        Phrase("权利种类", en: "Right"),
        IPCompetence.rights.first { $0.code == facts.text("right") }?.name ?? .same("")
      ), (Phrase("链接数", en: "Links"), .same(String(facts.integer("links") ?? 0))),
    ]
    if let taken = facts.integer("taken") {
      rows.append((Phrase("已下架", en: "Taken down"), .same(String(taken))))
    }
    if let court = facts.string("court") {
      rows.append((Phrase("法院", en: "Court"), rules.name(court)))
    }
    let count = PacketShelf(facts).entries.count
    rows.append((Phrase("证据包", en: "Evidence packets"), .same(String(count))))
    return rows
  }

  func links(
    of row: CaseFileRow, _ facts: CaseFacts, isStaff: Bool
  ) -> [(name: Phrase, target: String)] {
    let base = isStaff ? "/desk/ip-protection" : "/ip-protection"
    return [(Phrase("证据与保管链", en: "Evidence and custody"), "\(base)/\(row.base.number)/evidence")]
  }

  func broken(_ row: CaseFileRow, _ facts: CaseFacts) -> [Phrase] {
    let shelf = PacketShelf(facts)
    let isWhole = shelf.entries.allSatisfy { entry in
      zip(entry.custody, entry.custody.dropFirst()).allSatisfy { earlier, later in
        later.json["previous"]?.string == earlier.digest.hex
      }
    }
    let isCounted = shelf.entries.count == facts["packets"]?.array?.count ?? 0
    return isWhole && isCounted
      ? [] : [Phrase("证据保管链不相连。", en: "the chain of custody of a packet is broken")]
  }
}

/// The links of a notice, one a line.
struct NoticeLinks: Sendable {
  /// The addresses, each once.
  let addresses: [String]

  /// Reads them; throws ``Problem`` 422 that names the line at fault.
  init(_ text: String) throws(Problem) {
    func wrong(_ zh: String, _ en: String) -> Problem {
      .invalid([Problem.Field("links", Phrase(zh, en: en))])
    }
    var found: [String] = []
    for (place, line) in text.split(whereSeparator: \.isNewline).enumerated() {
      let address = FieldReader.trimmed(String(line))
      if address.isEmpty { continue }
      let rest = ["https://", "http://"].first { address.hasPrefix($0) }.map {
        address.dropFirst($0.count)
      }
      guard let rest, !rest.isEmpty, !rest.hasPrefix("/"),
        address.allSatisfy({ !$0.isWhitespace }), address.count <= 1000
      else { throw wrong("第\(place + 1)行不是网址。", "Line \(place + 1) is no web address.") }
      if !found.contains(address) { found.append(address) }
    }
    guard (1...50).contains(found.count) else {
      throw wrong("应有1至50个链接。", "1 to 50 links are expected.")
    }
    addresses = found
  }
}
