import Commons
import Desk
import HTTPValues
import Markup

/// One request with everything that is known about who sends it.
public struct Visit: Sendable {
  /// The signed-in person, as pages greet them.
  public struct Person: Sendable {
    /// The name to show.
    public let name: String
    /// The account.
    public let account: Int64
    /// The posts' names.
    public let posts: [Phrase]
    /// A signed-in person.
    public init(name: String, account: Int64, posts: [Phrase]) {
      self.name = name
      self.account = account
      self.posts = posts
    }
  }

  /// The request.
  public let request: Request
  /// What the pattern took from the path.
  public let parameters: [String: String]
  /// Who acts.
  public let actor: Actor
  /// Who has signed in.
  public let person: Person?
  /// In which language to answer.
  public let language: Language
  /// The token that forms carry back.
  public let csrf: String
  /// When the request came.
  public let now: Instant
  /// A fresh key for forms, by which a repeated sending is told.
  public let freshKey: String
  /// The frame of the page.
  public let shell: PageShell

  /// A visit.
  public init(
    request: Request, parameters: [String: String], actor: Actor, person: Person?,
    language: Language, csrf: String, now: Instant, freshKey: String, shell: PageShell
  ) {
    self.request = request
    self.parameters = parameters
    self.actor = actor
    self.person = person
    self.language = language
    self.csrf = csrf
    self.now = now
    self.freshKey = freshKey
    self.shell = shell
  }

  /// A parameter of the pattern.
  public subscript(name: String) -> String { parameters[name] ?? "" }

  /// A page in the frame.
  public func page(
    _ title: Phrase, trail: [PageShell.Link] = [], status: Int = 200,
    content: (inout HTML) throws -> Void
  ) rethrows -> Response {
    // Who hears the title first, hears first that something went wrong.
    let title = status >= 400 ? Phrase("错误：", en: "Error: ") + title.titled : title.titled
    return .html(
      try shell.page(title, trail: trail, content: content), status: status)
  }

  /// The terms under which a command of this request goes to the desk: the key of a form's hidden
  /// field or of the `Idempotency-Key` header, the version of `If-Match` or of a hidden field.
  public func terms(_ form: FormFields? = nil) throws -> CommandDesk.Terms {
    let version = form?["version"].flatMap { Int64($0) }
    return CommandDesk.Terms(
      idempotencyKey: request.headers["idempotency-key"] ?? form?["idempotency_key"],
      expectedVersion: try request.expectedVersion() ?? version)
  }

  /// How many rows of a list are asked for.
  public func limit() throws(Problem) -> Int {
    guard let text = request.query["limit"] else { return PageLimit.standard }
    guard let limit = Int(text), (1...PageLimit.maximum).contains(limit) else {
      throw .malformed(
        Phrase(
          "limit 应为 1 至 \(PageLimit.maximum)。",
          en: "limit must be from 1 to \(PageLimit.maximum)."))
    }
    return limit
  }

  /// The place in a list from which to go on, for a list sorted by `count` keys.
  public func cursor(count: Int) throws(Problem) -> PageCursor? {
    guard let text = request.query["after"], !text.isEmpty else { return nil }
    guard let cursor = PageCursor(text, count: count) else {
      throw .malformed(
        Phrase(
          "翻页位置 after 无法识别，请从第一页重新开始。",
          en: "“after” is no place in this list; start at its first page."))
    }
    return cursor
  }

  /// The address of the next page of this list.
  public func target(after cursor: PageCursor) -> String {
    request.path + "?" + request.query.setting("after", cursor.description).encoded
  }
}
