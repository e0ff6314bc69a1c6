import Commons
import Foundation
import Simulation
import StorageConformance
import Testing

/// Kills a real process at random moments. The acknowledgements are recorded here, in another
/// process than the one that dies.
@Suite(.serialized) struct KillTests {
  @Test(arguments: HostileProbe.allCases, [1, 7, 1000])
  func whatWasAcknowledgedSurvivesAKill(_ probe: HostileProbe, _ batch: Int) async throws {
    var random = SeededRandom(seed: 11).fork("\(probe)-\(batch)")
    for seed in UInt64(1)...3 {
      let database = "/tmp/tequ-kill-\(getpid())-\(probe)-\(batch)-\(seed).sqlite"
      defer { for suffix in ["", "-wal", "-shm"] { unlink(database + suffix) } }
      let lines = try kill(
        ["probe", "\(probe)", "--database", database, "--seed", "\(seed)", "--batch", "\(batch)"],
        afterLines: 3 + random.below(probe == .batchActs ? 8 : 60),
        microseconds: UInt32(random.below(3000)))
      let numbers = lines.map { $0.split(separator: " ") }.filter { $0.count == 2 }
      let done = numbers.last { $0[0] == "done" }.flatMap { Int($0[1]) } ?? 0
      let submitted = numbers.last { $0[0] == "submit" }.flatMap { Int($0[1]) } ?? 0
      #expect(submitted > 0)
      let crash = CrashProbe(probe, seed: seed, batchLimit: batch, database: database)
      let survived = try await crash.recover(acknowledged: done, submitted: submitted)
      #expect((done...submitted).contains(survived))
    }
  }

  /// Runs `tequ`, kills it after so many lines and a moment more, and returns the whole lines.
  private func kill(
    _ arguments: [String], afterLines count: Int, microseconds: UInt32
  ) throws -> [Substring] {
    let process = Process()
    process.executableURL = Binary.tequ
    process.arguments = arguments
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    var text: [UInt8] = []
    let handle = pipe.fileHandleForReading
    var isKilled = false
    while true {
      let data = handle.availableData
      if data.isEmpty { break }
      text.append(contentsOf: data)
      if !isKilled, text.count(where: { $0 == 0x0A }) >= count {
        usleep(microseconds)
        Foundation.kill(process.processIdentifier, SIGKILL)
        isKilled = true
      }
    }
    process.waitUntilExit()
    let whole = text.lastIndex(of: 0x0A).map { text[...$0] } ?? []
    return String(decoding: whole, as: UTF8.self).split(separator: "\n")
  }
}

/// The program under test, built beside the tests.
enum Binary {
  static let tequ: URL = {
    let bundle = Bundle.main.executableURL ?? URL(fileURLWithPath: CommandLine.arguments[0])
    var folder = bundle.deletingLastPathComponent()
    for _ in 0..<4 {
      let candidate = folder.appendingPathComponent("tequ")
      if FileManager.default.isExecutableFile(atPath: candidate.path) { return candidate }
      folder = folder.deletingLastPathComponent()
    }
    return URL(fileURLWithPath: ".build/debug/tequ")
  }()
}
