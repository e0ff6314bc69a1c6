import Books
import CaseEngine
import CaseWork
import CityProfiles
import Commons
import Desk
import LegalTime
import MeasureKit
import Rulebook
import Storage

/// A step of a chain under way: who may take it, what the law asks of it, and what it publishes.
struct ChainStep {
  let rules: ProcurementRules
  let method: ProcurementMethod
  var draft: CaseDraft

  /// Takes the step, or throws a ``Problem`` that says what is against it and on which article.
  mutating func take(_ view: any View) throws {
    if draft.command == .need {
      draft.agency = draft.said.text("firm")
      draft.title = "\(method.name.zh)：\(draft.said.text("title"))"
      draft.facts.set("ocid", "\(ReleaseParts.prefix)-\(rules.profile.code)-\(draft.key)")
    }
    if draft.capacity != .system {
      try requireDuty(view)
      try requireNoObjection(view)
    }
    switch draft.command {
    case .need: try requireLimit()
    case .plan: try plan()
    case .announce: try announce()
    case .issue: try issue()
    case .clarify: try clarify()
    case .unsealFirst: try unsealFirst(view)
    case .unsealSecond: try unsealSecond(view)
    case .draw: try drawExperts()
    case .evaluate: try evaluate()
    case .quote: try quote()
    case .candidates: publishCandidates()
    case .award: try award()
    case .contract: try contract()
    case .change: draft.facts.set("changed", draft.said.integer("value"))
    case .pay: try pay()
    default: break
    }
    ReleaseParts(rules: rules, method: method).publish(&draft)
  }

  static func against(_ id: String, _ zh: String, _ en: String) -> Problem {
    .refused("procurement-\(id)", Phrase(zh, en: en))
  }

  private static func wrong(_ field: String, _ zh: String, _ en: String) -> Problem {
    .invalid([Problem.Field(field, Phrase(zh, en: en))])
  }

  // MARK: Who

  /// By post, who has held it in this purchase: the account's number, which names nobody. Of several persons in one
  /// post the later ones stand under `post#2` and so on: they, too, may hold no other.
  static func duties(_ facts: CaseFacts) -> [String: Int64] {
    (facts["duties"]?.object ?? [:]).compactMapValues(\.integer)
  }

  private static func post(_ key: String) -> String {
    String(key.prefix { $0 != "#" })
  }

  /// The posts of a purchase, each with the body of the firm from which it comes.
  static let bodies: [ActorKind: Set<String>] = [
    .needing: ["technology"], .approving: ["decision"], .conducting: ["organisation"],
    .opening: ["organisation", "supervision"], .accepting: ["technology"],
  ]

  /// Throws unless the firm has declared its bodies, the person is in the right one, and holds no other
  /// post of this purchase.
  private mutating func requireDuty(_ view: any View) throws {
    let firm = draft.facts.text("firm")
    let person = draft.actor.account
    guard let declared = try BodiesProcedure.inForce(firm, view) else {
      throw Self.against(
        "no-bodies", "企业尚未申报决策、组织、技术、监督四个机构，不得采购。",
        "The firm has not declared its four bodies: it may not buy.")
    }
    let wanted = Self.bodies[draft.capacity] ?? []
    guard declared.contains(where: { wanted.contains($0.key) && $0.value.contains(person) }) else {
      throw Self.against(
        "wrong-body", "经办人不在该岗位所属的机构中。", "This person is not in the body from which the post comes."
      )
    }
    var post = draft.capacity.id
    if draft.capacity == .opening {
      post = draft.command == .unsealFirst ? "open-1" : "open-2"
    }
    var held = Self.duties(draft.facts)
    if let other = held.first(where: { $0.value == person }).map({ Self.post($0.key) }) {
      guard other != post else { return }
      throw Self.against(
        "two-posts", "同一人已在本项目中任另一岗位（\(other)），不得再任此岗位。",
        "This person already holds another post of this purchase (\(other)).")
    }
    let before = held.keys.count { Self.post($0) == post }
    held[before == 0 ? post : "\(post)#\(before + 1)"] = person
    draft.facts["duties"] = .object(held.mapValues { .integer($0) })
  }

  /// An objection that waits for its answer suspends what it is about (条例第22、54条).
  private func requireNoObjection(_ view: any View) throws {
    guard method.hasBids,
      [.unsealFirst, .evaluate, .award].contains(draft.command)
    else { return }
    let open = try view.all(
      CaseFileBook.about("objection:\(draft.key)", kind: ObjectionProcedure.kind)
    ).filter { !$0.base.isClosed && (try? CaseFacts($0.facts))?.text("about") != "question" }
    guard open.isEmpty else {
      throw Self.against(
        "suspended", "有异议尚未答复，应当暂停（招标投标法实施条例第二十二条、第五十四条）。",
        "An objection is not yet answered: the purchase stands still (Regulations, arts 22 and 54)."
      )
    }
  }

