/// Numbers in order, several times the same if need be: one is added, taken away or found by its rank in the
/// time it takes to go through a thousandth of a million.
struct OrderedValues {
  private static let limit = 1024
  private var runs: [ContiguousArray<Double>] = []
  private(set) var count = 0

  /// Adds a value; what is not a number has no rank and is passed over.
  mutating func insert(_ value: Double) {
    guard !value.isNaN else { return }
    count += 1
    guard !runs.isEmpty else {
      runs.append([value])
      return
    }
    let run = min(self.run(of: value), runs.count - 1)
    runs[run].insert(value, at: OrderedValues.place(of: value, in: runs[run]))
    guard runs[run].count > OrderedValues.limit else { return }
    let upper = ContiguousArray(runs[run][(OrderedValues.limit / 2)...])
    runs[run].removeSubrange((OrderedValues.limit / 2)...)
    runs.insert(upper, at: run + 1)
  }

  /// Takes away one value that was added.
  mutating func remove(_ value: Double) {
    guard !value.isNaN else { return }
    let run = self.run(of: value)
    guard run < runs.count else { return }
    let place = OrderedValues.place(of: value, in: runs[run])
    guard runs[run][place] == value else { return }
    runs[run].remove(at: place)
    count -= 1
    if runs[run].isEmpty { runs.remove(at: run) }
  }

  /// The value of a rank, from 0.
  subscript(rank: Int) -> Double {
    var rest = rank
    for run in runs {
      if rest < run.count { return run[rest] }
      rest -= run.count
    }
    return .nan
  }

  /// The first run whose greatest value is not below.
  private func run(of value: Double) -> Int {
    var (low, high) = (0, runs.count)
    while low < high {
      let middle = (low + high) / 2
      if runs[middle][runs[middle].count - 1] < value { low = middle + 1 } else { high = middle }
    }
    return low
  }

  private static func place(of value: Double, in run: ContiguousArray<Double>) -> Int {
    var (low, high) = (0, run.count)
    while low < high {
      let middle = (low + high) / 2
      if run[middle] < value { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
