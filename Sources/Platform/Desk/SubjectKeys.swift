import Books
import Commons
import Storage
import Synchronization

/// The unwrapped sealing keys and aliases of subjects in recent use, so that an act on a known case
/// costs no extra read. Bounded; emptied as a whole when full.
public final class SubjectKeys: Sendable {
  /// What an act needs of its subject.
  struct Known: Sendable {
    let sealing: SealingKey
    let matter: [UInt8]
  }

  private let store: any Store
  private let ring: KeyRing
  private let cache = Mutex<[Int64: Known]>([:])
  private let limit: Int

  /// Keys from a store's subject book.
  public init(store: any Store, ring: KeyRing, limit: Int = 20_000) {
    self.store = store
    self.ring = ring
    self.limit = limit
  }

  /// The key of a subject; 404 if there is no such subject or it was forgotten.
  public func key(of subject: Int64) async throws -> SealingKey {
    try await known(subject).sealing
  }

  func known(_ subject: Int64) async throws -> Known {
    if let known = cache.withLock({ $0[subject] }) { return known }
    guard let row = try await store.first(SubjectBook.find(subject)),
      let sealing = row.sealingKey(ring)
    else {
      throw Problem.notFound(
        Phrase("没有找到此件，或其内容已按规定销毁。", en: "There is no such matter, or it was destroyed."))
    }
    let known = Known(sealing: sealing, matter: row.matter)
    keep(known, of: subject)
    return known
  }

  /// Keeps what was just written, so that the first act after it reads nothing.
  func keep(_ known: Known, of subject: Int64) {
    cache.withLock { keys in
      if keys.count >= limit { keys.removeAll(keepingCapacity: true) }
      keys[subject] = known
    }
  }

  /// Forgets a cached key, when its subject is destroyed.
  public func drop(_ subject: Int64) { _ = cache.withLock { $0.removeValue(forKey: subject) } }
}
