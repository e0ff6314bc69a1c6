import ArrivalFlow
import Commons

/// How the burden of a sequence falls, airline by airline.
struct FairnessTable {
  private let fairness: SequenceFairness

  init(_ fairness: SequenceFairness) { self.fairness = fairness }

  private static func tenth(_ value: Double) -> String { String((value * 10).rounded() / 10) }

  func lines(_ language: Language) -> [String] {
    let gini = String((fairness.inequality * 1000).rounded() / 1000)
    let head = Phrase(
      "航空公司\t架次\t平均延误(秒)\t中位\t九成\t最长\t平均移动\t后移\t前移",
      en:
        "airline\taircraft\tmean delay (s)\tmedian\tnine tenths\tlongest\tmean shift\tback\tforward"
    )
    let all = Phrase("全部", en: "all")[language]
    return [head[language]]
      + ([fairness.all] + fairness.airlines).map { share in
        [
          share.airline.isEmpty ? all : share.airline, String(share.aircraft),
          FairnessTable.tenth(share.meanDelay), String(share.medianDelay),
          String(share.ninthDecile), String(share.longestDelay),
          FairnessTable.tenth(share.meanShift), String(share.movedBack),
          String(share.movedForward),
        ].joined(separator: "\t")
      } + [
        Phrase("各公司平均延误的基尼系数 \(gini)", en: "Gini coefficient of the airlines' mean delays \(gini)")[
          language]
      ]
  }

  var json: JSONValue {
    func row(_ share: SequenceFairness.Share) -> JSONValue {
      [
        "airline": .string(share.airline), "aircraft": .integer(Int64(share.aircraft)),
        "mean_delay_s": .number(share.meanDelay),
        "median_delay_s": .integer(Int64(share.medianDelay)),
        "ninth_decile_s": .integer(Int64(share.ninthDecile)),
        "longest_delay_s": .integer(Int64(share.longestDelay)),
        "mean_shift": .number(share.meanShift), "moved_back": .integer(Int64(share.movedBack)),
        "moved_forward": .integer(Int64(share.movedForward)),
      ]
    }
    return [
      "all": row(fairness.all), "airlines": .array(fairness.airlines.map(row)),
      "inequality": .number(fairness.inequality),
    ]
  }
}
