import App
import ArgumentParser
import Cities
import Commons
import Foundation
import LegalTime
import ProcurementOversight
import Rulebook
import Simulation

/// The deals of a city put through red flags and figures.
struct BenchDeals: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "deals",
    abstract: "Replay as many purchases as the published figures name: flags, alerts, savings.",
    discussion: """
      The notice (发改体改〔2023〕1447号) names 230,600 purchases of 730.07 bn yuan, over 90 bn saved and alerts down by \
      78.6 %. The purchases here are generated, with what flags look for planted in them; each goes through the same \
      fold as an act of the log, day by day. With --eager everything is looked at again after every purchase.
      """)

  @OptionGroup var options: BenchOptions
  @Option(help: "Purchases.") var deals = 230_600
  @Option(help: "Days over which they come.") var days = 731
  @Option(help: "Seed.") var seed: UInt64 = 16
  @Flag(help: "Look at everything again after every purchase, not once a day.") var eager = false

  func validate() throws {
    guard deals > 0, days > 0 else { throw ValidationError("--deals and --days must be above 0.") }
  }

  private static let start = CivilDate(dayNumber: 19_723)
  /// How often each question is asked.
  private static let tries = 50
  /// By how much fewer patterns are planted at the end than at the beginning.
  private static let care = 0.786
  /// Days before the first award, in which its tender runs.
  private static let lead = 70

  func run() async throws {
    let rules = try ProcurementRules(
      BundledCities.shifan(), law: AllLaw.base(), calendar: .stateCouncil)
    var city = ProcurementTexts.Options()
    city.buyers = 300
    city.suppliers = 8000
    city.foreign = 0
    city.ceiling = true
    // Half of the largest is the mean: 730.07 bn / 230,600 at the prices that come of it.
    city.largest = 780_000_000
    city.complete = true
    let texts = ProcurementTexts(seed: seed, city)
    var replay = try ProcurementReplay(rules)
    let progress = ProgressLine("deals", total: deals)
    let begin = Usage.now
    var line: [UInt8] = []
    var day = 0
    for number in 0..<deals {
      let today = number * days / deals
      while day < today {
        replay.endDay(at: moment(day))
        day += 1
      }
      line.removeAll(keepingCapacity: true)
      // Buyers and bidders take more and more care, as the published figure says they did.
      let care = Self.care * Double(number) / Double(deals)
      texts.appendLine(number, day: Self.lead + today, care: care, to: &line)
      try replay.take(line, at: moment(today))
      if eager { replay.endDay(at: moment(today)) }
      progress.update(number)
    }
    replay.endDay(at: moment(day))
    progress.finish(deals)
    options.report.work("deals through flags, alerts and figures", deals, "deals", begin.since())
    say(replay)
    ask(&replay)
  }

  /// How long pages wait for the projections, with all deals in them.
  private func ask(_ replay: inout ProcurementReplay) {
    for (name, ask) in replay.questions() {
      var times: [Double] = []
      for _ in 0..<Self.tries {
        let begin = ContinuousClock.now
        _ = ask(&replay)
        times.append((ContinuousClock.now - begin).inSeconds * 1000)
      }
      times.sort()
      options.report.figures(
        "  \(name)",
        [("p50", times[times.count / 2], "ms"), ("longest", times[times.count - 1], "ms")])
    }
  }

  private func moment(_ day: Int) -> Instant {
    Instant(Self.start.adding(days: Self.lead + day), secondOfDay: 64_800, in: .beijing)
  }

  private func say(_ replay: ProcurementReplay) {
    func value(_ id: String) -> Double { replay.figure(id) ?? 0 }
    options.report.figures(
      "  figures (published: 230,600 deals, 730.07 bn yuan, over 90 bn saved)",
      [
        ("deals", value("deals"), ""), ("amount", value("amount") / 1e9, "bn yuan"),
        ("saved against the ceiling", value("saved") / 1e9, "bn yuan"),
        ("alerts", value("alerts"), ""),
        ("alerts per 1000 deals", value("alerts-per-thousand"), ""),
      ])
    options.report.figures(
      "  alerts by indicator",
      replay.codes.sorted { $0.key < $1.key }.map { ($0.key, Double($0.value), "") })
    options.report.figures(
      "  alerts per 1,000 deals by month",
      replay.months.compactMap { month in month.rate.map { (month.name, $0, "") } })
  }
}
