import Commons

/// The name of something declared in a case type: 1 to 24 characters of `a–z`, `0–9` and `-`,
/// starting with a letter. Names are stored with every case, so they never change their meaning.
///
/// Declare names once and use them with a leading dot:
/// `extension StageID { static let received: StageID = "received" }`.
public protocol CaseName: Hashable, Sendable, ExpressibleByStringLiteral,
  CustomStringConvertible
where StringLiteralType == String {
  /// The characters.
  var text: String { get }
  /// A name with these characters; a case type reports those that are not allowed.
  init(_ text: String)
}

extension CaseName {
  /// A name written as a literal.
  public init(stringLiteral text: String) { self.init(text) }

  /// The characters.
  public var description: String { text }

  var isWellFormed: Bool {
    let characters = text.utf8
    guard (1...24).contains(characters.count), let first = characters.first,
      (0x61...0x7A).contains(first)
    else { return false }
    return characters.allSatisfy { character in
      (0x61...0x7A).contains(character) || (0x30...0x39).contains(character) || character == 0x2D
    }
  }
}

/// The name of a stage.
public struct StageID: CaseName {
  /// The characters.
  public let text: String
  /// A stage's name.
  public init(_ text: String) { self.text = text }
}

/// The name of a command.
public struct CommandID: CaseName {
  /// The characters.
  public let text: String
  /// A command's name.
  public init(_ text: String) { self.text = text }
}

/// The name of a counter or flag.
public struct CounterID: CaseName {
  /// The characters.
  public let text: String
  /// A counter's name.
  public init(_ text: String) { self.text = text }
}

/// The name of a legal clock.
public struct ClockID: CaseName {
  /// The characters.
  public let text: String
  /// A clock's name.
  public init(_ text: String) { self.text = text }
}

/// In which capacity somebody acts on a case. Who may have that capacity is decided elsewhere.
public struct ActorKind: Hashable, Sendable {
  /// A stable name.
  public let id: String
  /// How people call it.
  public let name: Phrase

  /// A capacity; two are the same if their ids are.
  public init(_ id: String, _ name: Phrase) {
    self.id = id
    self.name = name
  }

  /// Whether the ids are equal; names are for people.
  public static func == (a: ActorKind, b: ActorKind) -> Bool { a.id == b.id }
  /// Hashes the id.
  public func hash(into hasher: inout Hasher) { hasher.combine(id) }
}

extension ActorKind {
  /// Whoever brought the matter: a person, a firm, or an agent acting for one.
  public static let citizen = ActorKind("citizen", Phrase("诉求人", en: "applicant"))
  /// Whoever sends matters to the unit responsible.
  public static let dispatcher = ActorKind("dispatcher", Phrase("派单员", en: "dispatcher"))
  /// The unit that handles the matter.
  public static let handler = ActorKind("handler", Phrase("承办单位", en: "handling unit"))
  /// Whoever rules on which unit is responsible.
  public static let arbiter = ActorKind("arbiter", Phrase("裁决人", en: "arbiter"))
  /// Whoever watches over the handling and may order it.
  public static let supervisor = ActorKind("supervisor", Phrase("督办人", en: "supervisor"))
  /// The program itself: the expiry of clocks, nothing that needs judgement.
  public static let system = ActorKind("system", Phrase("系统", en: "system"))
}
