import Commons
import Foundation

#if canImport(FoundationNetworking)
  import FoundationNetworking
#endif

/// Calls an interface of another program: JSON there and back, any method.
public struct WebCall: Sendable {
  private let session: URLSession
  /// The longest answer that is taken, in bytes.
  public static let limit = 4_194_304

  /// A client that waits so long for an answer.
  public init(timeoutSeconds: Double = 5) {
    let configuration = URLSessionConfiguration.ephemeral
    configuration.timeoutIntervalForRequest = timeoutSeconds
    configuration.timeoutIntervalForResource = timeoutSeconds
    configuration.httpMaximumConnectionsPerHost = 32
    session = URLSession(configuration: configuration)
  }

  /// Sends a request; throws ``DeliveryFailure`` without an answer, or with one that is too long.
  public func send(
    _ method: String, _ address: String, headers: [(name: String, value: String)],
    body: [UInt8]?
  ) async throws -> (status: Int, body: [UInt8]) {
    guard let url = URL(string: address), url.scheme == "https" || url.scheme == "http",
      let host = url.host
    else {
      throw DeliveryFailure("“\(address)” is no http(s) address", isLasting: true)
    }
    var request = URLRequest(url: url)
    request.httpMethod = method
    for (name, value) in headers { request.setValue(value, forHTTPHeaderField: name) }
    request.httpBody = body.map { Data($0) }
    let data: Data
    let response: URLResponse
    do { (data, response) = try await session.data(for: request) } catch {
      throw DeliveryFailure("\(host): \(error.localizedDescription)", isLasting: false)
    }
    guard data.count <= WebCall.limit else {
      throw DeliveryFailure("\(host): an answer of \(data.count) bytes", isLasting: false)
    }
    return ((response as? HTTPURLResponse)?.statusCode ?? 0, Array(data))
  }
}
