import Commons
import Foundation

#if canImport(FoundationNetworking)
  import FoundationNetworking
#endif

/// Posts signed messages to the address of one other system, see ``SignedMessage``.
public struct SignedWebhook: Sendable {
  private let address: URL
  private let secret: SharedSecret
  private let session: URLSession

  /// A way to an http or https address.
  ///
  /// - Throws: ``Problem`` 400 for an address that is none.
  public init(
    address: String, secret: SharedSecret, timeoutSeconds: Double = 5
  ) throws(Problem) {
    guard let url = URL(string: address), url.scheme == "https" || url.scheme == "http" else {
      throw .malformed(
        Phrase("“\(address)”不是 http(s) 地址。", en: "“\(address)” is no http(s) address."))
    }
    self.address = url
    self.secret = secret
    let configuration = URLSessionConfiguration.ephemeral
    configuration.timeoutIntervalForRequest = timeoutSeconds
    configuration.timeoutIntervalForResource = timeoutSeconds
    configuration.httpMaximumConnectionsPerHost = 8
    session = URLSession(configuration: configuration)
  }

  /// Posts a message; the proof is the status and the receipt that the other side gave.
  ///
  /// - Throws: ``DeliveryFailure``; lasting for a status 4xx but 401, 403, 408, 425 and 429.
  public func post(_ body: JSONValue, key: String, at moment: Instant) async throws -> String {
    let bytes = body.canonicalBytes
    var request = URLRequest(url: address)
    request.httpMethod = "POST"
    request.httpBody = Data(bytes)
    for (name, value) in [
      ("Content-Type", "application/json"), (SignedMessage.keyHeader, key),
      (SignedMessage.timeHeader, String(moment.seconds)),
      (
        SignedMessage.signatureHeader,
        SignedMessage.signature(bytes, key: key, at: moment.seconds, secret)
      ),
    ] { request.setValue(value, forHTTPHeaderField: name) }
    let data: Data
    let response: URLResponse
    do { (data, response) = try await session.data(for: request) } catch {
      throw DeliveryFailure(
        "\(address.host ?? "?"): \(error.localizedDescription)", isLasting: false)
    }
    let status = (response as? HTTPURLResponse)?.statusCode ?? 0
    guard (200..<300).contains(status) else { throw DeliveryFailure(status: status) }
    let receipt = (try? JSONValue(parsing: Array(data.prefix(10_000))))?["receipt"]?.string
    return "webhook:\(status) " + (receipt.map { String($0.prefix(100)) } ?? "no receipt")
  }
}

extension DeliveryFailure {
  /// What an HTTP status that is no success means: a refusal of the message itself will not change,
  /// anything else may pass.
  init(status: Int) {
    self.init(
      "HTTP \(status)",
      isLasting: (400..<500).contains(status) && ![401, 403, 408, 425, 429].contains(status))
  }
}
