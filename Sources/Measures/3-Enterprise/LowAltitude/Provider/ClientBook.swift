import AccessTokens
import Books
import Commons
import Storage

/// A program that may ask the city's authorisation server for tokens.
public struct AirClient: Hashable, Sendable {
  /// Its name, which becomes the subject of its tokens.
  public let id: String
  let aggregate: Int64
  /// Acts on it.
  public var version: Int64
  /// How its secret is kept; empty if it proves itself with a key.
  var secret = ""
  /// Its public key in PEM; empty if it proves itself with a secret.
  var key = ""
  /// Scopes that it may ask for.
  public var scopes: Set<String>
  /// Host names for which its tokens may be; `*` is any.
  public var audiences: Set<String>
  /// Whether it gets tokens at all.
  public var isOpen = true

  /// Whether it proves itself with a key instead of a secret.
  public var hasKey: Bool { !key.isEmpty }
}

/// The tables of the authorisation server.
enum ClientBook {
  static let migration = Migration(
    "low-altitude.0003",
    [
      """
      CREATE TABLE air_clients (
        id TEXT NOT NULL PRIMARY KEY, aggregate BIGINT NOT NULL, version BIGINT NOT NULL,
        secret TEXT NOT NULL, public_key TEXT NOT NULL, scopes TEXT NOT NULL,
        audiences TEXT NOT NULL, is_open BIGINT NOT NULL, mark {bytes} NOT NULL)
      """,
      """
      CREATE TABLE air_assertions (
        client TEXT NOT NULL, id TEXT NOT NULL, ends_at BIGINT NOT NULL,
        PRIMARY KEY (client, id)) {clustered}
      """,
      "CREATE INDEX air_assertions_end ON air_assertions (ends_at)",
    ])

  private static let columns = [
    "id", "aggregate", "version", "secret", "public_key", "scopes", "audiences", "is_open",
  ]
  static let table = MarkedTable("air_clients", columns)

  private static func values(_ client: AirClient) -> [SQLValue] {
    [
      .text(client.id), .integer(client.aggregate), .integer(client.version),
      .text(client.secret), .text(client.key),
      .text(client.scopes.sorted().joined(separator: " ")),
      .text(client.audiences.sorted().joined(separator: " ")), SQLValue(client.isOpen),
    ]
  }

  private static func words(_ text: String) -> Set<String> {
    Set(text.split(separator: " ").map(String.init))
  }

  private static func read(_ row: Row) throws -> AirClient {
    AirClient(
      id: row.text(0), aggregate: row.integer(1), version: row.integer(2), secret: row.text(3),
      key: row.text(4), scopes: words(row.text(5)), audiences: words(row.text(6)),
      isOpen: row.integer(7) == 1)
  }

  private static let list = "SELECT \(columns.joined(separator: ", ")) FROM air_clients"
  private static let one = Statement("\(list) WHERE id = $1")
  private static let every = Statement("\(list) ORDER BY id")
  private static let used = Statement(
    "SELECT ends_at FROM air_assertions WHERE client = $1 AND id = $2")
  private static let use = Statement(
    "INSERT INTO air_assertions (client, id, ends_at) VALUES ($1, $2, $3)")
  private static let forget = Statement("DELETE FROM air_assertions WHERE ends_at < $1")

  static func find(_ id: String) -> Query<AirClient> {
    Query(one, [.text(id)]) { try read($0) }
  }

  static let all = Query(every, []) { try read($0) }

  static func save(_ new: AirClient, over old: AirClient?, _ ring: KeyRing) -> Change {
    guard let old else { return table.inserting(values(new), ring) }
    return table.updating(values(new), from: values(old), ring)
  }

  /// When an assertion that was used ends; none if it was not.
  static func isUsed(_ assertion: ClientAssertion) -> Query<Int64> {
    Query(used, [.text(assertion.client), .text(assertion.id)]) { $0.integer(0) }
  }

  /// Notes that an assertion was used, and forgets those whose time is over.
  static func use(_ assertion: ClientAssertion, at now: Instant) -> [Change] {
    [
      Change(forget, [.integer(now.seconds)]),
      Change(
        use, [.text(assertion.client), .text(assertion.id), .integer(assertion.ends)]),
    ]
  }
}
