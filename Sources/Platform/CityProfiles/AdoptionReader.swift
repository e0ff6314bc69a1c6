import Commons
import Rulebook

/// Reads the adopted measures of a profile and notes every fault with its place, so that all are told at
/// once. An entry may be in the short form, with one `authorisation` and its `issuer`.
struct AdoptionReader {
  private(set) var faults: [Problem.Field] = []

  /// The entries that can be read, each with its place.
  mutating func read(
    _ list: JSONValue?, at pointer: String
  ) -> [(pointer: String, adoption: Adoption)] {
    guard let rows = list?.array else {
      fault(pointer, "应为列表。", "must be a list.")
      return []
    }
    return rows.enumerated().compactMap { index, row in
      entry(row, "\(pointer)/\(index)").map { (pointer: "\(pointer)/\(index)", adoption: $0) }
    }
  }

  private mutating func fault(_ pointer: String, _ zh: String, _ en: String) {
    faults.append(
      Problem.Field(
        "city.json \(pointer)", Phrase(zh, en: en.prefix(1).uppercased() + en.dropFirst())))
  }

  private static let members: Set<String> = [
    "number", "functions", "from", "authorisation", "issuer", "authorisations", "stage", "guidance",
    "riskPlan", "specialised", "wide",
  ]

  private mutating func entry(_ row: JSONValue, _ pointer: String) -> Adoption? {
    let before = faults.count
    known(row, AdoptionReader.members, pointer)
    let number = Int(integer(row, "number", pointer))
    if !(1...22).contains(number), faults.count == before {
      fault("\(pointer)/number", "举措序号为1至22。", "a measure has a number from 1 to 22.")
    }
    let from = date(row, "from", pointer)
    let own = MeasureFunction.of(number)
    let functions =
      row["functions"] == nil
      ? own.filter { $0.departure == nil }.map(\.code)
      : names(row, "functions", pointer, own.map(\.code))
    if functions.isEmpty, row["functions"] == nil, !own.isEmpty {
      let all = own.map(\.code).joined(separator: ", ")
      fault(
        "\(pointer)/functions", "该项的功能都突破现行规定，须写明开通哪些：\(all)。",
        "all functions of this measure depart from rules in force; name those to switch on: \(all)."
      )
    }
    let adoption = Adoption(
      number: number, functions: functions, from: from,
      authorisations: authorisations(row, pointer, from, own.map(\.code)),
      stage: row["stage"].map { stage($0, "\(pointer)/stage") },
      guidance: row["guidance"].map { filing($0, "\(pointer)/guidance") },
      riskPlan: row["riskPlan"].map { filing($0, "\(pointer)/riskPlan") },
      isSpecialised: flag(row, "specialised", pointer), isWide: flag(row, "wide", pointer))
    return faults.count == before ? adoption : nil
  }

  // MARK: Parts

  private mutating func authorisations(
    _ row: JSONValue, _ pointer: String, _ from: CivilDate, _ functions: [String]
  ) -> [Adoption.Authorisation] {
    guard let list = row["authorisations"] else {
      return [
        Adoption.Authorisation(
          document: text(row, "authorisation", pointer), issuer: text(row, "issuer", pointer),
          level: "city", scope: nil, functions: nil, from: from, to: nil, sunset: nil,
          conditions: [])
      ]
    }
    for name in ["authorisation", "issuer"] where row[name] != nil {
      fault(
        "\(pointer)/\(name)", "已有 authorisations，请删去此项。",
        "there are authorisations; leave this out.")
    }
    guard let rows = list.array, !rows.isEmpty else {
      fault("\(pointer)/authorisations", "应为非空列表。", "must be a list that is not empty.")
      return []
    }
    return rows.enumerated().map { index, value in
      authorisation(value, "\(pointer)/authorisations/\(index)", functions)
    }
  }

