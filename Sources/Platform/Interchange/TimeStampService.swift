import Commons
import Foundation
import TimeStamping

#if canImport(FoundationNetworking)
  import FoundationNetworking
#endif

/// A time-stamping authority behind an address (RFC 3161 §3.4), or behind whatever exchange is injected.
public struct TimeStampService: Sendable {
  /// Sends a request and brings the answer, both DER.
  public typealias Exchange = @Sendable ([UInt8]) async throws -> [UInt8]

  private let exchange: Exchange
  /// The longest answer that is taken, in bytes.
  public static let limit = 1 << 20

  /// An authority that is reached in some way.
  public init(_ exchange: @escaping Exchange) { self.exchange = exchange }

  /// An authority at an http or https address.
  ///
  /// - Throws: ``Problem`` 400 for an address that is none.
  public init(_ address: String, timeoutSeconds: Double = 30) throws(Problem) {
    guard let url = URL(string: address), url.scheme == "https" || url.scheme == "http",
      url.host != nil
    else {
      throw .malformed(
        Phrase("“\(address)”不是 http(s) 地址。", en: "“\(address)” is no http(s) address."))
    }
    let configuration = URLSessionConfiguration.ephemeral
    configuration.timeoutIntervalForRequest = timeoutSeconds
    configuration.timeoutIntervalForResource = timeoutSeconds
    let session = URLSession(configuration: configuration)
    exchange = { try await TimeStampService.post($0, url, session) }
  }

  /// Asks for a time-stamp; the answer is read but not checked.
  ///
  /// - Returns: the answer's bytes and what they hold.
  /// - Throws: ``Problem`` 502 without a usable answer, 422 `timestamp-rejected` if none was granted, 400
  ///   for an answer that cannot be read.
  public func ask(
    _ request: TimeStampRequest
  ) async throws -> (reply: [UInt8], stamp: SignedTimeStamp) {
    let reply = try await exchange(request.der)
    return (reply, try SignedTimeStamp(der: reply))
  }

  private static func post(
    _ bytes: [UInt8], _ address: URL, _ session: URLSession
  ) async throws -> [UInt8] {
    func failed(_ why: String) -> Problem {
      Problem(
        "fetch-failed", status: 502, title: Phrase("对方没有答复", en: "There is no usable answer"),
        detail: Phrase("\(address.absoluteString)：\(why)", en: "\(address.absoluteString): \(why)"))
    }
    var request = URLRequest(url: address)
    request.httpMethod = "POST"
    request.httpBody = Data(bytes)
    request.setValue(TimeStampRequest.mediaType, forHTTPHeaderField: "Content-Type")
    request.setValue(TimeStampRequest.replyType, forHTTPHeaderField: "Accept")
    let data: Data
    let response: URLResponse
    do { (data, response) = try await session.data(for: request) } catch {
      throw failed(error.localizedDescription)
    }
    let answer = response as? HTTPURLResponse
    guard answer?.statusCode == 200 else { throw failed("HTTP \(answer?.statusCode ?? 0)") }
    let found = answer?.value(forHTTPHeaderField: "Content-Type") ?? ""
    guard found.split(separator: ";").first.map(String.init) == TimeStampRequest.replyType else {
      throw failed("“\(found)” instead of \(TimeStampRequest.replyType)")
    }
    guard data.count <= limit else { throw failed("> \(limit) bytes") }
    return Array(data)
  }
}
