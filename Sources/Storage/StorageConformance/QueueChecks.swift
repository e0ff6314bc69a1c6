import Commons
import Storage

extension StoreConformance {
  private static let put = Statement("INSERT INTO check_queue (id, worker) VALUES ($1, 0)")
  private static let free = Statement(
    "SELECT id FROM check_queue WHERE worker = 0 ORDER BY id LIMIT $1")
  private static let claim = Statement("UPDATE check_queue SET worker = $2 WHERE id = $1")
  private static let claims = Query(
    Statement("SELECT worker, count(*) FROM check_queue GROUP BY worker ORDER BY worker")
  ) { ($0.integer(0), $0.integer(1)) }

  /// Workers at all stores claim jobs from one queue while others still put some in: each job is handed
  /// to one worker, and none is left over. What PostgreSQL's `SKIP LOCKED` is for: here a claim is a
  /// unit like any other, so that the next one does not see what it took.
  public static func handOver(
    on stores: [any Store], workers: Int, jobs: Int64
  ) async throws -> [String] {
    let handed = try await withThrowingTaskGroup(of: [Int64].self) { group in
      group.addTask {
        for first in stride(from: Int64(1), through: jobs, by: 10) {
          let changes = (first..<min(jobs + 1, first + 10)).map { Change(put, [.integer($0)]) }
          try await stores[0].write { _ in WritePlan(changes, answer: ()) }
        }
        return []
      }
      for worker in 1...workers {
        group.addTask {
          var mine: [Int64] = []
          var idle = 0
          while mine.count < jobs, idle < 200 {
            let taken = try await stores[worker % stores.count].write { view in
              let ids = try view.all(
                Query(free, [.integer(Int64(1 + worker % 3))]) { $0.integer(0) })
              return WritePlan(
                ids.map {
                  Change(claim, [.integer($0), .integer(Int64(worker))], touchesOneRow: true)
                }, answer: ids)
            }
            mine += taken
            idle = taken.isEmpty ? idle + 1 : 0
          }
          return mine
        }
      }
      return try await group.reduce(into: []) { $0 += $1 }
    }
    var failures: [String] = []
    if handed.sorted() != Array(1...jobs) {
      failures.append("\(handed.count) hand-overs of \(jobs) jobs, \(Set(handed).count) different")
    }
    let counted = try await stores[0].all(claims)
    if counted.contains(where: { $0.0 == 0 }) || counted.reduce(0, { $0 + $1.1 }) != jobs {
      failures.append("the rows say \(counted)")
    }
    return failures
  }
}
