import Commons

/// One red flag of the catalogue: what it says, where it comes from, what data it needs and how it is found.
public struct CatalogueFlag: Sendable {
  /// How much a flag says: red rests on a statute's own words or on evidence that excludes chance, amber on
  /// strong signs, yellow is a reason to look.
  public enum Grade: String, Hashable, Sendable {
    case red, amber, yellow
  }

  /// A number that a city may choose.
  public struct Parameter: Hashable, Sendable {
    /// Its key in a settings file, with the unit last.
    public let name: String
    /// Its value without settings.
    public let standard: Double
  }

  /// Its code: R and the number in Open Contracting's guide, or CN and a number of the Chinese pack.
  public let code: String
  /// Its name.
  public let name: Phrase
  /// Exactly when what is flagged, with which value.
  public let definition: String
  /// The guide's number, or articles of law.
  public let source: String
  /// Paths of OCDS that it reads.
  public let paths: [String]
  /// How much it says.
  public let grade: Grade
  /// What a city may choose.
  public let parameters: [Parameter]
  let judge: @Sendable (ContractingProcess, inout FlagSink) -> Void

  init(
    _ code: String, _ name: Phrase, _ definition: String, source: String? = nil, paths: [String],
    grade: Grade = .yellow, _ parameters: KeyValuePairs<String, Double> = [:],
    judge: @escaping @Sendable (ContractingProcess, inout FlagSink) -> Void = { _, _ in }
  ) {
    self.code = code
    self.name = name
    self.definition = definition
    self.source = source ?? "OCP 2024, \(code)"
    self.paths = paths
    self.grade = grade
    self.parameters = parameters.map { Parameter(name: $0.key, standard: $0.value) }
    self.judge = judge
  }

  /// All flags of the catalogue beyond those of Cardinal, in the order of codes.
  public static let all: [CatalogueFlag] =
    (tenderFlags + bidFlags + partyFlags + awardFlags + contractFlags + marketFlags
    + statutoryFlags + collusionFlags).sorted { $0.code < $1.code }

  private static let places: [String: Int] = Dictionary(
    uniqueKeysWithValues: all.enumerated().map { ($1.code, $0) })

  /// The place of a code in ``all``.
  static func place(of code: String) -> Int? { places[code] }

  /// The flag with a code.
  public static func named(_ code: String) -> CatalogueFlag? { place(of: code).map { all[$0] } }
}

/// Which flags of the catalogue are looked for and with which parameters.
public struct CatalogueSettings: Hashable, Sendable {
  /// By code, the parameters that are not standard.
  public private(set) var chosen: [String: [String: Double]] = [:]
  /// Ids of organisations that may not take part (R046).
  public var debarred: Set<String> = []
  /// Rates by which amounts are converted into one currency.
  public var rates: ExchangeRates?

  /// No flag.
  public init() {}

  /// Every flag with its standard parameters.
  public static var all: CatalogueSettings {
    var settings = CatalogueSettings()
    for flag in CatalogueFlag.all { settings.choose(flag.code) }
    return settings
  }

  /// Whether no flag is looked for.
  public var isEmpty: Bool { chosen.isEmpty }

  /// Looks for a flag; false if there is none with this code.
  @discardableResult
  public mutating func choose(_ code: String) -> Bool {
    guard CatalogueFlag.place(of: code) != nil else { return false }
    if chosen[code] == nil { chosen[code] = [:] }
    return true
  }

  /// Sets a parameter of a flag; false if the flag has none of this name.
  public mutating func set(_ code: String, _ name: String, _ value: Double) -> Bool {
    guard let flag = CatalogueFlag.named(code),
      flag.parameters.contains(where: { $0.name == name })
    else { return false }
    chosen[code, default: [:]][name] = value
    return true
  }

  /// The parameters of a flag in their order; nil if it is not looked for.
  func values(_ flag: CatalogueFlag) -> [Double]? {
    chosen[flag.code].map { own in flag.parameters.map { own[$0.name] ?? $0.standard } }
  }
}

extension CatalogueFlag {
  /// Its line in docs/reference/red-flags.md.
  public var referenceLine: String {
    let choices = parameters.map { parameter in
      let value = parameter.standard
      let text = value == value.rounded() && abs(value) < 1e15 ? String(Int(value)) : "\(value)"
      return "`\(parameter.name)` \(text)"
    }
    let needs = paths.map { "`\($0)`" }.joined(separator: ", ")
    return "| \(code) | \(name.zh) / \(name.en) | \(definition) | \(grade.rawValue) | "
      + "\(choices.joined(separator: ", ")) | \(needs) | \(source) |"
  }
}
