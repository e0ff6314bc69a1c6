import Books
import Commons
import Storage
import Synchronization

/// The unwrapped sealing keys and aliases of subjects in recent use, so that an act on a known case
/// costs no extra read. Bounded; emptied as a whole when full. Where other nodes may forget a subject,
/// an entry lives only as long as that may go unnoticed.
public final class SubjectKeys: Sendable {
  /// What an act needs of its subject.
  struct Known: Sendable {
    let sealing: SealingKey
    let matter: [UInt8]
  }

  private let store: any Store
  private let ring: KeyRing
  private let time: any TimeSource
  private let life: Int64?
  private let cache = Mutex<[Int64: (known: Known, since: Int64)]>([:])
  private let limit: Int

  /// Microseconds for which another node's erasure may go unnoticed.
  public static let sharedLife: Int64 = 4_000_000

  /// Keys from a store's subject book.
  ///
  /// - Parameter life: microseconds for which an entry is taken for true; nil for ever, where nobody
  ///   else writes to the store.
  public init(
    store: any Store, ring: KeyRing, time: any TimeSource, life: Int64? = SubjectKeys.sharedLife,
    limit: Int = 20_000
  ) {
    self.store = store
    self.ring = ring
    self.time = time
    self.life = life
    self.limit = limit
  }

  /// The key of a subject; 404 if there is no such subject or it was forgotten.
  public func key(of subject: Int64) async throws -> SealingKey {
    try await known(subject).sealing
  }

  func known(_ subject: Int64) async throws -> Known {
    let now = time.steady
    if let entry = cache.withLock({ $0[subject] }), life.map({ now - entry.since < $0 }) ?? true {
      return entry.known
    }
    guard let row = try await store.first(SubjectBook.find(subject)),
      let sealing = row.sealingKey(ring)
    else {
      drop(subject)
      throw Problem.notFound(
        Phrase("没有找到此件，或其内容已按规定销毁。", en: "There is no such matter, or it was destroyed."))
    }
    let known = Known(sealing: sealing, matter: row.matter)
    keep(known, of: subject, since: now)
    return known
  }

  /// Keeps what was just written, so that the first act after it reads nothing.
  ///
  /// - Parameter since: when it was read, by the steady time; now for nil.
  func keep(_ known: Known, of subject: Int64, since: Int64? = nil) {
    let since = since ?? time.steady
    cache.withLock { keys in
      if keys.count >= limit { keys.removeAll(keepingCapacity: true) }
      keys[subject] = (known, since)
    }
  }

  /// Forgets a cached key, when its subject is destroyed.
  public func drop(_ subject: Int64) { _ = cache.withLock { $0.removeValue(forKey: subject) } }
}
