import Glibc

func removeFile(_ path: String) { unlink(path) }

final class SendableBox: @unchecked Sendable {
  private let semaphore = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)
  init() { sem_init(semaphore, 0, 0) }
  deinit { semaphore.deallocate() }
  func signal() { sem_post(semaphore) }
  func wait() { sem_wait(semaphore) }
}
