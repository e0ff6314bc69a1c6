import App
import ArgumentParser
import Commons
import Dormancy
import LegalTime
import Rulebook

/// Dormant businesses: who is, until when, and what ended it.
struct DormancyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dormancy", abstract: "Work out where dormant businesses stand.",
    subcommands: [SweepDormancy.self])
}

/// Where each business of a file stands on a day.
struct SweepDormancy: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sweep", abstract: "Where each business of a file stands by the end of a day.",
    discussion: """
      One JSON object a line: {"id": …, "spells": [{"from", "through", "resumed"?}], "events": [{"kind", \
      "on", "source", "id"}]}. Kinds: invoice, social-insurance, licence-use, bid, contribution, \
      nil-return, annual-report. Exit status: 0 all lines were answered, 3 some were not (each says \
      why), 1 nothing could be done.
      """)

  @Argument(help: "The file; may be compressed with gzip.") var file: String
  @OptionGroup var moment: RuleMoment
  @Option(help: "Remind so many days before the end.") var remind: [Int] = [30, 7]
  @Flag(help: "Write a JSON object a line.") var json = false

  func run() async throws {
    try await telling {
      let day = try moment.date()
      let base = try AllLaw.base()
      let terms = try DormancyTerms(base, asOf: day, in: moment.territory)
      let business = try DormancyTerms.business(base, asOf: day, in: moment.territory)
      let lines = try LineReader(file)
      var number = 0
      var failures = 0
      while let line = try lines.next() {
        number += 1
        if line.isEmpty { continue }
        var id = String(number)
        do throws(Problem) {
          let row = try DormancyRow(line)
          id = row.id
          let standing = try row.history().standing(
            on: day, terms, business: business, .stateCouncil)
          tell(id, standing)
        } catch {
          failures += 1
          tell(id, error)
        }
      }
      if failures > 0 { throw ExitCode(3) }
    }
  }

  private func tell(_ id: String, _ standing: DormancyStanding) {
    guard case .object(var members) = standing.json else { return }
    members["id"] = .string(id)
    if standing.isReminderDue(remind) { members["remind"] = true }
    guard !json else { return Say.line(JSONValue.object(members).canonical) }
    let words = members.filter { $0.key != "id" && $0.key != "evidence" }
      .sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value.string ?? $0.value.canonical)" }
    Say.line("\(id): " + words.joined(separator: " "))
  }

  private func tell(_ id: String, _ problem: Problem) {
    guard json else {
      Say.error("\(id): \(problem.detail[Say.language])")
      for field in problem.fields { Say.error("  \(field.message[Say.language])") }
      return
    }
    let value: JSONValue = [
      "id": .string(id), "problem": .string(problem.slug),
      "fields": .array(
        problem.fields.map {
          [
            "pointer": .string($0.pointer), "zh": .string($0.message.zh),
            "en": .string($0.message.en),
          ]
        }),
    ]
    Say.line(value.canonical)
  }
}

/// One business as a line of the file has it.
private struct DormancyRow {
  let id: String
  private let members: [String: JSONValue]

  init(_ line: [UInt8]) throws(Problem) {
    let value: JSONValue
    do throws(JSONError) { value = try JSONValue(parsing: line) } catch { throw error.problem }
    guard let row = value.object, let id = row["id"]?.string else {
      throw .malformed(
        Phrase("每行应为JSON对象，且有id。", en: "Each line must be a JSON object with an id."))
    }
    self.id = id
    members = row
  }

  /// Spells and events; throws 422 with every day and kind that cannot be read, or what the history
  /// itself refuses.
  func history() throws(Problem) -> DormancyHistory {
    var faults: [Problem.Field] = []
    func day(_ object: JSONValue, _ name: String, _ place: String) -> CivilDate? {
      let text = object.object?[name]?.string
      if let text, let day = CivilDate(text) { return day }
      faults.append(
        Problem.Field(
          "\(place)/\(name)",
          text.map { Phrase("“\($0)”不是日期。", en: "“\($0)” is no date.") }
            ?? Phrase("缺少日期“\(name)”。", en: "The day “\(name)” is missing.")))
      return nil
    }
    var spells: [DormancySpell] = []
    for (index, item) in (members["spells"]?.array ?? []).enumerated() {
      let place = "spells/\(index)"
      let (from, through) = (day(item, "from", place), day(item, "through", place))
      let resumed = item.object?["resumed"] == nil ? nil : day(item, "resumed", place)
      if let from, let through {
        spells.append(DormancySpell(from: from, through: through, resumedOn: resumed))
      }
    }
    var events: [DormancyEvent] = []
    for (index, item) in (members["events"]?.array ?? []).enumerated() {
      let on = day(item, "on", "events/\(index)")
      guard let kind = item.object?["kind"]?.string.flatMap({ DormancyEvent.Kind(code: $0) }) else {
        faults.append(
          Problem.Field(
            "events/\(index)/kind", Phrase("没有这种事件。", en: "There is no such kind of event.")))
        continue
      }
      if let on {
        events.append(
          DormancyEvent(
            kind, on: on, source: item.object?["source"]?.string ?? "",
            id: item.object?["id"]?.string ?? ""))
      }
    }
    guard faults.isEmpty else { throw .invalid(faults) }
    return try DormancyHistory(spells, events: events)
  }
}

/// A night's sweep over all businesses of a city.
struct BenchDormancy: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dormancy",
    abstract: "A night's sweep over made-up businesses, and a bare pass over the same columns.")

  @Option(help: "Businesses.") var entities = 4_000_000
  @Option(help: "The seed from which they follow.") var seed: UInt64 = 15
  @Option(help: "For which place: a GB/T 2260 code.") var city: String?
  @Flag(help: "Write a JSON object a line.") var json = false

  func run() async throws {
    try await telling {
      let report = BenchReport(isJSON: json)
      let day = CivilDate("2026-03-02") ?? CivilDate(dayNumber: 0)
      let territory = city.map { Territory($0) }
      let base = try AllLaw.base()
      let terms = try DormancyTerms(base, asOf: day, in: territory)
      let business = try DormancyTerms.business(base, asOf: day, in: territory)
      var random = SeededRandom(seed: seed)
      var start = Usage.now
      var columns = DormancyColumns(reserving: entities)
      for _ in 0..<entities {
        let (spells, events) = DormancySample.columns(&random, until: day)
        columns.append(spells, events)
      }
      report.work("making businesses", entities, "businesses", start.since())
      start = Usage.now
      let sum = columns.bareSum()
      let bare = start.since()
      report.work("bare pass over the columns\(sum == 0 ? " " : "")", entities, "businesses", bare)
      start = Usage.now
      let sweep = DormancySweep(columns, on: day, terms, business: business, remind: [30, 7])
      let cost = start.since()
      report.work(
        "sweep", entities, "businesses", cost, ratios: [("the bare pass", bare.cpu / cost.cpu)])
      let needs = Dictionary(grouping: sweep.findings, by: \.need).mapValues(\.count)
      report.figures(
        "found",
        [
          ("spells", Double(columns.spellCount), ""), ("events", Double(columns.eventCount), ""),
          ("dormant", Double(sweep.counts[.dormant] ?? 0), ""),
          ("deemed to have resumed", Double(needs[.deemed] ?? 0), ""),
          ("term over", Double(needs[.over] ?? 0), ""),
          ("to be reminded", Double(needs[.remind] ?? 0), ""),
          ("may extend", Double(sweep.inWindow), ""),
        ])
    }
  }
}
