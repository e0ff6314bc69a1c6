import Books
import Commons
import Storage
import Synchronization

/// The unwrapped sealing keys of subjects in recent use, so that an act on a known case costs no
/// extra read. Bounded; emptied as a whole when full.
public final class SubjectKeys: Sendable {
  private let store: any Store
  private let ring: KeyRing
  private let cache = Mutex<[Int64: SealingKey]>([:])
  private let limit: Int

  /// Keys from a store's subject book.
  public init(store: any Store, ring: KeyRing, limit: Int = 20_000) {
    self.store = store
    self.ring = ring
    self.limit = limit
  }

  /// The key of a subject; 404 if there is no such subject or it was forgotten.
  public func key(of subject: Int64) async throws -> SealingKey {
    if let key = cache.withLock({ $0[subject] }) { return key }
    guard let wrapped = try await store.first(SubjectBook.wrapped(subject)),
      let key = SealingKey(subject: subject, wrapped: wrapped, ring)
    else {
      throw Problem.notFound(
        Phrase("没有找到此件，或其内容已按规定销毁。", en: "There is no such matter, or it was destroyed."))
    }
    cache.withLock { keys in
      if keys.count >= limit { keys.removeAll(keepingCapacity: true) }
      keys[subject] = key
    }
    return key
  }

  /// Forgets a cached key, when its subject is destroyed.
  public func drop(_ subject: Int64) { _ = cache.withLock { $0.removeValue(forKey: subject) } }
}
