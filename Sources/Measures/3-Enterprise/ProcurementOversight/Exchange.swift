import Books
import CaseEngine
import CaseWork
import Commons
import Desk
import HTTPValues
import Interchange
import LegalTime
import MeasureKit
import RedFlags
import Storage

extension ActorKind {
  /// A trading platform that pushes its releases.
  static let exchange = ActorKind("exchange", Phrase("交易平台", en: "trading platform"))
}

/// A process of a connected trading platform (产权交易所、招标公司), followed by its OCDS releases. They are pushed
/// with a signature; each is an act, so that red flags on it rest on the log like all others.
struct ExchangeProcedure: Procedure {
  static let kind = "procurement-exchange"
  let rules: ProcurementRules
  var card: MeasureCard { ProcurementCards.exchange }
  var path: String { "procurement/exchange" }
  var openingCommand: CommandID { "follow" }
  var isOpenToPeople: Bool { false }
  var type: CaseType { ExchangeProcedure.followed }
  var trays: [CaseTray] { [] }
  var way: [(name: Phrase, stages: [StageID])] {
    [(Phrase("跟踪", en: "Followed"), ["followed"]), (Phrase("结束", en: "Ended"), ["ended"])]
  }

  private static let followed = CaseType(
    kind, Phrase("接入平台的采购", en: "purchase of a connected platform"),
    stages: [
      Stage(
        "followed", Phrase("跟踪中", en: "Followed"),
        .nobody(because: Phrase("由交易平台推送。", en: "The platform pushes its releases."))),
      .final("ended", Phrase("已结束", en: "Ended")),
    ],
    clocks: [
      ClockSpec(
        "silence", Phrase("无更新期限", en: "time without news"), drives: ["followed"],
        ProcurementBasis.city)
    ],
    transitions: [
      .opening(
        "follow", Phrase("收到首个发布", en: "take the first release"), by: [.exchange], to: "followed",
        then: [.start("silence")], ProcurementBasis.notice),
      Transition(
        "release", Phrase("收到发布", en: "take a release"), by: [.exchange], from: ["followed"],
        then: [.restart("silence")], ProcurementBasis.notice),
      Transition(
        "silence-due", Phrase("长期无更新，结束跟踪", en: "no news for long: ended"), by: [.system],
        from: ["followed"], to: "ended", then: [.stopAll], ProcurementBasis.city),
    ])

  /// Bytes of a release at most: it stands in the log as a whole, of which an entry has at most 65,535.
  static let limit = 60_000

  func function(of command: CommandID) -> String { "trading" }

  func fields(of command: CommandID) -> [CaseField] {
    guard ["follow", "release"].contains(command) else { return [] }
    return [
      CaseField("platform", Phrase("交易平台", en: "Platform"), .line(60), keeping: .open)
        .saidByTheMeasure(),
      CaseField("release", Phrase("发布", en: "Release"), .words(ExchangeProcedure.limit))
        .saidByTheMeasure(),
    ]
  }

  func period(of clock: ClockID, _ draft: CaseDraft) throws -> Period {
    try rules.period("silence", on: draft.today)
  }

  func reach(of capacity: ActorKind, _ row: CaseFileRow) -> CaseReach {
    capacity == .exchange ? .agency(row.party) : .all
  }

  func decide(_ draft: inout CaseDraft, _ view: any View) throws {
    guard ["follow", "release"].contains(draft.command) else { return }
    let release = try JSONValue(parsing: Array(draft.said.text("release").utf8))
    let ocid = release["ocid"]?.string ?? ""
    if draft.command == "follow" {
      draft.subject = "ocid:\(ocid)"
      draft.party = draft.said.text("platform")
      draft.agency = rules.supervisor
      draft.title = "接入平台的采购"
      draft.facts.set("ocid", ocid)
      guard try view.all(CaseFileBook.about("ocid:\(ocid)", kind: ExchangeProcedure.kind)).isEmpty
      else {
        throw ChainStep.against("known-ocid", "该过程已在跟踪。", "This process is followed already.")
      }
    } else if draft.facts.string("ocid") != ocid {
      throw ChainStep.against("other-ocid", "ocid 与本件不符。", "The ocid is not that of the case.")
    }
    // The same release comes again when a feed is read anew, or pushed and fetched: it is taken once.
    let digest = ExchangeProcedure.digest(draft.said.text("release"))
    let taken = draft.facts.list("taken")
    guard !taken.contains(digest) else {
      throw ChainStep.against("known-release", "这一发布已经收下。", "This release was taken before.")
    }
    draft.facts["taken"] = .array((taken + [digest]).map { .string($0) })
    draft.publicFields[ReleaseParts.field] = ExchangeProcedure.withoutPersons(release)
  }

  /// By what a release that was taken is known again.
  static func digest(_ release: String) -> String { String(Digest.of(release).hex.prefix(16)) }

