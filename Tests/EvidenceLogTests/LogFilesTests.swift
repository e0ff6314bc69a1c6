import Commons
import EvidenceLog
import Testing

@Suite struct LogFilesTests {
  @Test func aWholeLogIsComputedAgain() throws {
    for size in [0, 1, 255, 256, 257, 512, 700] {
      let log = try SmallLog(size)
      let point = try log.checkpoint(size).point
      let files = LogFiles(size: Int64(size)) { log.files[$0] }
      try files.verify(against: point)
      try files.checkTiles(against: point)
      let paths = LogFiles.parts(size: Int64(size)).map { files.path(of: $0) }
      #expect(paths.sorted() == log.files.keys.sorted())
    }
  }

  @Test func theFirstWrongEntryIsNamed() throws {
    let log = try SmallLog(700)
    let point = try log.checkpoint(700).point
    func slug(_ change: (inout [String: [UInt8]]) -> Void) -> (String, String)? {
      var files = log.files
      change(&files)
      do {
        try LogFiles(size: 700) { files[$0] }.verify(against: point)
        return nil
      } catch let problem as Problem { return (problem.slug, problem.detail.en) } catch {
        return nil
      }
    }
    // Each entry takes two bytes of length and “entry nnn”.
    let entry = try #require(slug { $0["tile/entries/001"]?[11 * 44 + 5] ^= 1 })
    #expect(entry.0 == "log-entry" && entry.1.hasPrefix("Entry 300 "))
    let hash = try #require(slug { $0["tile/0/002.p/188"]?[32 * 3] ^= 0x80 })
    #expect(hash.0 == "log-entry" && hash.1.hasPrefix("Entry 515 "))
    #expect(slug { $0["tile/1/000.p/2"]?[40] ^= 2 }?.0 == "log-tile")
    #expect(slug { $0["tile/0/001"]?.removeLast() }?.0 == "log-truncated")
    #expect(slug { $0["tile/entries/002.p/188"]?.removeLast() }?.0 == "log-truncated")
    #expect(slug { $0["tile/entries/002.p/188"]?.append(0) }?.0 == "log-trailing")
    #expect(slug { $0["tile/entries/000"] = nil }?.0 == "not-found")
    #expect(throws: Problem.self) {
      try LogFiles(size: 700) { log.files[$0] }.verify(against: log.checkpoint(699).point)
    }
  }

  @Test func anEntryThatDoesNotFitIsRefused() throws {
    let longest = [UInt8](repeating: 7, count: EntryBundle.entryLimit)
    let bundle = try EntryBundle.write([longest, []], from: 0)
    #expect(try EntryBundle.read(bundle, from: 0, count: 2) == [longest, []])
    #expect(throws: Problem.self) { try EntryBundle.write([longest + [7]], from: 5) }
  }

  /// One bit of a log of 10,000 entries is flipped, again and again; a million times in `tequ bench log`.
  @Test func noFlippedBitIsMissed() throws {
    let log = try SmallLog(10_000)
    let point = try log.checkpoint(10_000).point
    var files = log.files
    let parts = LogFiles.parts(size: 10_000)
    var random = SeededRandom(seed: 5)
    for trial in 0..<1500 {
      let part = parts[random.below(parts.count)]
      let path = LogFiles(size: 10_000) { _ in nil }.path(of: part)
      let bit = random.below(8 * (files[path]?.count ?? 0))
      files[path]?[bit / 8] ^= 1 << UInt8(bit % 8)
      let altered = files
      let mutant = LogFiles(size: 10_000) { altered[$0] }
      #expect(throws: Problem.self, "\(path), bit \(bit)") {
        // The whole log each time would take minutes: it is tried now and then, else the part that holds
        // the file.
        if trial % 100 == 0 { return try mutant.verify(against: point) }
        try mutant.check(part)
      }
      files[path]?[bit / 8] ^= 1 << UInt8(bit % 8)
    }
    try LogFiles(size: 10_000) { files[$0] }.verify(against: point)
  }
}
