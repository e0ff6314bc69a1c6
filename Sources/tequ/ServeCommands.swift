import AccessTokens
import App
import ArgumentParser
import Books
import Commons
import Desk
import Simulation

/// Serves a city.
struct Serve: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Serve a city on the loopback address until told to stop.")

  @OptionGroup var data: FolderOptions
  @Option(help: "The port; 0 takes any free one.") var port = 8080
  @Option(help: "The address to listen on.") var host = "127.0.0.1"
  @Flag(help: "Build the demonstration city first if the folder is empty.") var demo = false
  @Option(help: "With --demo: how many days are simulated.") var demoDays = DemoCity.days
  @Option(help: "Writes a minute that one address may send without being staff.")
  var writesPerMinute = 120
  @Option(
    help: "A list of cities to serve, each under its host names; see docs/how-to/run-a-city."
  )
  var cities: String?
  @Option(help: "Serve the addresses of this measure only, by its slug; may be repeated.")
  var only: [String] = []
  @OptionGroup var exchange: ExchangeOptions
  @Flag(
    help:
      "Only read, from a standby of PostgreSQL or beside the process that writes: public pages are answered, what is for the writing nodes gets 503."
  )
  var readOnly = false

  func run() async throws {
    try await telling {
      if let cities { return try await serve(cities) }
      guard !demo || !readOnly else {
        throw ValidationError("--demo builds a city; with --read-only nothing is written.")
      }
      if demo { try await Demo.build(data.folder, days: demoDays) }
      var options = Front.Options()
      options.writesPerMinute = writesPerMinute
      options.only = only.isEmpty ? nil : Set(only)
      var opening = RunningCity.Options()
      opening.tokens = try exchange.verifier()
      opening.testIssuer = try exchange.issuer()
      opening.provider = try exchange.provider()
      opening.tokenKeys = try exchange.signingKeys()
      opening.isReadOnly = readOnly
      let city = try await RunningCity(data.folder, opening)
      try await CityServer(city, options).run(host: host, port: port) { port in
        Say.line("listening on http://\(host):\(port)")
      }
    }
  }
}

/// Whose tokens other programs may show.
struct ExchangeOptions: ParsableArguments {
  @Option(help: "A file with public keys (PEM) of authorisation servers; may be repeated.")
  var jwtPublicKey: [String] = []
  @Option(help: "Audiences of tokens that are taken, with commas: the host names of this server.")
  var acceptedAudience = ""
  @Flag(help: "Take tokens signed with the published test key of InterUSS. For tests only.")
  var allowTestKey = false

  @Option(
    help: "A private key (PEM): give a token signed with it to whoever asks /token. For tests only."
  )
  var issueTestTokens: String?

  @Option(
    help: "Where other providers reach this city's flights (/uss/v1), such as https://uss.example."
  )
  var ussBaseURL: String?
  @Option(help: "The city's name among providers: the subject of its tokens.") var ussName = "tequ"
  @Option(help: "A private key (PEM) with which the city signs its tokens for other providers.")
  var ussKey: String?
  @Option(
    help:
      "A DSS elsewhere that the city uses as a provider instead of its own, such as https://dss.example."
  )
  var dssURL: String?
  @Option(
    help:
      "Where an authorisation server gives the city tokens for others, instead of --uss-key; with --uss-client-id and --uss-client-secret-file."
  )
  var ussTokenURL: String?
  @Option(help: "The city's name as a client of that server.") var ussClientID: String?
  @Option(help: "A file that holds the city's secret as a client of that server.")
  var ussClientSecretFile: String?
  @Flag(
    help:
      "Serve the interfaces by which InterUSS's suites plan flights, and take addresses without TLS. For tests only."
  )
  var flightPlanningTests = false

  @Option(
    help:
      "A file with private keys (PEM) with which the city gives tokens to registered clients: the first signs, all are published."
  )
  var tokenKeys: String?
  @Option(
    help: "What these tokens say of who issued them, and where: such as https://auth.example.")
  var tokenIssuer: String?

