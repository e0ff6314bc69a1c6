import Commons
import Foundation
import SQLiteStorage
import Storage

#if PostgreSQL
  import PostgresStorage
#endif

/// Where a city's rows are: a SQLite file or a PostgreSQL database. Written `sqlite:PATH` or as a
/// libpq address, `postgresql://user@host/database?sslmode=verify-full`; several hosts may stand in
/// one address (`host1,host2` with `target_session_attrs=read-write`).
public enum StoreAddress: Hashable, Sendable {
  /// A file that one process writes at a time.
  case sqlite(path: String)
  /// A database that several nodes may share.
  case postgresql(String)

  /// Reads an address.
  ///
  /// - Throws: ``Problem`` 400 if it begins with neither `sqlite:` nor `postgresql://`.
  public init(_ text: String) throws(Problem) {
    if text.hasPrefix("sqlite:"), text.utf8.count > 7 {
      self = .sqlite(path: String(text.dropFirst(7)))
    } else if text.hasPrefix("postgresql://") || text.hasPrefix("postgres://") {
      self = .postgresql(text)
    } else {
      throw .malformed(
        Phrase(
          "--database “\(StoreAddress.withoutPassword(text))”无法识别。请写作 sqlite:路径 "
            + "或 postgresql://用户@主机/数据库。",
          en: "--database “\(StoreAddress.withoutPassword(text))” is not understood. Write "
            + "sqlite:PATH or postgresql://user@host/database."))
    }
  }

  /// The address as people may see it: a password in it is left out.
  public var shown: String {
    switch self {
    case .sqlite(let path): "sqlite:\(path)"
    case .postgresql(let address): StoreAddress.withoutPassword(address)
    }
  }

  private static func withoutPassword(_ text: String) -> String {
    text.replacing(/:\/\/([^:@\/]*):[^@\/]*@/) { "://\($0.output.1):…@" }
      .replacing(/password=[^& ]*/, with: "password=…")
  }

  /// Whether nodes on other machines may use the same rows at the same time.
  public var isShared: Bool {
    switch self {
    case .sqlite: false
    case .postgresql: true
    }
  }

  /// Whether a city was ever made there.
  ///
  /// - Throws: ``StorageError`` if the server cannot be asked.
  public func holdsCity() throws -> Bool {
    switch self {
    case .sqlite(let path): return FileManager.default.fileExists(atPath: path)
    case .postgresql(let address):
      #if PostgreSQL
        return try PostgresStore.holdsSchema(address)
      #else
        throw StoreAddress.notBuilt(address)
      #endif
    }
  }

  /// How a store is opened, whatever the engine.
  public struct Opening: Sendable {
    /// Units in one transaction at most.
    public var batchLimit = 1000
    /// Megabytes of page cache of the writing connection, where the program has one.
    public var cacheMegabytes = 48
    /// Whether every write is refused and the schema left alone.
    public var isReadOnly = false
    /// Whether a damaged page of a file fails the read.
    public var refusesDamagedPages = true
    /// Whether a statement or a transaction may take hours, as for a copy.
    public var isPatient = false

    /// The usual way.
    public init() {}
  }

  /// Opens the store and applies what is missing of `migrations`.
  ///
  /// - Throws: ``StorageError`` if it cannot be opened, or holds what this program must not use.
  public func open(_ opening: Opening = Opening(), migrations: [Migration]) throws -> any Store {
    switch self {
    case .sqlite(let path):
      var configuration = SQLiteStore.Configuration(
        path: path, batchLimit: opening.batchLimit, cacheMegabytes: opening.cacheMegabytes,
        isReadOnly: opening.isReadOnly)
      configuration.refusesDamagedPages = opening.refusesDamagedPages
      return try SQLiteStore(configuration, migrations: migrations)
    case .postgresql(let address):
      #if PostgreSQL
        var configuration = PostgresStore.Configuration(
          address: address, batchLimit: opening.batchLimit)
        configuration.isReadOnly = opening.isReadOnly
        if opening.isPatient {
          configuration.statementTimeoutSeconds = 86_400
          configuration.idleTimeoutSeconds = 86_400
        }
        return try PostgresStore(configuration, migrations: migrations)
      #else
        throw StoreAddress.notBuilt(address)
      #endif
    }
  }

  /// Writes the rows of so many commands bare, for benchmarks; returns the seconds it took. For SQLite
  /// a file beside the city's own is made.
  public func bareLoop(commands: Int, perTransaction: Int) throws -> Double {
    switch self {
    case .sqlite(let path):
      return try BareLoop.run(
        path: path + ".bare", commands: commands, perTransaction: perTransaction)
    case .postgresql(let address):
      #if PostgreSQL
        return try PostgresBareLoop.run(
          address: address, commands: commands, perTransaction: perTransaction)
      #else
        throw StoreAddress.notBuilt(address)
      #endif
    }
  }

  #if !PostgreSQL
    private static func notBuilt(_ address: String) -> StorageError {
      StorageError(
        "this program was built without PostgreSQL (trait PostgreSQL); it cannot use "
          + withoutPassword(address))
    }
  #endif
}

extension StoreAddress {
  private static let checksums = Statement("SELECT current_setting('data_checksums')")

  /// Whether the engine finds out that a page was changed by a disk before it serves it.
  static func checksPages(_ store: any Store) async throws -> Bool {
    guard store.dialect.name == "postgresql" else { return true }
    return try await store.first(Query(checksums) { $0.text(0) }) == "on"
  }
}
