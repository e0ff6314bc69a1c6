import CaseWork
import Commons
import Desk
import EvidencePackets

/// The packets of a case and who held each: a fact of the case. Names of persons are not in it; the
/// packets themselves lie sealed among the files.
struct PacketShelf: Sendable {
  /// One packet.
  struct Entry: Sendable {
    /// SHA-256 of its content.
    let content: Digest
    /// SHA-256 of the file as it was taken in.
    let file: String
    /// Who held it, in order.
    var custody: [CustodyEvent]
  }

  /// Packets of one case at most.
  static let limit = 20

  private(set) var entries: [Entry]

  /// The packets of a case.
  init(_ facts: CaseFacts) {
    entries = (facts["packets"]?.array ?? []).compactMap { item in
      guard let content = item["content"]?.string.flatMap(Hex.decode).flatMap(Digest.init(bytes:)),
        let file = item["file"]?.string
      else { return nil }
      return Entry(
        content: content, file: file,
        custody: (item["custody"]?.array ?? []).map { CustodyEvent($0) })
    }
  }

  private var json: JSONValue {
    .array(
      entries.map { entry in
        [
          "content": .string(entry.content.hex), "file": .string(entry.file),
          "custody": .array(entry.custody.map(\.json)),
        ]
      })
  }

  /// Puts a packet on the shelf: collected by who deposits it, received by who keeps the case.
  static func deposit(_ draft: inout CaseDraft, holder: String) throws(Problem) {
    var shelf = PacketShelf(draft.facts)
    guard let content = Hex.decode(draft.said.text("packet")).flatMap(Digest.init(bytes:)),
      Hex.decode(draft.said.text("file"))?.count == 32
    else { throw .malformed(Phrase("证据包摘要有误。", en: "The digest of the packet is wrong.")) }
    guard !shelf.entries.contains(where: { $0.content == content }) else {
      throw .refused(
        "packet-known", Phrase("此证据包已经存入。", en: "This packet is in the case already."),
        because: [IPBasis.city])
    }
    guard shelf.entries.count < limit else {
      throw .refused(
        "too-many-packets",
        Phrase("一件最多\(limit)个证据包。", en: "A case takes \(limit) packets at most."),
        because: [IPBasis.city])
    }
    let by = draft.said.text("depositor")
    let collected = CustodyEvent(
      content: content, after: nil, at: draft.at, move: "collected", to: by, capacity: by,
      nonce: draft.random.bytes(16))
    var custody = [collected]
    if by != "agency", by != "court" {
      custody.append(
        CustodyEvent(
          content: content, after: collected, at: draft.at, move: "received", to: holder,
          capacity: "agency", nonce: draft.random.bytes(16)))
    }
    shelf.entries.append(Entry(content: content, file: draft.said.text("file"), custody: custody))
    draft.facts["packets"] = shelf.json
    draft.publicFields["custody"] = .array(custody.map { .string($0.digest.hex) })
  }

  /// Records that all packets of the case pass to another.
  static func pass(_ draft: inout CaseDraft, _ move: String, to holder: String, _ capacity: String)
  {
    var shelf = PacketShelf(draft.facts)
    guard !shelf.entries.isEmpty else { return }
    var digests: [JSONValue] = []
    for index in shelf.entries.indices {
      let event = CustodyEvent(
        content: shelf.entries[index].content, after: shelf.entries[index].custody.last,
        at: draft.at, move: move, to: holder, capacity: capacity, nonce: draft.random.bytes(16))
      shelf.entries[index].custody.append(event)
      digests.append(.string(event.digest.hex))
    }
    draft.facts["packets"] = shelf.json
    draft.publicFields["custody"] = .array(digests)
  }
}
