import CityProfiles
import Commons
import HTTPValues

/// Reads what is said with a step against its fields, from a form or from JSON, and names everything
/// that is wrong at once.
struct FieldValues {
  let fields: [CaseField]
  let profile: CityProfile

  // MARK: From outside

  /// What a form says; throws 422 with every field at fault.
  func read(_ form: FormFields) throws(Problem) -> CaseFacts {
    var values: [String: JSONValue] = [:]
    var faults: [Problem.Field] = []
    for field in fields where !field.isInternal {
      let text = FieldReader.trimmed(form[field.name] ?? "")
      do throws(Problem) {
        switch field.kind {
        case .files: break
        case .choices:
          let codes = form.all(field.name).filter { !$0.isEmpty }
          if !codes.isEmpty { values[field.name] = .array(codes.map { .string($0) }) }
        default:
          if !text.isEmpty { values[field.name] = try value(text, field) }
        }
      } catch { faults += error.fields }
    }
    return try checked(CaseFacts(values), faults)
  }

  /// What a JSON object says; throws 400 for a member that is not asked for, 422 with every field at
  /// fault.
  func read(_ body: JSONValue) throws(Problem) -> CaseFacts {
    guard let members = body.object else {
      throw .malformed(Phrase("应为JSON对象。", en: "A JSON object is expected."))
    }
    var values: [String: JSONValue] = [:]
    var faults: [Problem.Field] = []
    for (name, member) in members.sorted(by: { $0.key < $1.key }) {
      guard let field = fields.first(where: { $0.name == name }), field.kind != .files,
        !field.isInternal
      else {
        faults.append(
          Problem.Field(name, Phrase("此步骤没有这一项。", en: "This step does not take it.")))
        continue
      }
      do throws(Problem) {
        switch (field.kind, member) {
        case (_, .null): break
        case (.choices, .array(let items)) where items.allSatisfy { $0.string != nil }:
          values[name] = member
        case (.count, .integer), (.money, .integer), (.flag, .bool(true)): values[name] = member
        case (.flag, .bool(false)): break
        case (_, .string(let text)):
          let text = FieldReader.trimmed(text)
          if !text.isEmpty { values[name] = try value(text, field) }
        default: throw FieldValues.wrong(field)
        }
      } catch { faults += error.fields }
    }
    return try checked(CaseFacts(values), faults)
  }

  /// Throws 422 unless the values are what the fields ask for: nothing missing, nothing strange.
  @discardableResult
  func checked(
    _ said: CaseFacts, _ faults: [Problem.Field] = []
  ) throws(Problem) -> CaseFacts {
    var faults = faults
    let known = Set(faults.map(\.pointer))
    for field in fields where field.kind != .files && !known.contains(field.name) {
      let applies = isAsked(field, said)
      guard let value = said[field.name] else {
        if applies, field.isRequired {
          faults.append(
            Problem.Field(
              field.name,
              Phrase("请填写：\(field.label.zh)。", en: "Please answer: \(field.label.en).")))
        }
        continue
      }
      if !fits(value, field) { faults += FieldValues.wrong(field).fields }
    }
    for name in said.values.keys.sorted() where !fields.contains(where: { $0.name == name }) {
      faults.append(
        Problem.Field(name, Phrase("此步骤没有这一项。", en: "This step does not take it.")))
    }
    guard faults.isEmpty else { throw .invalid(faults) }
    // What was answered before another answer made it idle is not taken along.
    var kept = said
    for field in fields where !isAsked(field, said) { kept[field.name] = nil }
    return kept
  }

  /// Whether a field is asked for, given the other answers.
  func isAsked(_ field: CaseField, _ said: CaseFacts) -> Bool {
    guard let condition = field.condition else { return true }
    switch said[condition.field] {
    case .string(let text)?: return condition.values.contains(text)
    case .bool(let flag)?: return condition.values.contains(flag ? "true" : "false")
    case .array(let items)?:
      return items.contains { $0.string.map(condition.values.contains) ?? false }
    default: return condition.values.contains("false")
    }
  }

  // MARK: Values

  private func value(_ text: String, _ field: CaseField) throws(Problem) -> JSONValue {
    let value: JSONValue? =
      switch field.kind {
      case .count: Int64(text).map { .integer($0) }
      case .money(let currency): FieldValues.minorUnits(text, currency).map { .integer($0) }
      case .flag: .bool(true)
      default: .string(text)
      }
    guard let value, fits(value, field) else { throw FieldValues.wrong(field) }
    return value
  }

  private func fits(_ value: JSONValue, _ field: CaseField) -> Bool {
    switch (field.kind, value) {
    case (.line(let limit), .string(let text)):
      text.codePoints <= limit && !text.contains(where: \.isNewline)
    case (.words(let limit), .string(let text)): text.codePoints <= limit
    case (.date, .string(let text)): CivilDate(text) != nil
    case (.money, .integer(let amount)): amount >= 0
    case (.count(let bounds), .integer(let count)): bounds.contains(count)
    case (.choice(let choices), .string(let code)): choices.contains { $0.code == code }
    case (.choices(let choices), .array(let items)):
      !items.isEmpty && Set(items.compactMap(\.string)).count == items.count
        && items.allSatisfy { item in choices.contains { $0.code == item.string } }
    case (.flag, .bool(true)): true
    case (.agency, .string(let id)): profile.agency(id) != nil
    default: false
    }
  }

  /// An amount written in whole units with at most as many decimals as the currency has.
  static func minorUnits(_ text: String, _ currency: Currency) -> Int64? {
    let parts = text.filter { $0 != "," }.split(separator: ".", omittingEmptySubsequences: false)
    guard (1...2).contains(parts.count), let whole = Int64(parts[0]), whole >= 0 else { return nil }
    let decimals = parts.count == 2 ? String(parts[1]) : ""
    guard decimals.count <= currency.minorDigits, decimals.allSatisfy(\.isNumber),
      parts.count == 1 || !decimals.isEmpty
    else { return nil }
    let zeros = String(repeating: "0", count: currency.minorDigits - decimals.count)
    return Int64("\(whole)\(decimals)\(zeros)")
  }

  /// What a field asks for, as somebody is told who wrote something else.
  private static func wrong(_ field: CaseField) -> Problem {
    let wanted: Phrase =
      switch field.kind {
      case .line(let limit):
        Phrase("一行文字，最多 \(limit) 字", en: "one line of at most \(limit) characters")
      case .words(let limit): Phrase("最多 \(limit) 字", en: "at most \(limit) characters")
      case .date: Phrase("真实存在的日期，例如 2026-03-02", en: "a day that exists, such as 2026-03-02")
      case .money: Phrase("金额，例如 2999.50", en: "an amount, such as 2999.50")
      case .count(let bounds):
        Phrase(
          "\(bounds.lowerBound) 至 \(bounds.upperBound) 的整数",
          en: "a whole number from \(bounds.lowerBound) to \(bounds.upperBound)")
      case .choice(let choices), .choices(let choices):
        Phrase(
          "以下之一：" + choices.map(\.name.zh).joined(separator: "、"),
          en: "one of: " + choices.map(\.name.en).joined(separator: ", "))
      case .flag: Phrase("勾选，或不填", en: "a tick, or nothing")
      case .agency: Phrase("本市的一个单位", en: "one of the city's agencies")
      case .files: Phrase("文件", en: "files")
      }
    return .invalid([
      Problem.Field(
        field.name,
        Phrase("\(field.label.zh)应为\(wanted.zh)。", en: "\(field.label.en): give \(wanted.en)."))
    ])
  }
}
