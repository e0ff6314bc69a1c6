import ArrivalFlow
import Commons

/// What one change brings with other traffic, and how long that took to compute.
struct CapacityMixTable {
  private let mixes: [CapacityStudy.Mix]
  private let rows: [(before: Double, after: Double, causes: [Double], expansions: [Double])]
  private let seconds: Double

  init(_ study: CapacityStudy, _ count: Int) throws(Problem) {
    let start = Usage.now
    mixes = count == 0 ? [] : try study.mixes(count)
    rows = mixes.map { mix in
      (
        mix.study.declaredBefore, mix.study.predictedAfter, mix.study.causes.map(\.movements),
        mix.study.expansions.map(mix.study.predicted)
      )
    }
    seconds = start.since().wall
  }

  func tell() {
    guard !mixes.isEmpty else { return }
    let language = Say.language
    func tenth(_ value: Double) -> String { String((value * 10).rounded() / 10) }
    let causes = CapacityCause.allCases.map { $0.name[language] }.joined(separator: "\t")
    let expansions = mixes[0].study.expansions.map { "\t" + $0.name }.joined()
    Say.line(
      Phrase(
        "重型份额 %\t变化前\t变化后\t\(causes)\(expansions)",
        en: "heavies %\tbefore\tafter\t\(causes)\(expansions)")[language])
    for (mix, row) in zip(mixes, rows) {
      let words =
        [tenth(mix.heavies * 100), tenth(row.before), tenth(row.after)]
        + mix.study.causeTenths.map { String($0) } + row.expansions.map(tenth)
      Say.line(words.joined(separator: "\t"))
    }
    let milliseconds = (seconds * 10_000).rounded() / 10
    Say.line(
      Phrase(
        "\(mixes.count)种机队构成，\(milliseconds) 毫秒", en: "\(mixes.count) mixes, \(milliseconds) ms")[
          language])
  }

  var json: JSONValue {
    [
      "seconds": .number(seconds),
      "rows": .array(
        zip(mixes, rows).map { mix, row in
          let causes = zip(CapacityCause.allCases, row.causes).map {
            ($0.rawValue, JSONValue.number($1))
          }
          return [
            "heavy_share": .number(mix.heavies), "before": .number(row.before),
            "after": .number(row.after),
            "causes": .object(Dictionary(uniqueKeysWithValues: causes)),
            "expansions": .array(row.expansions.map(JSONValue.number)),
          ]
        }),
    ]
  }

  static func json(_ limits: SlotLimits) -> JSONValue {
    [
      "arrivals": .integer(Int64(limits.arrivals)),
      "departures": .integer(Int64(limits.departures)),
      "movements": .integer(Int64(limits.movements)),
    ]
  }
}

extension CapacityStudy {
  /// What each cause contributes in tenths that add up to the difference of the tenths that are told before and
  /// after (largest remainder).
  var causeTenths: [Double] {
    let parts = causes.map { $0.movements * 10 }
    let total = Int((predictedAfter * 10).rounded()) - Int((declaredBefore * 10).rounded())
    var whole = parts.map { Int($0.rounded(.down)) }
    let order = parts.indices.sorted {
      parts[$0] - Double(whole[$0]) > parts[$1] - Double(whole[$1])
    }
    let missing = total - whole.reduce(0, +)
    for index in order.prefix(max(0, missing)) { whole[index] += 1 }
    for index in order.reversed().prefix(max(0, -missing)) { whole[index] -= 1 }
    return whole.map { Double($0) / 10 }
  }
}
