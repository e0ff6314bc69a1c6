import Commons

/// One HTTP answer, whole.
public struct Response: Sendable {
  /// The status code.
  public var status: Int
  /// The header fields.
  public var headers: Headers
  /// The body.
  public var body: [UInt8]

  /// An answer.
  public init(_ status: Int, headers: Headers = Headers(), body: [UInt8] = []) {
    self.status = status
    self.headers = headers
    self.body = body
  }

  /// An answer of a media type.
  public init(_ status: Int = 200, type: String, _ body: [UInt8]) {
    self.init(status, headers: Headers([("content-type", type)]), body: body)
  }

  /// A page.
  public static func html(_ bytes: [UInt8], status: Int = 200) -> Response {
    var response = Response(status, type: "text/html; charset=utf-8", bytes)
    response.headers.add("cache-control", "no-store")
    return response
  }

  /// Plain text.
  public static func text(_ text: String, status: Int = 200) -> Response {
    Response(status, type: "text/plain; charset=utf-8", Array(text.utf8))
  }

  /// JSON in canonical form.
  public static func json(_ value: JSONValue, status: Int = 200) -> Response {
    Response(status, type: "application/json", value.canonicalBytes)
  }

  /// 303: the result stands at another address of this site.
  public static func seeOther(_ path: String) -> Response {
    Response(303, headers: Headers([("location", path)]))
  }

  /// 304: the client has it already.
  public static func notModified(etag: String) -> Response {
    Response(304, headers: Headers([("etag", etag)]))
  }

  /// A problem for a program (RFC 9457), in a language.
  public static func problem(_ problem: Problem, _ language: Language) -> Response {
    var members: [String: JSONValue] = [
      "type": .string("/problems/\(problem.slug)"), "status": .integer(Int64(problem.status)),
      "title": .string(problem.title[language]), "detail": .string(problem.detail[language]),
    ]
    if !problem.fields.isEmpty {
      members["errors"] = .array(
        problem.fields.map {
          .object(["pointer": .string($0.pointer), "detail": .string($0.message[language])])
        })
    }
    if !problem.because.isEmpty {
      members["because"] = .array(problem.because.map { .string($0.phrase[language]) })
    }
    var response = Response(
      problem.status, type: "application/problem+json", JSONValue.object(members).canonicalBytes)
    response.addRetry(problem)
    return response
  }

  /// Says when to come back, if the problem does.
  public mutating func addRetry(_ problem: Problem) {
    if let seconds = problem.retryAfterSeconds { headers.set("retry-after", String(seconds)) }
    if problem.status == 401 { headers.set("www-authenticate", "Session realm=\"tequ\"") }
  }

  /// Sets a cookie that scripts cannot read and other sites' forms do not send.
  public mutating func setCookie(
    _ name: String, _ value: String, maxAgeSeconds: Int?, isSecure: Bool
  ) {
    var cookie = "\(name)=\(value); Path=/; HttpOnly; SameSite=Lax"
    if let maxAgeSeconds { cookie += "; Max-Age=\(maxAgeSeconds)" }
    if isSecure { cookie += "; Secure" }
    headers.add("set-cookie", cookie)
  }

  /// Names the next page of a list (RFC 8288).
  public mutating func linkNext(_ target: String) {
    headers.add("link", "<\(target)>; rel=\"next\"")
  }
}
