import Commons
import Foundation

#if canImport(FoundationNetworking)
  import FoundationNetworking
#endif

/// Posts text to an address and brings the answer, whatever its status.
public struct WebPost: Sendable {
  /// What came back.
  public struct Answer: Sendable {
    /// The status.
    public let status: Int
    /// The media type; empty where there is none.
    public let mediaType: String
    /// The body.
    public let body: String
  }

  private let session: URLSession
  /// The longest answer that is taken, in bytes.
  public static let limit = 65_536

  /// A client that waits so long for an answer.
  public init(timeoutSeconds: Double = 10) {
    let configuration = URLSessionConfiguration.ephemeral
    configuration.timeoutIntervalForRequest = timeoutSeconds
    configuration.timeoutIntervalForResource = timeoutSeconds
    session = URLSession(configuration: configuration)
  }

  /// An http or https address without what follows a question mark; throws 400 for any other.
  public static func address(_ text: String) throws(Problem) -> URL {
    guard let url = URL(string: text), url.scheme == "https" || url.scheme == "http",
      url.host != nil, url.query == nil
    else {
      throw .malformed(Phrase("“\(text)”不是 http(s) 地址。", en: "“\(text)” is no http(s) address."))
    }
    return url
  }

  /// Posts text; throws ``DeliveryFailure`` without an answer, or with one that is too long or no text.
  public func text(_ body: String, to address: URL) async throws -> Answer {
    var request = URLRequest(url: address)
    request.httpMethod = "POST"
    request.httpBody = Data(body.utf8)
    request.setValue("text/plain; charset=utf-8", forHTTPHeaderField: "Content-Type")
    let data: Data
    let response: URLResponse
    do { (data, response) = try await session.data(for: request) } catch {
      throw DeliveryFailure(
        "\(address.host ?? "?"): \(error.localizedDescription)", isLasting: false)
    }
    guard data.count <= WebPost.limit, let text = String(validating: data, as: UTF8.self) else {
      throw DeliveryFailure("\(address.host ?? "?"): no text", isLasting: false)
    }
    let http = response as? HTTPURLResponse
    return Answer(
      status: http?.statusCode ?? 0,
      mediaType: http?.value(forHTTPHeaderField: "Content-Type") ?? "", body: text)
  }
}