  // MARK: Before the bids

  private func parameter(_ what: String) -> (value: Int64, basis: Basis)? {
    rules.parameter(
      what, of: method, firm: draft.facts.text("firm"), on: draft.today)
  }

  /// Throws if the estimate is above what the firm's or the city's rules let be bought by this method.
  private func requireLimit() throws {
    guard let limit = parameter("limit"),
      draft.facts.integer("estimate") ?? 0 > limit.value * 100
    else { return }
    let (zh, en) = (limit.basis.phrase.zh, limit.basis.phrase.en)
    throw Self.against(
      "above-limit",
      "估算价超过本企业采用\(method.name.zh)的限额\(Figures.grouped(limit.value))元（\(zh)）。",
      "The estimate is above \(Figures.grouped(limit.value)) yuan, up to which this firm may buy by \(method.name.en) (\(en))."
    )
  }

  /// Throws unless as many days lie between documents and opening as the firm's or the city's rules ask for, where no
  /// statute does.
  private func requireCityDays(_ from: CivilDate, _ opens: CivilDate) throws {
    guard !method.isTendering, let days = parameter("days"), from.days(to: opens) < days.value
    else { return }
    throw Self.wrong(
      "opens-on", "不足\(days.value)日：\(days.basis.phrase.zh)",
      "Fewer than \(days.value) days: \(days.basis.phrase.en)")
  }

  private func plan() throws {
    let (ceiling, estimate) = (draft.facts.integer("ceiling"), draft.facts.integer("estimate"))
    guard (ceiling ?? 0) > 0, (ceiling ?? 0) <= (estimate ?? 0) else {
      throw Self.wrong(
        "ceiling", "最高限价应大于零，且不高于估算价。", "The ceiling is above zero and not above the estimate.")
    }
  }

  /// The moment from which bids may be opened.
  static func opensAt(_ facts: CaseFacts, _ draft: CaseDraft) -> Instant? {
    facts.date("opens-on").map {
      Instant($0, secondOfDay: Int(facts.integer("opens-hour") ?? 0) * 3600, in: draft.zone)
    }
  }

  private mutating func announce() throws {
    guard method.hasBids else { return }
    if let opens = draft.said.date("opens-on") { try requireCityDays(draft.today, opens) }
    guard let from = draft.said.date("sale-from"), let to = draft.said.date("sale-to"),
      let opens = draft.said.date("opens-on"), from >= draft.today, to >= from, opens > to,
      draft.today.days(to: opens) <= 366
    else {
      throw Self.wrong(
        "opens-on", "日期应依次为：今天及以后开始发售、截止发售、开启，且在一年之内。",
        "Days must follow one another: sale from today on, end of sale, opening, within a year.")
    }
    if method.isTendering {
      try requireDays(from, to, "sale", "sale-to")
      try requireDays(from, opens, "preparation", "opens-on")
      let bond = draft.facts.integer("deposit") ?? 0
      let most = try rules.bound("bid-bond", on: draft.today)
      draft.findings.append(try rules.finding("bid-bond", on: draft.today))
      guard Double(bond) <= most * Double(draft.facts.integer("estimate") ?? 0) else {
        throw Self.wrong(
          "deposit", "投标保证金不得超过估算价的2%（招标投标法实施条例第二十六条）。",
          "A bid deposit is at most 2 % of the estimate (Regulations, art. 26).")
      }
    }
    if method == .invited {
      let least = try rules.bound("least-invited", on: draft.today)
      guard Double(draft.said.integer("invited") ?? 0) >= least else {
        throw Self.wrong(
          "invited", "邀请招标应向三个以上特定的法人或者其他组织发出邀请书（招标投标法第十七条）。",
          "An invited tender invites three or more (Bidding Law, art. 17).")
      }
    }
  }

  /// Throws unless at least as many days lie between two days as the law asks for.
  private mutating func requireDays(
    _ from: CivilDate, _ to: CivilDate, _ name: String, _ field: String
  ) throws {
    let finding = try rules.finding(name, on: draft.today)
    draft.findings.append(finding)
    let least = try rules.legal(name, on: draft.today).amount
    guard from.days(to: to) >= least else {
      throw Self.wrong(
        field, "不足\(least)日：\(finding.explanation(.zh))",
        "Fewer than \(least) days: \(finding.explanation(.en))")
    }
  }

