import Commons
import HTTPValues

/// What another provider's server answered.
public struct PeerAnswer: Sendable {
  /// The status.
  public let status: Int
  /// The body; null where there is none or where it is no JSON.
  public let body: JSONValue

  /// An answer.
  public init(_ status: Int, _ body: JSONValue) {
    self.status = status
    self.body = body
  }
}

/// The way to other providers: HTTP, or a stand-in in tests.
public protocol PeerClient: Sendable {
  /// Sends a request.
  ///
  /// - Throws: whatever kept an answer from coming.
  func send(
    _ method: Method, _ address: String, token: String, body: JSONValue?
  ) async throws -> PeerAnswer

  /// A token for a server (its host name) with a scope.
  func token(audience: String, scope: String) async throws -> String
}

/// The city as a provider of services for drones (a USS after F3548-21): its name and its addresses.
public struct AirProvider: Sendable {
  /// Its name in tokens, so that the DSS knows what is its own.
  public let name: String
  /// Where others reach `/uss/v1` of it.
  public let baseURL: String
  /// The DSS that it uses, if it is another than that of the same program: its address without the path of a standard.
  public let exchangeURL: String?
  /// Whether the interfaces by which suites make it plan flights are served.
  public let servesTests: Bool
  let client: any PeerClient
  let time: any TimeSource
  private let random: any RandomSource

  /// A provider.
  public init(
    name: String, baseURL: String, exchangeURL: String? = nil, servesTests: Bool = false,
    client: any PeerClient, time: any TimeSource, random: any RandomSource
  ) {
    self.random = random
    self.name = name
    self.time = time
    self.baseURL = AirProvider.bare(baseURL)
    self.exchangeURL = exchangeURL.map(AirProvider.bare)
    self.servesTests = servesTests
    self.client = client
  }

  private static func bare(_ address: String) -> String {
    address.hasSuffix("/") ? String(address.dropLast()) : address
  }

  /// Itself, as it calls its own DSS.
  var caller: AirCaller {
    AirCaller(
      name: name, scopes: ["utm.strategic_coordination", "utm.conformance_monitoring_sa"])
  }

  /// A UUID of version 4.
  func freshID() -> String {
    var bytes = random.bytes(16)
    bytes[6] = bytes[6] & 0x0F | 0x40
    bytes[8] = bytes[8] & 0x3F | 0x80
    return AirReader.uuid(Hex.encode(bytes)) ?? ""
  }

  /// The host name in an address, which is what tokens are for; nil if there is none.
  static func host(_ address: String) -> String? {
    for scheme in ["https://", "http://"] where address.hasPrefix(scheme) {
      let rest = address.dropFirst(scheme.count).prefix { $0 != "/" && $0 != "?" && $0 != "#" }
      guard !rest.contains("@") else { return nil }
      let host = rest.hasPrefix("[") ? rest.prefix { $0 != "]" } + "]" : rest.prefix { $0 != ":" }
      return host.isEmpty ? nil : String(host)
    }
    return nil
  }
}

/// One request to another provider, as F3548-21 wants it logged (its ExchangeRecord).
struct AirExchange: Sendable {
  let url: String
  let method: Method
  let begun: Instant
  let ended: Instant
  let sent: JSONValue?
  let answer: PeerAnswer?
  let problem: String?

  var record: JSONValue {
    var members: [String: JSONValue] = [
      "url": .string(url), "method": .string(method.rawValue), "recorder_role": "Client",
      "request_time": JSONValue(moment: begun), "response_time": JSONValue(moment: ended),
    ]
    if let sent {
      members["request_body"] = .string(Base64.encode(sent.canonicalBytes))
    }
    if let answer {
      members["response_code"] = .integer(Int64(answer.status))
      members["response_body"] = .string(Base64.encode(answer.body.canonicalBytes))
    }
    members["problem"] = problem.map(JSONValue.string)
    return .object(members)
  }

  var isTaken: Bool { answer.map { (200..<300).contains($0.status) } ?? false }
}

extension AirProvider {
  /// Asks another provider; what comes of it is in the exchange, whatever it is.
  func ask(
    _ method: Method, _ base: String, _ path: String, scope: String, body: JSONValue? = nil
  ) async -> AirExchange {
    let url = base + path
    let begun = time.now
    func exchange(_ answer: PeerAnswer?, _ problem: String?) -> AirExchange {
      AirExchange(
        url: url, method: method, begun: begun, ended: time.now, sent: body, answer: answer,
        problem: problem)
    }
    guard let host = AirProvider.host(base) else { return exchange(nil, "no host in \(base)") }
    do {
      let token = try await client.token(audience: host, scope: scope)
      let answer = try await client.send(method, url, token: token, body: body)
      return exchange(answer, nil)
    } catch { return exchange(nil, "\(error)") }
  }
}
