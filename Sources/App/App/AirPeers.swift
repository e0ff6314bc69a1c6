import AccessTokens
import Commons
import HTTPValues
import Interchange
import LowAltitude

/// The way to other providers of services for drones, over HTTP, with tokens that the city signs itself.
struct AirPeers: PeerClient {
  let name: String
  let issuer: TokenIssuer
  let time: any TimeSource
  let random: any RandomSource
  private let call = WebCall()

  init(
    name: String, issuer: TokenIssuer, time: any TimeSource, random: any RandomSource
  ) {
    self.name = name
    self.issuer = issuer
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
    try issuer.token(
      for: name, scopes: [scope], audience: audience, at: time.now,
      id: Hex.encode(random.bytes(16)))
  }
}

/// Under which name and address a city plans flights itself.
public struct AirProviderOptions: Sendable {
  /// Its name in tokens.
  public let name: String
  /// Where others reach it.
  public let baseURL: String
  /// What signs its tokens.
  public let issuer: TokenIssuer
  /// Whether the interfaces of test suites are served.
  public let servesTests: Bool

  /// Options.
  public init(name: String, baseURL: String, issuer: TokenIssuer, servesTests: Bool) {
    self.name = name
    self.baseURL = baseURL
    self.issuer = issuer
    self.servesTests = servesTests
  }

  func provider(_ time: any TimeSource, _ random: any RandomSource) -> AirProvider {
    AirProvider(
      name: name, baseURL: baseURL, servesTests: servesTests,
      client: AirPeers(name: name, issuer: issuer, time: time, random: random), time: time,
      random: random)
  }
}

extension RunningCity {
  /// The register of programs that get tokens of this city.
  public var tokenClients: AirClients { AirClients(desk: desk, ring: ring, random: random) }
}
