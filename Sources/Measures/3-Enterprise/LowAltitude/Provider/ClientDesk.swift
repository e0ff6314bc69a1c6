import AccessTokens
import Books
import Commons
import Desk
import MeasureKit
import Storage

/// An act on a client of the authorisation server, or by one.
private struct ClientAct: Command {
  let kind: String
  let permission = AirClients.permission
  let id: String
  let aggregate: Int64?
  let content: JSONValue
  let body: @Sendable (AirClient?, any View, Context) throws -> AirOutcome

  func load(_ view: any View, _ context: Context) throws -> AirClient? {
    let found = try view.first(ClientBook.find(id))
    guard found?.aggregate == aggregate else { throw Problem.stale }
    return found
  }

  func authorise(_ loaded: AirClient?, _ context: Context) throws {}

  func version(of loaded: AirClient?) -> Int64 { loaded?.version ?? 0 }

  func decide(_ loaded: AirClient?, _ view: any View, _ context: Context) throws -> Decision {
    let outcome = try body(loaded, view, context)
    return .accepted(
      publicFields: outcome.publicFields, changes: outcome.changes, reply: outcome.reply)
  }
}

/// The register of programs that get tokens. Every registration, change and token is an act.
public struct AirClients: Sendable {
  let desk: CommandDesk
  let ring: KeyRing
  let random: any RandomSource

  static let permission = "low-altitude.clients"
  /// The program itself: the command line, and tokens that it gives.
  public static let program = Actor.system([permission])

  /// The register of a city.
  public init(desk: CommandDesk, ring: KeyRing, random: any RandomSource) {
    self.desk = desk
    self.ring = ring
    self.random = random
  }

  /// All clients, by name.
  public func all() async throws -> [AirClient] { try await desk.store.all(ClientBook.all) }

  /// Registers a client, or gives a known one new proofs and rights.
  ///
  /// - Parameters:
  ///   - key: its public key in PEM, by which it proves itself; without one it gets a secret.
  ///   - actor: who registers it; the program itself if nobody is named.
  /// - Returns: The secret, which is shown this once and kept nowhere; nil for a client with a key, and for a
  ///   request that is repeated.
  /// - Throws: ``Problem`` 422 for what no client can have.
  public func register(
    _ id: String, scopes: Set<String>, audiences: Set<String>, key: String? = nil,
    by actor: Actor = AirClients.program, _ terms: CommandDesk.Terms = .init()
  ) async throws -> String? {
    try AirClients.check(id, scopes, audiences)
    if let key {
      do throws(TokenKey.Refusal) { _ = try TokenKey(pem: key, allowsTestKey: false) } catch {
        throw AirClients.refused(
          "公钥不能使用（须为2048位以上的 RSA 公钥，且不是公开的测试密钥）",
          en: "the public key cannot be used: RSA of 2048 bits or more, and no published test key")
      }
    }
    let secret = key == nil ? ClientSecret.make(random.bytes(48)) : nil
    let ring = ring
    let done = try await act(
      "client.put", id, by: actor, terms,
      content: [
        "audiences": AirClients.list(audiences), "client": .string(id),
        "proof": .string(key ?? "secret"), "scopes": AirClients.list(scopes),
      ]
    ) { old, _, context in
      let new = AirClient(
        id: id, aggregate: context.aggregate, version: (old?.version ?? 0) + 1,
        secret: secret?.kept.text ?? "", key: key ?? "", scopes: scopes, audiences: audiences)
      return AirOutcome(
        changes: [ClientBook.save(new, over: old, ring)], reply: .null, publicFields: [:])
    }
    return done.isRepeat ? nil : secret?.shown
  }

