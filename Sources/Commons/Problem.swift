/// Something that went wrong, in a form that a page, a program and a person can use (RFC 9457).
///
/// The same value renders as `application/problem+json`, as the error summary of a page and as the
/// message of the command line: what happened, where, what to do, and on which article it rests.
public struct Problem: Error, Hashable, Sendable {
  /// One field of the input that is wrong.
  public struct Field: Hashable, Sendable {
    /// The input's name: a form field, a JSON Pointer or a column.
    public let pointer: String
    /// What is wrong and what to write instead.
    public let message: Phrase

    /// A wrong field.
    public init(_ pointer: String, _ message: Phrase) {
      self.pointer = pointer
      self.message = message
    }
  }

  /// A stable name; `/problems/<slug>` explains it.
  public let slug: String
  /// The HTTP status.
  public let status: Int
  /// What happened, the same for every occurrence.
  public let title: Phrase
  /// What happened this time and what to do.
  public let detail: Phrase
  /// The inputs at fault.
  public let fields: [Field]
  /// The law or policy that refuses.
  public let because: [Basis]
  /// Seconds after which trying again makes sense (503 and 429).
  public let retryAfterSeconds: Int?

  /// A problem.
  public init(
    _ slug: String, status: Int, title: Phrase, detail: Phrase, fields: [Field] = [],
    because: [Basis] = [], retryAfterSeconds: Int? = nil
  ) {
    self.slug = slug
    self.status = status
    self.title = title
    self.detail = detail
    self.fields = fields
    self.because = because
    self.retryAfterSeconds = retryAfterSeconds
  }
}

extension Problem {
  /// 400: the input cannot be read.
  public static func malformed(_ detail: Phrase, fields: [Field] = []) -> Problem {
    Problem(
      "malformed", status: 400, title: Phrase("无法读取请求", en: "The request cannot be read"),
      detail: detail, fields: fields)
  }

  /// 422: the input is readable but wrong in these fields.
  public static func invalid(_ fields: [Field]) -> Problem {
    Problem(
      "invalid", status: 422, title: Phrase("请改正以下内容", en: "Please correct the following"),
      detail: Phrase("有 \(fields.count) 处需要改正。", en: "\(fields.count) item(s) need correction."),
      fields: fields)
  }

  /// 422: a rule refuses.
  public static func refused(
    _ slug: String, _ detail: Phrase, because: [Basis] = []
  ) -> Problem {
    Problem(
      slug, status: 422, title: Phrase("依规则不能办理", en: "A rule refuses this"),
      detail: detail, because: because)
  }

  /// 404: there is no such thing, or it may not be known that there is.
  public static func notFound(_ detail: Phrase) -> Problem {
    Problem(
      "not-found", status: 404, title: Phrase("没有找到", en: "Not found"), detail: detail)
  }

  /// 401: who is asking is not known.
  public static let loginNeeded = Problem(
    "login-needed", status: 401, title: Phrase("请先登录", en: "Please sign in"),
    detail: Phrase("此操作需要登录。", en: "This needs you to be signed in."))

  /// 403: known, but not allowed.
  public static func forbidden(_ detail: Phrase) -> Problem {
    Problem("forbidden", status: 403, title: Phrase("没有权限", en: "Not allowed"), detail: detail)
  }

  /// 409: the thing has changed since it was read.
  public static let stale = Problem(
    "stale", status: 409, title: Phrase("内容已被更新", en: "It has changed meanwhile"),
    detail: Phrase(
      "在您查看之后，此件已被他人更新。请刷新后再操作。",
      en: "Somebody changed this after you opened it. Reload it and try again."))

  /// 503: cannot be done just now; the same request with the same key may be sent again.
  public static func unavailable(retryAfterSeconds: Int = 1) -> Problem {
    Problem(
      "unavailable", status: 503, title: Phrase("系统繁忙", en: "Busy"),
      detail: Phrase(
        "请稍后用同一请求重试，不会重复办理。",
        en: "Please retry the same request shortly; it will not be carried out twice."),
      retryAfterSeconds: retryAfterSeconds)
  }
}
