import Commons

/// What a form shows again after something was wrong: the values and the messages by field.
public struct FormState: Sendable {
  private let values: [String: [String]]
  private let messages: [String: Phrase]
  private let prefix: String

  /// A form that was sent with these values and is shown again with these faults. Where a page has
  /// several forms, a prefix keeps the ids of their fields apart.
  public init(
    values: [(String, String)] = [], problem: Problem? = nil, prefix: String = ""
  ) {
    self.prefix = prefix
    self.values = Dictionary(grouping: values, by: \.0).mapValues { $0.map(\.1) }
    messages = Dictionary(
      (problem?.fields ?? []).map { ($0.pointer, $0.message) },
      uniquingKeysWith: { first, _ in first })
  }

  /// The same form with another value of a field.
  public func setting(_ name: String, _ value: String) -> FormState {
    FormState(
      values: values.merging([name: [value]]) { $1 }, messages: messages, prefix: prefix)
  }

  private init(values: [String: [String]], messages: [String: Phrase], prefix: String) {
    self.values = values
    self.messages = messages
    self.prefix = prefix
  }

  /// The value of a field.
  public func value(_ name: String) -> String { values[name]?.first ?? "" }
  /// Whether one of a field's values is this one.
  func has(_ name: String, _ value: String) -> Bool { values[name]?.contains(value) ?? false }
  /// What was wrong with a field.
  public func message(_ name: String) -> Phrase? { messages[name] }
  /// The id of a field's element.
  func id(_ name: String) -> String { prefix + name }
}

extension HTML {
  /// A form that changes something: it carries the token against forged requests and a key by
  /// which a repeated sending is told.
  public mutating func form(
    _ action: String, csrf: String, idempotencyKey: String? = nil, hasFiles: Bool = false,
    class name: String? = nil, content: (inout HTML) -> Void
  ) {
    element(
      "form", .action(action), .named("method", "post"), .class(name),
      .named("enctype", hasFiles ? "multipart/form-data" : nil)
    ) { h in
      h.hidden("csrf", csrf)
      if let idempotencyKey { h.hidden("idempotency_key", idempotencyKey) }
      content(&h)
    }
  }

  /// A field that people do not see.
  public mutating func hidden(_ name: String, _ value: String) {
    void("input", .type("hidden"), .name(name), .value(value))
  }

  /// The button that sends the form.
  public mutating func button(
    _ label: Phrase, _ kind: ButtonKind = .primary, name: String? = nil, value: String? = nil
  ) {
    element(
      "button", .type("submit"),
      .class(kind == .primary ? "button" : "button button-\(kind.rawValue)"),
      .named("name", name), .named("value", value), text: label.titled)
  }

  /// A link that looks like a button.
  public mutating func buttonLink(_ label: Phrase, _ target: String, _ kind: ButtonKind = .primary)
  {
    element(
      "a", .href(target), .class(kind == .primary ? "button" : "button button-\(kind.rawValue)"),
      text: label.titled)
  }

  /// The frame of a field: label, hint, message, input.
  private mutating func field(
    _ name: String, _ label: Phrase, hint: Phrase?, _ state: FormState,
    input: (inout HTML, _ describedBy: String?) -> Void
  ) {
    let message = state.message(name)
    let id = state.id(name)
    element("div", .class(message == nil ? "field" : "field field-wrong")) { h in
      h.element("label", .for(id), text: label)
      if let hint { h.element("p", .class("hint"), .id("\(id)-hint"), text: hint) }
      if let message { h.element("p", .class("wrong"), .id("\(id)-wrong"), text: message) }
      let ids = [hint.map { _ in "\(id)-hint" }, message.map { _ in "\(id)-wrong" }]
      let described = ids.compactMap { $0 }.joined(separator: " ")
      input(&h, described.isEmpty ? nil : described)
    }
  }

  /// Fields that belong together, under a heading.
  public mutating func group(_ title: Phrase, content: (inout HTML) -> Void) {
    element("fieldset", .class("group")) { h in
      h.element("legend", text: title)
      content(&h)
    }
  }

  /// A line of text.
  public mutating func textField(
    _ name: String, _ label: Phrase, hint: Phrase? = nil, _ state: FormState, type: String = "text",
    autocomplete: String? = nil, inputMode: String? = nil, placeholder: Phrase? = nil,
    isRequired: Bool = false
  ) {
    field(name, label, hint: hint, state) { h, described in
      h.void(
        "input", .type(type), .id(state.id(name)), .name(name), .value(state.value(name)),
        placeholder.map { .named("placeholder", $0) } ?? .flag("placeholder", false),
        .named("autocomplete", autocomplete), .named("inputmode", inputMode),
        .describedBy(described), .flag("required", isRequired))
    }
  }

