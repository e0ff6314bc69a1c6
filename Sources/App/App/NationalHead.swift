import Commons
import EvidenceLog
import NationalCrypto

/// The second root and signature that checkpoints of a city carry which must use SM3 and SM2: a tree over
/// the same entries, which the sequencer lets grow with the first.
struct NationalHead: Sendable {
  let signer: SM2NoteSigner
  /// The tree over the entries that were told so far.
  private(set) var tree = SM3Tree()

  init(signer: SM2NoteSigner) { self.signer = signer }

  /// Takes an entry of the log in, in order.
  mutating func take(_ entry: LogEntry) { tree.append(entry.canonicalBytes) }

  /// The text of a checkpoint with the second root over these entries too, and the second signature;
  /// throws ``Problem`` 503 unless the tree has as many entries as the log had before them.
  func head(
    _ point: Checkpoint, adding entries: [LogEntry]
  ) throws -> (text: String, signature: SignedNote.Signature) {
    var grown = tree
    for entry in entries { grown.append(entry.canonicalBytes) }
    guard grown.size == point.size else { throw Problem.unavailable() }
    let text = point.text + SM3Head.line(grown.root)
    return (text, try signer.sign(text))
  }
}

extension LogFolder {
  /// Checks the second root and signature of the checkpoint in the folder: the root is computed again
  /// from the entries.
  ///
  /// - Throws: ``Problem`` 422 `log-sm2` or `log-sm3` for what does not hold or is not there.
  public func verifyNational(_ key: SM2NoteVerifier) throws {
    let note = try LogFolder.note(file("checkpoint") ?? [])
    guard key.verifies(note) else {
      throw Problem.refused(
        "log-sm2",
        Phrase("检查点没有该密钥的SM2签名。", en: "The checkpoint bears no SM2 signature of that key."))
    }
    guard let root = SM3Head.root(in: note.text), let point = Checkpoint(text: note.text) else {
      throw Problem.refused(
        "log-sm3", Phrase("检查点没有SM3根值。", en: "The checkpoint carries no root with SM3."))
    }
    var tree = SM3Tree()
    let files = LogFiles(size: point.size) { file($0) }
    for bundle in 0..<((point.size + Tile.width - 1) / Tile.width) {
      for entry in try files.entries(of: bundle) { tree.append(entry) }
    }
    guard tree.root == root else {
      throw Problem.refused(
        "log-sm3", Phrase("由条目算出的SM3根值与检查点不符。", en: "The SM3 root over the entries is another."))
    }
  }
}
