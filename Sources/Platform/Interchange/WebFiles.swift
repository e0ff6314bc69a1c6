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

  /// What an address answers to JSON that is posted there: status and body.
  ///
  /// - Throws: ``Problem`` 502 for no answer or one that is too long.
  public func post(
    _ body: JSONValue, to path: String, headers: [String: String] = [:]
  ) async throws -> (status: Int, body: [UInt8]) {
    guard let url = URL(string: path, relativeTo: base) else {
      throw Problem.malformed(Phrase("“\(path)”不是地址。", en: "“\(path)” is no address."))
    }
    var request = URLRequest(url: url)
    request.httpMethod = "POST"
    request.httpBody = Data(body.canonicalBytes)
    request.setValue("application/json", forHTTPHeaderField: "Content-Type")
    for (name, value) in headers { request.setValue(value, forHTTPHeaderField: name) }
    return try await answer(request)
  }

  /// What stands under an address: status and body.
  ///
  /// - Throws: ``Problem`` 502 for no answer or one that is too long.
  public func get(_ path: String) async throws -> (status: Int, body: [UInt8]) {
    guard let url = URL(string: path, relativeTo: base) else {
      throw Problem.malformed(Phrase("“\(path)”不是地址。", en: "“\(path)” is no address."))
    }
    return try await answer(URLRequest(url: url))
  }

  /// What an address answers, with its headers, by names in small letters; `headers` go with the question.
  ///
  /// - Throws: ``Problem`` 400 for an address that is none, 502 for no answer or one that is too long.
  public static func answer(
    of address: String, headers: [String: String], timeoutSeconds: Double = 10
  ) async throws -> FeedAnswer {
    guard let url = URL(string: address), url.scheme == "https" || url.scheme == "http" else {
      throw Problem.malformed(
        Phrase("“\(address)”不是 http(s) 地址。", en: "“\(address)” is no http(s) address."))
    }
    var request = URLRequest(url: url)
    for (name, value) in headers { request.setValue(value, forHTTPHeaderField: name) }
    let files = try WebFiles(address, timeoutSeconds: timeoutSeconds)
    let (response, body) = try await files.whole(request)
    var found: [String: String] = [:]
    for (name, value) in response?.allHeaderFields ?? [:] {
      found[String(describing: name).lowercased()] = String(describing: value)
    }
    return FeedAnswer(status: response?.statusCode ?? 0, headers: found, body: body)
  }

  private func answer(_ request: URLRequest) async throws -> (status: Int, body: [UInt8]) {
    let (response, body) = try await whole(request)
    return (response?.statusCode ?? 0, body)
  }

  private func whole(
    _ request: URLRequest
  ) async throws -> (response: HTTPURLResponse?, body: [UInt8]) {
    func failed(_ why: String) -> Problem {
      let name = request.url?.absoluteString ?? "?"
      return Problem(
        "fetch-failed", status: 502, title: Phrase("对方没有应答", en: "No answer from the other side"),
        detail: Phrase("\(name)：\(why)", en: "\(name): \(why)"))
    }
    let data: Data
    let response: URLResponse
    do { (data, response) = try await session.data(for: request) } catch {
      throw failed(error.localizedDescription)
    }
    guard data.count <= WebFiles.limit else { throw failed("> \(WebFiles.limit) bytes") }
    return (response as? HTTPURLResponse, Array(data))
  }

  /// The bytes of a file; nil for status 404.
  ///
  /// - Throws: ``Problem`` 502 for another status but 200, no answer, or one that is too long.
  public func file(_ path: String) async throws -> [UInt8]? {
    let (status, body) = try await get(path)
    if status == 404 { return nil }
    guard status == 200 else {
      throw Problem(
        "fetch-failed", status: 502, title: Phrase("无法取得文件", en: "The file cannot be fetched"),
        detail: Phrase(
          "\(base.absoluteString)\(path)：HTTP \(status)",
          en: "\(base.absoluteString)\(path): HTTP \(status)"))
    }
    return body
  }
}