  /// The release without names, telephones and addresses of persons: the log names none.
  static func withoutPersons(_ release: JSONValue) -> JSONValue {
    guard var members = release.object else { return release }
    for (name, value) in members {
      if name == "contactPoint", var contact = value.object {
        contact["name"] = nil
        members[name] = .object(contact)
      } else if let list = value.array {
        members[name] = .array(list.map { withoutPersons($0) })
      } else if value.object != nil {
        members[name] = withoutPersons(value)
      }
    }
    return .object(members)
  }
}

extension ProcurementMeasure {
  /// Takes a signed release of OCDS 1.1 of a connected platform.
  func push(_ visit: Visit) async throws -> Response {
    let platform = visit["exchange"]
    guard let secret = partners[platform], let office = office("exchange") else {
      throw Problem.notFound(Phrase("没有这个平台，或尚未交换密钥。", en: "No such platform, or no secret yet."))
    }
    let headers = visit.request.headers
    let key = try SignedMessage.check(
      visit.request.body, time: headers[SignedMessage.timeHeader.lowercased()],
      key: headers[SignedMessage.keyHeader.lowercased()],
      signature: headers[SignedMessage.signatureHeader.lowercased()], secret, now: visit.now)
    let release = try visit.request.json()
    let done: Acknowledged
    switch try await accept(release, of: platform, key: "\(platform).\(key)") {
    case .taken(let act): done = act
    case .known:
      throw ChainStep.against("known-release", "这一发布已经收下。", "This release was taken before.")
    }
    guard let row = try await desk.store.first(CaseFileBook.find(done.aggregate)) else {
      throw Problem.notFound(Phrase("没有这一件。", en: "No such case."))
    }
    return .json(
      .object(try office.acknowledgement(done, number: row.base.number)), status: 201)
  }

  /// What became of a release of a platform.
  enum Taking: Sendable {
    case taken(Acknowledged)
    /// The very release was taken before, by push or by pull.
    case known
  }

  /// Takes a release of OCDS 1.1 of a connected platform; `key` is that by which a repetition is told.
  ///
  /// - Throws: ``Problem`` 400 or 422 for what is no release, breaks the schema, is too long or uses the city's own
  ///   prefix.
  func accept(_ release: JSONValue, of platform: String, key: String) async throws -> Taking {
    guard let office = office("exchange") else {
      throw Problem.notFound(Phrase("没有这个平台。", en: "No such platform."))
    }
    let text = release.canonical
    guard let ocid = release["ocid"]?.string, !ocid.hasPrefix(ReleaseParts.prefix),
      text.utf8.count <= ExchangeProcedure.limit
    else {
      throw Problem.malformed(
        Phrase(
          "应为一个 OCDS 发布，有 ocid，不超过6万字节，且不用本平台的前缀。",
          en:
            "One release of OCDS is expected, with an ocid of your own prefix, of at most 60,000 bytes."
        ))
    }
    try ProcurementMeasure.requireValid(text)
    let actor = Actor(
      kind: .system, account: -1, permissions: [office.procedure.permission(.exchange)],
      agencies: [platform])
    let said = CaseFacts(["platform": .string(platform), "release": .string(text)])
    let known = try await desk.store.all(
      CaseFileBook.about("ocid:\(ocid)", kind: ExchangeProcedure.kind)
    ).first
    let terms = CommandDesk.Terms(idempotencyKey: key)
    // A repetition is told by command and key: the first release of a process was taken by another command than
    // those after it, and a platform that got no answer gets the same one when it asks again.
    let isFirst =
      try known.map {
        try CaseFacts($0.facts).list("taken").first == ExchangeProcedure.digest(text)
      } ?? true
    do {
      guard let known, !isFirst else {
        return .taken(
          try await desk.submit(
            OpenCase("follow", as: .exchange, said: said, in: office.setting), by: actor, terms))
      }
      return .taken(
        try await desk.submit(
          MoveCase("release", as: .exchange, on: known.base.key, said: said, in: office.setting),
          by: actor, terms))
    } catch let problem as Problem
      where problem.slug == "procurement-known-release"
      || (isFirst && known != nil && problem.slug == "procurement-known-ocid")
    {
      return .known
    }
  }

  /// Throws unless a release keeps the schema of OCDS 1.1.5.
  private static func requireValid(_ text: String) throws {
    var bytes = Array(text.utf8) + [UInt8](repeating: 0, count: 64)
    let count = bytes.count - 64
    let validator = try SchemaValidator.ocds()
    let result = bytes.withUnsafeMutableBufferPointer { buffer in
      buffer.baseAddress.map { validator.check($0, count: count) }
    }
    guard case .success(let outcome)? = result, outcome.kind == .release else {
      throw Problem.malformed(Phrase("不是 OCDS 发布。", en: "This is no release of OCDS."))
    }
    guard outcome.faults.isEmpty else {
      throw Problem.invalid(
        outcome.faults.prefix(20).map { Problem.Field($0.pointer, $0.message) })
    }
  }
}
