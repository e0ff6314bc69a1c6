import Commons

extension FlagSettings {
  /// Reads a settings file of Cardinal: INI with a section for each indicator; an indicator without a section
  /// is left out. Sections of its other commands are passed over; a section or key that it does not know is
  /// refused, with its line.
  public init(ini text: String) throws(Problem) {
    self.init()
    var reader = SettingsReader(text)
    try reader.read()
    let wrong = reader.problems + reader.apply(to: &self)
    guard wrong.isEmpty else { throw .invalid(wrong) }
  }
}

/// Lines of an INI file: sections in brackets, keys with `=` or `:`, comments that begin a line with `;` or `#`.
private struct SettingsReader {
  struct Entry {
    let section: String
    let key: String
    let value: String
    let line: Int
  }

  private let text: String
  private(set) var entries: [Entry] = []
  private(set) var sections: [(name: String, line: Int)] = []
  private(set) var problems: [Problem.Field] = []

  init(_ text: String) { self.text = text }

  mutating func read() throws(Problem) {
    var section = ""
    let lines = text.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" }
    for (index, raw) in lines.enumerated() {
      let line = (index == 0 && raw.first == "\u{FEFF}" ? raw.dropFirst() : raw).trimmed
      guard let first = line.first, first != ";", first != "#" else { continue }
      if first == "[" {
        guard let end = line.firstIndex(of: "]") else {
          fail(index + 1, Phrase("节名没有以 ] 结束", en: "the section's name does not end with ]"))
          continue
        }
        section = String(line[line.index(after: line.startIndex)..<end].trimmed)
        sections.append((section, index + 1))
        continue
      }
      guard let mark = line.firstIndex(where: { $0 == "=" || $0 == ":" }), mark != line.startIndex
      else {
        fail(index + 1, Phrase("应写作“键 = 值”", en: "this should read key = value"))
        continue
      }
      let value = SettingsReader.unquoted(line[line.index(after: mark)...].trimmed)
      entries.append(
        Entry(
          section: section, key: String(line[..<mark].trimmed), value: value,
          line: index + 1))
    }
  }

  private mutating func fail(_ line: Int, _ message: Phrase) {
    problems.append(SettingsReader.field(line, message))
  }

  static func field(_ line: Int, _ message: Phrase) -> Problem.Field {
    Problem.Field(
      "line \(line)", Phrase("第 \(line) 行：\(message.zh)", en: "line \(line): \(message.en)"))
  }

  /// A value in quotation marks is taken without them; `\` makes the next character ordinary, or `\n`, `\t`.
  private static func unquoted(_ text: Substring) -> String {
    var value = ""
    var quote: Character?
    var isEscaped = false
    for character in text {
      if isEscaped {
        value.append(character == "n" ? "\n" : character == "t" ? "\t" : character)
        isEscaped = false
      } else if character == "\\" {
        isEscaped = true
      } else if character == quote {
        quote = nil
      } else if quote == nil, value.isEmpty, character == "\"" || character == "'" {
        quote = character
      } else {
        value.append(character)
      }
    }
    return value
  }

  // MARK: What the entries mean

  /// Sections of Cardinal's other commands and of its log.
  private static let foreign: Set<String> = [
    "output", "defaults", "redactions", "corrections", "modifications", "codelists",
    "codelists.bid_status", "codelists.award_status",
  ]

  func apply(to settings: inout FlagSettings) -> [Problem.Field] {
    var wrong: [Problem.Field] = []
    for section in sections where !SettingsReader.foreign.contains(section.name) {
      if !SettingsReader.begin(section.name, &settings) {
        wrong.append(
          SettingsReader.field(
            section.line,
            Phrase("没有 [\(section.name)] 这一节", en: "there is no section [\(section.name)]")))
      }
    }
    for entry in entries where !SettingsReader.foreign.contains(entry.section) {
      if let message = SettingsReader.set(entry, &settings) {
        wrong.append(SettingsReader.field(entry.line, message))
      }
    }
    return wrong
  }

  /// Switches on what a section stands for; false if it stands for nothing.
  private static func begin(_ section: String, _ settings: inout FlagSettings) -> Bool {
    switch section {
    case "exclusions": break
    case "R003", "R003.procurement_method_details":
      settings.shortPeriod = settings.shortPeriod ?? FlagSettings.ShortPeriod()
    case "R018": settings.singleBid = settings.singleBid ?? FlagSettings.SingleBid()
    case "R024": settings.closePrice = settings.closePrice ?? FlagSettings.PriceRatio()
    case "R025": settings.losing = settings.losing ?? FlagSettings.Losing()
    case "R028": settings.identicalPrices = true
    case "R030": settings.lateBid = true
    case "R035":
      settings.allDisqualified = settings.allDisqualified ?? FlagSettings.AllDisqualified()
    case "R036": settings.lowestDisqualified = true
    case "R038": settings.disqualified = settings.disqualified ?? FlagSettings.Disqualified()
    case "R048": settings.heterogeneous = settings.heterogeneous ?? FlagSettings.Heterogeneous()
    case "R058": settings.discount = settings.discount ?? FlagSettings.PriceRatio()
    default: return settings.catalogue.choose(section)
    }
    return true
  }

