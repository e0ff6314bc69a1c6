import Commons
import Storage

/// Who may sign in: citizens, firms, officers, supervisors. The name is sealed under the account's
/// own key; posts are data that access control interprets.
public struct AccountRow: Sendable {
  /// The key, also the subject of its sealing key.
  public let key: Int64
  /// The version of the last act upon it.
  public var version: Int64
  /// The log-in name, lower case, unique.
  public let login: String
  /// The password's hash in PHC form.
  public var password: String
  /// The name, sealed.
  public var name: [UInt8]
  /// Roles, agency, post and district: JSON.
  public var posts: String
  /// Where notices go (e-mail, telephone): JSON, sealed; empty if none.
  public var contact: [UInt8]
  /// When it was closed; it can no longer sign in.
  public var closedAt: Instant?

  /// An account.
  public init(
    key: Int64, version: Int64, login: String, password: String, name: [UInt8], posts: String,
    contact: [UInt8], closedAt: Instant? = nil
  ) {
    self.key = key
    self.version = version
    self.login = login
    self.password = password
    self.name = name
    self.posts = posts
    self.contact = contact
    self.closedAt = closedAt
  }

  init(_ row: Row) {
    self.init(
      key: row.integer(0), version: row.integer(1), login: row.text(2), password: row.text(3),
      name: row.blob(4), posts: row.text(5), contact: row.blob(6),
      closedAt: row.optionalInstant(7))
  }

  var values: [SQLValue] {
    [
      .integer(key), .integer(version), .text(login), .text(password), .blob(name), .text(posts),
      .blob(contact), SQLValue(closedAt),
    ]
  }
}

/// Accounts and their sessions.
public enum AccountBook {
  static let migration = Migration(
    "accounts.0001",
    [
      """
      CREATE TABLE accounts (
        account {key}, version BIGINT NOT NULL, login TEXT NOT NULL UNIQUE, password TEXT NOT NULL,
        name {bytes} NOT NULL, posts TEXT NOT NULL, contact {bytes} NOT NULL,
        closed_at BIGINT, mark {bytes} NOT NULL)
      """,
      """
      CREATE TABLE sessions (
        token_digest {bytes} NOT NULL PRIMARY KEY, account BIGINT NOT NULL,
        signed_in_at BIGINT NOT NULL, expires_at BIGINT NOT NULL, mark {bytes} NOT NULL)
        {clustered}
      """,
      "CREATE INDEX sessions_account ON sessions (account)",
      """
      CREATE TABLE mandates (
        mandate {key}, principal BIGINT NOT NULL, agent BIGINT NOT NULL, scope TEXT NOT NULL,
        valid_from BIGINT NOT NULL, valid_to BIGINT NOT NULL, revoked_at BIGINT,
        mark {bytes} NOT NULL)
      """,
      "CREATE INDEX mandates_agent ON mandates (agent, principal)",
      "CREATE INDEX mandates_principal ON mandates (principal)",
    ])

  /// The accounts.
  public static let table = MarkedTable(
    "accounts",
    ["account", "version", "login", "password", "name", "posts", "contact", "closed_at"])
  /// The sessions.
  public static let sessions = MarkedTable(
    "sessions", ["token_digest", "account", "signed_in_at", "expires_at"])
  /// Who may act for whom (委托代办).
  public static let mandates = MarkedTable(
    "mandates",
    ["mandate", "principal", "agent", "scope", "valid_from", "valid_to", "revoked_at"])

  private static let columns = table.columns.joined(separator: ", ")
  private static let byKey = Statement("SELECT \(columns) FROM accounts WHERE account = $1")
  private static let byLogin = Statement("SELECT \(columns) FROM accounts WHERE login = $1")
  private static let list = Statement("SELECT \(columns) FROM accounts ORDER BY account")
  private static let sessionByToken = Statement(
    "SELECT account, signed_in_at, expires_at FROM sessions WHERE token_digest = $1")
  private static let ofAccount = Statement("DELETE FROM sessions WHERE account = $1")
  private static let expired = Statement("DELETE FROM sessions WHERE expires_at < $1")
  private static let mandateByKey = Statement(
    """
    SELECT mandate, principal, agent, scope, valid_from, valid_to, revoked_at
    FROM mandates WHERE mandate = $1
    """)
  private static let mandatesBy = Statement(
    """
    SELECT mandate, principal, agent, scope, valid_from, valid_to, revoked_at
    FROM mandates WHERE principal = $1 ORDER BY mandate
    """)
  private static let mandatesOf = Statement(
    """
    SELECT mandate, principal, agent, scope, valid_from, valid_to, revoked_at
    FROM mandates WHERE agent = $1 ORDER BY mandate
    """)

  /// One account by key.
  public static func find(_ account: Int64) -> Query<AccountRow> {
    Query(byKey, [.integer(account)]) { AccountRow($0) }
  }

  /// One account by log-in name.
  public static func find(login: String) -> Query<AccountRow> {
    Query(byLogin, [.text(login.lowercased())]) { AccountRow($0) }
  }

  /// All accounts.
  public static let all = Query(list) { AccountRow($0) }

