import Foundation
import PostgresFixture
import Testing

/// Copies and key rotations that are killed at random moments and go on; a disk that fills up.
@Suite(.serialized) struct CopyKillTests {
  private static let kills = Int(ProcessInfo.processInfo.environment["TEQU_KILLS"] ?? "") ?? 6

  private struct Outcome {
    let status: Int32
    let text: String
  }

  /// A city with some thousand rows; made once.
  private static let city: String = {
    let folder = "/tmp/tequ-copy-\(getpid())"
    _ = try? run([
      "simulate", "--data", folder, "--days", "12", "--per-day", "150", "--from", "2026-03-02",
    ])
    return folder
  }()

  @Test func aKilledCopyGoesOnAndEndsEqual() throws {
    let city = CopyKillTests.city
    let target = city + "/target.sqlite"
    defer { for suffix in ["", "-wal", "-shm", ".lock"] { unlink(target + suffix) } }
    let arguments = [
      "copy", "--from", "sqlite:\(city)/city.sqlite", "--to", "sqlite:\(target)", "--json",
    ]
    var killed = 0
    var resumed: Set<Int> = []
    var generator = SystemRandomNumberGenerator()
    while killed < CopyKillTests.kills {
      let limit = UInt32.random(in: 10_000...400_000, using: &generator)
      let outcome = try CopyKillTests.run(arguments, killAfterMicroseconds: limit)
      if outcome.status == SIGKILL {
        killed += 1
        continue
      }
      // It was quicker than the kill: look at it and begin anew.
      #expect(outcome.status == 0, "\(outcome.text)")
      resumed.insert(try CopyKillTests.number("resumed_rows", outcome.text))
      for suffix in ["", "-wal", "-shm"] { unlink(target + suffix) }
    }
    let last = try CopyKillTests.run(arguments)
    #expect(last.status == 0, "\(last.text)")
    resumed.insert(try CopyKillTests.number("resumed_rows", last.text))
    let verified = try CopyKillTests.run([
      "verify", "--data", city, "--database", "sqlite:\(target)", "--json",
    ])
    #expect(verified.text.contains("\"clean\":true"), "\(verified.text)")
    let whole = city + "/whole.sqlite"
    defer { for suffix in ["", "-wal", "-shm", ".lock"] { unlink(whole + suffix) } }
    let straight = try CopyKillTests.run([
      "copy", "--from", "sqlite:\(target)", "--to", "sqlite:\(whole)", "--json",
    ])
    #expect(try CopyKillTests.tables(straight.text) == CopyKillTests.tables(last.text))
    print("\(killed) kills, resumed at \(resumed.sorted()) rows")
  }

  #if PostgreSQL
    @Test(.enabled(if: PostgresServer.isWanted))
    func aKilledCopyIntoPostgreSQLGoesOnAndEndsEqual() throws {
      let city = CopyKillTests.city
      let target = try PostgresServer.shared.get().newSchema()
      let arguments = ["copy", "--from", "sqlite:\(city)/city.sqlite", "--to", target, "--json"]
      var generator = SystemRandomNumberGenerator()
      var killed = 0
      var last = Outcome(status: SIGKILL, text: "")
      while killed < 20, last.status != 0 {
        let limit = UInt32.random(in: 100_000...2_000_000, using: &generator)
        last = try CopyKillTests.run(arguments, killAfterMicroseconds: limit)
        #expect([0, SIGKILL].contains(last.status), "\(last.text)")
        if last.status == SIGKILL { killed += 1 }
      }
      if last.status != 0 { last = try CopyKillTests.run(arguments) }
      #expect(last.status == 0, "\(last.text)")
      let verified = try CopyKillTests.run([
        "verify", "--data", city, "--database", target, "--json",
      ])
      #expect(verified.text.contains("\"clean\":true"), "\(verified.text)")
      let back = city + "/back.sqlite"
      defer { for suffix in ["", "-wal", "-shm", ".lock"] { unlink(back + suffix) } }
      let returned = try CopyKillTests.run([
        "copy", "--from", target, "--to", "sqlite:\(back)", "--json",
      ])
      #expect(returned.status == 0, "\(returned.text)")
      #expect(try CopyKillTests.tables(returned.text) == CopyKillTests.tables(last.text))
      print("\(killed) kills into PostgreSQL")
    }
  #endif

  @Test func aFullDiskIsToldAndTheCopyGoesOnAfterwards() throws {
    let city = CopyKillTests.city
    let target = city + "/small.sqlite"
    defer { for suffix in ["", "-wal", "-shm", ".lock"] { unlink(target + suffix) } }
    let arguments = ["copy", "--from", "sqlite:\(city)/city.sqlite", "--to", "sqlite:\(target)"]
    // A file may not grow beyond so many blocks of a kilobyte, as on a disk that is full.
    let full = try CopyKillTests.run(arguments, blocks: 1500)
    #expect(full.status == 1, "\(full.text)")
    #expect(full.text.contains("interrupted") || full.text.contains("迁移中断"), "\(full.text)")
    let unfinished = try CopyKillTests.run([
      "verify", "--data", city, "--database", "sqlite:\(target)",
    ])
    #expect(unfinished.status == 1 && unfinished.text.contains("tequ copy"), "\(unfinished.text)")
    let again = try CopyKillTests.run(arguments + ["--json"])
    #expect(again.status == 0, "\(again.text)")
    #expect(try CopyKillTests.number("resumed_rows", again.text) > 0)
  }