  func signingKeys() throws -> SigningKeys? {
    guard (tokenKeys == nil) == (tokenIssuer == nil) else {
      throw ValidationError("--token-keys and --token-issuer go together.")
    }
    guard let tokenKeys, let tokenIssuer else { return nil }
    return try ExchangeKeys.signing(tokenKeys, name: tokenIssuer, allowsTestKey: allowTestKey)
  }

  func provider() throws -> AirProviderOptions? {
    guard let ussBaseURL else {
      guard !flightPlanningTests, dssURL == nil else {
        throw ValidationError("--flight-planning-tests and --dss-url need --uss-base-url.")
      }
      return nil
    }
    for address in [ussBaseURL, dssURL, ussTokenURL].compactMap({ $0 }) {
      guard flightPlanningTests || address.hasPrefix("https://") else {
        throw ValidationError("“\(address)” must be an address with https.")
      }
    }
    return AirProviderOptions(
      name: ussName, baseURL: ussBaseURL, exchangeURL: dssURL, tokens: try tokenSource(),
      servesTests: flightPlanningTests)
  }

  private func tokenSource() throws -> AirTokenSource {
    switch (ussKey, ussTokenURL, ussClientID, ussClientSecretFile) {
    case (let key?, nil, nil, nil): return .own(try ExchangeKeys.issuer(key))
    case (nil, let address?, let client?, let file?):
      return .server(address: address, client: client, secret: try ExchangeKeys.secret(file))
    default:
      throw ValidationError(
        "--uss-base-url needs either --uss-key, or --uss-token-url with --uss-client-id and --uss-client-secret-file."
      )
    }
  }

  func issuer() throws -> TokenIssuer? {
    try issueTestTokens.map { try ExchangeKeys.issuer($0) }
  }

  func verifier() throws -> TokenVerifier {
    var keys: [TokenKey] = []
    if let issuer = try issuer() {
      keys.append(try TokenKey(pem: issuer.publicKey, allowsTestKey: allowTestKey))
    }
    for pem in try signingKeys()?.publicKeys ?? [] {
      keys.append(try TokenKey(pem: pem, allowsTestKey: allowTestKey))
    }
    for path in jwtPublicKey { keys += try ExchangeKeys.read(path, allowsTestKey: allowTestKey) }
    let audiences = acceptedAudience.split(separator: ",").map(String.init)
    guard keys.isEmpty == audiences.isEmpty else {
      throw ValidationError("--jwt-public-key and --accepted-audience go together.")
    }
    return TokenVerifier(keys: keys, audiences: Set(audiences))
  }
}

extension Serve {
  private func serve(_ list: String) async throws {
    guard !demo else { throw ValidationError("--demo makes one city; --cities serves several.") }
    var options = Front.Options()
    options.writesPerMinute = writesPerMinute
    let router = try await CityRouter(CityRouter.places(list), options)
    try await router.run(host: host, port: port) { port in
      Say.line("listening on http://\(host):\(port)")
    }
  }
}

/// Builds the demonstration city and serves it: what `make run` starts.
struct Demo: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Build the demonstration city if it is not there, and serve it.")

  @OptionGroup var data: FolderOptions
  @Option(help: "The port.") var port = 8080

  func run() async throws {
    try await telling {
      try await Demo.build(data.folder)
      let city = try await RunningCity(data.folder)
      try await CityServer(city).run(host: "127.0.0.1", port: port) { port in
        Demo.greet(port)
        Say.line("listening on http://127.0.0.1:\(port)")
      }
    }
  }

  static func build(_ folder: DataFolder, days: Int = DemoCity.days) async throws {
    let progress = ProgressLine(
      "building the demonstration city (hours)", total: days * 24)
    var last = 0
    try await DemoCity.build(folder, now: SystemTime().now, days: days) { done, _ in
      last = done
      progress.update(done)
    }
    if last > 0 { progress.finish(last) }
  }

  private static func greet(_ port: Int) {
    Say.line("示范市 Shifan · http://127.0.0.1:\(port)")
    Say.line("登录 log-ins (密码 password: \(DemoCity.password)):")
    for login in DemoCity.logins {
      Say.line("  \(login.login.padding(12))\(login.who.zh) · \(login.who.en)")
    }
  }
}

extension String {
  fileprivate func padding(_ width: Int) -> String {
    self + String(repeating: " ", count: max(1, width - count))
  }
}
