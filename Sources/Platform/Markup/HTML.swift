import Commons

/// Writes HTML, the beginning first. Text can only be written escaped, attributes only quoted, so a
/// page cannot be broken by what it shows.
public struct HTML: Sendable {
  /// The language in which phrases are written.
  public let language: Language
  /// What has been written.
  public private(set) var bytes: [UInt8] = []

  /// An empty document or fragment.
  public init(_ language: Language, capacity: Int = 16_384) {
    self.language = language
    bytes.reserveCapacity(capacity)
  }

  // MARK: Text

  /// Writes text.
  public mutating func text(_ text: String) {
    var text = text
    text.withUTF8 { HTML.escape($0, into: &bytes) }
  }

  /// Writes a phrase in the page's language.
  public mutating func text(_ phrase: Phrase) { text(phrase[language]) }

  /// Runs without anything to escape are copied whole.
  static func escape(_ text: UnsafeBufferPointer<UInt8>, into bytes: inout [UInt8]) {
    var start = 0
    for index in text.indices {
      let entity: StaticString
      switch text[index] {
      case UInt8(ascii: "&"): entity = "&amp;"
      case UInt8(ascii: "<"): entity = "&lt;"
      case UInt8(ascii: ">"): entity = "&gt;"
      case UInt8(ascii: "\""): entity = "&quot;"
      case UInt8(ascii: "'"): entity = "&#39;"
      case 0: entity = "\u{FFFD}"
      default: continue
      }
      bytes.append(contentsOf: text[start..<index])
      append(entity, to: &bytes)
      start = index + 1
    }
    bytes.append(contentsOf: text[start...])
  }

  private static func append(_ text: StaticString, to bytes: inout [UInt8]) {
    text.withUTF8Buffer { bytes.append(contentsOf: $0) }
  }

  private mutating func raw(_ text: StaticString) { HTML.append(text, to: &bytes) }

  /// The document type, which begins a page.
  public mutating func documentType() { raw("<!doctype html>\n") }

  // MARK: Elements

  /// Writes an element with its content.
  public mutating func element(
    _ name: StaticString, _ attributes: Attribute..., content: (inout HTML) throws -> Void
  ) rethrows {
    open(name, attributes)
    try content(&self)
    close(name)
  }

  /// Writes an element that holds one text.
  public mutating func element(_ name: StaticString, _ attributes: Attribute..., text: String) {
    open(name, attributes)
    self.text(text)
    close(name)
  }

  /// Writes an element that holds one phrase.
  public mutating func element(_ name: StaticString, _ attributes: Attribute..., text: Phrase) {
    open(name, attributes)
    self.text(text)
    close(name)
  }

  /// Writes an element that never has content (`br`, `input`, `img`, `link`, `meta`).
  public mutating func void(_ name: StaticString, _ attributes: Attribute...) {
    open(name, attributes)
  }

  mutating func open(_ name: StaticString, _ attributes: [Attribute]) {
    raw("<")
    raw(name)
    for attribute in attributes { write(attribute) }
    raw(">")
  }

  mutating func close(_ name: StaticString) {
    raw("</")
    raw(name)
    raw(">")
  }

  private mutating func write(_ attribute: Attribute) {
    switch attribute.value {
    case .absent: return
    case .flag:
      raw(" ")
      raw(attribute.name)
    case .text(let value):
      raw(" ")
      raw(attribute.name)
      raw("=\"")
      text(value)
      raw("\"")
    case .phrase(let value):
      raw(" ")
      raw(attribute.name)
      raw("=\"")
      text(value)
      raw("\"")
    }
  }

  // MARK: Shorthands

  /// A paragraph.
  public mutating func p(_ phrase: Phrase, class name: String? = nil) {
    element("p", .class(name), text: phrase)
  }

  /// A paragraph of text that people wrote, with its line breaks.
  public mutating func prose(_ words: String) {
    element("p", .class("prose")) { h in
      for (index, line) in words.split(separator: "\n", omittingEmptySubsequences: false)
        .enumerated()
      {
        if index > 0 { h.void("br") }
        h.text(String(line))
      }
    }
  }

