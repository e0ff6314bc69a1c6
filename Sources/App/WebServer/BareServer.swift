import Hummingbird
import HummingbirdCore
import Logging
import NIOCore

/// What the benchmark compares the city's server with: the same HTTP server with plain routes, one
/// that does one commit, one that reads one row, and nothing else: no sessions, no rules, no seals.
public struct BareServer: Sendable {
  private let port: Int
  private let logger: Logger
  private let write: @Sendable () async throws -> Int
  private let read: @Sendable (Int64) throws -> [String]?

  /// A server on the loopback address; port 0 takes any free one.
  public init(
    port: Int, logger: Logger, write: @escaping @Sendable () async throws -> Int,
    read: @escaping @Sendable (Int64) throws -> [String]?
  ) {
    self.port = port
    self.logger = logger
    self.write = write
    self.read = read
  }

  private struct Wish: Decodable {
    let item: String
    let text: String
    let district: String
  }

  private struct Done: ResponseEncodable {
    let number: Int
  }

  private struct Cells: ResponseEncodable {
    let cells: [String]
  }

  /// Serves until the process is told to stop.
  public func run(onReady: @escaping @Sendable (Int) async -> Void) async throws {
    let (write, read) = (write, read)
    let router = Router()
    router.post("/commit") { request, context -> EditedResponse<Done> in
      _ = try await request.decode(as: Wish.self, context: context)
      return EditedResponse(status: .created, response: Done(number: try await write()))
    }
    router.get("/rows/:key") { _, context -> Cells in
      guard let key = context.parameters.get("key", as: Int64.self), let cells = try read(key)
      else { throw HTTPError(.notFound) }
      return Cells(cells: cells)
    }
    let application = Application(
      router: router,
      configuration: .init(address: .hostname("127.0.0.1", port: port), serverName: nil),
      onServerRunning: { channel in await onReady(channel.localAddress?.port ?? 0) },
      logger: logger)
    try await application.runService()
  }
}
