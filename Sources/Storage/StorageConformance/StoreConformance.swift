import Commons
import Storage

/// Checks that every driver must pass; each returns the ways in which it failed, none if it holds.
public enum StoreConformance {
  /// Runs a probe in one go and compares answers and rows with the model's.
  public static func run(
    _ probe: HostileProbe, seed: UInt64, on store: some Store, batchLimit: Int
  ) async throws -> [String] {
    let count = probe.usualCount
    let expected = probe.model(seed: seed, count: count)
    let answers = await store.writeAll(probe.units(seed: seed, count: count))
    var failures: [String] = []
    for (index, (answer, model)) in zip(answers, expected.answers).enumerated() {
      let given = try? answer.get()
      if given != model {
        failures.append(
          "\(probe) seed \(seed) batch \(batchLimit): unit \(index) answered "
            + "\(String(describing: answer)), the model \(String(describing: model))")
      }
    }
    let rows = try await store.all(probe.dump)
    if rows != expected.rows {
      failures.append(
        "\(probe) seed \(seed) batch \(batchLimit): \(rows.count) rows differ from the "
          + "model's \(expected.rows.count)")
    }
    return failures
  }

  /// After a process was killed: the rows must be those of the model after some number of units,
  /// at least as many as were acknowledged. Returns that number, or throws what is wrong.
  public static func recovered(
    _ probe: HostileProbe, seed: UInt64, on store: some Store, acknowledged: Int, submitted: Int
  ) async throws -> Int {
    let rows = try await store.all(probe.dump)
    for count in acknowledged...max(acknowledged, submitted) {
      let expected = count == 0 ? [] : probe.model(seed: seed, count: count).rows
      if expected == rows { return count }
    }
    throw StorageError(
      "\(probe) seed \(seed): the rows after the kill match no prefix of at least "
        + "\(acknowledged) acknowledged units")
  }
}
