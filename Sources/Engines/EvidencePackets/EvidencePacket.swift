import Commons
import EvidenceLog

/// A file that goes into a packet.
public struct PacketFile: Hashable, Sendable {
  /// Its name.
  public let name: String
  /// Its media type.
  public let mediaType: String
  /// What it shows.
  public let meaning: String
  /// Its bytes.
  public let bytes: [UInt8]

  /// A file.
  public init(name: String, mediaType: String, meaning: String = "", bytes: [UInt8]) {
    self.name = name
    self.mediaType = mediaType
    self.meaning = meaning
    self.bytes = bytes
  }
}

/// One step of custody: who held the evidence from when on. Each names the digest of the one before.
public struct CustodyEvent: Hashable, Sendable {
  /// As it stands in the packet.
  public let json: JSONValue

  /// A step after another; the first has none before it and nobody who gave.
  public init(
    content: Digest, after previous: CustodyEvent?, at moment: Instant, move: String,
    to holder: String, capacity: String, nonce: [UInt8]
  ) {
    json = [
      "content": .string(content.hex), "previous": .string(previous?.digest.hex ?? ""),
      "nonce": .string(Hex.encode(nonce)), "at": .string(moment.description),
      "move": .string(move), "from": .string(previous?.holder ?? ""), "to": .string(holder),
      "capacity": .string(capacity),
    ]
  }

  /// A step as it was kept.
  public init(_ json: JSONValue) { self.json = json }

  /// What the act that records it publishes.
  public var digest: Digest { Digest.of(json.canonicalBytes) }
  /// Who holds the evidence from then on.
  public var holder: String { json["to"]?.string ?? "" }
  /// What happened.
  public var move: String { json["move"]?.string ?? "" }
  /// The holder's capacity.
  public var capacity: String { json["capacity"]?.string ?? "" }
  /// When.
  public var at: Instant? { json["at"]?.string.flatMap { Instant(rfc3339: $0) } }
}

/// Evidence with all that a court asks about it, in one file that verifies offline: files, where they
/// came from, how they were collected, who held them, and the proofs that each step of custody stands
/// in a public log. See ``PacketFormat``.
public struct EvidencePacket: Sendable {
  /// The document.
  public let json: JSONValue

  /// Reads a packet: canonical JSON of the declared shape, nothing else.
  ///
  /// - Throws: ``Problem`` 400 if it is no JSON or not canonical, 422 with every member at fault.
  public init(_ bytes: [UInt8]) throws(Problem) {
    guard bytes.count <= PacketFormat.maximumBytes * 3 / 2 else {
      throw .malformed(Phrase("证据包过大。", en: "The packet is too large."))
    }
    let value: JSONValue
    do { value = try JSONValue(parsing: bytes) } catch { throw error.problem }
    let faults = PacketFormat.packet.faults(value)
    guard faults.isEmpty else { throw .invalid(faults) }
    guard value.canonicalBytes == bytes else {
      throw .malformed(
        Phrase("证据包不是规范JSON（RFC 8785）。", en: "The packet is not canonical JSON (RFC 8785)."))
    }
    json = value
  }

  /// Packs files with what is said of them; `content` lacks `items`, which follow from the files.
  ///
  /// - Throws: ``Problem`` 422 with every member at fault.
  public init(packing files: [PacketFile], _ content: [String: JSONValue]) throws(Problem) {
    var content = content
    content["items"] = .array(
      files.map { file in
        [
          "name": .string(file.name), "media_type": .string(file.mediaType),
          "size": .integer(Int64(file.bytes.count)),
          "sha256": .string(Digest.of(file.bytes).hex), "meaning": .string(file.meaning),
          "redacted": false,
        ]
      })
    let json: JSONValue = [
      "format": .string(PacketFormat.name), "content": .object(content),
      "files": .array(files.map { .string(Base64.encode($0.bytes)) }), "custody": [],
      "proofs": [], "key": "",
    ]
    let faults = PacketFormat.packet.faults(json)
    guard faults.isEmpty else { throw .invalid(faults) }
    guard files.reduce(0, { $0 + $1.bytes.count }) <= PacketFormat.maximumBytes else {
      throw .invalid([
        Problem.Field(
          "files",
          Phrase(
            "合计超过\(PacketFormat.maximumBytes >> 20) MB。",
            en: "More than \(PacketFormat.maximumBytes >> 20) MB in all."))
      ])
    }
    self.json = json
  }

  private init(json: JSONValue) { self.json = json }

  /// The file.
  public var bytes: [UInt8] { json.canonicalBytes }
  /// What was collected, by whom, how.
  public var content: JSONValue { json["content"] ?? [:] }
  /// SHA-256 of the content: the packet's name.
  public var contentDigest: Digest { Digest.of(content.canonicalBytes) }
  /// Who held it, in order.
  public var custody: [CustodyEvent] { (json["custody"]?.array ?? []).map { CustodyEvent($0) } }
  /// Whether every step of custody has a proof.
  public var isLogged: Bool {
    !custody.isEmpty && proofs.count == custody.count
      && Set(proofs.map(\.event)).count == custody.count
  }

