import Books
import Commons
import Synchronization

/// The acts that this process has just carried out, until the log has them: so that the sequencer need
/// not read them back. Bounded; emptied as a whole when full, and then they are read.
public final class RecentActs: Sendable {
  private let acts = Mutex<[JournalKey: JournalRow]>([:])
  private static let limit = 8192

  init() {}

  func keep(_ row: JournalRow) {
    acts.withLock { acts in
      if acts.count >= RecentActs.limit { acts.removeAll(keepingCapacity: true) }
      acts[row.key] = row
    }
  }

  /// Hands over the acts with these keys, in their order; nil unless all are here.
  public func take(_ keys: [JournalKey]) -> [JournalRow]? {
    acts.withLock { acts in
      var found: [JournalRow] = []
      found.reserveCapacity(keys.count)
      for key in keys {
        guard let row = acts[key] else { return nil }
        found.append(row)
      }
      for key in keys { acts[key] = nil }
      return found
    }
  }
}