  /// Sets one value; what is wrong with it, if anything.
  private static func set(_ entry: Entry, _ settings: inout FlagSettings) -> Phrase? {
    let value = entry.value
    switch (entry.section, entry.key) {
    case ("", "currency"): settings.currency = value
    case ("", "no_price_comparison_procurement_methods"): settings.incomparable = list(value)
    case ("", "price_comparison_procurement_methods"): settings.comparable = list(value)
    case ("exclusions", "procurement_method_details"): settings.excluded = list(value)
    case ("R003", "threshold"): return whole(value, .min) { settings.shortPeriod?.threshold = $0 }
    case ("R003", "procurement_methods"): settings.shortPeriod?.methods = list(value)
    case ("R003.procurement_method_details", let details):
      return whole(value, .min) { settings.shortPeriod?.thresholds[details] = $0 }
    case ("R018", "procurement_methods"): settings.singleBid?.methods = list(value)
    case ("R024", "threshold"): return ratio(value) { settings.closePrice?.threshold = $0 }
    case ("R025", "percentile"): return whole(value, 0) { settings.losing?.percentile = $0 }
    case ("R025", "threshold"): return ratio(value) { settings.losing?.threshold = $0 }
    case ("R035", "threshold"): return whole(value, 0) { settings.allDisqualified?.threshold = $0 }
    case ("R038", "threshold"): return ratio(value) { settings.disqualified?.threshold = $0 }
    case ("R038", "minimum_submitted_bids"):
      return whole(value, 0) { settings.disqualified?.minimumBids = $0 }
    case ("R038", "minimum_contracting_processes"):
      return whole(value, 0) { settings.disqualified?.minimumProcesses = $0 }
    case ("R048", "digits"): return whole(value, 0) { settings.heterogeneous?.digits = $0 }
    case ("R048", "threshold"): return whole(value, 0) { settings.heterogeneous?.threshold = $0 }
    case ("R048", "minimum_contracting_processes"):
      return whole(value, 0) { settings.heterogeneous?.minimumProcesses = $0 }
    case ("R058", "threshold"): return ratio(value) { settings.discount?.threshold = $0 }
    case ("", "lots"): return flag(value) { settings.splitsLots = $0 }
    case ("", "consortia"): return flag(value) { settings.joinsConsortia = $0 }
    case ("R046", "organisations"): settings.catalogue.debarred = Set(list(value))
    case (let code, let name)
    where CatalogueFlag.named(code)?.parameters.contains { $0.name == name } ?? false:
      return ratio(value) { _ = settings.catalogue.set(code, name, $0) }
    default:
      let place = entry.section.isEmpty ? "" : " [\(entry.section)]"
      return Phrase("没有 \(entry.key) 这一项\(place)", en: "there is no \(entry.key) here\(place)")
    }
    return nil
  }

  /// Values between bars; a bar at the end ends the last one.
  private static func list(_ value: String) -> [String] {
    var parts = value.split(separator: "|", omittingEmptySubsequences: false).map(String.init)
    if parts.last == "" { parts.removeLast() }
    return parts
  }

  private static func whole(_ value: String, _ minimum: Int, _ keep: (Int) -> Void) -> Phrase? {
    guard let number = Int(value), number >= minimum else {
      return Phrase("应为整数，而不是“\(value)”", en: "this should be a whole number, not “\(value)”")
    }
    keep(number)
    return nil
  }

  private static func flag(_ value: String, _ keep: (Bool) -> Void) -> Phrase? {
    guard value == "true" || value == "false" else {
      return Phrase(
        "应为 true 或 false，而不是“\(value)”", en: "this should be true or false, not “\(value)”")
    }
    keep(value == "true")
    return nil
  }

  private static func ratio(_ value: String, _ keep: (Double) -> Void) -> Phrase? {
    guard let number = Double(value), number.isFinite else {
      return Phrase("应为数，而不是“\(value)”", en: "this should be a number, not “\(value)”")
    }
    keep(number)
    return nil
  }
}

extension Substring {
  /// The text without space around it.
  var trimmed: Substring {
    var text = drop(while: \.isWhitespace)
    while text.last?.isWhitespace ?? false { text.removeLast() }
    return text
  }
}
