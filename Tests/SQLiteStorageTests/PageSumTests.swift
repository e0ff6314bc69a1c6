import Commons
import Foundation
import SQLiteStorage
import Storage
import Testing

@Suite struct PageSumTests {
  private static let migration = Migration(
    "sums.0001", ["CREATE TABLE words (word_key {key}, word TEXT NOT NULL, room {bytes} NOT NULL)"])
  private static let insert = Statement("INSERT INTO words VALUES ($1, $2, $3)")
  private static let all = Statement("SELECT word_key, word, room FROM words ORDER BY word_key")

  /// A database at rest with rows of all sizes, some on overflow pages.
  private func database() async throws -> String {
    let path = "/tmp/tequ-sums-\(UInt64.random(in: 0 ... .max))"
    let store = try SQLiteStore(.init(path: path), migrations: [PageSumTests.migration])
    for key in Int64(1)...200 {
      let room = [UInt8](repeating: UInt8(key), count: key.isMultiple(of: 20) ? 20_000 : 60)
      try await store.write { _ in
        WritePlan(
          [Change(PageSumTests.insert, [.integer(key), .text("word \(key)"), .blob(room)])],
          answer: ())
      }
    }
    store.close()
    try SQLiteBackup.settle(path)
    return path
  }

  private func rows(_ path: String) async throws -> [[SQLValue]] {
    let store = try SQLiteStore(
      .init(path: path, isReadOnly: true), migrations: [PageSumTests.migration])
    return try await store.all(Query(PageSumTests.all) { row in (0..<3).map { row.value($0) } })
  }

  private func remove(_ path: String) {
    for suffix in ["", "-wal", "-shm", ".copy"] { unlink(path + suffix) }
  }

  @Test func aBitThatTurnsOverIsNeverServed() async throws {
    let path = try await database()
    defer { remove(path) }
    let sound = try Data(contentsOf: URL(fileURLWithPath: path))
    let before = try await rows(path)
    #expect(before.count == 200)
    var random = SeededRandom(seed: 7)
    var refused = 0
    for _ in 0..<300 {
      var damaged = sound
      damaged[random.below(damaged.count)] ^= 1 << UInt8(random.below(8))
      try damaged.write(to: URL(fileURLWithPath: path))
      do { #expect(try await rows(path) == before) } catch { refused += 1 }
    }
    // All but a few pages of the file are read.
    #expect(refused > 250)
  }

  @Test func aPageAtThePlaceOfAnotherIsRefused() async throws {
    let path = try await database()
    defer { remove(path) }
    var data = try Data(contentsOf: URL(fileURLWithPath: path))
    let size = Int(data[16]) << 8 | Int(data[17])
    let last = data.count - size
    let (one, two) = (data[last - size..<last], data[last...])
    data.replaceSubrange(last - size..<data.count, with: Data(two) + Data(one))
    try data.write(to: URL(fileURLWithPath: path))
    await #expect(throws: StorageError.self) { try await rows(path) }
  }

  /// What another program makes of a database that was left with a write-ahead log: it reads all
  /// rows, which checks the log's own sums, and copies the log into the file as it closes.
  private func readElsewhere(_ path: String, _ pragma: String = "") throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
    process.arguments = [
      "-c",
      """
      import sqlite3, sys
      c = sqlite3.connect(sys.argv[1])
      if sys.argv[2]: c.execute(sys.argv[2])
      print(c.execute("SELECT count(*), sum(length(room)) FROM words").fetchone())
      print(c.execute("PRAGMA integrity_check").fetchone()[0])
      c.close()
      """, path, pragma,
    ]
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let data = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return String(decoding: data, as: UTF8.self)
  }

  @Test(arguments: [4, 32]) func whatLiesInTheLogOutlivesTheProgram(_ cacheMegabytes: Int)
    async throws
  {
    let path = "/tmp/tequ-sums-\(UInt64.random(in: 0 ... .max))"
    defer { remove(path) }
    defer { remove(path + ".left") }
    var configuration = SQLiteStore.Configuration(path: path, cacheMegabytes: cacheMegabytes)
    configuration.checkpointPages = 100_000
    let store = try SQLiteStore(configuration, migrations: [PageSumTests.migration])
    for round in Int64(0)..<6 {
      // One transaction larger than a small cache: pages are written to the log more than once in it.
      let changes = (Int64(1)...400).map { key in
        Change(
          PageSumTests.insert,
          [
            .integer(round * 400 + key), .text("word"),
            .blob([UInt8](repeating: UInt8(round), count: key.isMultiple(of: 3) ? 30_000 : 50)),
          ])
      }
      try await store.write { _ in WritePlan(changes, answer: ()) }
    }
    let expected = try await rows(path).count
    // As it would lie there after the program was killed.
    for suffix in ["", "-wal"] {
      try FileManager.default.copyItem(atPath: path + suffix, toPath: path + ".left" + suffix)
    }
    store.close()
    let answer = try readElsewhere(path + ".left")
    #expect(answer.hasPrefix("(\(expected), ") && answer.hasSuffix("ok\n"), "\(answer)")
    #expect(!FileManager.default.fileExists(atPath: path + ".left-wal"))
    #expect(try await rows(path + ".left").count == expected)
    #expect(try SQLiteBackup.integrityFindings(path + ".left") == [])
  }

  @Test func aDamagedFileIsReadOnlyToNameTheDamage() async throws {
    let path = try await database()
    defer { remove(path) }
    var data = try Data(contentsOf: URL(fileURLWithPath: path))
    let size = Int(data[16]) << 8 | Int(data[17])
    data[data.count - size + 40] ^= 1
    try data.write(to: URL(fileURLWithPath: path))
    await #expect(throws: StorageError.self) { try await rows(path) }
    var configuration = SQLiteStore.Configuration(path: path, isReadOnly: true)
    configuration.refusesDamagedPages = false
    let store = try SQLiteStore(configuration, migrations: [PageSumTests.migration])
    #expect(try await store.all(Query(PageSumTests.all) { $0.integer(0) }).count == 200)
    #expect(try SQLiteBackup.integrityFindings(path) != [])
  }

  @Test func aCopyHoldsSumsToo() async throws {
    let path = try await database()
    defer { remove(path) }
    try SQLiteBackup.copy(from: path, to: path + ".copy")
    #expect(try await rows(path + ".copy") == rows(path))
    var copy = try Data(contentsOf: URL(fileURLWithPath: path + ".copy"))
    #expect(copy[20] == 8)
    copy[copy.count - 100] ^= 4
    try copy.write(to: URL(fileURLWithPath: path + ".copy"))
    await #expect(throws: StorageError.self) { try await rows(path + ".copy") }
  }

  @Test func whatIsWrongIsSaidInWords() async throws {
    let path = try await database()
    defer { remove(path) }
    var data = try Data(contentsOf: URL(fileURLWithPath: path))
    for place in stride(from: 5000, to: data.count, by: 1024) { data[place] ^= 1 }
    try data.write(to: URL(fileURLWithPath: path))
    do {
      _ = try await rows(path)
      Issue.record("a damaged database was read")
    } catch let error as StorageError {
      #expect(error.description.contains("does not hold its sum"))
    }
  }
}
