import AccessControl
import Books
import Commons
import Storage

/// One of the 22 measures of the notice: what it is and what it contributes to the city. Everything
/// but the card has an empty default; what a measure needs comes in by its initialiser.
public protocol Measure: Sendable {
  /// What it is.
  static var card: MeasureCard { get }
  /// Its tables.
  var schema: [Migration] { get }
  /// Tables whose rows carry a mark, for verification.
  var markedTables: [MarkedTable] { get }
  /// What people may be in it.
  var roles: [Role] { get }
  /// Which of its roles exclude each other.
  var separations: [RoleSeparation] { get }
  /// What anybody may do in it who has not signed in.
  var publicPermissions: Set<String> { get }
  /// The door of its officials.
  var deskEntrance: DeskEntrance? { get }
  /// What the step behind a kind of act is called; nil for another measure's act.
  func stepName(_ kind: String) -> Phrase?
  /// What must hold of its tables, for verification: a query that finds rows that break it.
  var invariants: [StoreInvariant] { get }
  /// Acts of other measures that it reacts to.
  var subscriptions: [ActSubscription] { get }
  /// Its pages and interfaces.
  func routes(_ routes: inout Routes)
  /// Takes in the next public act of the log, each once and in the order of the log.
  func consume(_ act: PublicAct)
  /// Does what is to be done once a night, if it was not done yet; the answer is how much that was.
  /// Asked again and again by the node that has the duty, so that nothing may hang on being asked once.
  func nightly(at moment: Instant) async throws -> Int
  /// Its indicators as the log stands.
  func indicators(at moment: Instant) -> [IndicatorValue]
}

extension Measure {
  /// By default no tables.
  public var schema: [Migration] { [] }
  /// By default no marked tables.
  public var markedTables: [MarkedTable] { [] }
  /// By default no roles of its own.
  public var roles: [Role] { [] }
  /// By default no roles exclude each other.
  public var separations: [RoleSeparation] { [] }
  /// By default nothing.
  public var publicPermissions: Set<String> { [] }
  /// By default officials have no pages in it.
  public var deskEntrance: DeskEntrance? { nil }
  /// By default it knows no act.
  public func stepName(_ kind: String) -> Phrase? { nil }
  /// By default nothing to prove.
  public var invariants: [StoreInvariant] { [] }
  /// By default it reacts to no other measure.
  public var subscriptions: [ActSubscription] { [] }
  /// By default no pages or interfaces.
  public func routes(_ routes: inout Routes) {}
  /// By default passes every act over.
  public func consume(_ act: PublicAct) {}
  /// By default nothing.
  public func nightly(at moment: Instant) async throws -> Int { 0 }
  /// By default no indicators.
  public func indicators(at moment: Instant) -> [IndicatorValue] { [] }
}

/// Where the officials of a measure come in.
public struct DeskEntrance: Sendable {
  /// The permission without which they see no pages of it.
  public let permission: String
  /// How the way in is called.
  public let name: Phrase
  /// The address.
  public let target: String

  /// A way in.
  public init(_ permission: String, _ name: Phrase, _ target: String) {
    self.permission = permission
    self.name = name
    self.target = target
  }
}

/// What a measure is called, where it stands in the notice, and what it rests on.
public struct MeasureCard: Sendable {
  /// A chapter of the notice.
  public enum Chapter: Int, CaseIterable, Sendable {
    case innovation = 1
    case factors, enterprise, livelihood

    /// Its heading.
    public var name: Phrase {
      switch self {
      case .innovation: Phrase("优化科技创新生态", en: "Innovation")
      case .factors: Phrase("要素市场化配置", en: "Factors of production")
      case .enterprise: Phrase("服务企业发展", en: "Service to enterprise")
      case .livelihood: Phrase("民生服务供给", en: "Livelihood and public service")
      }
    }
  }

  /// 1–22.
  public let number: Int
  /// Where it stands in the notice.
  public let chapter: Chapter
  /// The first part of its addresses.
  public let slug: String
  /// Its name.
  public let name: Phrase
  /// What a person can do with it, in a sentence.
  public let summary: Phrase
  /// What it rests on.
  public let bases: [Basis]
  /// The open standards it speaks.
  public let standards: [String]
  /// False for a measure that is only announced.
  public let isRunning: Bool

