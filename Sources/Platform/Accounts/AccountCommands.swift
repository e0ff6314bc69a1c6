import AccessControl
import Books
import Commons
import Desk
import Storage

/// Opens an account. Only the digest of the password, the sealed name and the posts are kept.
public struct OpenAccount: Command {
  /// Nothing: the account does not exist yet.
  public typealias Loaded = Void
  /// The log-in name: 3–40 characters of a–z, 0–9, `.`, `-`, `_`.
  public let login: String
  /// The person's or firm's name.
  public let name: String
  /// Where notices go; may be empty.
  public let contact: String
  /// What the person may do.
  public let posts: [Post]
  let password: PasswordHash
  let policy: AccessPolicy

  /// An account under a policy. The password was hashed before, on the caller's thread.
  public init(
    login: String, name: String, contact: String = "", posts: [Post], password: PasswordHash,
    policy: AccessPolicy
  ) {
    self.login = login.lowercased()
    self.name = name
    self.contact = contact
    self.posts = posts
    self.password = password
    self.policy = policy
  }

  /// `accounts.open`, with posts or without.
  public var kind: String { "accounts.open" }
  /// `accounts.register` for an account without posts, else `accounts.manage`.
  public var permission: String { posts.isEmpty ? "accounts.register" : "accounts.manage" }
  /// nil: the account is a new aggregate.
  public var aggregate: Int64? { nil }
  /// Log-in name, name, contact and posts; of the password not even the hash.
  public var content: JSONValue {
    [
      "login": .string(login), "name": .string(name), "contact": .string(contact),
      "posts": .array(posts.map(\.json)),
    ]
  }

  /// Opens the account; name and contact are sealed under its own key.
  ///
  /// - Throws: ``Problem`` 422 if the log-in name is malformed or taken, the name is empty or has
  ///   over 60 characters, or the policy refuses the posts.
  public func decide(_ loaded: Void, _ view: any View, _ context: Context) throws -> Decision {
    var fields: [Problem.Field] = []
    let isPlain = login.utf8.allSatisfy { byte in
      (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte)
        || [0x2E, 0x2D, 0x5F].contains(byte)
    }
    if !(3...40).contains(login.utf8.count) || !isPlain {
      fields.append(
        Problem.Field(
          "login",
          Phrase(
            "登录名为 3 至 40 个小写字母、数字或 . - _。",
            en: "A log-in name has 3 to 40 letters a–z, digits or . - _.")))
    } else if try view.first(AccountBook.find(login: login)) != nil {
      fields.append(
        Problem.Field("login", Phrase("登录名已被使用。", en: "This log-in name is taken.")))
    }
    if !name.contains(where: { !$0.isWhitespace }) || name.count > 60 {
      fields.append(
        Problem.Field(
          "name", Phrase("请填写姓名或名称，最多60字。", en: "Enter the name, at most 60 characters.")))
    }
    if !fields.isEmpty { throw Problem.invalid(fields) }
    try policy.check(posts)
    let seal = context.sealing
    let row = AccountRow(
      key: context.aggregate, version: 1, login: login, password: password.text,
      name: seal.seal(Array(name.utf8), at: context.aggregate, random: context.random),
      posts: Post.text(posts),
      contact: contact.isEmpty
        ? [] : seal.seal(Array(contact.utf8), at: -context.aggregate, random: context.random))
    return .accepted(
      publicFields: ["posts": .integer(Int64(posts.count))],
      changes: [AccountBook.open(row, context.ring)])
  }
}

/// What an act upon an account may change.
public enum AccountChange: Sendable {
  /// Other posts.
  case posts([Post])
  /// A new password.
  case password(PasswordHash)
  /// The end of the account.
  case close
}

/// Changes an account: posts, password, or its end. A new password and the end of an account end all
/// its sessions: whoever had the old one is out.
public struct ChangeAccount: Command {
  /// The account.
  public let account: Int64
  /// What changes.
  public let change: AccountChange
  let policy: AccessPolicy

  /// A change under a policy.
  public init(_ account: Int64, _ change: AccountChange, policy: AccessPolicy) {
    self.account = account
    self.change = change
    self.policy = policy
  }

  /// `accounts.posts`, `accounts.password` or `accounts.close`.
  public var kind: String {
    switch change {
    case .posts: "accounts.posts"
    case .password: "accounts.password"
    case .close: "accounts.close"
    }
  }
  /// `accounts.self` for a password, `accounts.manage` for posts and for the end.
  public var permission: String { isOwnBusiness ? "accounts.self" : "accounts.manage" }
  /// The account that changes.
  public var aggregate: Int64? { account }
  /// The new posts; empty for a password, of which not even the hash is recorded, and for the end.
  public var content: JSONValue {
    if case .posts(let posts) = change { return ["posts": .array(posts.map(\.json))] }
    return [:]
  }

  private var isOwnBusiness: Bool { if case .password = change { true } else { false } }

  /// The account's row; throws 404 if there is none or it was closed.
  public func load(_ view: any View, _ context: Context) throws -> AccountRow {
    guard let row = try view.first(AccountBook.find(account)), row.closedAt == nil else {
      throw Problem.notFound(Phrase("没有这个账户。", en: "There is no such account."))
    }
    return row
  }

  /// The version that the account's last act made.
  public func version(of loaded: AccountRow) -> Int64 { loaded.version }

  /// Throws 403 for a password that is not the actor's own.
  public func authorise(_ loaded: AccountRow, _ context: Context) throws {
    guard !isOwnBusiness || context.actor.account == account else {
      throw Problem.forbidden(Phrase("只能修改自己的密码。", en: "One may change one's own password only."))
    }
  }