  /// The proofs, each with the step that it is about.
  public var proofs: [(event: Int, receipt: Receipt)] {
    let key = json["key"]?.string ?? ""
    return (json["proofs"]?.array ?? []).compactMap { proof in
      guard let event = proof["event"]?.integer, let entry = proof["entry"]?.string,
        let index = proof["index"]?.integer, let checkpoint = proof["checkpoint"]?.string
      else { return nil }
      let hashes = (proof["proof"]?.array ?? []).compactMap {
        $0.string.flatMap { Base64.decode($0) }
      }
      return (
        Int(event),
        Receipt(
          entry: entry, index: index, proof: hashes, checkpoint: checkpoint, key: key, opening: nil)
      )
    }
  }

  /// The packet with its custody and the proofs that are at hand; what it held of both is replaced.
  public func adding(
    custody: [CustodyEvent], proofs: [(event: Int, receipt: Receipt)]
  ) -> EvidencePacket {
    var members = json.object ?? [:]
    members["custody"] = .array(custody.map(\.json))
    members["key"] = .string(proofs.first?.receipt.key ?? "")
    members["proofs"] = .array(
      proofs.map { event, receipt in
        [
          "event": .integer(Int64(event)), "entry": .string(receipt.entry),
          "index": .integer(receipt.index),
          "proof": .array(receipt.proof.map { .string(Base64.encode($0)) }),
          "checkpoint": .string(receipt.checkpoint),
        ]
      })
    return EvidencePacket(json: .object(members))
  }

  // MARK: Checking

  /// Checks the packet with nothing but itself and the keys one trusts.
  public func verify(trusting keys: [NoteVerifier]) -> [Receipt.Check] {
    var checks = [filesCheck, chainCheck]
    let proofs = proofs
    func check(_ id: String, _ name: Phrase, _ holds: Bool, _ detail: String) {
      checks.append(Receipt.Check(id: id, name: name, holds: holds, detail: detail))
    }
    check(
      "logged", Phrase("每次交接都有日志证明", en: "every step of custody has a proof"), isLogged,
      "\(proofs.count) / \(custody.count)")
    for (place, receipt) in proofs {
      let failed = receipt.verify(trusting: keys).filter { !$0.holds }.map(\.id)
      let names = Self.published(receipt.entry)
      let isNamed = custody.indices.contains(place) && names.contains(custody[place].digest.hex)
      check(
        "proof-\(place)", Phrase("第\(place + 1)次交接的日志证明", en: "proof of step \(place + 1)"),
        failed.isEmpty && isNamed,
        failed.isEmpty ? (isNamed ? "\(receipt.index)" : "entry") : failed.joined(separator: " "))
    }
    return checks
  }

  /// The steps of custody that an entry of the log names.
  static func published(_ entry: String) -> [String] {
    guard let entry = try? LogEntry(canonicalBytes: Array(entry.utf8)) else { return [] }
    return (entry.publicFields["custody"]?.array ?? []).compactMap(\.string)
  }

  private var filesCheck: Receipt.Check {
    let items = content["items"]?.array ?? []
    let files = json["files"]?.array ?? []
    var wrong: [String] = []
    for (item, file) in zip(items, files) {
      let bytes = file.string.flatMap { Base64.decode($0) } ?? []
      if item["size"]?.integer != Int64(bytes.count)
        || item["sha256"]?.string != Digest.of(bytes).hex
      {
        wrong.append(item["name"]?.string ?? "?")
      }
    }
    return Receipt.Check(
      id: "files", name: Phrase("文件与摘要一致", en: "files match their digests"),
      holds: wrong.isEmpty && items.count == files.count,
      detail: wrong.isEmpty ? "\(files.count) / \(items.count)" : wrong.joined(separator: " "))
  }

  private var chainCheck: Receipt.Check {
    let digest = contentDigest.hex
    var previous: CustodyEvent?
    var broken: Int?
    for (place, event) in custody.enumerated() {
      let follows =
        event.json["content"]?.string == digest
        && event.json["previous"]?.string == previous?.digest.hex ?? ""
        && event.json["from"]?.string == previous?.holder ?? ""
        && (previous?.at).map { $0 <= event.at ?? $0 } ?? true
      if !follows, broken == nil { broken = place }
      previous = event
    }
    return Receipt.Check(
      id: "custody", name: Phrase("保管链相连", en: "the chain of custody is whole"),
      holds: broken == nil, detail: broken.map { "\($0 + 1)" } ?? "\(custody.count)")
  }
}
