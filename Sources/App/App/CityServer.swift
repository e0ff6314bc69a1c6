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
    try await CityServer.prepare(city)
    let background = CityServer.startWorkers(of: city, front)
    defer { background.cancel() }
    let front = front
    let server = HTTPServer(host: host, port: port, logger: city.logger) {
      await front.respond($0)
    }
    try await server.run(onReady: onReady)
    await CityServer.finish(city, background)
  }

  /// What must be done before anybody asks.
  static func prepare(_ city: RunningCity) async throws {
    try await city.sequencer.load()
    if !city.isReading { try await city.publisher.prepare() }
  }

  static func startWorkers(of city: RunningCity, _ front: Front) -> Task<Void, Never> {
    let (workers, limiter) = (city.workers, front.limiter)
    if city.isReading { return Task { await workers.runReading() } }
    return Task { await workers.run(sharing: limiter, city.ring) }
  }

  /// Ends the workers, takes what waits into the log, and leaves the duties to others.
  static func finish(_ city: RunningCity, _ background: Task<Void, Never>) async {
    background.cancel()
    await background.value
    if city.isReading { return }
    do { try await city.sequencer.drain() } catch {
      city.logger.warning("what waits for the log is left for the next start: \(error)")
    }
    await city.retire()
  }
}
