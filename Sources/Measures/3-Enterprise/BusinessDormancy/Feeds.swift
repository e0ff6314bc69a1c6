import Books
import Commons
import Desk
import Dormancy
import Storage

/// A business as the registration authority's own system hands it over.
struct OperatorItem: Hashable, Sendable {
  let code: String
  let name: String
  let kind: String
  let registeredOn: CivilDate
  let flags: OperatorRow.Flags
  /// Spells that were filed before the program kept them, with their published addresses.
  let spells: [(spell: DormancySpell, address: String)]

  static func == (a: Self, b: Self) -> Bool { a.code == b.code }
  func hash(into hasher: inout Hasher) { hasher.combine(code) }

  static let kinds = ["company", "partnership", "sole", "cooperative", "branch", "individual"]

  /// The row; the name of a person's own business is kept only as it begins, and no code.
  func row(_ ring: KeyRing) -> OperatorRow {
    let isPersonal = kind == "individual" || kind == "sole"
    return OperatorRow(
      key: DormancyTables.key(of: code, ring), code: isPersonal ? nil : code,
      name: isPersonal ? String(name.prefix(1)) + "＊＊" : name, kind: kind,
      registeredOn: registeredOn, flags: flags)
  }
}

/// Takes over what the registration authority's system knows of businesses: each stands as it was
/// last reported. One act for a batch, all or nothing.
struct TakeOperators: Command {
  typealias Loaded = Void
  let items: [OperatorItem]
  let content: JSONValue

  var kind: String { "dormancy.operators" }
  var permission: String { "dormancy.feed" }
  var aggregate: Int64? { nil }

  func decide(_ loaded: Void, _ view: any View, _ context: Context) throws -> Decision {
    var changes: [Change] = []
    var faults: [Problem.Field] = []
    for (index, item) in items.enumerated() {
      let row = item.row(context.ring)
      let old = try view.first(DormancyTables.business(row.key))
      changes += DormancyTables.put(row, over: old, context.ring)
      guard !item.spells.isEmpty else { continue }
      let known = try view.all(DormancyTables.spells(of: row.key))
      let new = item.spells.filter { spell in
        !known.contains { $0.spell.from == spell.spell.from }
      }
      do throws(Problem) {
        _ = try DormancyHistory(known.map(\.spell) + new.map(\.spell))
      } catch {
        faults += error.fields.map { Problem.Field("/\(index)/\($0.pointer)", $0.message) }
      }
      changes += new.map { spell in
        DormancyTables.add(
          SpellRow(
            key: DormancyTables.key(of: spell.spell, of: row.key, context.ring), business: row.key,
            hasCase: false, name: row.name, address: spell.address, spell: spell.spell),
          context.ring)
      }
    }
    guard faults.isEmpty else { throw Problem.invalid(faults) }
    return .accepted(publicFields: FeedFields.of(items.count, content), changes: changes)
  }
}

/// An event as a system of taxes, social insurance, licences or procurement reports it.
struct EventItem: Hashable, Sendable {
  let code: String
  let event: DormancyEvent
}

/// Takes over events that lie within a spell of dormancy; others are not kept, for nothing is decided
/// by them. An event counts once, by source and id. One act for a batch.
struct TakeEvents: Command {
  typealias Loaded = Void
  let items: [EventItem]
  let content: JSONValue

  var kind: String { "dormancy.events" }
  var permission: String { "dormancy.feed" }
  var aggregate: Int64? { nil }

  func decide(_ loaded: Void, _ view: any View, _ context: Context) throws -> Decision {
    var changes: [Change] = []
    var seen: Set<Int64> = []
    for item in items {
      let key = DormancyTables.key(of: item.event, context.ring)
      guard seen.insert(key).inserted, try view.first(DormancyTables.event(key)) == nil else {
        continue
      }
      let business = DormancyTables.key(of: item.code, context.ring)
      let spells = try view.all(DormancyTables.spells(of: business))
      guard spells.contains(where: { $0.spell.covers(item.event.on) }) else { continue }
      changes.append(
        DormancyTables.add(
          EventRow(key: key, business: business, event: item.event), context.ring))
    }
    var fields = FeedFields.of(items.count, content).object ?? [:]
    fields["kept"] = .integer(Int64(changes.count))
    return .accepted(publicFields: .object(fields), changes: changes)
  }
}

/// What the log has of a batch: how many items, and a digest of them.
private enum FeedFields {
  static func of(_ count: Int, _ content: JSONValue) -> JSONValue {
    [
      "items": .integer(Int64(count)), "digest": .string(Digest.of(content.canonicalBytes).hex),
    ]
  }
}

