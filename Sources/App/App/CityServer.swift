import Commons
import HTTPValues
import Logging
import MeasureKit
import WebServer

/// Serves a city: answers requests and runs its workers until the process is told to stop.
public struct CityServer: Sendable {
  private let city: RunningCity
  private let front: Front

  /// A server of a city.
  public init(_ city: RunningCity, _ options: Front.Options = Front.Options()) {
    self.city = city
    front = Front(city, options)
  }

  /// Serves on an address; `onReady` is told the port once requests are taken.
  public func run(
    host: String, port: Int, onReady: @escaping @Sendable (Int) async -> Void
  ) async throws {
    try await city.sequencer.load()
    let (workers, limiter) = (city.workers, front.limiter)
    let background = Task { await workers.run(sharing: limiter, city.ring) }
    defer { background.cancel() }
    let front = front
    let server = HTTPServer(host: host, port: port, logger: city.logger) {
      await front.respond($0)
    }
    try await server.run(onReady: onReady)
    background.cancel()
    await background.value
    try await city.sequencer.drain()
    await city.retire()
  }
}