  private mutating func authorisation(
    _ value: JSONValue, _ pointer: String, _ functions: [String]
  ) -> Adoption.Authorisation {
    known(
      value,
      [
        "document", "issuer", "level", "scope", "functions", "from", "to", "sunset", "conditions",
      ], pointer)
    let level = text(value, "level", pointer)
    let levels = AdoptionScope.levels.map(\.code).dropFirst()
    if !level.isEmpty, !levels.contains(level) {
      let all = levels.joined(separator: ", ")
      fault("\(pointer)/level", "应为：\(all)。", "must be one of \(all).")
    }
    let made = Adoption.Authorisation(
      document: text(value, "document", pointer), issuer: text(value, "issuer", pointer),
      level: level, scope: value["scope"] == nil ? nil : phrase(value, "scope", pointer),
      functions: value["functions"] == nil
        ? nil : names(value, "functions", pointer, functions),
      from: date(value, "from", pointer), to: optionalDate(value, "to", pointer),
      sunset: optionalDate(value, "sunset", pointer),
      conditions: phrases(value, "conditions", pointer))
    for (name, end) in [("to", made.to), ("sunset", made.sunset)] {
      if let end, end <= made.from {
        fault("\(pointer)/\(name)", "应晚于 from。", "must be later than “from”.")
      }
    }
    return made
  }

  private mutating func stage(_ value: JSONValue, _ pointer: String) -> Adoption.Stage {
    known(
      value, ["name", "from", "districts", "agencies", "limits", "stopCriteria", "next"], pointer)
    let from = date(value, "from", pointer)
    var next: Adoption.Stage.Next?
    if let value = value["next"] {
      let place = "\(pointer)/next"
      known(value, ["name", "from"], place)
      let day = date(value, "from", place)
      if day <= from { fault("\(place)/from", "应晚于本阶段。", "must be later than this stage.") }
      next = Adoption.Stage.Next(name: phrase(value, "name", place), from: day)
    }
    return Adoption.Stage(
      name: phrase(value, "name", pointer), from: from,
      districts: names(value, "districts", pointer, nil),
      agencies: names(value, "agencies", pointer, nil),
      limits: rows(value, "limits", pointer).map { limit($0.value, $0.pointer) },
      stopCriteria: rows(value, "stopCriteria", pointer).map { criterion($0.value, $0.pointer) },
      next: next)
  }

  private mutating func limit(_ value: JSONValue, _ pointer: String) -> Adoption.Limit {
    known(value, ["name", "label", "atMost"], pointer)
    let most = integer(value, "atMost", pointer)
    if most < 0 { fault("\(pointer)/atMost", "不得为负。", "must not be negative.") }
    return Adoption.Limit(
      name: text(value, "name", pointer), label: phrase(value, "label", pointer), atMost: most)
  }

  private mutating func criterion(
    _ value: JSONValue, _ pointer: String
  ) -> Adoption.StopCriterion {
    known(value, ["indicator", "below", "above", "label"], pointer)
    let bounds = ["below", "above"].compactMap { name in
      value[name].map { (name: name, bound: $0.string.flatMap { Double($0) }) }
    }
    let bound = bounds.first?.bound
    if bounds.count != 1 || !(bound?.isFinite ?? false) {
      fault(
        pointer, "应有 below 或 above 之一，值为数字文本（例：\"0.8\"）。",
        "give “below” or “above”, one of them, as a number in quotes (such as \"0.8\").")
    }
    return Adoption.StopCriterion(
      indicator: text(value, "indicator", pointer), isBelow: bounds.first?.name == "below",
      bound: bound ?? 0, label: phrase(value, "label", pointer))
  }

  private mutating func filing(_ value: JSONValue, _ pointer: String) -> Adoption.Filing {
    known(value, ["document", "issuer", "from"], pointer)
    return Adoption.Filing(
      document: text(value, "document", pointer), issuer: text(value, "issuer", pointer),
      from: date(value, "from", pointer))
  }
}

// MARK: Values