  private mutating func issue() throws {
    guard let first = BidEnvelope.recipient(draft.said.text("key-1")),
      let second = BidEnvelope.recipient(draft.said.text("key-2"))
    else { throw Self.wrong("key-1", "开标公钥应为 age1… 格式。", "Opening keys are written age1….") }
    guard first != second else {
      throw Self.wrong("key-2", "两个开标公钥应由两人分别生成。", "The two opening keys come from two keepers.")
    }
    guard let opens = draft.facts.date("opens-on") else { return }
    if method.isTendering { try requireDays(draft.today, opens, "preparation", "opens-on") }
    try requireCityDays(draft.today, opens)
    draft.facts.set("issued-on", draft.today)
  }

  private mutating func clarify() throws {
    guard let opens = draft.facts.date("opens-on"), let before = draft.before else { return }
    let former = try CaseFacts(before.facts).date("opens-on") ?? opens
    guard opens >= former else {
      throw Self.wrong("opens-on", "开启日期只能推迟。", "The opening may only be put off.")
    }
    if method.isTendering { try requireDays(draft.today, opens, "clarification", "opens-on") }
  }

  // MARK: Bids

  private func sealedBids(_ view: any View) throws -> [CaseFileRow] {
    try view.all(CaseFileBook.about("bid:\(draft.key)", kind: BidProcedure.kind))
      .filter { $0.base.stage != "withdrawn" }.sorted { $0.base.key < $1.base.key }
  }

  private mutating func unsealFirst(_ view: any View) throws {
    guard let opens = Self.opensAt(draft.facts, draft), draft.at >= opens else {
      throw Self.against(
        "too-early", "未到开启时间，不得开启（招标投标法第二十八条、第三十四条）。",
        "The hour has not come: nothing is opened before it (Bidding Law, arts 28 and 34).")
    }
    let bids = try sealedBids(view)
    let own = method.isTendering ? nil : parameter("least")
    let least =
      method.isTendering
      ? Int(try rules.bound("least-bidders", on: draft.today)) : Int(own?.value ?? 0)
    guard bids.count >= least else {
      let basis =
        own?.basis.phrase
        ?? Phrase("招标投标法第二十八条、实施条例第四十四条", en: "Bidding Law, art. 28; Regulations, art. 44")
      throw Self.against(
        "too-few", "响应不足\(least)家，不得开启，应当重新采购（\(basis.zh)）。",
        "Fewer than \(least) bids: they are not opened (\(basis.en)).")
    }
    let under = try BidEnvelope.matching(
      draft.said.text("envelopes"), "envelopes", bids, digest: "inner-digest", isBase64: true)
    draft.facts.set("sealed-count", Int64(bids.count))
    unopened(zip(bids, under).filter { $0.1 == nil }.map(\.0))
  }

  /// Bids that a keeper says cannot be opened stay on record; their bidders, who kept the text, can object.
  private mutating func unopened(_ bids: [CaseFileRow]) {
    guard !bids.isEmpty else { return }
    let numbers = bids.map(\.base.number.description)
    draft.facts["unopened"] = .array(numbers.map { .string($0) })
    draft.publicFields["unopened"] = .integer(Int64(bids.count))
  }

  private mutating func unsealSecond(_ view: any View) throws {
    let bids = try sealedBids(view)
    let contents = try BidEnvelope.matching(
      draft.said.text("contents"), "contents", bids, digest: "content-digest", isBase64: false)
    var opened: [ChainBid] = []
    var salts: [String] = []
    let project = draft.before?.base.number.description ?? ""
    let before = Set(draft.facts.list("unopened"))
    for (place, (row, bytes)) in zip(bids, contents).enumerated() {
      guard let bytes, !before.contains(row.base.number.description) else {
        opened.append(ChainBid(unopened: "b\(place + 1)", row))
        continue
      }
      let bid = ChainBid(
        id: "b\(place + 1)", row, bytes, project: project,
        ceiling: draft.facts.integer("ceiling") ?? 0)
      opened.append(bid)
      salts.append(bid.salt)
    }
    unopened(zip(bids, opened).filter { $0.1.why == "unopened" }.map(\.0))
    ChainBid.rejectRepeated(&opened)
    draft.facts["bids"] = .array(opened.map(\.json))
    // The bidders committed to their salts before anybody saw one: nobody alone can choose their digest.
    let seed = Digest.of(salts.sorted().joined(separator: "\n"))
    draft.facts.set("seed", seed.hex)
    draft.publicFields["seed_digest"] = .string(Digest.of(seed.hex).hex)
  }

  // MARK: Evaluation