  /// A link within the site, or to http(s), mailto and tel.
  public mutating func a(_ target: String, _ label: Phrase, class name: String? = nil) {
    element("a", .href(target), .class(name), text: label)
  }
}

/// One attribute of an element.
public struct Attribute: Sendable {
  enum Value: Sendable {
    case text(String)
    case phrase(Phrase)
    case flag
    case absent
  }

  let name: StaticString
  let value: Value

  /// Any attribute with a text; left out if there is none. Not for addresses or scripts.
  public static func named(_ name: StaticString, _ value: String?) -> Attribute {
    precondition(!isGuarded(name), "use .href, .src or .action; scripts and styles are not written")
    return Attribute(name: name, value: value.map(Value.text) ?? .absent)
  }

  /// Any attribute with a phrase.
  public static func named(_ name: StaticString, _ value: Phrase) -> Attribute {
    Attribute(name: name, value: .phrase(value))
  }

  /// An attribute without a value, there or not.
  public static func flag(_ name: StaticString, _ isThere: Bool = true) -> Attribute {
    Attribute(name: name, value: isThere ? .flag : .absent)
  }

  /// `class`: one name, or several parted by spaces; left out if nil.
  public static func `class`(_ name: String?) -> Attribute { named("class", name) }
  /// `id`, which must be unique in the page; left out if nil.
  public static func id(_ id: String?) -> Attribute { named("id", id) }
  /// `name`: the field under which a form sends a control's value, or what a `meta` is about.
  public static func name(_ name: String) -> Attribute { named("name", name) }
  /// `value`: what a control holds at first, or what a box or button sends.
  public static func value(_ value: String) -> Attribute { named("value", value) }
  /// `type`: the kind of an `input` or `button`, or the media type of a `link`.
  public static func type(_ type: String) -> Attribute { named("type", type) }
  /// `for`: the id of the control that a `label` names.
  public static func `for`(_ id: String) -> Attribute { named("for", id) }
  /// `datetime`: the moment of a `time` element for machines, as in RFC 3339.
  public static func datetime(_ text: String) -> Attribute { named("datetime", text) }
  /// `aria-describedby`: ids of a control's hint and error, parted by spaces; left out if nil.
  public static func describedBy(_ id: String?) -> Attribute { named("aria-describedby", id) }
  /// `aria-label`: what a screen reader calls the element, in the page's language.
  public static func label(_ phrase: Phrase) -> Attribute { named("aria-label", phrase) }

  /// An address; one that could run a script is replaced by `#`.
  public static func href(_ target: String) -> Attribute {
    Attribute(name: "href", value: .text(safe(target)))
  }
  /// The address of a picture or script of this site.
  public static func src(_ target: String) -> Attribute {
    Attribute(name: "src", value: .text(safe(target)))
  }
  /// Where a form goes.
  public static func action(_ target: String) -> Attribute {
    Attribute(name: "action", value: .text(safe(target)))
  }

  static func safe(_ target: String) -> String {
    // Browsers drop tabs and line ends inside an address and read a backslash as a slash, so that
    // "/\t/host" would leave the site.
    guard !target.utf8.contains(where: { $0 <= 0x20 || $0 == 0x5C || $0 == 0x7F }) else {
      return "#"
    }
    let isLocal =
      (target.hasPrefix("/") && !target.hasPrefix("//")) || target.hasPrefix("#")
      || target.hasPrefix("?")
    let schemes = ["https://", "http://", "mailto:", "tel:"]
    return isLocal || schemes.contains { target.hasPrefix($0) } ? target : "#"
  }

  /// Attributes that are written by ``href(_:)``, ``src(_:)`` and ``action(_:)`` alone, or never:
  /// what they hold could run.
  static func isGuarded(_ name: StaticString) -> Bool {
    let text = name.description
    return ["href", "src", "action", "formaction", "style", "srcdoc"].contains(text)
      || text.hasPrefix("on")
  }
}