extension DormancySpell {
  /// Whether a day lies within the term on file.
  func covers(_ day: CivilDate) -> Bool { from <= day && day <= through }
}

/// Reads batches of the feeds; every fault is named with its place.
struct FeedReader {
  private let items: [JSONValue]
  private var faults: [Problem.Field] = []

  static let limit = 1000

  init(_ body: JSONValue) throws(Problem) {
    guard let items = body.array, (1...FeedReader.limit).contains(items.count) else {
      throw .malformed(
        Phrase(
          "应为1至\(FeedReader.limit)项的JSON数组。",
          en: "A JSON array of 1 to \(FeedReader.limit) items is expected."))
    }
    self.items = items
  }

  mutating func operators() throws(Problem) -> [OperatorItem] {
    var found: [OperatorItem] = []
    for (index, item) in items.enumerated() {
      let code = code(item, index)
      let name = text(item, "name", "/\(index)")
      let kind = text(item, "kind", "/\(index)")
      if !kind.isEmpty, !OperatorItem.kinds.contains(kind) {
        fail("/\(index)/kind", "应为：\(OperatorItem.kinds.joined(separator: "、"))。", "Unknown kind.")
      }
      let registered = day(item, "registered_on", "/\(index)")
      var flags: OperatorRow.Flags = []
      for flag in item["flags"]?.array ?? [] {
        guard let known = OperatorRow.Flags.names.first(where: { $0.name == flag.string }) else {
          fail("/\(index)/flags", "没有这种标记。", "There is no such flag.")
          continue
        }
        flags.insert(known.flag)
      }
      let spells = spells(item, "/\(index)")
      if let registered {
        found.append(
          OperatorItem(
            code: code, name: name, kind: kind, registeredOn: registered, flags: flags,
            spells: spells))
      }
    }
    if Set(found.map(\.code)).count < found.count {
      fail("", "同一代码出现两次。", "One code stands there twice.")
    }
    try finish()
    return found
  }

  mutating func events() throws(Problem) -> [EventItem] {
    var found: [EventItem] = []
    for (index, item) in items.enumerated() {
      let place = "/\(index)"
      let code = code(item, index)
      let kind = DormancyEvent.Kind(code: text(item, "kind", place))
      if kind == nil { fail("\(place)/kind", "没有这种事件。", "There is no such kind of event.") }
      let source = text(item, "source", place)
      let id = text(item, "id", place)
      let on = day(item, "on", place)
      if let kind, let on {
        found.append(
          EventItem(code: code, event: DormancyEvent(kind, on: on, source: source, id: id)))
      }
    }
    try finish()
    return found
  }

  private mutating func spells(
    _ item: JSONValue, _ place: String
  ) -> [(spell: DormancySpell, address: String)] {
    var found: [(spell: DormancySpell, address: String)] = []
    for (index, spell) in (item["spells"]?.array ?? []).enumerated() {
      let place = "\(place)/spells/\(index)"
      let (from, through) = (day(spell, "from", place), day(spell, "through", place))
      let resumed = spell["resumed"] == nil ? nil : day(spell, "resumed", place)
      if let from, let through {
        found.append(
          (
            DormancySpell(from: from, through: through, resumedOn: resumed),
            spell["address"]?.string ?? ""
          ))
      }
    }
    return found
  }

  private mutating func code(_ item: JSONValue, _ index: Int) -> String {
    let code = (item["code"]?.string ?? "").uppercased()
    if !CreditCode.isValid(code) {
      fail("/\(index)/code", "不是统一社会信用代码。", "This is no unified social credit code.")
    }
    return code
  }

  private mutating func text(_ item: JSONValue, _ name: String, _ place: String) -> String {
    let text = item[name]?.string ?? ""
    if text.isEmpty || text.codePoints > 100 {
      fail("\(place)/\(name)", "缺失，或超过100字。", "Missing, or over 100 characters.")
    }
    return text
  }

  private mutating func day(_ item: JSONValue, _ name: String, _ place: String) -> CivilDate? {
    let day = item[name]?.string.flatMap { CivilDate($0) }
    if day == nil {
      fail(
        "\(place)/\(name)", "应为真实存在的日期，如2026-03-02。", "Give a day that exists, such as 2026-03-02.")
    }
    return day
  }

  private mutating func fail(_ place: String, _ zh: String, _ en: String) {
    faults.append(Problem.Field(place, Phrase(zh, en: en)))
  }

  private func finish() throws(Problem) {
    guard faults.isEmpty else { throw .invalid(faults) }
  }
}
