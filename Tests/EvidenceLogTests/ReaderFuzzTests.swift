import Commons
import EvidenceLog
import Foundation
import Testing

/// Readers are fed with damaged text: none may trap, and what one accepts it writes again as it read it.
/// `TEQU_FUZZ` sets how often each is tried (`make fuzz-log`: a million times).
@Suite struct ReaderFuzzTests {
  private static let rounds =
    ProcessInfo.processInfo.environment["TEQU_FUZZ"].flatMap { Int($0) } ?? 4000

  /// A piece changed, lost, doubled or exchanged for one that readers may stumble over.
  private func damage(_ bytes: [UInt8], _ random: inout SeededRandom) -> [UInt8] {
    let pieces: [[UInt8]] = [
      [0x0A], [0x0A, 0x0A], [0x20], [0], [0x0D, 0x0A], [0xFF], [0xCC, 0x81], Array("—".utf8),
      Array("9223372036854775808".utf8), Array("-1".utf8), Array("=".utf8), Array("+".utf8),
      Array("none".utf8), Array("old ".utf8), [UInt8](repeating: 0x41, count: 300),
    ]
    var out = bytes
    for _ in 0...random.below(3) {
      let at = random.below(out.count + 1)
      let end = min(out.count, at + random.below(40))
      switch random.below(6) {
      case 0 where at < out.count: out[at] ^= 1 << UInt8(random.below(8))
      case 1: out.removeSubrange(at..<end)
      case 2: out.insert(contentsOf: out[at..<end], at: at)
      case 3: out.replaceSubrange(at..<end, with: pieces[random.below(pieces.count)])
      case 4: out = Array(out.prefix(at))
      default: out.insert(contentsOf: pieces[random.below(pieces.count)], at: at)
      }
    }
    return out
  }

  /// Feeds a reader; the answer is how often it accepted what it was given.
  private func feed(_ seed: [UInt8], _ number: Int, _ read: (String) -> String?) -> Int {
    var random = SeededRandom(seed: UInt64(number))
    var accepted = 0
    for _ in 0..<ReaderFuzzTests.rounds {
      guard let text = String(validating: damage(seed, &random), as: UTF8.self) else { continue }
      guard let written = read(text) else { continue }
      accepted += 1
      #expect(written.utf8.elementsEqual(text.utf8), "read \(text), wrote \(written)")
    }
    return accepted
  }

  @Test func notesCheckpointsAndProofsAreReadOrRefused() throws {
    let log = try SmallLog(300)
    let (point, note) = try log.checkpoint(300)
    let witness = try NoteSigner(
      name: "witness.example", seed: [UInt8](repeating: 3, count: 32), kind: .witness)
    let signed = note.adding([try witness.cosign(note.text, at: Instant(seconds: 1_772_413_323))])
    let seed = Array(signed.description.utf8)
    #expect(feed(seed, 1) { SignedNote($0)?.description } > 0)
    // Lines after the third are extensions, which a checkpoint does not keep.
    let read = feed(Array(point.text.utf8), 2) { text in
      Checkpoint(text: text).map { text.hasPrefix($0.text) ? text : $0.text }
    }
    #expect(read > 0)
    let proofs = LogFiles(size: 300) { log.files[$0] }.proofs
    let proof = TlogProof(
      extra: [1, 2], index: 7, hashes: try proofs.inclusion(of: 7), checkpoint: signed.description)
    #expect(feed(Array(proof.text.utf8), 3) { (try? TlogProof(text: $0))?.text } > 0)
    let request = AddCheckpoint(oldSize: 200, proof: try log.proof(200, 300), note: signed)
    #expect(feed(Array(request.text.utf8), 4) { AddCheckpoint(text: $0)?.text } > 0)
    #expect(feed(Array(log.signer.verifier.text.utf8), 5) { NoteVerifier(text: $0)?.text } >= 0)
  }

  /// No damaged note is accepted but where the damage lies in a signature that nobody asked for.
  @Test func noDamagedNoteIsBelieved() throws {
    let log = try SmallLog(3)
    let note = try log.checkpoint(3).note
    let (policy, now) = (WitnessPolicy(log: log.signer.verifier), Instant(seconds: 1_772_413_323))
    var random = SeededRandom(seed: 6)
    for _ in 0..<ReaderFuzzTests.rounds {
      let bytes = damage(Array(note.description.utf8), &random)
      guard let read = String(validating: bytes, as: UTF8.self).flatMap({ SignedNote($0) }),
        let accepted = try? policy.verify(read, now: now)
      else { continue }
      #expect(read.text == note.text && accepted.checkpoint.size == 3)
    }
  }

  @Test func policiesAndBundlesAreReadOrRefused() throws {
    let keys = try (0..<3).map {
      try NoteSigner(
        name: "w\($0).example", seed: [UInt8](repeating: 40 + $0, count: 32), kind: .witness
      ).verifier.text
    }
    let policy = """
      # a comment
      witness a \(keys[0]) https://a.example/
      witness b \(keys[1])
      witness c \(keys[2])
      group two 2 a b c
      quorum two

      """
    var random = SeededRandom(seed: 7)
    var accepted = 0
    for _ in 0..<ReaderFuzzTests.rounds {
      let bytes = damage(Array(policy.utf8), &random)
      do throws(Problem) {
        let read = try WitnessPolicy(bytes)
        accepted += 1
        #expect(read.witnesses.count <= 3)
      } catch { #expect(error.status == 400 && !error.detail.en.isEmpty) }
    }
    #expect(accepted > 0)
    let entries = (0..<20).map { [UInt8](repeating: UInt8($0), count: 30 * $0) }
    let bundle = try EntryBundle.write(entries, from: 0)
    for _ in 0..<ReaderFuzzTests.rounds {
      let bytes = damage(bundle, &random)
      if let read = try? EntryBundle.read(bytes, from: 0, count: 20) {
        #expect(try EntryBundle.write(read, from: 0) == bytes)
        #expect(
          try EntryBundle.leaves(bytes, from: 0, count: 20) == TreeHasher.best.leaves(read))
      }
    }
  }
}
