import AccessControl
import Books
import Commons
import Desk
import Storage

/// Signing in and out, and who stands behind a session's token.
public actor SignInDesk {
  private let desk: CommandDesk
  private let time: any TimeSource
  private let random: any RandomSource
  private let policy: AccessPolicy
  private let ring: KeyRing

  /// Seconds that a session lasts unless it is used.
  public static let sessionSeconds: Int64 = 12 * 3600
  /// Wrong passwords in a row before a name has to wait.
  public static let freeTries: Int64 = 5

  /// Signing in over a desk.
  public init(
    desk: CommandDesk, time: any TimeSource, random: any RandomSource, policy: AccessPolicy,
    ring: KeyRing
  ) {
    self.desk = desk
    self.ring = ring
    self.time = time
    self.random = random
    self.policy = policy
  }

  /// Begins a session and returns its token, 256 random bits in base64url.
  ///
  /// Being an actor, it hashes one password at a time: a flood of sign-ins costs one core at most.
  /// - Throws: 401 for a wrong name or password, 429 after ``freeTries`` failures in a row.
  public func signIn(login: String, password: String, from address: String) async throws -> String {
    let name = String(login.lowercased().prefix(64))
    let now = time.now
    // Kept in the store: one count for all nodes, and a restart does not forgive. Many people may
    // share an address, so that one is given more tries.
    let throttles = [
      (index: ring.blindIndex("name:" + name, use: "sign-in"), freeTries: SignInDesk.freeTries),
      (
        index: ring.blindIndex("from:" + address, use: "sign-in"),
        freeTries: 4 * SignInDesk.freeTries
      ),
    ]
    for (index, freeTries) in throttles {
      if let known = try await desk.store.first(ThrottleBook.find(index)),
        known.count >= freeTries, known.until > now
      {
        throw SignInDesk.tooMany(Int(known.until.seconds - now.seconds) + 1)
      }
    }
    let row = try await desk.store.first(AccountBook.find(login: name))
    // A name that does not exist costs the same time as a wrong password.
    let hash = row.flatMap { PasswordHash(text: $0.password) } ?? SignInDesk.nobody
    let matches = hash.matches(password)
    guard let row, matches, row.closedAt == nil else {
      try await desk.maintain(.noteFailures(throttles, at: now))
      throw Problem(
        "wrong-login", status: 401, title: Phrase("登录失败", en: "Sign-in failed"),
        detail: Phrase("登录名或密码不正确。", en: "The name or the password is wrong."))
    }
    try await desk.maintain(.forgiveFailures(throttles.map(\.index)))
    let token = random.bytes(32)
    try await desk.maintain(
      .beginSession(
        AccountBook.Session(
          tokenDigest: Digest.of(token).bytes, account: row.key, signedInAt: now,
          expiresAt: now.adding(seconds: SignInDesk.sessionSeconds))))
    return Base64.encode(token, url: true)
  }

  private static let nobody: PasswordHash = {
    guard let hash = try? PasswordHash("", salt: Array(repeating: 0, count: 16)) else {
      preconditionFailure("scrypt refuses its own parameters")
    }
    return hash
  }()

  private static func tooMany(_ seconds: Int) -> Problem {
    Problem(
      "too-many-tries", status: 429, title: Phrase("尝试次数过多", en: "Too many tries"),
      detail: Phrase(
        "请在 \(seconds) 秒后再试。", en: "Try again in \(seconds) seconds."),
      retryAfterSeconds: seconds)
  }

  /// Ends a session.
  public func signOut(token: String) async throws {
    guard let digest = SignInDesk.digest(token) else { return }
    try await desk.maintain(.endSession(digest))
  }

  /// The digest under which a token's session is kept; nil if it is no token.
  public static func digest(_ token: String) -> [UInt8]? {
    Base64.decode(token, url: true).flatMap { $0.count == 32 ? Digest.of($0).bytes : nil }
  }
}

/// Somebody who has signed in.
public struct SignedIn: Sendable {
  /// How the desk sees them.
  public let actor: Actor
  /// The name.
  public let name: String
  /// The posts' names.
  public let posts: [Phrase]
  /// Accounts for which they may act, with the scope.
  public let mandates: [AccountBook.Mandate]
}

/// Finds out who stands behind a token.
public struct SessionReader: Sendable {
  private let desk: CommandDesk
  private let policy: AccessPolicy

  /// Somebody who has not signed in: may bring a matter, go on with it by its token, and register.
  public var anonymous: Actor {
    Actor(
      kind: .anonymous, account: 0, permissions: policy.everybody.union(["accounts.register"]))
  }

  /// A reader under a policy.
  public init(desk: CommandDesk, policy: AccessPolicy) {
    self.desk = desk
    self.policy = policy
  }

  /// Who stands behind a token at a moment; nil if nobody does (any more). `principal` asks to act
  /// for another account under a mandate.
  public func person(
    _ token: String, at now: Instant, principal: Int64? = nil
  ) async throws -> SignedIn? {
    guard let digest = SignInDesk.digest(token) else { return nil }
    let found = try await desk.store.read {
      view -> (AccountBook.Session, AccountRow, [AccountBook.Mandate])? in
      guard let session = try view.first(AccountBook.session(digest)), session.expiresAt > now,
        let row = try view.first(AccountBook.find(session.account)), row.closedAt == nil
      else { return nil }
      return (session, row, try view.all(AccountBook.mandates(agent: row.key)))
    }
    guard let (session, row, mandates) = found else { return nil }
    // Half of the time is left at least, without a write for every page.
    if session.expiresAt.seconds - now.seconds < SignInDesk.sessionSeconds / 2 {
      try await desk.maintain(
        .prolongSession(
          AccountBook.Session(
            tokenDigest: digest, account: session.account, signedInAt: session.signedInAt,
            expiresAt: now.adding(seconds: SignInDesk.sessionSeconds))))
    }
    let reach = policy.reach(of: try Post.list(row.posts))
    let valid = mandates.filter { $0.revokedAt == nil && $0.validFrom <= now && $0.validTo > now }
    let acting = principal.flatMap { wanted in valid.first { $0.principal == wanted } }
    let isStaff = !reach.permissions.isEmpty
    let name = try await desk.open(row.name, of: row.key, at: row.key)
    return SignedIn(
      actor: Actor(
        kind: isStaff ? .staff : .citizen, account: row.key,
        permissions: reach.permissions.union(policy.everybody).union(["accounts.self"]),
        agency: reach.agency,
        agencies: reach.agencies, principal: acting?.principal),
      name: name.map { String(decoding: $0, as: UTF8.self) } ?? row.login, posts: reach.names,
      mandates: valid)
  }
}
