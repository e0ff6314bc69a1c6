import CityProfiles
import Commons
import HTTPValues
import Markup

/// Writes the fields of a step as parts of a form, and what was said with it as facts.
struct FieldForms {
  let fields: [CaseField]
  let profile: CityProfile

  /// The fields; those of one heading stand together.
  func write(_ h: inout HTML, _ state: FormState) {
    var rest = fields.filter { !$0.isInternal }[...]
    while let first = rest.first {
      let run = rest.prefix { $0.group == first.group }
      rest = rest.dropFirst(run.count)
      if let title = first.group {
        h.group(title) { h in for field in run { write(&h, field, state) } }
      } else {
        for field in run { write(&h, field, state) }
      }
    }
  }

  private func write(_ h: inout HTML, _ field: CaseField, _ state: FormState) {
    let label = field.isRequired ? field.label : field.label + Phrase("（可不填）", en: " (optional)")
    let hint = hint(field)
    let needed = field.isRequired && field.condition == nil
    switch field.kind {
    case .line:
      h.textField(
        field.name, label, hint: hint, state, autocomplete: FieldForms.autocomplete[field.name],
        isRequired: needed)
    case .words(let limit):
      h.textArea(
        field.name, label, hint: hint, state, rows: limit > 500 ? 6 : 3, isRequired: needed)
    case .date: h.textField(field.name, label, hint: hint, state, type: "date", isRequired: needed)
    case .money:
      h.textField(
        field.name, label, hint: hint, state, inputMode: "decimal", isRequired: needed)
    case .count:
      h.textField(
        field.name, label, hint: hint, state, inputMode: "numeric", isRequired: needed)
    case .choice(let choices):
      let options = choices.map { (value: $0.code, label: $0.name) }
      if choices.count <= 7 {
        h.radios(field.name, label, hint: hint, state, options: options)
      } else {
        h.select(field.name, label, hint: hint, state, groups: [(nil, FieldForms.none + options)])
      }
    case .choices(let choices):
      h.checkboxes(
        field.name, label, hint: hint, state,
        options: choices.map { (value: $0.code, label: $0.name) })
    case .flag:
      h.checkbox(field.name, field.label, state)
      if let hint { h.p(hint, class: "hint") }
    case .agency:
      h.select(
        field.name, label, hint: hint, state,
        groups: [(nil, FieldForms.none + profile.agencies.map { (value: $0.id, label: $0.name) })])
    case .files:
      h.fileField(
        field.name, label,
        hint: hint
          ?? Phrase(
            "最多10个，每个不超过10 MB；JPEG、PNG、WebP或PDF。",
            en: "At most 10, each up to 10 MB; JPEG, PNG, WebP or PDF."), state)
    }
    if let basis = field.basis { h.element("p", .class("field-basis")) { $0.basis(basis) } }
  }

  private static let none = [(value: "", label: Phrase("请选择", en: "Choose"))]
  private static let autocomplete = ["name": "name", "phone": "tel", "email": "email"]

  /// The hint, with when the field is to be filled in.
  private func hint(_ field: CaseField) -> Phrase? {
    guard let condition = field.condition,
      let other = fields.first(where: { $0.name == condition.field })
    else { return field.hint }
    let names = condition.values.map { name(of: $0, in: other) }
    let when = Phrase(
      "“\(other.label.zh)”选“\(names.map(\.zh).joined(separator: "”或“"))”时填写。",
      en: "Only if “\(other.label.en)” is “\(names.map(\.en).joined(separator: "” or “"))”.")
    return field.hint.map { Phrase("\($0.zh)\(when.zh)", en: "\($0.en) \(when.en)") } ?? when
  }

  // MARK: What was said

  /// A value in words.
  func phrase(_ value: JSONValue, _ field: CaseField) -> Phrase {
    switch (field.kind, value) {
    case (.money(let currency), .integer(let amount)):
      .same(Money(minorUnits: amount, currency).description)
    case (.date, .string(let text)): CivilDate(text)?.phrase ?? .same(text)
    case (_, .array(let items)):
      items.compactMap(\.string).map { name(of: $0, in: field) }.listed
    case (_, .string(let text)): name(of: text, in: field)
    case (_, .bool(let flag)): flag ? Phrase("是", en: "yes") : Phrase("否", en: "no")
    case (_, .integer(let number)): .same(String(number))
    default: .same(value.canonical)
    }
  }

  private func name(of code: String, in field: CaseField) -> Phrase {
    switch field.kind {
    case .choice(let choices), .choices(let choices):
      choices.first { $0.code == code }?.name ?? .same(code)
    case .agency: profile.agency(code)?.name ?? .same(code)
    case .flag: code == "true" ? Phrase("是", en: "yes") : Phrase("否", en: "no")
    default: .same(code)
    }
  }

  /// What was said, field by field; words of several lines apart.
  func show(_ h: inout HTML, _ said: CaseFacts) {
    var rows: [(name: Phrase, value: (inout HTML) -> Void)] = []
    for field in fields {
      guard let value = said[field.name] else { continue }
      let phrase = phrase(value, field)
      if case .words = field.kind, let text = value.string {
        rows.append((field.label, { $0.prose(text) }))
      } else {
        rows.append((field.label, { $0.text(phrase) }))
      }
    }
    if !rows.isEmpty { h.summary(rows) }
  }
}