  private mutating func drawExperts() throws {
    let least = Int(try rules.bound("least-evaluators", on: draft.today))
    draft.findings.append(try rules.finding("least-evaluators", on: draft.today))
    let wanted = Int(
      (try rules.bound("expert-share", on: draft.today) * Double(least)).rounded(.up))
    let interested = Set(ChainBid.all(draft.facts).map(\.tenderer) + [draft.facts.text("firm")])
    let draw = ExpertDraw(rules.experts, seed: draft.facts.text("seed"), excluding: interested)
    guard draw.order.count >= wanted else {
      throw Self.against(
        "too-few-experts", "回避后专家库不足\(wanted)人。",
        "After recusals the pool has fewer than \(wanted) experts.")
    }
    draft.facts["experts"] = .array(draw.order.prefix(wanted).map { .string($0) })
    draft.facts.set("members", Int64(least))
    draft.publicFields["recused"] = .integer(Int64(draw.recused))
    draft.publicFields["pool"] = .integer(Int64(rules.experts.count))
  }

  private mutating func evaluate() throws {
    var bids = ChainBid.all(draft.facts)
    if method.hasCommittee {
      try ChainBid.score(&bids, draft.said.text("scores"))
    } else {
      // Without a committee the lowest price wins; of equal prices the one that came first.
      for index in bids.indices where bids[index].status == "valid" {
        bids[index].score = -Double(bids[index].amount)
      }
    }
    guard bids.contains(where: { $0.status == "valid" }) else {
      throw Self.against(
        "all-rejected", "没有有效响应，应当终止。", "No valid bid is left: terminate the purchase.")
    }
    draft.facts["bids"] = .array(bids.map(\.json))
    draft.facts["ranking"] = .array(ChainBid.ranking(bids).map { .string($0.id) })
    draft.facts.set("reported-on", draft.today)
  }

  private mutating func quote() throws {
    let price = draft.said.integer("price") ?? 0
    guard price > 0, price <= draft.facts.integer("ceiling") ?? 0 else {
      throw Self.wrong(
        "price", "价格应大于零，且不高于最高限价。", "The price is above zero and at most the ceiling.")
    }
    let bid = ChainBid(
      id: "b1", tenderer: draft.facts.text("supplier"), name: draft.facts.text("supplier-name"),
      amount: price, at: draft.at)
    draft.facts["bids"] = .array([bid.json])
    draft.facts["ranking"] = ["b1"]
  }

  private mutating func publishCandidates() { draft.facts.set("published-on", draft.today) }

  // MARK: Award and after

  private mutating func award() throws {
    let bids = ChainBid.all(draft.facts)
    guard let first = draft.facts.list("ranking").first,
      let winner = bids.first(where: { $0.id == first })
    else { throw Self.against("no-winner", "没有排名第一的候选人。", "Nobody is ranked first.") }
    draft.facts.set("winner", winner.tenderer)
    draft.facts.set("winner-name", winner.name)
    draft.facts.set("price", winner.amount)
    if method.hasCommittee {
      // Now that the award stands, the draw of the committee may be computed again by everybody.
      draft.publicFields["seed"] = .string(draft.facts.text("seed"))
    }
  }

  private mutating func contract() throws {
    let (value, price) = (draft.said.integer("value") ?? 0, draft.facts.integer("price") ?? 0)
    guard value == price else {
      throw Self.wrong(
        "value", "合同价款应与中标人的投标文件一致（招标投标法第四十六条、实施条例第五十七条）。",
        "The contract's price is that of the winning bid (Bidding Law, art. 46; Regulations, art. 57)."
      )
    }
    let most = try rules.bound("performance-bond", on: draft.today)
    draft.findings.append(try rules.finding("performance-bond", on: draft.today))
    guard Double(draft.said.integer("bond") ?? 0) <= most * Double(value) else {
      throw Self.wrong(
        "bond", "履约保证金不得超过中标合同金额的10%（招标投标法实施条例第五十八条）。",
        "A performance bond is at most 10 % of the contract (Regulations, art. 58).")
    }
    guard let end = draft.said.date("perform-by"), end >= draft.today,
      draft.today.days(to: end) <= 3660
    else {
      throw Self.wrong("perform-by", "履约截止日期应在今天起十年之内。", "The last day lies within ten years.")
    }
  }

  private mutating func pay() throws {
    let paid = (draft.facts.integer("paid") ?? 0) + (draft.said.integer("amount") ?? 0)
    let value = draft.facts.integer("changed") ?? draft.facts.integer("value") ?? 0
    guard (draft.said.integer("amount") ?? 0) > 0, paid <= value else {
      throw Self.wrong(
        "amount", "累计付款不得超过合同金额。", "Payments add up to at most the contract's value.")
    }
    draft.facts.set("paid", paid)
    draft.facts.set("payments", (draft.facts.integer("payments") ?? 0) + 1)
  }
}