  /// Closes a client: it gets no more tokens. Those that it has hold for their hour.
  ///
  /// - Throws: ``Problem`` 422 if there is none.
  public func close(
    _ id: String, by actor: Actor = AirClients.program, _ terms: CommandDesk.Terms = .init()
  ) async throws {
    let ring = ring
    _ = try await act(
      "client.close", id, by: actor, terms, content: ["client": .string(id)]
    ) { old, _, _ in
      guard let old, old.isOpen else {
        throw AirClients.refused("没有在册的客户端“\(id)”", en: "there is no open client “\(id)”")
      }
      var new = old
      new.version += 1
      new.isOpen = false
      return AirOutcome(
        changes: [ClientBook.save(new, over: old, ring)], reply: .null, publicFields: [:])
    }
  }

  /// Notes a token as an act of its client; throws ``AirRefusal`` if the client may not have it now.
  func noteToken(
    _ id: String, _ tokenID: String, scopes: [String], audience: String,
    assertion: ClientAssertion?, at now: Instant
  ) async throws {
    let ring = ring
    _ = try await act(
      "token", id,
      content: [
        "audience": .string(audience), "client": .string(id), "jti": .string(tokenID),
        "scopes": .array(scopes.map(JSONValue.string)),
      ]
    ) { old, view, _ in
      guard let old, old.isOpen, old.scopes.isSuperset(of: scopes) else {
        throw OAuthRefusal.client
      }
      var changes: [Change] = []
      if let assertion {
        guard try view.first(ClientBook.isUsed(assertion)) == nil else {
          throw OAuthRefusal.client
        }
        changes = ClientBook.use(assertion, at: now)
      }
      var new = old
      new.version += 1
      return AirOutcome(
        changes: changes + [ClientBook.save(new, over: old, ring)], reply: .null,
        publicFields: [:])
    }
  }

  private static let tries = 8

  private func act(
    _ kind: String, _ id: String, by actor: Actor = AirClients.program,
    _ terms: CommandDesk.Terms = .init(), content: JSONValue,
    _ body: @escaping @Sendable (AirClient?, any View, Context) throws -> AirOutcome
  ) async throws -> Acknowledged {
    for attempt in 1...AirClients.tries {
      let known = try await desk.store.first(ClientBook.find(id))
      let act = ClientAct(
        kind: LowAltitudeMeasure.card.slug + "." + kind, id: id, aggregate: known?.aggregate,
        content: content, body: body)
      do { return try await desk.submit(act, by: actor, terms) } catch let
        problem as Problem where problem == .stale && attempt < AirClients.tries
      {
        continue
      }
    }
    throw Problem.unavailable()
  }

  private static func check(
    _ id: String, _ scopes: Set<String>, _ audiences: Set<String>
  ) throws {
    guard isWord(id, 128) else {
      throw refused("名称须为1至128个可见 ASCII 字符", en: "a name has 1 to 128 visible ASCII characters")
    }
    guard !scopes.isEmpty, scopes.allSatisfy({ isWord($0, 255) }) else {
      throw refused("须给出权限范围（scope）", en: "a client needs scopes, without blanks")
    }
    guard !audiences.isEmpty, audiences.allSatisfy({ isWord($0, 255) }) else {
      throw refused(
        "须给出受众（主机名，* 表示任意）", en: "a client needs audiences: host names, or * for any")
    }
  }

  private static func isWord(_ text: String, _ limit: Int) -> Bool {
    (1...limit).contains(text.utf8.count) && text.utf8.allSatisfy { (0x21...0x7E).contains($0) }
  }

  private static func list(_ words: Set<String>) -> JSONValue {
    .array(words.sorted().map(JSONValue.string))
  }

  private static func refused(_ zh: String, en: String) -> Problem {
    Problem.refused("token-client", Phrase("\(zh)。", en: "The client is refused: \(en)."))
  }
}

/// An answer of the authorisation server that is no token (RFC 6749 §5.2).
struct OAuthRefusal: Error {
  let status: Int
  let error: String
  let why: String

  init(_ status: Int, _ error: String, _ why: String) {
    self.status = status
    self.error = error
    self.why = why
  }

  /// One answer for all that can be wrong with a client, so that names cannot be guessed.
  static let client = OAuthRefusal(
    401, "invalid_client", "the client is not known, or its proof is not good")
}
