import Storage
import Synchronization

/// Rows on their way, with how far they reach. A page without rows ends its table.
struct Page: Sendable {
  let table: TablePages
  /// Rows of the table before these.
  let after: Int64
  let rows: [[SQLValue]]
  /// The digest of the table up to and with these.
  let digest: TableDigest
  /// The key of the last row up to and with these; empty if there is none.
  let lastKey: [SQLValue]
}

/// Hands pages from a thread that reads to a task that writes, and holds the thread back while the
/// task has enough to do.
final class PageQueue: Sendable {
  private static let depth = 4

  let stream: AsyncStream<Page>
  private let feed: AsyncStream<Page>.Continuation
  private let slots = Signal()
  private let isGivenUp = Atomic<Bool>(false)

  /// Thrown in the reading thread when the task has stopped writing; never seen outside.
  struct GivenUp: Error {}

  init() {
    (stream, feed) = AsyncStream.makeStream()
    for _ in 0..<PageQueue.depth { slots.signal() }
  }

  /// Waits for a place and puts a page there.
  func put(_ page: Page) throws {
    slots.wait()
    guard !isGivenUp.load(ordering: .relaxed) else { throw GivenUp() }
    feed.yield(page)
  }

  /// There will be no more.
  func close() { feed.finish() }

  /// A page was written.
  func tookOne() { slots.signal() }

  /// No page will be written any more.
  func giveUp() {
    isGivenUp.store(true, ordering: .relaxed)
    slots.signal()
  }
}
