import Commons

/// The problems that belong to HTTP itself.
public enum WebProblems {
  /// 400: bytes that should be UTF-8 are not.
  public static let notUTF8 = Problem.malformed(
    Phrase("内容不是有效的 UTF-8。", en: "The content is not valid UTF-8."))

  /// 413: more than may be sent.
  public static func tooLarge(limit: Int) -> Problem {
    Problem(
      "too-large", status: 413, title: Phrase("内容过大", en: "Too large"),
      detail: Phrase(
        "请求超过 \(limit / 1024) KB。请减少内容或压缩附件。",
        en: "The request has more than \(limit / 1024) KB. Send less, or smaller files."))
  }

  /// 415: a media type that is not read here.
  public static func unsupportedType(_ type: String, _ expected: String) -> Problem {
    Problem(
      "unsupported-type", status: 415, title: Phrase("不支持的内容类型", en: "Unsupported type"),
      detail: Phrase(
        "不支持 Content-Type “\(type)”，请使用 \(expected)。",
        en: "Content-Type “\(type)” is not read here; use \(expected)."))
  }

  /// 406: none of the types that the client takes can be given.
  public static func notAcceptable(_ offers: [String]) -> Problem {
    Problem(
      "not-acceptable", status: 406, title: Phrase("无法提供所要求的格式", en: "Not acceptable"),
      detail: Phrase(
        "可提供：\(offers.joined(separator: "、"))。",
        en: "Available: \(offers.joined(separator: ", "))."))
  }

  /// 405: the address answers other methods.
  public static func otherMethods(_ methods: [Method]) -> Problem {
    let names = methods.map(\.rawValue).joined(separator: ", ")
    return Problem(
      "method-not-allowed", status: 405, title: Phrase("不支持的方法", en: "Method not allowed"),
      detail: Phrase("此地址只支持 \(names)。", en: "This address answers \(names) only."))
  }

  /// 503: this node only reads; whoever stands before it asks a node that writes.
  public static func onlyReading() -> Problem {
    Problem(
      "only-reading", status: 503, title: Phrase("本节点只供阅读", en: "This node only reads"),
      detail: Phrase(
        "此处只提供公开页面。登录、办理和查看个人事项请访问可写入的节点。",
        en:
          "Only public pages are answered here. To sign in, to file and to see what is yours, ask a node that writes."
      ), retryAfterSeconds: 1)
  }

  /// 429: too often.
  public static func tooMany(retryAfterSeconds seconds: Int) -> Problem {
    Problem(
      "too-many-requests", status: 429, title: Phrase("操作过于频繁", en: "Too many requests"),
      detail: Phrase(
        "请在 \(seconds) 秒后再试。", en: "Try again in \(seconds) seconds."),
      retryAfterSeconds: seconds)
  }
}
