import Commons

/// Rates of exchange into one currency, each from a day until the next that is given.
public struct ExchangeRates: Hashable, Sendable {
  /// The currency that amounts are converted into.
  public let currency: String
  /// Days since 1970-01-01 and units of ``currency`` for one unit, by currency, in the order of days.
  private var rates: [String: [Rate]] = [:]

  private struct Rate: Hashable, Sendable {
    let day: Int
    let rate: Double
  }

  /// Reads rates from lines `DATE,CURRENCY,RATE`: from this day one unit of CURRENCY is RATE units of `currency`.
  /// Blank lines, lines that begin with `#` and a heading that begins with `date` are passed over.
  public init(into currency: String, csv text: String) throws(Problem) {
    self.currency = currency
    var wrong: [Problem.Field] = []
    for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
      .enumerated()
    {
      let fields = line.split(separator: ",", omittingEmptySubsequences: false)
        .map { String($0.trimmed) }
      guard let first = fields.first, !first.isEmpty, !first.hasPrefix("#") else { continue }
      if index == 0, first.lowercased() == "date" { continue }
      guard fields.count == 3, let date = CivilDate(first), !fields[1].isEmpty,
        let rate = Double(fields[2]), rate.isFinite, rate > 0
      else {
        wrong.append(
          Problem.Field(
            "line \(index + 1)",
            Phrase(
              "应写作“日期,币种,汇率”，如 2024-01-02,USD,7.1",
              en: "this should read DATE,CURRENCY,RATE, such as 2024-01-02,USD,7.1")))
        continue
      }
      rates[fields[1], default: []].append(Rate(day: Int(date.dayNumber), rate: rate))
    }
    guard wrong.isEmpty else { throw .invalid(wrong) }
    for name in rates.keys { rates[name]?.sort { $0.day < $1.day } }
  }

  /// Units of ``currency`` for one unit on a day; nil without a rate from that day or before.
  func rate(of other: String, on day: Int) -> Double? {
    if other == currency { return 1 }
    guard let list = rates[other] else { return nil }
    var (low, high) = (0, list.count)
    while low < high {
      let middle = (low + high) / 2
      if list[middle].day <= day { low = middle + 1 } else { high = middle }
    }
    return low == 0 ? nil : list[low - 1].rate
  }
}
