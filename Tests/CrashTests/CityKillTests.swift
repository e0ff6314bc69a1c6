import Foundation
import Testing

/// Kills a simulated city at random moments. It writes, beside its store, what it was told to be
/// durable; this process reads that and holds the store to it after every kill.
@Suite(.serialized) struct CityKillTests {
  /// Kills; the full count is that of the crash target of the Makefile.
  private static let kills = Int(ProcessInfo.processInfo.environment["TEQU_KILLS"] ?? "") ?? 6

  @Test func noAcknowledgedActIsLostAndTheStoreProvesClean() throws {
    let folder = "/tmp/tequ-crash-\(getpid())"
    defer { try? FileManager.default.removeItem(atPath: folder) }
    var generator = SystemRandomNumberGenerator()
    var acknowledged: Set<String> = []
    for round in 0..<CityKillTests.kills {
      let lines = try run(
        ["simulate", "--data", folder, "--days", "4000", "--per-day", "400", "--report"],
        killAfterMicroseconds: UInt32.random(in: 20_000...900_000, using: &generator),
        // Else the first acknowledged act; how long a start takes depends on the machine.
        sinceStart: round.isMultiple(of: 2))
      acknowledged.formUnion(lines.filter { $0.hasPrefix("act ") }.map(String.init))
      // Every so often the whole store is proven; the acts are looked up after every kill.
      let present = try acts(folder)
      let lost = acknowledged.filter { !present.contains(String($0.dropFirst(4))) }
      #expect(
        lost.isEmpty, "round \(round): \(lost.sorted().prefix(5)) were acknowledged and are gone")
      // The first kill may come before there is a store at all.
      guard FileManager.default.fileExists(atPath: folder + "/city.sqlite") else { continue }
      if round.isMultiple(of: 10) || round == CityKillTests.kills - 1 {
        let report = try run(["verify", "--data", folder, "--json"])
        #expect(report.first?.contains("\"clean\":true") == true, "\(report)")
      }
    }
    print("\(CityKillTests.kills) kills, \(acknowledged.count) acknowledged acts, none lost")
    #expect(!acknowledged.isEmpty)
  }

  /// The keys of all acts in the store, read with a tool that is not ours.
  private func acts(_ folder: String) throws -> Set<String> {
    guard FileManager.default.fileExists(atPath: folder + "/city.sqlite") else { return [] }
    let script = """
      import sqlite3, sys
      for row in sqlite3.connect(sys.argv[1]).execute(
          "SELECT entry_key, hex(commitment) FROM journal"): print("%d %s" % row)
      """
    let lines = try launch(
      URL(fileURLWithPath: "/usr/bin/python3"), ["-c", script, folder + "/city.sqlite"], nil)
    return Set(lines.map(String.init))
  }

  private func run(
    _ arguments: [String], killAfterMicroseconds: UInt32? = nil, sinceStart: Bool = true
  ) throws -> [Substring] {
    try launch(Binary.tequ, arguments, killAfterMicroseconds, sinceStart: sinceStart)
  }

  private func launch(
    _ program: URL, _ arguments: [String], _ killAfterMicroseconds: UInt32?,
    sinceStart: Bool = true
  ) throws -> [Substring] {
    let process = Process()
    process.executableURL = program
    process.arguments = arguments
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = FileHandle.nullDevice
    try process.run()
    var data = sinceStart ? Data() : pipe.fileHandleForReading.availableData
    if let killAfterMicroseconds {
      let identifier = process.processIdentifier
      DispatchQueue.global().asyncAfter(
        deadline: .now() + .microseconds(Int(killAfterMicroseconds))
      ) { Foundation.kill(identifier, SIGKILL) }
    }
    data += pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    let whole = data.lastIndex(of: 0x0A).map { data[...$0] } ?? Data()
    return String(decoding: whole, as: UTF8.self).split(separator: "\n")
  }
}
