import Commons
import Foundation

#if canImport(FoundationNetworking)
  import FoundationNetworking
#endif

/// Reads files below an address.
public struct WebFiles: Sendable {
  private let base: URL
  private let session: URLSession
  /// The longest answer that is taken, in bytes: a full bundle of the longest entries of a log fits.
  public static let limit = 256 * 65_537

  /// Files below an http or https address.
  ///
  /// - Throws: ``Problem`` 400 for an address that is none.
  public init(_ address: String, timeoutSeconds: Double = 30) throws(Problem) {
    guard let url = URL(string: address.hasSuffix("/") ? address : address + "/"),
      url.scheme == "https" || url.scheme == "http", url.host != nil
    else {
      throw .malformed(
        Phrase("“\(address)”不是 http(s) 地址。", en: "“\(address)” is no http(s) address."))
    }
    base = url
    let configuration = URLSessionConfiguration.ephemeral
    configuration.timeoutIntervalForRequest = timeoutSeconds
    configuration.timeoutIntervalForResource = timeoutSeconds * 4
    session = URLSession(configuration: configuration)
  }

  /// The bytes of a file; nil for status 404.
  ///
  /// - Throws: ``Problem`` 502 for another status but 200, no answer, or one that is too long.
  public func file(_ path: String) async throws -> [UInt8]? {
    guard let url = URL(string: path, relativeTo: base) else { return nil }
    func failed(_ why: String) -> Problem {
      Problem(
        "fetch-failed", status: 502, title: Phrase("无法取得文件", en: "The file cannot be fetched"),
        detail: Phrase("\(url.absoluteString)：\(why)", en: "\(url.absoluteString): \(why)"))
    }
    let data: Data
    let response: URLResponse
    do { (data, response) = try await session.data(from: url) } catch {
      throw failed(error.localizedDescription)
    }
    let status = (response as? HTTPURLResponse)?.statusCode ?? 0
    if status == 404 { return nil }
    guard status == 200 else { throw failed("HTTP \(status)") }
    guard data.count <= WebFiles.limit else { throw failed("> \(WebFiles.limit) bytes") }
    return Array(data)
  }
}
