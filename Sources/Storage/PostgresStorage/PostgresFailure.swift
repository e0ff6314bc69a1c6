#if PostgreSQL
  import CPostgres
  import Commons
  import Storage

  /// What the server said to one statement, or that it could not be reached.
  struct PostgresFailure: Error, Sendable {
    enum Kind: Sendable {
      /// The values do not fit: only the unit that sent them fails.
      case refused(isConstraint: Bool)
      /// Another transaction was in the way: the same batch may succeed the next time.
      case retry
      /// There is no connection.
      case lost
      /// The statement took longer than allowed, or the server is shutting down.
      case unavailable
      /// Anything else: a fault of the program or of the database's set-up.
      case other
    }

    let kind: Kind
    let message: String

    init(_ kind: Kind, _ message: String) {
      self.kind = kind
      self.message = message
    }

    /// The writing connection was made anew while this one was asked.
    static let moved = PostgresFailure(.lost, "the store was found at another server meanwhile")

    /// Reads an error result.
    init(_ result: OpaquePointer, sql: String) {
      let state = tequ_pg_sqlstate(result).map { String(cString: $0) } ?? ""
      let primary =
        tequ_pg_primary(result).map { String(cString: $0) }
        ?? String(cString: PQresultErrorMessage(result))
      let detail = tequ_pg_detail(result).map { " (\(String(cString: $0)))" } ?? ""
      // The detail of a constraint names values of the row; it stays out of the message.
      let isConstraint = state.hasPrefix("23")
      message =
        "PostgreSQL: \(primary)\(isConstraint ? "" : detail) (SQLSTATE \(state)) in: \(sql)"
      kind = PostgresFailure.kind(of: state)
    }

    private static func kind(of state: String) -> Kind {
      switch state {
      case "40001", "40P01", "55P03": .retry
      // Shut down, crashed, starting, disconnected for idling in a transaction.
      case "57P01", "57P02", "57P03", "25P03", "08000", "08003", "08006": .lost
      // Cancelled or timed out, too many connections, disk full, out of memory, read-only.
      case "57014", "53300", "53100", "53200", "25006": .unavailable
      default:
        if state.hasPrefix("23") {
          .refused(isConstraint: true)
        } else if state.hasPrefix("22") {
          .refused(isConstraint: false)
        } else {
          .other
        }
      }
    }

    /// What a caller of the store is told.
    var shown: any Error {
      switch kind {
      case .refused(let isConstraint): StorageError(message, isConstraint: isConstraint)
      case .other: StorageError(message)
      case .retry, .lost, .unavailable: Problem.unavailable()
      }
    }
  }
#endif
