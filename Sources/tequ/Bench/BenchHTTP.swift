import AccessControl
import Accounts
import App
import ArgumentParser
import Commons
import Desk
import Foundation
import Logging
import SQLiteStorage
import ServiceRequests
import Simulation
import WebServer

/// The served city beside a bare server, loaded by wrk.
struct BenchHTTP: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "http",
    abstract: "Durable posts, batches and reads over HTTP, beside a bare server in turn.",
    discussion: """
      Starts `tequ serve` and a server of the same kind whose routes do nothing but the commit or the \
      read, loads them in turn with wrk (Debian's package) from this machine, and stops them.
      """)

  @OptionGroup var options: BenchOptions
  @Option(help: "Seconds for each measurement.") var seconds = 5
  @Option(help: "Turns of each pair.") var rounds = 2
  @Option(help: "Connections at once.") var connections = 64

  func run() async throws {
    try await Bench.inScratch(options) { folder in
      let load = try LoadGenerator(folder: folder.path, seconds: seconds)
      let (city, token) = try await prepare(DataFolder(folder.path + "/city"))
      let served = try ServedProgram([
        "serve", "--data", folder.path + "/city", "--port", "0", "--writes-per-minute",
        "1000000000",
      ])
      defer { served.stop() }
      let bare = try ServedProgram(["bench", "bare-server", "--folder", folder.path])
      defer { bare.stop() }
      for round in 1...rounds {
        try posts(load, served, bare, round)
        try reads(load, served, bare, city)
      }
      try batches(load, served, token)
      try pages(load, served)
    }
  }

  private static let intake =
    #"{"item":"city-01","title":"路灯不亮","text":"滨河路路灯不亮，已有两天，影响夜间出行，希望尽快派人维修。","district":"donghu","phone":"13800000000"}"#

  /// A city with a dispatcher and some cases; how to read the cases, and the dispatcher's token.
  private func prepare(
    _ folder: DataFolder
  ) async throws -> (readable: [(number: CaseNumber, token: String)], session: String) {
    let city = try await options.city(folder)
    _ = try await city.desk.submit(
      OpenAccount(
        login: "bench", name: "bench", posts: [Post(RequestsMeasure.dispatcher.id)],
        password: try PasswordHash(DemoCity.password, salt: city.random.bytes(16)),
        policy: city.policy), by: .system(["accounts.manage", "accounts.register"]))
    let bench = CityBench(city)
    try await bench.fill(5000) { _ in }
    try await city.settle()
    let session = try await city.signIn.signIn(
      login: "bench", password: DemoCity.password, from: "127.0.0.1")
    let readable = try await bench.readable(1000)
    city.close()
    return (readable, session)
  }

  private func posts(
    _ load: LoadGenerator, _ served: ServedProgram, _ bare: ServedProgram, _ round: Int
  ) throws {
    for connections in [connections, connections * 4] {
      let body = LoadGenerator.Body(BenchHTTP.intake)
      let plain = try load.run(bare, ["/commit"], body, connections: connections)
      let own = try load.run(served, ["/api/requests"], body, connections: connections)
      tell("POST, one durable act each, \(connections) connections", own, plain)
    }
  }

  private func reads(
    _ load: LoadGenerator, _ served: ServedProgram, _ bare: ServedProgram,
    _ readable: [(number: CaseNumber, token: String)]
  ) throws {
    let plain = try load.run(
      bare, (1...1000).map { "/rows/\($0)" }, nil, connections: connections)
    let own = try load.run(
      served, readable.map { "/api/requests/\($0.number)" }, nil, connections: connections)
    tell("GET one public case by key", own, plain)
    let opened = try load.run(
      served, readable.map { "/api/requests/\($0.number)?token=\($0.token)" }, nil,
      connections: connections)
    tell("GET one case with its words unsealed, by token", opened, plain)
  }

  private func batches(
    _ load: LoadGenerator, _ served: ServedProgram, _ token: String
  ) throws {
    let size = 50
    let body = LoadGenerator.Body(
      "[" + Array(repeating: BenchHTTP.intake, count: size).joined(separator: ",") + "]",
      authorization: "Bearer \(token)")
    let own = try load.run(served, ["/api/requests/intakes"], body, connections: 16)
    options.report.figures(
      "POST /api/requests/intakes, \(size) acts each, 16 connections",
      [
        ("acts", own.perSecond * Double(size), "per second"), ("p50", own.p50, "ms"),
        ("p99", own.p99, "ms"), ("failed", Double(own.failed), ""),
      ])
  }

  private func pages(_ load: LoadGenerator, _ served: ServedProgram) throws {
    for path in ["/", "/requests", "/requests/figures"] {
      let own = try load.run(served, [path], nil, connections: connections)
      options.report.figures(
        "GET \(path)",
        [
          ("pages", own.perSecond, "per second"), ("p50", own.p50, "ms"), ("p99", own.p99, "ms"),
          ("failed", Double(own.failed), ""),
        ])
    }
  }

  private func tell(_ what: String, _ own: LoadGenerator.Result, _ bare: LoadGenerator.Result) {
    options.report.figures(
      what,
      [
        ("city", own.perSecond, "per second"), ("bare", bare.perSecond, "per second"),
        ("ratio", own.perSecond / bare.perSecond * 100, "%"), ("p50", own.p50, "ms"),
        ("p99", own.p99, "ms"), ("bare p99", bare.p99, "ms"),
        ("failed", Double(own.failed + bare.failed), ""),
      ])
  }
}

/// The bare server of the HTTP benchmark.
struct BenchBareServer: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bare-server", abstract: "The bare server of the HTTP benchmark.",
    shouldDisplay: false)

  @Option(help: "A scratch folder.") var folder: String

  func run() async throws {
    let path = folder + "/bare-http.sqlite"
    let writer = try BareWriter(path: path)
    for _ in 0..<1000 { _ = try await writer.write() }
    let reader = BareReader(path: path)
    let server = BareServer(
      port: 0, logger: Logger(label: "bare"), write: { try await writer.write() },
      read: { try reader.row($0) })
    try await server.run { Say.line("listening on http://127.0.0.1:\($0)") }
  }
}
