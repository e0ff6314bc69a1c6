import Commons
import Foundation

/// This program as a server in a process of its own, known by the line that it prints when ready.
final class ServedProgram {
  /// Where it listens, such as `http://127.0.0.1:8080`.
  let address: String
  private let process = Process()

  /// Starts the program with arguments and waits until it listens.
  init(_ arguments: [String]) throws {
    process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    process.arguments = arguments
    let output = Pipe()
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    var text = ""
    while !text.hasSuffix("\n") || !text.contains("listening on ") {
      let data = output.fileHandleForReading.availableData
      guard !data.isEmpty else {
        throw Problem.refused(
          "not-started",
          Phrase("服务未能启动。", en: "tequ \(arguments.joined(separator: " ")) did not start."))
      }
      text += String(decoding: data, as: UTF8.self)
    }
    let line = text.split(separator: "\n").last { $0.contains("listening on ") } ?? ""
    address = String(line.split(separator: " ").last ?? "")
  }

  /// Ends the process and waits for it.
  func stop() {
    guard process.isRunning else { return }
    process.terminate()
    process.waitUntilExit()
  }
}

/// Loads a server with wrk, a program that is not ours.
struct LoadGenerator {
  /// What is sent with every request.
  struct Body {
    let text: String
    let authorization: String?
    init(_ text: String, authorization: String? = nil) {
      self.text = text
      self.authorization = authorization
    }
  }

  /// What wrk saw.
  struct Result {
    var perSecond = 0.0
    /// Milliseconds.
    var p50 = 0.0
    var p99 = 0.0
    /// Answers other than 2xx and 3xx, and errors of the socket.
    var failed = 0
  }

  private let folder: String
  private let seconds: Int
  private static let program = "/usr/bin/wrk"

  /// A generator that keeps its scripts in a folder.
  init(folder: String, seconds: Int) throws {
    guard FileManager.default.isExecutableFile(atPath: LoadGenerator.program) else {
      throw Problem.refused(
        "no-wrk",
        Phrase("需要 wrk：apt-get install wrk。", en: "wrk is needed: apt-get install wrk."))
    }
    self.folder = folder
    self.seconds = seconds
  }

  /// Sends requests to the paths in turn, over so many connections that stay open.
  func run(
    _ server: ServedProgram, _ paths: [String], _ body: Body?, connections: Int
  ) throws -> Result {
    let script = folder + "/load.lua"
    try lua(paths, body).write(toFile: script, atomically: true, encoding: .utf8)
    let process = Process()
    process.executableURL = URL(fileURLWithPath: LoadGenerator.program)
    process.arguments = [
      "--threads", "1", "--connections", String(connections), "--duration", "\(seconds)s",
      "--latency", "--timeout", "20s", "--script", script, server.address,
    ]
    let output = Pipe()
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return LoadGenerator.read(String(decoding: data, as: UTF8.self))
  }

  private func lua(_ paths: [String], _ body: Body?) -> String {
    let list = paths.map { "\"\($0)\"" }.joined(separator: ",")
    var text = "local paths = {\(list)}\nlocal n = 0\n"
    if let body {
      text += "wrk.method = \"POST\"\nwrk.headers[\"Content-Type\"] = \"application/json\"\n"
      text += "wrk.body = [==[\(body.text)]==]\n"
      if let authorization = body.authorization {
        text += "wrk.headers[\"Authorization\"] = \"\(authorization)\"\n"
      }
    }
    return text
      + "function request() n = n % #paths + 1; return wrk.format(nil, paths[n]) end\n"
  }

  private static func read(_ text: String) -> Result {
    var result = Result()
    for line in text.split(separator: "\n") {
      let words = line.split { $0 == " " || $0 == "," }.map(String.init)
      switch words.first {
      case "Requests/sec:": result.perSecond = Double(words.last ?? "") ?? 0
      case "50%": result.p50 = milliseconds(words.last ?? "")
      case "99%": result.p99 = milliseconds(words.last ?? "")
      case "Non-2xx": result.failed += Int(words.last ?? "") ?? 0
      case "Socket": result.failed += words.compactMap(Int.init).reduce(0, +)
      default: break
      }
    }
    return result
  }

  private static func milliseconds(_ text: String) -> Double {
    for (unit, factor) in [("us", 0.001), ("ms", 1), ("s", 1000)] where text.hasSuffix(unit) {
      return (Double(text.dropLast(unit.count)) ?? 0) * factor
    }
    return 0
  }
}
