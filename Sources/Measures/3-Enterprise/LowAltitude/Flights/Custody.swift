import CaseEngine
import CaseWork
import Commons

/// Custody of goods, consignment by consignment (notice, measure 12 (3): biological products): who handed it over
/// and who took it, when and how warm it was, before the flight and after it.
struct CustodyStep {
  let rules: FlightRules

  /// A consignment as the case knows it; who handed it over stands sealed in the acts.
  struct Consignment: Hashable, Sendable {
    let id: String
    let loadedAt: Instant
    var receivedAt: Instant?
    /// Whether each reading so far lay within the cold chain; nil where none is asked for.
    var isCold: Bool?

    var json: JSONValue {
      [
        "consignment": .string(id), "loaded": .integer(loadedAt.microseconds),
        "received": JSONValue(receivedAt?.microseconds), "cold": isCold.map { .bool($0) } ?? .null,
      ]
    }

    init(id: String, loadedAt: Instant, isCold: Bool?) {
      (self.id, self.loadedAt, self.isCold) = (id, loadedAt, isCold)
    }

    init?(_ json: JSONValue) {
      guard let id = json["consignment"]?.string, let loaded = json["loaded"]?.integer else {
        return nil
      }
      self.init(
        id: id, loadedAt: Instant(microseconds: loaded), isCold: json["cold"]?.bool)
      receivedAt = json["received"]?.integer.map(Instant.init(microseconds:))
    }
  }

  /// Consignments of one flight at most (city policy).
  static let most = 20

  // MARK: What is asked

  static func fields(_ command: CommandID) -> [CaseField] {
    let remarks = CaseField("text", Phrase("说明", en: "Remarks"), .words(1000), required: false)
    guard command != .settle else {
      return [
        CaseField(
          "lost", Phrase("有货物未接收", en: "Goods were not received"),
          hint: Phrase("须在说明中写明去向。", en: "Say below what became of them."), .flag,
          required: false, keeping: .open), remarks,
      ]
    }
    let isLoading = command == .load
    return [
      CaseField(
        "consignment", Phrase("货物编号", en: "Consignment"),
        hint: Phrase("箱号、袋号，不写姓名。", en: "The number of a box or bag; no names."), .line(60),
        keeping: .fact),
      CaseField(
        "handed-by", Phrase("交付人（单位、岗位）", en: "Handed over by (organisation, post)"),
        .line(120)),
      CaseField(
        "handed-to",
        isLoading
          ? Phrase("装机人（单位、岗位）", en: "Loaded by (organisation, post)")
          : Phrase("接收人（单位、岗位）", en: "Received by (organisation, post)"), .line(120)),
      CaseField(
        "temperature", Phrase("交接时温度（0.1℃）", en: "Temperature (0.1 °C)"),
        hint: Phrase("冷链货物必填。", en: "Asked for goods in a cold chain."), .count(-2000...500),
        required: false), remarks,
    ]
  }

  // MARK: Deciding

  static func consignments(_ facts: CaseFacts) -> [Consignment] {
    (facts["custody"]?.array ?? []).compactMap { Consignment($0) }
  }

  private func fault(_ field: String, _ zh: String, _ en: String) -> Problem {
    Problem.invalid([Problem.Field(field, Phrase(zh, en: en))])
  }

  func take(_ draft: inout CaseDraft) throws {
    var known = CustodyStep.consignments(draft.facts)
    guard draft.command != .settle else { return try settle(&draft, known) }
    let id = draft.said.text("consignment")
    let cold = try isCold(draft)
    let place = known.firstIndex { $0.id == id }
    if draft.command == .load {
      guard Mission(rawValue: draft.facts.text(Mission.field))?.hasConsignments == true else {
        throw Problem.refused(
          "no-goods", Phrase("本次飞行的任务不运货物。", en: "The mission of this flight carries no goods."),
          because: [FlightBasis.city])
      }
      guard place == nil else {
        throw fault("consignment", "此编号已经装机。", "This consignment is on board already.")
      }
      guard known.count < CustodyStep.most else {
        throw fault(
          "consignment", "一次飞行最多\(CustodyStep.most)件。", "\(CustodyStep.most) consignments at most.")
      }
      known.append(Consignment(id: id, loadedAt: draft.at, isCold: cold))
    } else {
      guard let place else {
        throw fault("consignment", "装机登记中没有此编号。", "Nothing of this number was loaded.")
      }
      guard known[place].receivedAt == nil else {
        throw fault("consignment", "此编号已经接收。", "This consignment was received already.")
      }
      known[place].receivedAt = draft.at
      // Once broken, the chain stays broken.
      if let cold { known[place].isCold = cold && known[place].isCold != false }
    }
    // Facts hold what the case has come to; the number of one consignment is none of it.
    draft.facts["consignment"] = nil
    draft.facts["custody"] = .array(known.map(\.json))
    if let cold { draft.publicFields["cold-chain"] = .string(cold ? "kept" : "broken") }
  }

  /// Whether the reading lies within the cold chain that was applied for. What does not is recorded all the same,
  /// and says so.
  private func isCold(_ draft: CaseDraft) throws -> Bool? {
    guard let least = draft.facts.integer("cold-least"), let most = draft.facts.integer("cold-most")
    else { return nil }
    guard let reading = draft.said.integer("temperature") else {
      throw fault(
        "temperature", "冷链货物须记录温度。", "Goods in a cold chain are handed over with a reading.")
    }
    return (least...most).contains(reading)
  }

  /// Goods in a cold chain are handed over before they fly.
  func requireLoaded(_ draft: CaseDraft) throws {
    guard Mission(rawValue: draft.facts.text(Mission.field))?.needsCustody == true,
      CustodyStep.consignments(draft.facts).isEmpty
    else { return }
    throw Problem.refused(
      "no-custody",
      Phrase(
        "生物制剂须先登记交付装机，才能起飞。",
        en: "Biological products are handed over on record before they fly."),
      because: [FlightBasis.city])
  }

  private func settle(_ draft: inout CaseDraft, _ known: [Consignment]) throws {
    let missing = known.filter { $0.receivedAt == nil }
    draft.publicFields["consignments"] = .integer(Int64(known.count))
    draft.publicFields["missing"] = .integer(Int64(missing.count))
    guard !missing.isEmpty else { return }
    let isSaid = draft.said.flag("lost") && !draft.said.text("text").isEmpty
    guard isSaid else {
      let list = missing.map(\.id).joined(separator: ", ")
      throw fault(
        "lost", "尚未接收：\(list)。请登记接收，或者勾选并说明去向。",
        "Not received yet: \(list). Record them as received, or tick this and say what became of them."
      )
    }
  }

  // MARK: What a page shows

  static func summary(
    _ facts: CaseFacts, _ rules: FlightRules
  ) -> [(name: Phrase, value: Phrase)] {
    var rows: [(name: Phrase, value: Phrase)] = []
    for one in consignments(facts) {
      var state = Phrase("装机 \(rules.text(one.loadedAt))", en: "loaded \(rules.text(one.loadedAt))")
      if let at = one.receivedAt {
        state = state + Phrase("；接收 \(rules.text(at))", en: "; received \(rules.text(at))")
      }
      if let cold = one.isCold {
        state =
          state
          + (cold
            ? Phrase("；冷链正常", en: "; cold chain kept")
            : Phrase("；温度超限", en: "; outside the cold chain"))
      }
      rows.append((Phrase("货物 \(one.id)", en: "Consignment \(one.id)"), state))
    }
    return rows
  }
}