  /// Several lines of text.
  public mutating func textArea(
    _ name: String, _ label: Phrase, hint: Phrase? = nil, _ state: FormState, rows: Int = 6,
    isRequired: Bool = false
  ) {
    field(name, label, hint: hint, state) { h, described in
      // A line break right after the tag is dropped by browsers, so that one of the text stays.
      h.element(
        "textarea", .id(state.id(name)), .name(name), .named("rows", String(rows)),
        .describedBy(described),
        .flag("required", isRequired), text: "\n" + state.value(name))
    }
  }

  /// One of a list.
  public mutating func select(
    _ name: String, _ label: Phrase, hint: Phrase? = nil, _ state: FormState,
    groups: [(name: Phrase?, options: [(value: String, label: Phrase)])]
  ) {
    field(name, label, hint: hint, state) { h, described in
      h.element("select", .id(state.id(name)), .name(name), .describedBy(described)) { h in
        for group in groups {
          if let title = group.name {
            h.element("optgroup", .named("label", title)) {
              $0.options(group.options, state.value(name))
            }
          } else {
            h.options(group.options, state.value(name))
          }
        }
      }
    }
  }

  private mutating func options(_ options: [(value: String, label: Phrase)], _ chosen: String) {
    for option in options {
      element(
        "option", .value(option.value), .flag("selected", option.value == chosen),
        text: option.label)
    }
  }

  /// One of a few, all in view.
  public mutating func radios(
    _ name: String, _ label: Phrase, hint: Phrase? = nil, _ state: FormState,
    options: [(value: String, label: Phrase)], class kind: String? = nil
  ) {
    choices("radio", name, label, hint: hint, state, options: options, class: kind ?? "radios")
  }

  private mutating func choices(
    _ type: String, _ name: String, _ label: Phrase, hint: Phrase?, _ state: FormState,
    options: [(value: String, label: Phrase)], class kind: String
  ) {
    let message = state.message(name)
    let id = state.id(name)
    let ids = [hint.map { _ in "\(id)-hint" }, message.map { _ in "\(id)-wrong" }]
    let described = ids.compactMap { $0 }.joined(separator: " ")
    element(
      "fieldset", .class(message == nil ? "field" : "field field-wrong"),
      .describedBy(described.isEmpty ? nil : described)
    ) { h in
      h.element("legend", text: label)
      if let hint { h.element("p", .class("hint"), .id("\(id)-hint"), text: hint) }
      if let message { h.element("p", .class("wrong"), .id("\(id)-wrong"), text: message) }
      h.element("div", .class(kind)) { h in
        for (index, option) in options.enumerated() {
          h.element("label", .class("choice")) { h in
            // The first choice bears the field's name, so that the error summary leads to it.
            h.void(
              "input", .type(type), .id(index == 0 ? id : nil), .name(name),
              .value(option.value), .flag("checked", state.has(name, option.value)))
            h.element("span", text: option.label)
          }
        }
      }
    }
  }

  /// Any of several, all in view.
  public mutating func checkboxes(
    _ name: String, _ label: Phrase, hint: Phrase? = nil, _ state: FormState,
    options: [(value: String, label: Phrase)]
  ) {
    choices("checkbox", name, label, hint: hint, state, options: options, class: "radios")
  }

  /// A box to tick.
  public mutating func checkbox(_ name: String, _ label: Phrase, _ state: FormState) {
    let message = state.message(name)
    let id = state.id(name)
    element("div", .class(message == nil ? "field" : "field field-wrong")) { h in
      if let message { h.element("p", .class("wrong"), .id("\(id)-wrong"), text: message) }
      h.element("label", .class("choice")) { h in
        h.void(
          "input", .type("checkbox"), .id(id), .name(name), .value("1"),
          .flag("checked", !state.value(name).isEmpty),
          .describedBy(message.map { _ in "\(id)-wrong" }))
        h.element("span", text: label)
      }
    }
  }

  /// Files to send along.
  public mutating func fileField(
    _ name: String, _ label: Phrase, hint: Phrase, _ state: FormState,
    accept: String = "image/png,image/jpeg,image/webp,application/pdf", isMultiple: Bool = true
  ) {
    field(name, label, hint: hint, state) { h, described in
      h.void(
        "input", .type("file"), .id(state.id(name)), .name(name), .flag("multiple", isMultiple),
        .named("accept", accept),
        .describedBy(described))
    }
  }
}

/// How much weight a button has.
public enum ButtonKind: String, Sendable {
  case primary, quiet, danger
}
