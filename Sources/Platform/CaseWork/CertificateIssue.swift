import Books
import CaseEngine
import CityProfiles
import Commons
import Credentials
import Desk
import Storage

// Certificates that issue with a step.
extension CaseDraft {
  /// Issues the certificates of the documents of this step; their digests stand in its public fields.
  mutating func certify(
    _ row: CaseFileRow, _ setting: CaseSetting, _ view: any View, _ context: Context
  ) throws -> [Change] {
    let documents = setting.procedure.documents.filter {
      $0.certificate != nil && $0.commands.contains(command)
    }
    guard !documents.isEmpty else { return [] }
    let office = try CertificateOffice(setting.profile, context.ring)
    let opening = try openingWords(view, context)
    var digests: [String: JSONValue] = [:]
    var changes: [Change] = []
    for document in documents {
      guard let declared = document.certificate else { continue }
      let (number, change) = try NumberBook.next(CertificateBook.series, view, context.ring)
      let source = CaseDocument.Source(
        row: row, facts: facts, said: said, opening: opening, issuedOn: today,
        issuer: setting.issuer(of: document, row.base.agency),
        agencyName: { setting.profile.agency($0)?.name ?? .same($0) })
      let issued = try office.issue(
        declared, number, subject(declared, document, source), at: at, random: random)
      let kept = CertificateBook.Certificate(
        number: number, entry: JournalKey(aggregate: context.aggregate, version: version),
        document: document.id, content: issued.bytes, sealing: context.sealing,
        random: context.random)
      changes += [change, CertificateBook.issue(kept, context.ring)]
      digests[document.id] = .string(CertificateFile.digest(of: issued.credential))
    }
    publicFields[CertificateFile.field] = .object(digests)
    return changes
  }

  /// What was said when the case was opened.
  private func openingWords(_ view: any View, _ context: Context) throws -> CaseFacts {
    guard version > 1 else { return said }
    let first = JournalKey(aggregate: context.aggregate, version: 1)
    guard let row = try view.first(JournalBook.entry(first)),
      let part = context.sealing.open(row.sealed, at: first.raw),
      let content = try JSONValue(parsing: part)["content"]?.object
    else { return CaseFacts() }
    return CaseFacts(content)
  }

  private func subject(
    _ declared: CaseCertificate, _ document: CaseDocument, _ source: CaseDocument.Source
  ) -> JSONValue {
    var values = declared.fill(source)
    values["caseNumber"] = .string(source.row.base.number.description)
    values["documentNumber"] = documentNumbers[document.id].map { .string($0) }
    values["agency"] = .string(source.issuer.zh)
    let names = Set(declared.fields.map(\.name))
    return .object(values.filter { names.contains($0.key) && $0.value != .null })
  }
}

extension CertificateOffice {
  /// Signs the claims of a certificate in both forms.
  func issue(
    _ declared: CaseCertificate, _ number: Int64, _ subject: JSONValue, at time: Instant,
    random: any RandomSource
  ) throws -> IssuedCertificate {
    let place = place(of: number)
    let statuses = StatusList.Purpose.allCases.map { purpose in
      StatusList.entry(
        purpose, index: place.index, list: listAddress("\(purpose.rawValue)/\(place.list)"))
    }
    let id = "urn:uuid:\(CertificateOffice.uuid(random.bytes(16)))"
    let moment = Instant(seconds: time.seconds)
    let credential: JSONValue = [
      "@context": [
        "https://www.w3.org/ns/credentials/v2",
        "https://www.w3.org/ns/credentials/undefined-terms/v2",
      ],
      "id": .string(id), "type": ["VerifiableCredential", .string(declared.type)],
      "issuer": .string(issuer.id), "validFrom": .string(moment.rfc3339(in: .utc)),
      "credentialSchema": [
        "id": .string("\(address)/certificates/schemas/\(declared.type).json"),
        "type": "JsonSchema",
      ],
      "credentialStatus": .array(statuses), "credentialSubject": subject,
    ]
    let claims: JSONValue = [
      "iss": .string(issuer.id), "iat": .integer(moment.seconds),
      "vct": .string("\(address)/certificates/types/\(declared.type)"), "jti": .string(id),
      "credentialStatus": .array(statuses), "credentialSubject": subject,
    ]
    return IssuedCertificate(
      credential: try DataIntegrity.sign(credential, by: issuer, at: moment),
      disclosure: try SelectiveDisclosure.issue(
        claims, hiding: declared.fields.filter(\.isHidden).map(\.name),
        within: "credentialSubject", by: issuer, random: random))
  }

  /// A version 4 UUID (RFC 9562 §5.4) from 16 random bytes.
  private static func uuid(_ random: [UInt8]) -> String {
    var bytes = random
    bytes[6] = bytes[6] & 0x0F | 0x40
    bytes[8] = bytes[8] & 0x3F | 0x80
    let digits = Array(Hex.encode(bytes))
    let cuts = [0, 8, 12, 16, 20, 32]
    return zip(cuts, cuts.dropFirst()).map { String(digits[$0..<$1]) }.joined(separator: "-")
  }
}
