import Glibc
import Synchronization

/// Starts a detached thread of the operating system. Blocking work must not run on the threads of
/// Swift's concurrency, of which there are only as many as cores.
package func startThread(_ body: @escaping @Sendable () -> Void) {
  let box = Unmanaged.passRetained(ThreadBody(body))
  var thread = pthread_t()
  let code = pthread_create(
    &thread, nil,
    { argument in
      Unmanaged<ThreadBody>.fromOpaque(argument!).takeRetainedValue().body()
      return nil
    }, box.toOpaque())
  precondition(code == 0, "the system refuses a new thread")
  pthread_detach(thread)
}

private final class ThreadBody: Sendable {
  let body: @Sendable () -> Void
  init(_ body: @escaping @Sendable () -> Void) { self.body = body }
}

/// A counting semaphore of the operating system.
package final class Signal: @unchecked Sendable {
  private let semaphore: UnsafeMutablePointer<sem_t>

  package init() {
    semaphore = .allocate(capacity: 1)
    sem_init(semaphore, 0, 0)
  }

  deinit {
    sem_destroy(semaphore)
    semaphore.deallocate()
  }

  package func signal() { sem_post(semaphore) }
  package func wait() { while sem_wait(semaphore) != 0 {} }
}

/// A few threads that run jobs in the order in which they come: long reports on one, questions that
/// wait for a server on several.
package final class WorkerThreads: Sendable {
  private let count: Int
  private let jobs = Mutex<[@Sendable () -> Void]>([])
  private let isStopped = Atomic<Bool>(false)
  private let wake = Signal()

  package init(_ count: Int = 1) {
    self.count = count
    for _ in 0..<count { startThread { [self] in loop() } }
  }

  package func run(_ job: @escaping @Sendable () -> Void) {
    jobs.withLock { $0.append(job) }
    wake.signal()
  }

  package func stop() {
    isStopped.store(true, ordering: .relaxed)
    for _ in 0..<count { wake.signal() }
  }

  private func loop() {
    while true {
      wake.wait()
      let job = jobs.withLock { $0.isEmpty ? nil : $0.removeFirst() }
      if let job { job() } else if isStopped.load(ordering: .relaxed) { return }
    }
  }
}
