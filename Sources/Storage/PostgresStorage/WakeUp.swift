#if PostgreSQL
  import Glibc
  import Synchronization

  /// Wakes a thread that waits for a server at the same time: a pipe, written to only while the thread
  /// is about to sleep.
  final class WakeUp: Sendable {
    /// What the thread polls.
    let descriptor: Int32
    private let writing: Int32
    private let isWaited = Atomic<Bool>(false)

    init() {
      var ends: [Int32] = [0, 0]
      precondition(pipe(&ends) == 0, "the system refuses a pipe")
      for end in ends {
        _ = fcntl(end, F_SETFL, O_NONBLOCK)
        _ = fcntl(end, F_SETFD, FD_CLOEXEC)
      }
      descriptor = ends[0]
      writing = ends[1]
    }

    deinit {
      close(descriptor)
      close(writing)
    }

    /// Wakes the thread, if it is asleep or about to be.
    func signal() {
      guard isWaited.exchange(false, ordering: .sequentiallyConsistent) else { return }
      var byte: UInt8 = 1
      _ = write(writing, &byte, 1)
    }

    /// Sleeps until woken, unless there is something to do: `body` polls ``descriptor``.
    func sleep(unless hasWork: () -> Bool, _ body: () -> Void) {
      isWaited.store(true, ordering: .sequentiallyConsistent)
      if !hasWork() { body() }
      isWaited.store(false, ordering: .sequentiallyConsistent)
      var bytes: (UInt64, UInt64) = (0, 0)
      while read(descriptor, &bytes, 16) > 0 {}
    }

    /// Sleeps until woken, unless there is something to do; at most so many milliseconds, or for ever.
    func sleep(atMost milliseconds: Int32 = -1, unless hasWork: () -> Bool) {
      sleep(unless: hasWork) {
        var descriptors = [pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)]
        _ = poll(&descriptors, 1, milliseconds)
      }
    }
  }
#endif
