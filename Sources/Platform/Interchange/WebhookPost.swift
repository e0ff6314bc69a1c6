import Commons
import Foundation

#if canImport(FoundationNetworking)
  import FoundationNetworking
#endif

/// Posts JSON to one address of another system.
struct WebhookPost: Sendable {
  private let address: URL
  private let session: URLSession

  /// A way to an http or https address.
  ///
  /// - Throws: ``Problem`` 400 for an address that is none.
  init(_ address: String, timeoutSeconds: Double) throws(Problem) {
    guard let url = URL(string: address), url.scheme == "https" || url.scheme == "http" else {
      throw .malformed(
        Phrase("“\(address)”不是 http(s) 地址。", en: "“\(address)” is no http(s) address."))
    }
    self.address = url
    let configuration = URLSessionConfiguration.ephemeral
    configuration.timeoutIntervalForRequest = timeoutSeconds
    configuration.timeoutIntervalForResource = timeoutSeconds
    configuration.httpMaximumConnectionsPerHost = 16
    session = URLSession(configuration: configuration)
  }

  /// Posts a body; any 2xx answer counts as taken.
  ///
  /// - Throws: ``DeliveryFailure``; lasting for a status 4xx but 401, 403, 408, 425 and 429.
  func post(
    _ body: [UInt8], _ headers: [(name: String, value: String)]
  ) async throws -> (status: Int, body: [UInt8]) {
    var request = URLRequest(url: address)
    request.httpMethod = "POST"
    request.httpBody = Data(body)
    request.setValue("application/json", forHTTPHeaderField: "Content-Type")
    for (name, value) in headers { request.setValue(value, forHTTPHeaderField: name) }
    let data: Data
    let response: URLResponse
    do { (data, response) = try await session.data(for: request) } catch {
      throw DeliveryFailure(
        "\(address.host ?? "?"): \(error.localizedDescription)", isLasting: false)
    }
    let status = (response as? HTTPURLResponse)?.statusCode ?? 0
    guard (200..<300).contains(status) else {
      // A refusal of the message itself will not change; anything else may pass.
      let isLasting = (400..<500).contains(status) && ![401, 403, 408, 425, 429].contains(status)
      throw DeliveryFailure("HTTP \(status)", isLasting: isLasting)
    }
    return (status, Array(data))
  }
}