  /// The change that opens an account.
  public static func open(_ row: AccountRow, _ ring: KeyRing) -> Change {
    table.inserting(row.values, ring)
  }

  /// The change that alters an account.
  public static func alter(_ row: AccountRow, _ ring: KeyRing) -> Change {
    table.updating(row.values, ring)
  }

  /// The changes that leave of an account nothing but its key: it is closed, nobody is signed in, and
  /// its log-in name is given up.
  public static func forget(_ row: AccountRow, at moment: Instant, _ ring: KeyRing) -> [Change] {
    let nameless = AccountRow(
      key: row.key, version: row.version, login: "~\(row.key)", password: "", name: [], posts: "[]",
      contact: [], closedAt: row.closedAt ?? moment)
    return [alter(nameless, ring), endAll(of: row.key)]
  }

  /// A session that was begun by signing in.
  public struct Session: Hashable, Sendable {
    /// SHA-256 of the token in the cookie, 32 bytes; the token itself is not kept.
    public let tokenDigest: [UInt8]
    /// Whose it is.
    public let account: Int64
    /// When it began.
    public let signedInAt: Instant
    /// When it ends unless used.
    public let expiresAt: Instant

    /// A session.
    public init(tokenDigest: [UInt8], account: Int64, signedInAt: Instant, expiresAt: Instant) {
      self.tokenDigest = tokenDigest
      self.account = account
      self.signedInAt = signedInAt
      self.expiresAt = expiresAt
    }

    var values: [SQLValue] {
      [
        .blob(tokenDigest), .integer(account), .integer(signedInAt.microseconds),
        .integer(expiresAt.microseconds),
      ]
    }
  }

  /// The session of a token's digest.
  public static func session(_ tokenDigest: [UInt8]) -> Query<Session> {
    Query(sessionByToken, [.blob(tokenDigest)]) { row in
      Session(
        tokenDigest: tokenDigest, account: row.integer(0), signedInAt: row.instant(1),
        expiresAt: row.instant(2))
    }
  }

  /// The change that begins a session.
  public static func begin(_ session: Session, _ ring: KeyRing) -> Change {
    sessions.inserting(session.values, ring)
  }

  /// The change that prolongs a session.
  public static func prolong(_ session: Session, _ ring: KeyRing) -> Change {
    sessions.updating(session.values, ring)
  }

  /// The change that ends a session.
  public static func end(_ tokenDigest: [UInt8]) -> Change {
    sessions.deleting([.blob(tokenDigest)])
  }

  /// The change that ends all sessions of an account.
  public static func endAll(of account: Int64) -> Change {
    Change(ofAccount, [.integer(account)])
  }

  /// The change that removes sessions that have ended by themselves.
  public static func prune(at moment: Instant) -> Change {
    Change(expired, [.integer(moment.microseconds)])
  }

  /// A power to act for another person, within a scope and a term.
  public struct Mandate: Hashable, Sendable {
    /// Its key.
    public let key: Int64
    /// For whom.
    public let principal: Int64
    /// Who acts.
    public let agent: Int64
    /// Measures and acts it covers, as access control reads it.
    public let scope: String
    /// First moment of the term.
    public let validFrom: Instant
    /// First moment after the term.
    public let validTo: Instant
    /// When it was withdrawn.
    public let revokedAt: Instant?

    /// A mandate.
    public init(
      key: Int64, principal: Int64, agent: Int64, scope: String, validFrom: Instant,
      validTo: Instant, revokedAt: Instant? = nil
    ) {
      self.key = key
      self.principal = principal
      self.agent = agent
      self.scope = scope
      self.validFrom = validFrom
      self.validTo = validTo
      self.revokedAt = revokedAt
    }

    var values: [SQLValue] {
      [
        .integer(key), .integer(principal), .integer(agent), .text(scope),
        .integer(validFrom.microseconds), .integer(validTo.microseconds), SQLValue(revokedAt),
      ]
    }
  }

  private static func read(_ row: Row) -> Mandate {
    Mandate(
      key: row.integer(0), principal: row.integer(1), agent: row.integer(2), scope: row.text(3),
      validFrom: row.instant(4), validTo: row.instant(5), revokedAt: row.optionalInstant(6))
  }

  /// One mandate.
  public static func mandate(_ key: Int64) -> Query<Mandate> {
    Query(mandateByKey, [.integer(key)]) { read($0) }
  }

  /// The mandates under which an account may act.
  public static func mandates(agent: Int64) -> Query<Mandate> {
    Query(mandatesOf, [.integer(agent)]) { read($0) }
  }

  /// The mandates that an account has given.
  public static func mandates(principal: Int64) -> Query<Mandate> {
    Query(mandatesBy, [.integer(principal)]) { read($0) }
  }

  /// The change that grants a mandate.
  public static func grant(_ mandate: Mandate, _ ring: KeyRing) -> Change {
    mandates.inserting(mandate.values, ring)
  }

  /// The change that replaces a mandate, for example to withdraw it.
  public static func alter(_ mandate: Mandate, _ ring: KeyRing) -> Change {
    mandates.updating(mandate.values, ring)
  }
}
