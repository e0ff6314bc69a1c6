import Commons

/// One HTTP request, read whole.
public struct Request: Sendable {
  /// The method.
  public let method: Method
  /// The decoded path, beginning with `/`.
  public let path: String
  /// The decoded query.
  public let query: QueryItems
  /// The header fields.
  public let headers: Headers
  /// The body.
  public let body: [UInt8]
  /// The address of the other side, without the port.
  public let remoteAddress: String
  /// A name for this request in logs and answers.
  public let requestID: String

  /// A request from its parts; throws 400 if the target is no path with an optional query.
  public init(
    method: Method, target: String, headers: Headers, body: [UInt8], remoteAddress: String,
    requestID: String
  ) throws(Problem) {
    let halves = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    guard let raw = halves.first, raw.hasPrefix("/"), let path = PercentCoding.decode(raw) else {
      throw .malformed(
        Phrase("请求的地址无法识别。", en: "The address of the request cannot be read."))
    }
    self.method = method
    self.path = path
    query = try QueryItems(parsing: halves.count > 1 ? halves[1] : "")
    self.headers = headers
    self.body = body
    self.remoteAddress = remoteAddress
    self.requestID = requestID
  }

  /// The cookies by name; the first of a name counts.
  public var cookies: [String: String] {
    var cookies: [String: String] = [:]
    for header in headers.all("cookie") {
      for piece in header.split(separator: ";") {
        let halves = piece.split(separator: "=", maxSplits: 1)
        guard halves.count == 2 else { continue }
        let name = String(halves[0].drop { $0 == " " })
        if cookies[name] == nil { cookies[name] = String(halves[1]) }
      }
    }
    return cookies
  }

  /// In which language to answer: the query's `lang`, the cookie's, what the browser prefers.
  public var language: Language {
    if let asked = Request.language(query["lang"]) { return asked }
    if let kept = Request.language(cookies["lang"]) { return kept }
    for choice in WeightedChoices(headers["accept-language"] ?? "").inOrder {
      if choice.hasPrefix("zh") { return .zh }
      if choice.hasPrefix("en") { return .en }
    }
    return .zh
  }

  private static func language(_ text: String?) -> Language? {
    switch text {
    case "zh", "zh-Hans", "zh-CN": .zh
    case "en": .en
    default: nil
    }
  }

  /// The media type of the body without parameters, in lower case.
  public var contentType: String {
    let value = headers["content-type"] ?? ""
    return value.prefix { $0 != ";" }.filter { !$0.isWhitespace }.lowercased()
  }

  /// Whether the body says it is JSON.
  public var isJSON: Bool { contentType == "application/json" || contentType.hasSuffix("+json") }

  /// The body as JSON; throws 400 with line and column, 415 for another type.
  public func json() throws -> JSONValue {
    guard isJSON else { throw WebProblems.unsupportedType(contentType, "application/json") }
    do { return try JSONValue(parsing: body, limits: .init(allowsNUL: false)) } catch {
      throw error.problem
    }
  }

  /// The body as a form; throws 400 for a broken one, 415 for another type.
  public func form() throws -> FormFields {
    switch contentType {
    case "application/x-www-form-urlencoded":
      guard let text = String(validating: body, as: UTF8.self) else { throw WebProblems.notUTF8 }
      return FormFields(values: try QueryItems(parsing: text).items, files: [])
    case "multipart/form-data":
      return try Multipart.parse(body, contentType: headers["content-type"] ?? "")
    case "" where body.isEmpty: return FormFields(values: [], files: [])
    default:
      throw WebProblems.unsupportedType(
        contentType, "application/x-www-form-urlencoded, multipart/form-data")
    }
  }

  /// The first of some media types that the client takes; nil if it takes none.
  public func preferred(_ offers: [String]) -> String? {
    guard let accept = headers["accept"] else { return offers.first }
    return WeightedChoices(accept).best(offers)
  }

  /// Whether the client has this version already (`If-None-Match`).
  public func has(etag: String) -> Bool {
    headers.all("if-none-match").joined(separator: ",").split(separator: ",")
      .contains { entry in
        let text = entry.filter { $0 != " " }
        return text == "*" || text == etag || text == "W/" + etag
      }
  }

  /// The version that the client expects (`If-Match: "7"`); throws 400 for anything else.
  public func expectedVersion() throws(Problem) -> Int64? {
    guard let header = headers["if-match"] else { return nil }
    let digits = header.filter { $0 != "\"" }
    guard header != "*" else { return nil }
    guard let version = Int64(digits) else {
      throw .malformed(
        Phrase("If-Match 应为版本号，例如 \"3\"。", en: "If-Match must be a version, such as \"3\"."))
    }
    return version
  }
}

/// A header with weights, such as `Accept: text/html, application/xml;q=0.9` (RFC 9110 §12.4.2).
struct WeightedChoices {
  private let choices: [(text: String, weight: Double)]

  init(_ header: String) {
    choices = header.split(separator: ",").prefix(50).compactMap { piece in
      let parts = piece.split(separator: ";")
      guard let first = parts.first else { return nil }
      var weight = 1.0
      for part in parts.dropFirst() {
        let pair = part.filter { $0 != " " }.split(separator: "=")
        if pair.count == 2, pair[0] == "q" { weight = Double(pair[1]) ?? 0 }
      }
      return (first.filter { $0 != " " }.lowercased(), weight)
    }
  }

  /// What may be taken, the heaviest first.
  var inOrder: [String] {
    choices.enumerated().filter { $0.element.weight > 0 }
      .sorted { ($1.element.weight, $0.offset) < ($0.element.weight, $1.offset) }
      .map(\.element.text)
  }

  func best(_ offers: [String]) -> String? {
    func weight(_ offer: String) -> Double {
      let group = offer.prefix { $0 != "/" } + "/*"
      let matches = choices.filter { $0.text == offer || $0.text == group || $0.text == "*/*" }
      return matches.max { $0.text.count < $1.text.count }?.weight ?? 0
    }
    let weighed = offers.map { (offer: $0, weight: weight($0)) }
    guard let top = weighed.map(\.weight).max(), top > 0 else { return nil }
    return weighed.first { $0.weight == top }?.offer
  }
}
