import Commons
import Storage
import Synchronization

/// Blocks of 64-bit keys, leased to a node: unique in the store, ascending in the main, with gaps
/// after a restart. No row waits for another one to learn its key.
public enum KeyBook {
  static let migration = Migration(
    "keys.0001",
    ["CREATE TABLE key_blocks (name TEXT NOT NULL PRIMARY KEY, next BIGINT NOT NULL) {clustered}"])

  private static let get = Statement("SELECT next FROM key_blocks WHERE name = $1")
  private static let set = Statement(
    """
    INSERT INTO key_blocks (name, next) VALUES ($1, $2)
    ON CONFLICT (name) DO UPDATE SET next = excluded.next
    """)
  private static let names = Statement("SELECT name, next FROM key_blocks ORDER BY name")

  /// All leases with the first key not yet leased.
  public static let all = Query(names) { ($0.text(0), $0.integer(1)) }

  /// Leases `count` keys; the answer is the first.
  static func lease(_ name: String, count: Int64) -> WriteUnit<Int64> {
    { view in
      let next = try view.first(Query(get, [.text(name)]) { $0.integer(0) }) ?? 1
      let change = Change(set, [.text(name), .integer(next + count)])
      return WritePlan([change], answer: next)
    }
  }
}

/// Hands out keys of one name from leased blocks; taking one costs a lock, now and then a lease.
public final class KeyLease: Sendable {
  private struct Block {
    var next: Int64 = 0
    var end: Int64 = 0
    mutating func take() -> Int64? {
      guard next < end else { return nil }
      defer { next += 1 }
      return next
    }
  }

  private let block = Mutex(Block())
  private let renewal: Renewal

  /// Keys of `name`, leased in blocks of `blockSize`.
  public init(_ name: String, from store: any Store, blockSize: Int64 = 1000) {
    renewal = Renewal(name: name, store: store, blockSize: blockSize)
  }

  /// A key that nobody else has or will have.
  public func take() async throws -> Int64 {
    while true {
      if let key = block.withLock({ $0.take() }) { return key }
      try await renewal.renew { first, size in
        self.block.withLock { block in
          if block.next == block.end { block = Block(next: first, end: first + size) }
        }
      }
    }
  }

  /// Lets one caller lease while the others wait for it.
  private actor Renewal {
    let name: String
    let store: any Store
    let blockSize: Int64
    var running: Task<Void, any Error>?

    init(name: String, store: any Store, blockSize: Int64) {
      self.name = name
      self.store = store
      self.blockSize = blockSize
    }

    func renew(_ fill: @escaping @Sendable (Int64, Int64) -> Void) async throws {
      if let running { return try await running.value }
      let task = Task {
        fill(try await store.write(KeyBook.lease(name, count: blockSize)), blockSize)
      }
      running = task
      defer { running = nil }
      try await task.value
    }
  }
}
