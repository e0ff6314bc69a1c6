import Commons

/// What another system answered to a question for its data.
public struct FeedAnswer: Sendable {
  /// The status of HTTP.
  public let status: Int
  /// Headers, by names in small letters.
  public let headers: [String: String]
  /// The body.
  public let body: [UInt8]

  /// An answer.
  public init(status: Int, headers: [String: String], body: [UInt8]) {
    self.status = status
    self.headers = headers
    self.body = body
  }
}

/// Data that another system keeps ready and the city fetches. Question and answer are signed as messages are that
/// are pushed (``SignedMessage``), with the path and query that are asked as their key: an answer to another
/// question, or an old one, does not pass for this one.
public struct SignedFeed: Sendable {
  /// Asks an address with headers.
  public typealias Call =
    @Sendable (_ address: String, _ headers: [String: String]) async throws -> FeedAnswer

  /// Where it begins.
  public let address: String
  private let origin: String
  private let secret: SharedSecret
  private let call: Call

  /// A feed at an http or https address, asked by `call`.
  ///
  /// - Throws: ``Problem`` 400 for an address that is none.
  public init(
    _ address: String, secret: SharedSecret,
    call: @escaping Call = { try await WebFiles.answer(of: $0, headers: $1) }
  ) throws(Problem) {
    guard let (origin, _) = SignedFeed.parts(address) else {
      throw .malformed(
        Phrase("“\(address)”不是 http(s) 地址。", en: "“\(address)” is no http(s) address."))
    }
    self.address = address
    self.origin = origin
    self.secret = secret
    self.call = call
  }

  /// Scheme with host and port, and path with query; nil for no http or https address.
  static func parts(_ address: String) -> (origin: String, path: String)? {
    guard let scheme = ["https://", "http://"].first(where: { address.hasPrefix($0) }) else {
      return nil
    }
    let rest = address.dropFirst(scheme.count)
    let end = rest.firstIndex { "/?#".contains($0) } ?? rest.endIndex
    let path = rest[end...].prefix { $0 != "#" }
    guard end != rest.startIndex, !rest.contains(where: \.isWhitespace) else { return nil }
    return (scheme + rest[..<end], path.hasPrefix("/") ? String(path) : "/" + path)
  }

  /// A page of the feed.
  ///
  /// - Throws: ``Problem`` 401 for an answer without the exchange's signature, 422 for a page elsewhere, 502 for
  ///   another status than 200; whatever the call throws.
  public func page(_ address: String, now: Instant) async throws -> [UInt8] {
    guard let (origin, path) = SignedFeed.parts(address), origin == self.origin else {
      throw Problem.refused(
        "page-elsewhere",
        Phrase(
          "下一页“\(address)”不在 \(self.origin)。",
          en: "The next page “\(address)” is not at \(self.origin)."))
    }
    let answer = try await call(
      address,
      [
        SignedMessage.timeHeader: String(now.seconds), SignedMessage.keyHeader: path,
        SignedMessage.signatureHeader: SignedMessage.signature(
          [], key: path, at: now.seconds, secret),
      ])
    guard answer.status == 200 else {
      throw Problem(
        "fetch-failed", status: 502, title: Phrase("无法取得文件", en: "The file cannot be fetched"),
        detail: Phrase("\(address)：HTTP \(answer.status)", en: "\(address): HTTP \(answer.status)"))
    }
    _ = try SignedMessage.check(
      answer.body, time: answer.headers[SignedMessage.timeHeader.lowercased()], key: path,
      signature: answer.headers[SignedMessage.signatureHeader.lowercased()], secret, now: now)
    return answer.body
  }
}
