import Commons

/// One stretch of dormancy (歇业) as the register has it.
public struct DormancySpell: Hashable, Sendable {
  /// The first day of dormancy.
  public let from: CivilDate
  /// The last day of the term on file, extensions included.
  public let through: CivilDate
  /// The first day of business again, where the register has one.
  public let resumedOn: CivilDate?

  /// A spell.
  public init(from: CivilDate, through: CivilDate, resumedOn: CivilDate? = nil) {
    self.from = from
    self.through = through
    self.resumedOn = resumedOn
  }

  /// The last day that the register holds to be dormant.
  var lastOnRecord: CivilDate { resumedOn.map { $0.adding(days: -1) } ?? through }

  /// First and last day in words.
  public var phrase: Phrase {
    Phrase("\(from)至\(through)", en: "\(from) to \(through)")
  }
}

/// Something that another system reports of a business: evidence that it is, or is not, dormant.
public struct DormancyEvent: Hashable, Sendable {
  /// What happened.
  public enum Kind: UInt8, Hashable, Sendable, CaseIterable {
    case invoice
    case socialInsurance
    case licenceUse
    case bid
    case contribution
    case nilReturn
    case annualReport

    /// The code in rules, data and interface.
    public var code: String {
      switch self {
      case .invoice: "invoice"
      case .socialInsurance: "social-insurance"
      case .licenceUse: "licence-use"
      case .bid: "bid"
      case .contribution: "contribution"
      case .nilReturn: "nil-return"
      case .annualReport: "annual-report"
      }
    }

    /// The kind with a code; nil if there is none.
    public init?(code: String) {
      guard let kind = Kind.allCases.first(where: { $0.code == code }) else { return nil }
      self = kind
    }
  }

  /// What happened.
  public let kind: Kind
  /// When it happened.
  public let on: CivilDate
  /// Which system says so.
  public let source: String
  /// The event's own id in that system.
  public let id: String

  /// An event.
  public init(_ kind: Kind, on: CivilDate, source: String, id: String) {
    self.kind = kind
    self.on = on
    self.source = source
    self.id = id
  }
}

/// What became of a spell by the end of a day.
public struct DormancySpellOutcome: Hashable, Sendable {
  /// Why a spell ended.
  public enum End: Hashable, Sendable {
    /// The business resumed of its own will.
    case decided
    /// It did business, so that it is deemed to have resumed (条例第30条第4款).
    case deemed(DormancyEvent)
    /// The term on file was over (实施细则第42条第3款).
    case term
    /// The longest term was over (条例第30条第4款).
    case longest
    /// The cumulative term was used up (实施细则第42条第3款).
    case cumulative

    /// The code in data.
    public var code: String {
      switch self {
      case .decided: "decided"
      case .deemed: "deemed"
      case .term: "term"
      case .longest: "longest"
      case .cumulative: "cumulative"
      }
    }
  }

  /// The spell.
  public let spell: DormancySpell
  /// Days used by earlier spells.
  public let usedBefore: Int
  /// The last day that law and filing allow.
  public let lastDay: CivilDate
  /// The last day that the law alone allows, however the filing is extended.
  public let limit: CivilDate
  /// The first day of business again and why; nil while it lasts, or before it begins.
  public let end: (on: CivilDate, why: End)?
  /// Days used by the end of the day that was asked.
  public let used: Int

  /// Whether both say the same.
  public static func == (a: Self, b: Self) -> Bool {
    a.spell == b.spell && a.usedBefore == b.usedBefore && a.lastDay == b.lastDay
      && a.limit == b.limit && a.end?.on == b.end?.on && a.end?.why == b.end?.why
      && a.used == b.used
  }
  /// By the spell.
  public func hash(into hasher: inout Hasher) { hasher.combine(spell) }
}