  @Test func aBackupOntoAFullDiskLeavesNothing() throws {
    let city = CopyKillTests.city
    let words = city + "/words"
    #expect(
      FileManager.default.createFile(
        atPath: words, contents: Data("a long passphrase\n".utf8),
        attributes: [.posixPermissions: 0o600]))
    let target = city + "/full.age"
    let full = try CopyKillTests.run(
      ["backup", target, "--data", city, "--passphrase-file", words], blocks: 300)
    #expect(full.status == 1 && full.text.contains("has room"), "\(full.text)")
    for left in [target, target + ".partial", city + "/backup.partial"] {
      #expect(!FileManager.default.fileExists(atPath: left), "\(left)")
    }
  }

  @Test func aKilledRotationGoesOnAndEndsClean() throws {
    let city = CopyKillTests.city
    let rotated = city + "/rotated"
    #expect(try CopyKillTests.run(["backup", rotated, "--data", city, "--plain"]).status == 0)
    var generator = SystemRandomNumberGenerator()
    var killed = 0
    for round in 0..<(4 * CopyKillTests.kills) where killed < CopyKillTests.kills {
      let outcome = try CopyKillTests.run(
        ["keys", "rotate", "--data", rotated],
        killAfterMicroseconds: UInt32.random(in: 20_000...600_000, using: &generator))
      if outcome.status == SIGKILL { killed += 1 }
      #expect([0, SIGKILL].contains(outcome.status), "\(outcome.text)")
      // In the middle of it everything can be read and proven.
      guard round.isMultiple(of: 4) else { continue }
      let middle = try CopyKillTests.run(["verify", "--data", rotated, "--json"])
      #expect(middle.text.contains("\"clean\":true"), "\(middle.text)")
    }
    let last = try CopyKillTests.run(["keys", "rotate", "--data", rotated, "--json"])
    #expect(last.status == 0 && last.text.contains("\"altered\":0"), "\(last.text)")
    let verified = try CopyKillTests.run(["verify", "--data", rotated, "--json"])
    #expect(verified.text.contains("\"clean\":true"), "\(verified.text)")
    print("\(killed) kills of a rotation")
  }

  @Test func filesAreMadeForTheOwnerWhateverTheUmask() throws {
    let folder = "/tmp/tequ-umask-\(getpid())"
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let words = folder + "-words"
    defer { unlink(words) }
    #expect(
      FileManager.default.createFile(
        atPath: words, contents: Data("a long passphrase\n".utf8),
        attributes: [.posixPermissions: 0o600]))
    #expect(
      try CopyKillTests.run(["simulate", "--data", folder, "--days", "1"], prelude: "umask 0")
        .status
        == 0)
    #expect(
      try CopyKillTests.run(
        ["backup", folder + "/b.age", "--data", folder, "--passphrase-file", words],
        prelude: "umask 0"
      ).status == 0)
    let all = FileManager.default.enumerator(atPath: folder)
    var count = 0
    while let name = all?.nextObject() as? String {
      let facts = try FileManager.default.attributesOfItem(atPath: folder + "/" + name)
      let mode = facts[.posixPermissions] as? Int ?? 0o777
      #expect(mode & 0o077 == 0, "\(name): \(String(mode, radix: 8))")
      count += 1
    }
    #expect(count >= 4)
  }

  // MARK: Running

  private static func number(_ name: String, _ text: String) throws -> Int {
    let object =
      try JSONSerialization.jsonObject(with: Data(last(text).utf8)) as? [String: Any]
    return object?[name] as? Int ?? -1
  }

  private static func tables(_ text: String) throws -> [String: String] {
    let object =
      try JSONSerialization.jsonObject(with: Data(last(text).utf8)) as? [String: Any]
    let list = object?["tables"] as? [[String: Any]] ?? []
    return Dictionary(
      uniqueKeysWithValues: list.map { ("\($0["name"] ?? "")", "\($0["sha256"] ?? "")") })
  }

  private static func last(_ text: String) -> String {
    text.split(separator: "\n").last { $0.hasPrefix("{") }.map(String.init) ?? "{}"
  }

  /// Runs the program; the status of one that was killed is the signal's number.
  private static func run(
    _ arguments: [String], killAfterMicroseconds: UInt32? = nil, blocks: Int? = nil,
    prelude: String = "true"
  ) throws -> Outcome {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/bash")
    let limit = blocks.map { "trap '' XFSZ; ulimit -f \($0)" } ?? "true"
    process.arguments =
      ["-c", "\(prelude); \(limit); exec \"$0\" \"$@\"", Binary.tequ.path] + arguments
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    try process.run()
    if let killAfterMicroseconds {
      let identifier = process.processIdentifier
      DispatchQueue.global().asyncAfter(
        deadline: .now() + .microseconds(Int(killAfterMicroseconds))
      ) { if process.isRunning { Foundation.kill(identifier, SIGKILL) } }
    }
    let data = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return Outcome(
      status: process.terminationStatus, text: String(decoding: data, as: UTF8.self))
  }
}
