import Books
import CaseEngine
import Commons
import Credentials
import Desk
import MeasureKit
import Storage

/// Revokes or suspends a certificate, or lifts a suspension. An act of its own, so that every version of
/// a status list stands in the log: its public fields name the list, its version and the digest of its bits.
public struct ChangeCertificateStatus: Command {
  /// The certificate and its case.
  public struct Loaded: Sendable {
    let certificate: CertificateBook.Certificate
    let row: CaseFileRow
  }

  private let setting: CaseSetting
  private let declared: CaseCertificate
  private let number: Int64
  private let purpose: StatusList.Purpose
  private let isSet: Bool
  private let reason: String

  /// Most characters of a reason.
  public static let reasonLimit = 500

  /// A wish to set or clear the bit of a certificate. Revocation is for good.
  public init(
    _ number: Int64, _ declared: CaseCertificate, _ purpose: StatusList.Purpose, set isSet: Bool,
    reason: String, in setting: CaseSetting
  ) {
    self.setting = setting
    self.declared = declared
    self.number = number
    self.purpose = purpose
    self.isSet = isSet
    self.reason = reason
  }

  /// The measure's slug and `certificate-status`.
  public var kind: String { "\(setting.procedure.prefix).certificate-status" }
  /// That of the capacity to which the certificate is entrusted.
  public var permission: String { setting.procedure.permission(declared.authority) }
  /// nil: the act opens an aggregate of its own, so that it stays when the case's words are destroyed.
  public var aggregate: Int64? { nil }
  /// Certificate, purpose, value and reason.
  public var content: JSONValue {
    [
      "certificate": .integer(number), "purpose": .string(purpose.rawValue), "set": .bool(isSet),
      "reason": .string(reason),
    ]
  }

  /// The certificate with its case; throws 404 if there is none of this procedure.
  public func load(_ view: any View, _ context: Context) throws -> Loaded {
    guard let certificate = try view.first(CertificateBook.find(number)),
      let row = try view.first(CaseFileBook.find(certificate.entry.aggregate)),
      row.kind == setting.type.id
    else { throw Problem.notFound(Phrase("没有这份证书。", en: "There is no such certificate.")) }
    return Loaded(certificate: certificate, row: row)
  }

  /// Checks that the case is within the official's reach.
  public func authorise(_ loaded: Loaded, _ context: Context) throws {
    switch setting.procedure.reach(of: declared.authority, loaded.row) {
    case .all: return
    case .agency(let agency) where context.actor.covers(agency: agency): return
    default:
      throw Problem.forbidden(
        Phrase("此证书不在您的单位和岗位范围内。", en: "This certificate is not within your agency and post."))
    }
  }

  /// 0: the act makes version 1 of its own aggregate.
  public func version(of loaded: Loaded) -> Int64 { 0 }

  /// Changes the list.
  ///
  /// - Throws: ``Problem`` 422 without a reason, if nothing would change, or to lift a revocation.
  public func decide(_ loaded: Loaded, _ view: any View, _ context: Context) throws -> Decision {
    guard (1...ChangeCertificateStatus.reasonLimit).contains(reason.count) else {
      throw Problem.invalid([
        Problem.Field(
          "reason",
          Phrase(
            "请说明理由，不超过 \(ChangeCertificateStatus.reasonLimit) 字。",
            en: "Give a reason of at most \(ChangeCertificateStatus.reasonLimit) characters."))
      ])
    }
    guard isSet || purpose == .suspension else {
      throw Problem.refused(
        "revoked-for-good", Phrase("撤销不能恢复：请重新出具证书。", en: "A revocation is for good: issue anew."))
    }
    let place = try CertificateOffice(setting.profile, context.ring).place(of: number)
    let name = "\(purpose.rawValue)/\(place.list)"
    let kept = try view.first(CertificateBook.list(name))
    guard var list = kept.map({ StatusList(bytes: $0.bits) }) ?? StatusList() else {
      throw StorageError("the status list \(name) is damaged: run tequ verify")
    }
    guard list[place.index] != isSet else {
      throw Problem.refused(
        "status-unchanged", Phrase("证书已处于该状态。", en: "The certificate is in that state already."))
    }
    list.set(place.index, isSet)
    let next = CertificateBook.List(
      name: name, version: (kept?.version ?? 0) + 1,
      entry: JournalKey(aggregate: context.aggregate, version: 1), changedAt: context.effectiveAt,
      bits: list.bytes)
    return .accepted(
      publicFields: [
        "list": .string(name), "version": .integer(next.version),
        "index": .integer(Int64(place.index)),
        "set": .bool(isSet), "digest": .string(Hex.encode(list.digest)),
      ], changes: [CertificateBook.change(next, from: kept, context.ring)])
  }
}