extension AdoptionReader {
  private mutating func known(_ value: JSONValue, _ names: Set<String>, _ pointer: String) {
    guard let object = value.object else { return fault(pointer, "应为对象。", "must be an object.") }
    for name in object.keys.sorted() where !names.contains(name) {
      fault("\(pointer)/\(name)", "没有这一项。", "there is no such member.")
    }
  }

  private mutating func text(_ value: JSONValue, _ name: String, _ pointer: String) -> String {
    if let text = value[name]?.string, !text.isEmpty { return text }
    fault("\(pointer)/\(name)", "应为非空文本。", "must be a text that is not empty.")
    return ""
  }

  private mutating func integer(_ value: JSONValue, _ name: String, _ pointer: String) -> Int64 {
    if let integer = value[name]?.integer, Int64(Int32.min)...Int64(1 << 53) ~= integer {
      return integer
    }
    fault("\(pointer)/\(name)", "应为整数。", "must be a whole number.")
    return 0
  }

  private mutating func date(_ value: JSONValue, _ name: String, _ pointer: String) -> CivilDate {
    if let date = value[name]?.string.flatMap({ CivilDate($0) }) { return date }
    fault("\(pointer)/\(name)", "应为日期（YYYY-MM-DD）。", "must be a date (YYYY-MM-DD).")
    return CivilDate(dayNumber: 0)
  }

  private mutating func optionalDate(
    _ value: JSONValue, _ name: String, _ pointer: String
  ) -> CivilDate? {
    value[name] == nil || value[name] == .null ? nil : date(value, name, pointer)
  }

  private mutating func flag(_ value: JSONValue, _ name: String, _ pointer: String) -> Bool {
    guard let given = value[name] else { return false }
    if let flag = given.bool { return flag }
    fault("\(pointer)/\(name)", "应为 true 或 false。", "must be true or false.")
    return false
  }

  private mutating func phrase(_ value: JSONValue, _ name: String, _ pointer: String) -> Phrase {
    read(phrase: value[name] ?? .null, "\(pointer)/\(name)")
  }

  private mutating func read(phrase value: JSONValue, _ pointer: String) -> Phrase {
    let parts = value.array?.compactMap(\.string) ?? []
    if parts.count == 2, parts.allSatisfy({ !$0.isEmpty }) { return Phrase(parts[0], en: parts[1]) }
    fault(
      pointer, "应为 [\"中文\", \"English\"]。",
      "must be a wording in both languages, [\"中文\", \"English\"].")
    return .same("")
  }

  private mutating func rows(
    _ value: JSONValue, _ name: String, _ pointer: String
  ) -> [(value: JSONValue, pointer: String)] {
    guard let given = value[name] else { return [] }
    guard let rows = given.array else {
      fault("\(pointer)/\(name)", "应为列表。", "must be a list.")
      return []
    }
    return rows.enumerated().map { (value: $1, pointer: "\(pointer)/\(name)/\($0)") }
  }

  private mutating func phrases(
    _ value: JSONValue, _ name: String, _ pointer: String
  ) -> [Phrase] {
    rows(value, name, pointer).map { read(phrase: $0.value, $0.pointer) }
  }

  /// Names, each once; of a closed list where one is given, which must not be empty then.
  private mutating func names(
    _ value: JSONValue, _ name: String, _ pointer: String, _ allowed: [String]?
  ) -> [String] {
    var found: [String] = []
    for row in rows(value, name, pointer) {
      guard let text = row.value.string, !text.isEmpty, !found.contains(text) else {
        fault(row.pointer, "应为文本，各不相同。", "must be a text, each only once.")
        continue
      }
      if let allowed, !allowed.contains(text) {
        let all = allowed.joined(separator: ", ")
        fault(
          row.pointer, "没有功能“\(text)”；可用：\(all)。",
          "there is no function “\(text)”; there are: \(all).")
      }
      found.append(text)
    }
    if allowed != nil, found.isEmpty {
      fault("\(pointer)/\(name)", "至少要有一项。", "must name at least one.")
    }
    return found
  }
}
