import Commons
import Foundation

#if canImport(FoundationNetworking)
  import FoundationNetworking
#endif

/// Posts each message as JSON to an address: a short-message gateway, a mail service, another
/// platform. The body is signed with HMAC-SHA-256 in `Tequ-Signature`; `Idempotency-Key` lets the
/// receiver drop repetitions. Any 2xx answer counts as taken.
public struct WebhookConnector: Connector {
  private let address: URL
  private let secret: [UInt8]
  private let session: URLSession
  /// The entry of `config.json` that sets it up; its proofs begin with it.
  public let name = "webhook"

  /// A connector to an http or https address.
  ///
  /// - Throws: ``Problem`` 400 for an address that is none.
  public init(address: String, secret: [UInt8], timeoutSeconds: Double = 10) throws(Problem) {
    guard let url = URL(string: address), url.scheme == "https" || url.scheme == "http" else {
      throw .malformed(
        Phrase("“\(address)”不是 http(s) 地址。", en: "“\(address)” is no http(s) address."))
    }
    self.address = url
    self.secret = secret
    let configuration = URLSessionConfiguration.ephemeral
    configuration.timeoutIntervalForRequest = timeoutSeconds
    configuration.timeoutIntervalForResource = timeoutSeconds
    session = URLSession(configuration: configuration)
  }

  /// Posts one message; the proof is `webhook:` and the status.
  ///
  /// - Throws: ``DeliveryFailure``; lasting for a status 4xx but 401, 403, 408, 425 and 429.
  public func deliver(_ notice: Notice) async throws -> String {
    let body = JSONValue.object([
      "id": .string(notice.id), "to": .string(notice.recipient),
      "subject": .string(notice.subject), "body": .string(notice.body),
      "date": .string(notice.date.description),
    ]).canonicalBytes
    var request = URLRequest(url: address)
    request.httpMethod = "POST"
    request.httpBody = Data(body)
    request.setValue("application/json", forHTTPHeaderField: "Content-Type")
    request.setValue(notice.id, forHTTPHeaderField: "Idempotency-Key")
    request.setValue(
      Hex.encode(MAC.sha256(body, key: secret)), forHTTPHeaderField: "Tequ-Signature")
    let response: URLResponse
    do { (_, response) = try await session.data(for: request) } catch {
      throw DeliveryFailure(
        "\(address.host ?? "?"): \(error.localizedDescription)", isLasting: false)
    }
    let status = (response as? HTTPURLResponse)?.statusCode ?? 0
    guard (200..<300).contains(status) else { throw DeliveryFailure(status: status) }
    return "webhook:\(status)"
  }
}
