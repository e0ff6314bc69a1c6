import AccessTokens
import Commons
import Desk
import HTTPValues
import MeasureKit
import Storage

/// The city as an authorisation server: who signs, under which name, for which clients.
public struct TokenAuthority: Sendable {
  let keys: SigningKeys
  let clients: AirClients
  private let random: any RandomSource

  /// An authorisation server.
  public init(keys: SigningKeys, clients: AirClients, random: any RandomSource) {
    self.keys = keys
    self.clients = clients
    self.random = random
  }

  /// What a client's assertion must be for (RFC 7523 §3).
  var audiences: Set<String> { [keys.name, keys.name + TokenAuthority.path] }
  static let path = "/oauth/token"

  /// A request for a token.
  private struct Wish {
    let client: String
    let secret: String?
    let assertion: String?
    let scopes: [String]
    let audience: String
  }

  /// Gives a token to a client that proves itself (RFC 6749 §4.4).
  func answer(_ request: Request, at now: Instant) async throws -> JSONValue {
    let wish = try TokenAuthority.wish(request)
    let store = clients.desk.store
    guard let client = try await store.first(ClientBook.find(wish.client)), client.isOpen else {
      throw OAuthRefusal.client
    }
    let assertion = try prove(client, wish, at: now)
    guard !wish.scopes.isEmpty, client.scopes.isSuperset(of: wish.scopes) else {
      throw OAuthRefusal(
        400, "invalid_scope", "the client may not have these scopes, or asks for none")
    }
    guard client.audiences.contains("*") || client.audiences.contains(wish.audience) else {
      throw OAuthRefusal(400, "invalid_target", "the client may not have tokens for this audience")
    }
    let id = Hex.encode(random.bytes(16))
    try await clients.noteToken(
      client.id, id, scopes: wish.scopes, audience: wish.audience, assertion: assertion, at: now)
    let token = try keys.issuer.token(
      for: client.id, scopes: wish.scopes, audience: wish.audience, at: now, id: id)
    return [
      "access_token": .string(token), "token_type": "Bearer",
      "expires_in": .integer(TokenIssuer.lifeSeconds),
      "scope": .string(wish.scopes.joined(separator: " ")),
    ]
  }

  private func prove(
    _ client: AirClient, _ wish: Wish, at now: Instant
  ) throws -> ClientAssertion? {
    if client.hasKey {
      guard let jwt = wish.assertion, wish.secret == nil,
        let key = try? TokenKey(pem: client.key, allowsTestKey: false),
        let assertion = try? ClientAssertion(jwt, key: key, audiences: audiences, at: now),
        assertion.client == client.id
      else { throw OAuthRefusal.client }
      return assertion
    }
    guard wish.assertion == nil, let shown = wish.secret,
      let kept = ClientSecret(client.secret), kept.fits(shown)
    else { throw OAuthRefusal.client }
    return nil
  }

  private static let assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

  /// Reads a request: a form as the standard has it, or JSON, which some clients of InterUSS send.
  private static func wish(_ request: Request) throws -> Wish {
    let field: (String) -> String?
    if request.isJSON {
      guard let body = try? request.json(), body.object != nil else {
        throw OAuthRefusal(400, "invalid_request", "the body is no JSON object")
      }
      field = { body[$0]?.string }
    } else {
      guard let form = try? request.form() else {
        throw OAuthRefusal(400, "invalid_request", "the body is no form")
      }
      for name in Set(form.values.map(\.name)) where form.all(name).count > 1 {
        throw OAuthRefusal(400, "invalid_request", "\(name.prefix(64)) is given twice")
      }
      field = { form[$0] }
    }
    guard field("grant_type") == "client_credentials" else {
      throw OAuthRefusal(
        400, "unsupported_grant_type", "grant_type must be client_credentials")
    }
    let basic = try basic(request)
    let assertion = field("client_assertion")
    if assertion != nil, field("client_assertion_type") != assertionType {
      throw OAuthRefusal(400, "invalid_request", "client_assertion_type must be \(assertionType)")
    }
    let proofs = [basic?.secret, field("client_secret"), assertion].compactMap(\.self)
    guard proofs.count == 1,
      let client = basic?.client ?? field("client_id") ?? assertion.flatMap(ClientAssertion.named)
    else { throw OAuthRefusal.client }
    let audience = field("audience") ?? field("resource").flatMap(AirProvider.host)
    guard let audience, !audience.isEmpty else {
      throw OAuthRefusal(400, "invalid_request", "audience (a host name) is missing")
    }
    return Wish(
      client: client, secret: basic?.secret ?? field("client_secret"), assertion: assertion,
      scopes: (field("scope") ?? "").split(separator: " ").map(String.init), audience: audience)
  }

  /// Name and secret in an `Authorization` header (RFC 6749 §2.3.1).
  private static func basic(
    _ request: Request
  ) throws -> (client: String, secret: String)? {
    guard let header = request.headers["authorization"] else { return nil }
    let halves = header.split(separator: " ", maxSplits: 1)
    guard halves.count == 2, halves[0].lowercased() == "basic",
      let bytes = Base64.decode(halves[1]), let text = String(validating: bytes, as: UTF8.self)
    else { throw OAuthRefusal.client }
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2, let client = PercentCoding.decode(parts[0]),
      let secret = PercentCoding.decode(parts[1])
    else { throw OAuthRefusal.client }
    return (client, secret)
  }
}

extension LowAltitudeMeasure {
  /// The addresses of the authorisation server.
  func authorityRoutes(_ routes: inout Routes) {
    guard let authority else { return }
    routes.foreign(.post, TokenAuthority.path) { visit in
      var response: Response
      do {
        response = .json(try await authority.answer(visit.request, at: visit.now))
      } catch let refusal as OAuthRefusal {
        response = .json(
          ["error": .string(refusal.error), "error_description": .string(refusal.why)],
          status: refusal.status)
        if refusal.status == 401 { response.headers.add("www-authenticate", "Basic") }
      }
      // Tokens are for nobody else (RFC 6749 §5.1).
      response.headers.add("cache-control", "no-store")
      return response
    }
    routes.foreign(.get, "/oauth/jwks") { _ in .json(authority.keys.keySet) }
    routes.foreign(.get, "/.well-known/oauth-authorization-server") { _ in
      let name = authority.keys.name
      return .json([
        "issuer": .string(name), "token_endpoint": .string(name + TokenAuthority.path),
        "jwks_uri": .string(name + "/oauth/jwks"),
        "grant_types_supported": ["client_credentials"],
        "token_endpoint_auth_methods_supported": [
          "client_secret_basic", "client_secret_post", "private_key_jwt",
        ], "token_endpoint_auth_signing_alg_values_supported": ["RS256"],
        "response_types_supported": [],
      ])
    }
  }
}
