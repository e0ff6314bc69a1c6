import Commons

/// The proof that an entry stands in a log, as a `.tlog-proof` file (C2SP tlog-proof): its place, the
/// hashes beside its way to the root, the checkpoint with all its signatures.
public struct TlogProof: Hashable, Sendable {
  /// Bytes for the reader that nothing vouches for; none is not the same as no bytes.
  public let extra: [UInt8]?
  /// The entry's place, from 0.
  public let index: Int64
  /// The inclusion proof, from the leaf up, 32 bytes each.
  public let hashes: [[UInt8]]
  /// The signed note.
  public let checkpoint: String

  /// A proof from its parts.
  public init(extra: [UInt8]? = nil, index: Int64, hashes: [[UInt8]], checkpoint: String) {
    self.extra = extra
    self.index = index
    self.hashes = hashes
    self.checkpoint = checkpoint
  }

  private static let format = "c2sp.org/tlog-proof@v1"

  /// The file.
  public var text: String {
    let head =
      [TlogProof.format] + (extra.map { ["extra " + Base64.encode($0)] } ?? [])
      + ["index \(index)"]
    return (head + hashes.map { Base64.encode($0) }).joined(separator: "\n") + "\n\n" + checkpoint
  }

  /// Reads ``text``; throws 400 with the number of the line that is wrong.
  public init(text: String) throws(Problem) {
    func wrong(_ line: Int, _ what: String) -> Problem {
      .malformed(
        Phrase("证明文件第 \(line) 行应为 \(what)。", en: "Line \(line) of the proof should be \(what)."))
    }
    var number = 1
    var rest = text[...]
    func next() -> String? {
      guard let end = rest.firstIndex(of: "\n") else { return nil }
      defer { (rest, number) = (rest[rest.index(after: end)...], number + 1) }
      return String(rest[..<end])
    }
    guard next() == TlogProof.format else { throw wrong(1, TlogProof.format) }
    var extra: [UInt8]?
    var line = next()
    if let text = line, text.hasPrefix("extra ") {
      guard let bytes = Base64.decode(text.dropFirst(6)) else { throw wrong(2, "extra BASE64") }
      extra = bytes
      line = next()
    }
    guard let text = line, text.hasPrefix("index "), let index = Int64(text.dropFirst(6)),
      index >= 0, text == "index \(index)"
    else { throw wrong(extra == nil ? 2 : 3, "index N") }
    var hashes: [[UInt8]] = []
    while true {
      let at = number
      guard let text = next() else { throw wrong(at, "BASE64") }
      if text.isEmpty { break }
      guard let hash = Base64.decode(text), hash.count == MerkleTree.hashBytes, hashes.count < 63
      else { throw wrong(at, "BASE64") }
      hashes.append(hash)
    }
    self.init(extra: extra, index: index, hashes: hashes, checkpoint: String(rest))
  }

  /// Checks that a leaf stands in a log as a policy demands; throws what does not hold.
  ///
  /// - Returns: the checkpoint.
  public func verify(
    leaf: [UInt8], policy: WitnessPolicy, now: Instant
  ) throws(Problem) -> Checkpoint {
    guard let note = SignedNote(checkpoint) else {
      throw .malformed(Phrase("检查点不是签名文本。", en: "The checkpoint is no signed note."))
    }
    let point = try policy.verify(note, now: now).checkpoint
    guard
      MerkleTree.includes(
        leaf: leaf, at: index, size: point.size, root: point.root, proof: hashes)
    else {
      throw .refused(
        "log-inclusion",
        Phrase("证明与检查点的根值不符。", en: "The proof does not lead to the checkpoint's root."))
    }
    return point
  }
}
