import AccessTokens
import Commons
import HTTPValues
import Interchange
import LowAltitude

/// Where the tokens come from with which the city calls other providers and a DSS elsewhere.
public enum AirTokenSource: Sendable {
  /// The city signs them itself.
  case own(TokenIssuer)
  /// An authorisation server gives them to the city as its client (RFC 6749 §4.4).
  case server(address: String, client: String, secret: String)
}

/// The way to other providers of services for drones, over HTTP, with tokens.
struct AirPeers: PeerClient {
  private struct Held {
    let token: String
    let until: Instant
  }

  let name: String
  let source: AirTokenSource
  let time: any TimeSource
  let random: any RandomSource
  private let call = WebCall()
  // Tokens of a server are good for a while; each is asked for once.
  private let held = Locked<[String: Held]>([:])
  private static let mostHeld = 10_000

  init(
    name: String, source: AirTokenSource, time: any TimeSource, random: any RandomSource
  ) {
    self.name = name
    self.source = source
    self.time = time
    self.random = random
  }

  func send(
    _ method: Method, _ address: String, token: String, body: JSONValue?
  ) async throws -> PeerAnswer {
    var headers = [("Authorization", "Bearer " + token), ("Accept", "application/json")]
    if body != nil { headers.append(("Content-Type", "application/json")) }
    let answer = try await call.send(
      method.rawValue, address, headers: headers, body: body?.canonicalBytes)
    return PeerAnswer(answer.status, (try? JSONValue(parsing: answer.body)) ?? .null)
  }

  func token(audience: String, scope: String) async throws -> String {
    switch source {
    case .own(let issuer):
      return try issuer.token(
        for: name, scopes: [scope], audience: audience, at: time.now,
        id: Hex.encode(random.bytes(16)))
    case .server(let address, let client, let secret):
      let key = audience + " " + scope
      if let known = held.withLock({ $0[key] }), known.until > time.now { return known.token }
      let form = [
        ("grant_type", "client_credentials"), ("client_id", client), ("client_secret", secret),
        ("scope", scope), ("audience", audience),
      ].map { "\($0.0)=\(AirPeers.escaped($0.1))" }.joined(separator: "&")
      let answer = try await call.send(
        "POST", address, headers: [("Content-Type", "application/x-www-form-urlencoded")],
        body: Array(form.utf8))
      let value = (try? JSONValue(parsing: answer.body)) ?? .null
      guard answer.status == 200, let token = value["access_token"]?.string else {
        throw DeliveryFailure(
          "\(address) gives no token for \(audience) and \(scope): HTTP \(answer.status) "
            + (value["error"]?.string ?? ""), isLasting: false)
      }
      // A minute less than it holds, so that none ends on its way.
      let until = time.now.adding(seconds: max(0, (value["expires_in"]?.integer ?? 0) - 60))
      held.withLock { held in
        if held.count >= AirPeers.mostHeld { held.removeAll() }
        held[key] = Held(token: token, until: until)
      }
      return token
    }
  }

  private static func escaped(_ text: String) -> String {
    text.utf8.map { byte in
      let isPlain =
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte)
        || (0x61...0x7A).contains(byte) || [0x2D, 0x2E, 0x5F, 0x7E].contains(byte)
      return isPlain ? String(UnicodeScalar(byte)) : "%" + Hex.encode([byte]).uppercased()
    }.joined()
  }
}

/// Under which name and address a city plans flights itself.
public struct AirProviderOptions: Sendable {
  /// Its name in tokens.
  public let name: String
  /// Where others reach it.
  public let baseURL: String
  /// The DSS that it uses, if it is not its own: its address without the path of a standard.
  public let exchangeURL: String?
  /// Where its tokens come from.
  public let tokens: AirTokenSource
  /// Whether the interfaces of test suites are served.
  public let servesTests: Bool

  /// Options.
  public init(
    name: String, baseURL: String, exchangeURL: String? = nil, tokens: AirTokenSource,
    servesTests: Bool
  ) {
    self.name = name
    self.baseURL = baseURL
    self.exchangeURL = exchangeURL
    self.tokens = tokens
    self.servesTests = servesTests
  }

  func provider(_ time: any TimeSource, _ random: any RandomSource) -> AirProvider {
    AirProvider(
      name: name, baseURL: baseURL, exchangeURL: exchangeURL, servesTests: servesTests,
      client: AirPeers(name: name, source: tokens, time: time, random: random), time: time,
      random: random)
  }
}

extension RunningCity {
  /// The register of programs that get tokens of this city.
  public var tokenClients: AirClients { AirClients(desk: desk, ring: ring, random: random) }
}
