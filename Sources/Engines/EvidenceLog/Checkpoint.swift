import Commons

/// What a log says of itself (C2SP tlog-checkpoint): its name, how many entries, which root.
public struct Checkpoint: Hashable, Sendable {
  /// The log's name, a schemaless address.
  public let origin: String
  /// Entries.
  public let size: Int64
  /// The root, 32 bytes.
  public let root: [UInt8]

  /// A checkpoint.
  public init(origin: String, size: Int64, root: [UInt8]) {
    self.origin = origin
    self.size = size
    self.root = root
  }

  /// The text that is signed: three lines.
  public var text: String { "\(origin)\n\(size)\n\(Base64.encode(root))\n" }

  /// Reads the text; nil for anything else. Lines after the third are extensions and are ignored.
  public init?(text: String) {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    guard lines.count >= 4, lines.last == "", !lines[0].isEmpty,
      let size = Int64(lines[1]), size >= 0, String(size) == lines[1],
      let root = Base64.decode(String(lines[2])), root.count == 32
    else { return nil }
    self.init(origin: String(lines[0]), size: size, root: root)
  }
}

extension Checkpoint {
  /// Whether this tree is a known one with leaves added. Where nothing is known, or a tree without leaves,
  /// there is nothing to prove and the proof must be empty.
  public func follows(_ known: Checkpoint?, proof: [[UInt8]]) -> Bool {
    guard size > 0 || root == MerkleTree.emptyRoot else { return false }
    guard let known, known.size > 0 else { return proof.isEmpty }
    return MerkleTree.isConsistent(
      size: known.size, root: known.root, size: size, root: root, proof: proof)
  }
}

/// A text with signatures under it (C2SP signed-note).
public struct SignedNote: Hashable, Sendable {
  /// One signature.
  public struct Signature: Hashable, Sendable {
    /// The key's name.
    public let name: String
    /// The key's hash, four bytes, and the signature.
    public let bytes: [UInt8]

    /// A signature of some kind.
    public init(name: String, bytes: [UInt8]) {
      self.name = name
      self.bytes = bytes
    }

    /// The signature as a line of a note, with its line break.
    public var line: String { "— \(name) \(Base64.encode(bytes))\n" }
  }

  /// The text, ending with a line break.
  public let text: String
  /// The signatures.
  public let signatures: [Signature]

  /// A note with signatures.
  public init(text: String, signatures: [Signature]) {
    self.text = text
    self.signatures = signatures
  }

  /// Reads a note; nil if it is none.
  public init?(_ note: String) {
    guard let gap = note.range(of: "\n\n", backwards: true), note.hasSuffix("\n"),
      note.utf8.allSatisfy({ $0 >= 0x20 || $0 == 0x0A }),
      let signatures = SignedNote.signatures(note[gap.upperBound...])
    else { return nil }
    self.init(text: String(note[..<gap.lowerBound]) + "\n", signatures: signatures)
  }

  /// Reads lines of signatures, 1 to 100 of them; nil for anything else.
  public static func signatures(_ lines: some StringProtocol) -> [Signature]? {
    var found: [Signature] = []
    guard lines.hasSuffix("\n") else { return nil }
    for line in lines.dropLast().split(separator: "\n", omittingEmptySubsequences: false) {
      let parts = line.split(separator: " ", omittingEmptySubsequences: false)
      guard parts.count == 3, parts[0] == "—", !parts[1].isEmpty,
        let bytes = Base64.decode(String(parts[2])), bytes.count > 4, found.count < 100
      else { return nil }
      found.append(Signature(name: String(parts[1]), bytes: bytes))
    }
    return found.isEmpty ? nil : found
  }

  /// The whole note.
  public var description: String { text + "\n" + signatures.map(\.line).joined() }

  /// The note with more signatures.
  public func adding(_ more: [Signature]) -> SignedNote {
    SignedNote(text: text, signatures: signatures + more)
  }
}

extension String {
  /// The last (or first) place of a piece of text, without Foundation.
  fileprivate func range(of piece: String, backwards: Bool) -> Range<String.Index>? {
    let bytes = Array(utf8)
    let wanted = Array(piece.utf8)
    guard bytes.count >= wanted.count else { return nil }
    for start in (0...(bytes.count - wanted.count)).reversed()
    where bytes[start..<(start + wanted.count)].elementsEqual(wanted) {
      let lower = utf8.index(utf8.startIndex, offsetBy: start)
      return lower..<utf8.index(lower, offsetBy: wanted.count)
    }
    return nil
  }
}
