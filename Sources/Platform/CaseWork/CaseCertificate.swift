import CaseEngine
import Commons
import Credentials

/// What a document certifies in a form that machines check: a credential of the W3C data model, signed by
/// the city, whose issue the act's receipt proves.
public struct CaseCertificate: Sendable {
  /// A field of the certificate.
  public struct Field: Sendable {
    /// The name in the credential.
    public let name: String
    /// How people call it.
    public let label: Phrase
    /// The type in the schema: `string`, `integer` or `boolean`; a day is a string.
    public let type: String
    /// Whether the holder may keep it to himself when he shows the certificate.
    public let isHidden: Bool

    /// A field.
    public init(_ name: String, _ label: Phrase, type: String = "string", hidden: Bool = false) {
      self.name = name
      self.label = label
      self.type = type
      isHidden = hidden
    }
  }

  /// The type in the credential, such as `DormancyFilingCredential`.
  public let type: String
  /// Its fields, in the order in which they are printed; number and agency come with every certificate.
  public let fields: [Field]
  /// Who may revoke and suspend it.
  public let authority: ActorKind
  /// The values of its fields; a field without one is left out.
  public let fill: @Sendable (CaseDocument.Source) -> [String: JSONValue]

  /// A declaration.
  public init(
    _ type: String, _ fields: [Field], revokedBy authority: ActorKind,
    fill: @escaping @Sendable (CaseDocument.Source) -> [String: JSONValue]
  ) {
    self.type = type
    self.fields = CaseCertificate.common + fields
    self.authority = authority
    self.fill = fill
  }

  private static let common: [Field] = [
    Field("caseNumber", Phrase("办件编号", en: "Case")),
    Field("documentNumber", Phrase("文号", en: "Document number")),
    Field("agency", Phrase("出具机关", en: "Issued by")),
  ]

  /// The JSON Schema of the credential's subject.
  public func schema(at address: String) -> JSONValue {
    var properties: [String: JSONValue] = [:]
    for field in fields {
      properties[field.name] = [
        "type": .string(field.type), "title": .string(field.label.en),
        "description": .string(field.label.zh),
      ]
    }
    return [
      "$schema": "https://json-schema.org/draft/2020-12/schema", "$id": .string(address),
      "title": .string(type), "type": "object",
      "properties": [
        "credentialSubject": [
          "type": "object", "properties": .object(properties), "additionalProperties": false,
        ]
      ],
      "required": ["credentialSubject"],
    ]
  }
}

/// A certificate as it is kept: the credential, and the form of which the holder shows what he wants.
public struct IssuedCertificate: Sendable {
  /// The signed credential.
  public let credential: JSONValue
  /// The same claims with selective disclosure.
  public let disclosure: SelectiveDisclosure

  init(credential: JSONValue, disclosure: SelectiveDisclosure) {
    self.credential = credential
    self.disclosure = disclosure
  }

  /// The bytes to seal.
  var bytes: [UInt8] {
    let json: JSONValue = ["vc": credential, "sd": .string(disclosure.text)]
    return Deflate.compress(json.canonicalBytes, .raw)
  }

  /// Reads what was sealed.
  public init?(bytes: [UInt8]) {
    guard let plain = Deflate.expand(bytes, .raw, limit: 1 << 20),
      let json = try? JSONValue(parsing: plain), let credential = json["vc"],
      let text = json["sd"]?.string, let disclosure = try? SelectiveDisclosure(text: text)
    else { return nil }
    self.init(credential: credential, disclosure: disclosure)
  }
}
