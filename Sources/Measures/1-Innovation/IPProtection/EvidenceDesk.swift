import Books
import CaseEngine
import CaseWork
import CityProfiles
import Commons
import Desk
import EvidenceLog
import EvidencePackets
import HTTPValues
import MeasureKit
import Storage

/// Who stands before the evidence of a case.
struct EvidenceVisitor: Sendable {
  let row: CaseFileRow
  /// As packets call the capacity.
  let capacity: String
  /// Whether it came in by the desk.
  let isStaff: Bool
  /// The tracking token, as part of an address.
  let query: String
}

// Taking packets in, and giving them out with custody and proofs.
extension IPMeasure {
  /// Who may see the evidence of the case that an address names; throws 404 for anybody else.
  func visitor(_ visit: Visit, isStaff: Bool) async throws -> EvidenceVisitor {
    let row = try await office.row(visit["number"])
    let token = visit.request.query["token"]
    let query = token.map { "?token=\(PercentCoding.encode($0))" } ?? ""
    if !isStaff, office.isOwner(visit, row.base, token: token) {
      return EvidenceVisitor(row: row, capacity: "right-holder", isStaff: false, query: query)
    }
    let procedure = IPProcedure(rules: rules)
    let capacities: [(ActorKind, String)] = [
      (.court, "court"), (.officer, "agency"), (.platform, "platform"),
    ]
    let own = capacities.first { kind, _ in
      guard visit.actor.may(procedure.permission(kind)),
        case .agency(let agency) = procedure.reach(of: kind, row)
      else { return false }
      return visit.actor.covers(agency: agency)
    }
    guard let own else {
      throw Problem.notFound(Phrase("没有这件，或查询码不符。", en: "There is no such case."))
    }
    return EvidenceVisitor(row: row, capacity: own.1, isStaff: isStaff, query: "")
  }

  // MARK: In

  /// Takes a packet into a case: it is read, its files and custody are checked, and the step records
  /// who deposited it. The answer is the digest of its content.
  ///
  /// - Throws: ``Problem`` 422 for a packet that does not hold, or one with custody in another log.
  func deposit(
    _ packet: EvidencePacket, _ visitor: EvidenceVisitor, _ visit: Visit,
    key: String?
  ) async throws -> Acknowledged {
    let checks = packet.verify(trusting: [logKey])
    let hasCustody = !packet.custody.isEmpty
    let failed = checks.filter { !$0.holds && ($0.id != "logged" || hasCustody) }
    guard failed.isEmpty else {
      throw Problem.invalid(
        failed.map { check in
          Problem.Field(
            "packet",
            Phrase(
              "未通过：\(check.name.zh)（\(check.detail)）",
              en: "Failed: \(check.name.en) (\(check.detail))"))
        })
    }
    let bytes = packet.bytes
    let file = IncomingFile(
      name: "\(packet.contentDigest.hex.prefix(16)).packet.json", mediaType: PacketFormat.mediaType,
      bytes: bytes)
    let blob = try await desk.stage(file, for: visitor.row.base.key)
    let digest = Digest.of(bytes)
    let said = CaseFacts([
      "packet": .string(packet.contentDigest.hex), "file": .string(digest.hex),
      "packet-title": .string(String((packet.content["title"]?.string ?? "").prefix(200))),
      "depositor": .string(visitor.capacity),
    ])
    // Who may deposit was found out above; the step itself belongs to the measure.
    let actor = Actor(
      kind: visit.actor.kind, account: visit.actor.account, permissions: program.permissions,
      agencies: nil)
    return try await desk.submit(
      MoveCase(
        .deposit, as: .system, on: visitor.row.base.key, said: said,
        files: [CaseAttachment(key: blob, digest: digest.bytes)], in: office.setting), by: actor,
      CommandDesk.Terms(idempotencyKey: key))
  }

  // MARK: Out

  /// A packet of a case with its custody and the proofs that are ready.
  func packet(_ row: CaseFileRow, _ content: String) async throws -> EvidencePacket {
    let none = Problem.notFound(Phrase("没有这个证据包。", en: "There is no such packet."))
    let file = try await office.file(row.base.key)
    guard let entry = PacketShelf(file.facts).entries.first(where: { $0.content.hex == content }),
      let blob = file.files.first(where: { Hex.encode($0.digest) == entry.file }),
      let opened = try await desk.open(blob)
    else { throw none }
    var found: [(event: Int, receipt: Receipt)] = []
    for (place, event) in entry.custody.enumerated() {
      let digest = event.digest.hex
      let act = file.events.first { act in
        act.fields["custody"]?.array?.contains { $0.string == digest } ?? false
      }
      guard let act, let receipt = try await proofs(act.row.key) else { continue }
      found.append((place, IPMeasure.signedByLogAlone(receipt, logKey)))
    }
    return try EvidencePacket(opened.bytes).adding(custody: entry.custody, proofs: found)
  }

  /// The receipt with the log's own signature only, so that each byte of it is vouched for.
  static func signedByLogAlone(_ receipt: Receipt, _ key: NoteVerifier) -> Receipt {
    guard let note = SignedNote(receipt.checkpoint) else { return receipt }
    let own = note.signatures.filter {
      key.verifies(SignedNote(text: note.text, signatures: [$0]))
    }
    return Receipt(
      entry: receipt.entry, index: receipt.index, proof: receipt.proof,
      checkpoint: SignedNote(text: note.text, signatures: Array(own.prefix(1))).description,
      key: receipt.key, opening: nil)
  }

  /// What the packet shows on each factor that a court weighs.
  func report(_ packet: EvidencePacket, _ row: CaseFileRow) -> FactorReport {
    let facts = (try? CaseFacts(row.facts)) ?? CaseFacts()
    return FactorReport(
      packet, packet.verify(trusting: [logKey]), administrative: facts.flag("administrative"))
  }
}
