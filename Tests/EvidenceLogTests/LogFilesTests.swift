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
      let paths = files.shape.parts.map { files.shape.path(of: $0) }
      #expect(paths.sorted() == log.files.keys.sorted())
    }
  }

  @Test func pathsAndPartsNameEachOther() throws {
    for size: Int64 in [1, 255, 256, 257, 70_000] {
      let shape = LogShape(size: size)
      for part in shape.parts { #expect(shape.part(at: shape.path(of: part)) == part) }
    }
    let shape = LogShape(size: 70_000)
    for wrong in [
      "tile/0/274", "tile/0/273", "tile/0/000.p/5", "tile/entries/273.p/0112", "tile/1/001.p/17/",
      "tile/00/000", "tile/-1/000", "tile/9/000", "tile/entries/273.p/113", "checkpoint", "tile/0/",
      "tile/0/x000/000", "tile/0/999999999999999999", "tile/0/x999/x999/x999/x999/999", "",
    ] {
      #expect(shape.part(at: wrong) == nil, "\(wrong)")
    }
    #expect(Tile.place("x001/x234/067")?.index == 1_234_067)
  }

  /// A log may drop a partial file when the full one is there.
  @Test func aPartialFileIsCutFromTheFullOne() throws {
    let (small, large) = (try SmallLog(300), try SmallLog(600))
    let shape = LogShape(size: 300)
    for part in shape.parts {
      guard let whole = shape.whole(part) else { continue }
      guard let bytes = large.files[whole.path] else { continue }
      #expect(try whole.cut(bytes) == small.files[shape.path(of: part)])
    }
    #expect(shape.whole(.bundle(0)) == nil && shape.whole(.bundle(1)) != nil)
    let cut = try #require(shape.whole(.bundle(1)))
    #expect(throws: Problem.self) { try cut.cut([0, 9, 1]) }
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

  @Test func actsOfTheFutureAreRefused() throws {
    let now = Instant(seconds: 1_772_413_323)
    func act(_ time: Instant) -> [UInt8] {
      LogEntry(
        kind: "requests.file", recordedAt: time, effectiveAt: time, jurisdiction: "990000",
        authorisation: "", matter: [UInt8](repeating: 2, count: 16), publicText: "{}",
        commitment: [UInt8](repeating: 3, count: 32)
      ).canonicalBytes
    }
    func check(_ entries: [[UInt8]]) throws -> String? {
      let bundle = try EntryBundle.write(entries, from: 0)
      let files = LogFiles(size: Int64(entries.count)) { _ in bundle }
      do { try files.checkActs(now: now) } catch let problem as Problem {
        return problem.slug + " " + problem.detail.en
      }
      return nil
    }
    let early = act(now.adding(seconds: 300))
    #expect(try check([early, early]) == nil)
    #expect(
      try check([early, act(now.adding(seconds: 301))])?.hasPrefix("log-future Entry 1 ") == true)
    #expect(try check([early, early, [7]])?.hasPrefix("log-act Entry 2 ") == true)
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
    let shape = LogShape(size: 10_000)
    let parts = shape.parts
    var random = SeededRandom(seed: 5)
    for trial in 0..<1500 {
      let part = parts[random.below(parts.count)]
      let path = shape.path(of: part)
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