  /// A card.
  public init(
    _ number: Int, _ chapter: Chapter, slug: String, _ name: Phrase, _ summary: Phrase,
    bases: [Basis] = [], standards: [String] = [], isRunning: Bool = true
  ) {
    self.number = number
    self.chapter = chapter
    self.slug = slug
    self.name = name
    self.summary = summary
    self.bases = bases
    self.standards = standards
    self.isRunning = isRunning
  }
}

/// Something that must hold of every row of a measure's tables.
public struct StoreInvariant: Sendable {
  /// The table.
  public let table: String
  /// Looks at all rows; the answer is the keys of those that break it, each with what is wrong.
  public let broken: @Sendable (any View) throws -> [(row: Int64, what: Phrase)]

  /// An invariant.
  public init(
    _ table: String, broken: @escaping @Sendable (any View) throws -> [(row: Int64, what: Phrase)]
  ) {
    self.table = table
    self.broken = broken
  }
}

/// What an outsider reads of one act in the log: all that indicators may rest on.
public struct PublicAct: Sendable {
  /// The kind of act, such as `requests.reply`.
  public let kind: String
  /// The alias of the aggregate, 16 bytes.
  public let matter: [UInt8]
  /// When it was recorded.
  public let recordedAt: Instant
  /// When it takes effect.
  public let effectiveAt: Instant
  /// The public fields.
  public let fields: JSONValue

  /// An act.
  public init(
    kind: String, matter: [UInt8], recordedAt: Instant, effectiveAt: Instant, fields: JSONValue
  ) {
    self.kind = kind
    self.matter = matter
    self.recordedAt = recordedAt
    self.effectiveAt = effectiveAt
    self.fields = fields
  }
}

/// A figure that says how well a measure works, with its formula.
public struct IndicatorValue: Sendable {
  /// A stable id, such as `requests.on-time`.
  public let id: String
  /// What it is called.
  public let name: Phrase
  /// How it is computed from the public acts.
  public let formula: Phrase
  /// The figure; nil before there is anything to count.
  public let value: Double?
  /// How it is written.
  public let format: Format
  /// What it covers or lacks, such as months without a report.
  public let note: Phrase?

  /// How a figure is written.
  public enum Format: Sendable {
    /// A whole number with separators.
    case count
    /// A share of one, in per cent with two decimals.
    case percent
    /// Days with one decimal.
    case days
  }

  /// A figure.
  public init(
    _ id: String, _ name: Phrase, formula: Phrase, value: Double?, format: Format,
    note: Phrase? = nil
  ) {
    self.id = id
    self.name = name
    self.formula = formula
    self.value = value
    self.format = format
    self.note = note
  }

  /// The figure as text; a dash before there is one.
  public var text: String {
    guard let value else { return "—" }
    switch format {
    case .count: return Figures.grouped(Int64(value.rounded()))
    case .percent: return Figures.fixed(value * 100, 2) + "%"
    case .days: return Figures.fixed(value, 1)
    }
  }
}

/// Figures as text, without a locale.
public enum Figures {
  /// A whole number with a comma at every third digit.
  public static func grouped(_ value: Int64) -> String {
    let digits = Array(String(value.magnitude))
    var out: [Character] = []
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index).isMultiple(of: 3) { out.append(",") }
      out.append(digit)
    }
    return (value < 0 ? "-" : "") + String(out)
  }

  /// A number with so many decimals, rounded half away from zero.
  public static func fixed(_ value: Double, _ decimals: Int) -> String {
    guard value.isFinite, abs(value) < 1e15 else { return "—" }
    var scale: Int64 = 1
    for _ in 0..<decimals { scale *= 10 }
    let scaled = Int64((value * Double(scale)).rounded())
    let whole = grouped(Int64(scaled.magnitude) / scale)
    let sign = scaled < 0 ? "-" : ""
    guard decimals > 0 else { return sign + whole }
    return "\(sign)\(whole).\(padded(Int(Int64(scaled.magnitude) % scale), decimals))"
  }
}
