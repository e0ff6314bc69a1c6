import Commons
import Storage

extension StoreConformance {
  /// Hands the units of a probe in from many callers at once. Their order is the store's affair, so
  /// no model can be compared; what must hold in any order is. The stores are one, or several over
  /// one database.
  public static func runConcurrently(
    _ probe: HostileProbe, seed: UInt64, on stores: [any Store], callers: Int
  ) async throws -> [String] {
    let units = probe.units(seed: seed, count: probe.usualCount)
    let accepted = await withTaskGroup(of: [Int64].self) { group in
      for caller in 0..<callers {
        group.addTask {
          let store = stores[caller % stores.count]
          var answers: [Int64] = []
          for index in stride(from: caller, to: units.count, by: callers) {
            if let answer = try? await store.write(units[index]) { answers.append(answer) }
          }
          return answers
        }
      }
      return await group.reduce(into: []) { $0 += $1 }
    }
    let rows = try await stores[0].all(probe.dump)
    return probe.violations(rows, accepted: accepted).map { "\(probe) seed \(seed): \($0)" }
  }
}

extension HostileProbe {
  /// What is wrong with the rows that accepted units left, whatever their order was.
  func violations(_ rows: [[SQLValue]], accepted: [Int64]) -> [String] {
    let rows = rows.map { $0.map(HostileProbe.integer) }
    switch self {
    case .transfers:
      let balances = rows.map { $0[1] }
      return (balances.reduce(0, +) == 0 ? [] : ["the balances sum to \(balances)"])
        + balances.filter { $0 < -100 }.map { "a balance of \($0)" }
    case .claims:
      var found = rows.count == accepted.count ? [] : ["\(rows.count) rows, \(accepted.count) acks"]
      for (_, claims) in Dictionary(grouping: rows, by: { $0[1] }) {
        let sorted = claims.sorted { $0[2] < $1[2] }
        for (a, b) in zip(sorted, sorted.dropFirst()) where b[2] < a[3] {
          found.append("\(a) overlaps \(b)")
        }
      }
      return found
    case .numbers:
      var found = rows.count == accepted.count ? [] : ["\(rows.count) rows, \(accepted.count) acks"]
      for (series, letters) in Dictionary(grouping: rows, by: { $0[1] }) {
        let numbers = letters.map { $0[2] }.sorted()
        if numbers != Array(1...Int64(max(1, numbers.count))) {
          found.append("series \(series) has a gap or a number twice")
        }
      }
      return found
    case .batchActs:
      return rows.filter { $0[1] != BatchActs.itemCount }.map { "an act with \($0[1]) items" }
    }
  }

  /// An integer as it is; a text by its hash, good enough to group by.
  private static func integer(_ value: SQLValue) -> Int64 {
    switch value {
    case .integer(let integer): integer
    case .text(let text): Int64(truncatingIfNeeded: text.hashValue)
    default: 0
    }
  }
}
