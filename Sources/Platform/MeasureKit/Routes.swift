import Commons
import Desk
import HTTPValues

/// Who may come in by a route, checked before its handler runs. The command's own permission and
/// relation to the case are checked again by the desk.
public enum RouteAccess: Hashable, Sendable {
  /// Everybody.
  case everybody
  /// Whoever has signed in.
  case signedIn
  /// Whoever holds one of these permissions.
  case anyOf([String])

  /// Whoever holds a permission.
  public static func holding(_ permission: String) -> RouteAccess { .anyOf([permission]) }
}

/// How a route protects itself against requests that another site makes a browser send.
public enum RouteKind: Hashable, Sendable {
  /// Pages and forms: cookies count, and every form carries a token.
  case page
  /// Programs: cookies do not count, so no token is needed.
  case interface
  /// Programs of other bodies, which show tokens of an authorisation server; the handler checks them.
  case foreign
}

/// One address and what answers there.
public struct Route: Sendable {
  /// Part of a pattern.
  public enum Part: Hashable, Sendable {
    /// Just this text.
    case literal(String)
    /// Any text, handed over under this name; ends with `suffix` (such as `.json`).
    case parameter(String, suffix: String)
    /// Everything that is left, with its slashes.
    case rest(String)
  }

  /// Which method.
  public let method: Method
  /// The pattern as declared, such as `/requests/{number}`.
  public let pattern: String
  /// Who may come in.
  public let access: RouteAccess
  /// Page or interface.
  public let kind: RouteKind
  /// What answers.
  public let handle: @Sendable (Visit) async throws -> Response
  let parts: [Part]

  /// Literal parts.
  var exactness: Int {
    parts.count { if case .literal = $0 { true } else { false } }
  }
}

/// The routes that measures and the program itself declare.
public struct Routes: Sendable {
  /// In the order of declaration; more specific patterns are declared first.
  public private(set) var all: [Route] = []

  /// No routes yet.
  public init() {}

  /// Declares a route that answers GET (and HEAD).
  public mutating func get(
    _ pattern: String, _ access: RouteAccess = .everybody, _ kind: RouteKind = .page,
    _ handle: @escaping @Sendable (Visit) async throws -> Response
  ) { add(.get, pattern, access, kind, handle) }

  /// Declares a route that answers POST.
  public mutating func post(
    _ pattern: String, _ access: RouteAccess = .everybody, _ kind: RouteKind = .page,
    _ handle: @escaping @Sendable (Visit) async throws -> Response
  ) { add(.post, pattern, access, kind, handle) }

  /// Declares a route of a foreign standard, whose handler checks the tokens itself.
  public mutating func foreign(
    _ method: Method, _ pattern: String,
    _ handle: @escaping @Sendable (Visit) async throws -> Response
  ) { add(method, pattern, .everybody, .foreign, handle) }

  /// Takes in the routes of a measure; each of them first asks whether the measure may be used.
  public mutating func add(
    _ measure: any Measure, asking mayBeUsed: @escaping @Sendable (Visit) throws -> Void
  ) {
    var own = Routes()
    measure.routes(&own)
    for route in own.all {
      add(route.method, route.pattern, route.access, route.kind) { visit in
        try mayBeUsed(visit)
        return try await route.handle(visit)
      }
    }
  }

  private mutating func add(
    _ method: Method, _ pattern: String, _ access: RouteAccess, _ kind: RouteKind,
    _ handle: @escaping @Sendable (Visit) async throws -> Response
  ) {
    all.append(
      Route(
        method: method, pattern: pattern, access: access, kind: kind, handle: handle,
        parts: Routes.parse(pattern)))
  }

  static func parse(_ pattern: String) -> [Route.Part] {
    pattern.split(separator: "/").map { piece in
      guard piece.hasPrefix("{"), let end = piece.firstIndex(of: "}") else {
        return .literal(String(piece))
      }
      let name = String(piece[piece.index(after: piece.startIndex)..<end])
      if name.hasSuffix("...") { return .rest(String(name.dropLast(3))) }
      return .parameter(name, suffix: String(piece[piece.index(after: end)...]))
    }
  }
}

/// Finds the route of a request: by the first part of the path, then the most literal pattern, then in
/// the order of declaration.
public struct RouteTable: Sendable {
  /// What was found.
  public enum Match: Sendable {
    /// A route with what its pattern took from the path.
    case found(Route, [String: String])
    /// The path exists, but not for this method.
    case otherMethods([Method])
    /// There is no such path.
    case nothing
  }

  private let byHead: [String: [Route]]
  private let anyHead: [Route]

  /// A table over routes.
  public init(_ routes: Routes) {
    var byHead: [String: [Route]] = [:]
    var anyHead: [Route] = []
    for route in routes.all {
      if case .literal(let head) = route.parts.first {
        byHead[head, default: []].append(route)
      } else {
        anyHead.append(route)
      }
    }
    self.byHead = byHead
    self.anyHead = anyHead
  }

  /// The route for a method and a decoded path.
  public func match(_ method: Method, _ path: String) -> Match {
    let pieces = path.split(separator: "/")
    let candidates = pieces.first.flatMap { byHead[String($0)] } ?? anyHead
    var fits: [(route: Route, parameters: [String: String], exactness: Int)] = []
    for route in candidates {
      guard let parameters = RouteTable.fit(route.parts, pieces[...]) else { continue }
      fits.append((route, parameters, route.exactness))
    }
    // The most literal pattern names the resource; another one that fits is another resource, even if
    // only that one knows the method (OpenAPI 3.0, path templating).
    let best = fits.map(\.exactness).max() ?? 0
    fits.removeAll { $0.exactness < best }
    let found = fits.first {
      $0.route.method == method || (method == .head && $0.route.method == .get)
    }
    if let found { return .found(found.route, found.parameters) }
    return fits.isEmpty ? .nothing : .otherMethods(fits.map(\.route.method))
  }

  private static func fit(
    _ parts: [Route.Part], _ pieces: ArraySlice<Substring>
  ) -> [String: String]? {
    var parameters: [String: String] = [:]
    var rest = pieces
    for part in parts {
      switch part {
      case .literal(let text):
        guard rest.popFirst().map({ $0 == text }) ?? false else { return nil }
      case .parameter(let name, let suffix):
        guard let piece = rest.popFirst(), piece.hasSuffix(suffix), piece.count > suffix.count
        else { return nil }
        parameters[name] = String(piece.dropLast(suffix.count))
      case .rest(let name):
        parameters[name] = rest.joined(separator: "/")
        rest = []
      }
    }
    return rest.isEmpty ? parameters : nil
  }
}