  /// Alters the account's row.
  ///
  /// - Throws: ``Problem`` 422 if the actor gives posts to themselves or the policy refuses them.
  public func decide(
    _ loaded: AccountRow, _ view: any View, _ context: Context
  ) throws -> Decision {
    var row = loaded
    row.version += 1
    switch change {
    case .posts(let posts):
      guard context.actor.account != account else {
        throw Problem.refused(
          "own-posts",
          Phrase("不得为自己设定岗位。", en: "Nobody may give posts to themselves."),
          because: [.cityPolicy(Phrase("不相容职务分离", en: "separation of duties"))])
      }
      try policy.check(posts)
      row.posts = Post.text(posts)
    case .password(let hash): row.password = hash.text
    case .close: row.closedAt = context.effectiveAt
    }
    var changes = [AccountBook.alter(row, context.ring)]
    if case .posts = change {} else { changes.append(AccountBook.endAll(of: account)) }
    return .accepted(publicFields: [:], changes: changes)
  }
}

/// Grants or withdraws a power to act for oneself (委托代办). Rests on the Civil Code, articles 161
/// and 165: what may be done by an agent, and that the mandate names agent, matter and term.
public struct ChangeMandate: Command {
  /// The principal's account.
  public typealias Loaded = AccountRow
  /// Whose power it is.
  public let principal: Int64
  /// Who may act, by log-in name; for a withdrawal the mandate's key stands in ``revoke``.
  public let agentLogin: String
  /// The measure it covers, by slug, or `*`.
  public let scope: String
  /// The last day's end.
  public let until: Instant
  /// The mandate that is withdrawn.
  public let revoke: Int64?

  /// Grants a mandate until a moment.
  public init(principal: Int64, agentLogin: String, scope: String, until: Instant) {
    self.principal = principal
    self.agentLogin = agentLogin.lowercased()
    self.scope = scope
    self.until = until
    revoke = nil
  }

  /// Withdraws a mandate.
  public init(principal: Int64, revoke: Int64) {
    self.principal = principal
    agentLogin = ""
    scope = ""
    until = Instant(microseconds: 0)
    self.revoke = revoke
  }

  /// `accounts.mandate` for a grant, `accounts.mandate-end` for a withdrawal.
  public var kind: String { revoke == nil ? "accounts.mandate" : "accounts.mandate-end" }
  /// `accounts.self`, which everybody holds who has signed in.
  public var permission: String { "accounts.self" }
  /// The principal's account, so that its history shows every power that was given.
  public var aggregate: Int64? { principal }
  /// Agent, scope and end of the term in microseconds; for a withdrawal the mandate's key alone.
  public var content: JSONValue {
    if let revoke { return ["mandate": .integer(revoke)] }
    return [
      "agent": .string(agentLogin), "scope": .string(scope),
      "until": .integer(until.microseconds),
    ]
  }

  /// What a grant rests on.
  public static let basis = Basis.law(
    Citation("中华人民共和国民法典", edition: "2020-05-28", article: 165))

  /// The principal's account; throws 404 if there is none or it was closed.
  public func load(_ view: any View, _ context: Context) throws -> AccountRow {
    guard let row = try view.first(AccountBook.find(principal)), row.closedAt == nil else {
      throw Problem.notFound(Phrase("没有这个账户。", en: "There is no such account."))
    }
    return row
  }

  /// The version that the principal's last act made.
  public func version(of loaded: AccountRow) -> Int64 { loaded.version }

  /// Throws 403 unless the actor is the principal: an agent cannot pass the power on.
  public func authorise(_ loaded: AccountRow, _ context: Context) throws {
    guard context.actor.account == principal else {
      throw Problem.forbidden(Phrase("只能处理自己的委托。", en: "One may give one's own mandate only."))
    }
  }

  /// Grants the mandate from now until ``until``, or withdraws ``revoke``.
  ///
  /// - Throws: ``Problem`` 404 if the principal has no such mandate or withdrew it before, 422 if
  ///   the log-in name is no other open account's or the term would end before it begins.
  public func decide(
    _ loaded: AccountRow, _ view: any View, _ context: Context
  ) throws -> Decision {
    var row = loaded
    row.version += 1
    var changes = [AccountBook.alter(row, context.ring)]
    if let revoke {
      guard let old = try view.first(AccountBook.mandate(revoke)), old.principal == principal,
        old.revokedAt == nil
      else {
        throw Problem.notFound(Phrase("没有这份有效的委托。", en: "There is no such mandate in force."))
      }
      changes.append(
        AccountBook.alter(
          AccountBook.Mandate(
            key: old.key, principal: old.principal, agent: old.agent, scope: old.scope,
            validFrom: old.validFrom, validTo: old.validTo, revokedAt: context.effectiveAt),
          context.ring))
    } else {
      guard let agent = try view.first(AccountBook.find(login: agentLogin)),
        agent.closedAt == nil, agent.key != principal
      else {
        throw Problem.invalid([
          Problem.Field(
            "agent",
            Phrase("没有可委托的账户“\(agentLogin)”。", en: "There is no other account “\(agentLogin)”."))
        ])
      }
      guard until > context.effectiveAt else {
        throw Problem.invalid([
          Problem.Field("until", Phrase("期限应在今天之后。", en: "The term must end after today."))
        ])
      }
      changes.append(
        AccountBook.grant(
          AccountBook.Mandate(
            // An account has at most 65,535 acts, so each grant has a key of its own.
            key: JournalKey(aggregate: principal, version: row.version).raw, principal: principal,
            agent: agent.key, scope: scope, validFrom: context.effectiveAt, validTo: until),
          context.ring))
    }
    return .accepted(publicFields: [:], changes: changes)
  }
}
