import CaseEngine
import Commons

/// A document that issues with a step: a standard form, filled from the case, printed on A4.
public struct CaseDocument: Sendable {
  /// A part of a document.
  public enum Block: Hashable, Sendable {
    /// A paragraph.
    case paragraph(Phrase)
    /// Words that somebody wrote, as they are.
    case words(String)
    /// A heading within the document.
    case heading(Phrase)
    /// Name and value, such as applicant and address.
    case pairs([Pair])
    /// A numbered list.
    case list([Phrase])
    /// The articles on which it rests.
    case bases([Basis])
  }

  /// A name with its value.
  public struct Pair: Hashable, Sendable {
    /// The name.
    public let name: Phrase
    /// The value.
    public let value: Phrase
    /// A pair.
    public init(_ name: Phrase, _ value: Phrase) {
      self.name = name
      self.value = value
    }
  }

  /// What a document is filled from.
  public struct Source: Sendable {
    /// The case.
    public let row: CaseFileRow
    /// What the case had come to when the document issued is not kept; these are today's facts.
    public let facts: CaseFacts
    /// What was said with the step that issues it; empty if it was destroyed.
    public let said: CaseFacts
    /// What was said when the case was opened; empty if it was destroyed.
    public let opening: CaseFacts
    /// When the step took effect.
    public let issuedOn: CivilDate
    /// The agency that issues it.
    public let issuer: Phrase
    /// The names of agencies by id.
    public let agencyName: @Sendable (String) -> Phrase
  }

  /// A stable name for addresses and number series.
  public let id: String
  /// The title that is printed.
  public let title: Phrase
  /// The commands with which it issues.
  public let commands: [CommandID]
  /// The word of its number, such as 复受 in 示复受〔2026〕12号; nil for a document without number.
  public let numberWord: String?
  /// Whether the applicant may read it.
  public let isForApplicant: Bool
  /// Whether it issues in the name of the government to which the agency belongs, not in the agency's.
  public private(set) var isOfGovernment = false
  /// What it certifies in a form that machines check; nil for nothing.
  public private(set) var certificate: CaseCertificate?
  /// Fills it.
  public let fill: @Sendable (Source) -> [Block]

  /// A document.
  public init(
    _ id: String, _ title: Phrase, with commands: [CommandID], numbered numberWord: String? = nil,
    forApplicant isForApplicant: Bool = true, fill: @escaping @Sendable (Source) -> [Block]
  ) {
    self.id = id
    self.title = title
    self.commands = commands
    self.numberWord = numberWord
    self.isForApplicant = isForApplicant
    self.fill = fill
  }

  /// The same document with a certificate.
  public func certified(_ certificate: CaseCertificate) -> CaseDocument {
    var document = self
    document.certificate = certificate
    return document
  }

  /// The same document in the name of the government: a district's own, else the city's.
  public func ofGovernment() -> CaseDocument {
    var document = self
    document.isOfGovernment = true
    return document
  }
}
