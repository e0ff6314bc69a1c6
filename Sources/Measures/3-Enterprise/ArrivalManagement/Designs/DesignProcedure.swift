import ArrivalFlow
import Books
import CaseEngine
import CaseWork
import CityProfiles
import Commons
import Desk
import LegalTime
import Markup
import MeasureKit
import Storage

/// A point-merge procedure for an airport, version by version.
struct DesignProcedure: Procedure {
  let rules: ArrivalRules
  var card: MeasureCard { ArrivalCards.designs }
  var path: String { "arrivals/procedures" }
  var type: CaseType { DesignCases.procedure }
  var openingCommand: CommandID { .design }
  var isOpenToPeople: Bool { false }

  var trays: [CaseTray] {
    [
      CaseTray("design", Phrase("设计", en: "Designs"), for: .designer, .agency),
      CaseTray(
        "answer", Phrase("待单位答复", en: "To be answered"), for: .unit, .stages(["coordinating"])),
      CaseTray("approve", Phrase("待批准", en: "To be approved"), for: .approver, .stages(["agreed"])),
    ]
  }
  var way: [(name: Phrase, stages: [StageID])] {
    [
      (Phrase("设计", en: "Designed"), ["designed"]), (Phrase("校核", en: "Checked"), ["checked"]),
      (Phrase("协调", en: "Coordinated"), ["coordinating"]),
      (Phrase("批准", en: "Approved"), ["agreed", "approved"]),
      (Phrase("公布", en: "Published"), ["published"]),
      (Phrase("结束", en: "Ended"), ["superseded", "rejected", "withdrawn"]),
    ]
  }

  func function(of command: CommandID) -> String { "point-merge" }

  /// Units and approvers reach every procedure; which unit somebody answers for is checked with the answer.
  func reach(of capacity: ActorKind, _ row: CaseFileRow) -> CaseReach {
    capacity == .designer ? .agency(row.base.agency) : .all
  }

  // MARK: Fields

  private static func count(
    _ name: String, _ zh: String, _ en: String, _ bounds: ClosedRange<Int64>
  ) -> CaseField {
    CaseField(name, Phrase(zh, en: en), .count(bounds), keeping: .open)
  }

  private static func words(_ zh: String, _ en: String, required: Bool = true) -> CaseField {
    CaseField("text", Phrase(zh, en: en), .words(2000), required: required)
  }

  private var designFields: [CaseField] {
    [
      CaseField(
        "airport", Phrase("机场", en: "Airport"),
        .choice(rules.airportChoices.map { .init($0.id, $0.name) }), keeping: .open),
      CaseField(
        "runway", Phrase("着陆跑道", en: "Landing runway"),
        hint: Phrase("如34L；空白为主着陆跑道。", en: "Like 34L; nothing is the main one."), .line(4),
        required: false, keeping: .open),
      Self.count("merge-m", "汇聚点距跑道入口（米）", "Merge point before the threshold (m)", 5000...100_000),
      Self.count("radius-m", "内弧半径（米）", "Radius of the inner arc (m)", 5000...150_000),
      Self.count("gap-m", "两弧间距（米）", "Between the arcs (m)", 0...20_000),
      Self.count("half-angle-deg", "弧的半角（度）", "Half the angle of the arcs (degrees)", 5...85),
      CaseField(
        "middle-deg", Phrase("弧的中点方位（度）", en: "Middle of the arcs (degrees)"),
        hint: Phrase(
          "从汇聚点看，自延长中线顺时针；空白为0。两条跑道各有一组弧时错开。",
          en:
            "From the extended centre line, clockwise as seen from the merge point; nothing is 0. Apart where two"
            + " runways have arcs."),
        .count(-120...120), required: false, keeping: .open),
      Self.count("inner-level-m", "内弧高度（米）", "Level of the inner arc (m)", 300...10_000),
      Self.count("outer-level-m", "外弧高度（米）", "Level of the outer arc (m)", 300...10_000),
      Self.count("entry-m", "入弧直线段（米）", "Straight leg to the arc (m)", 0...100_000),
      Self.count("intercept-m", "下滑道切入高度（米）", "Altitude at the glide path (m)", 100...5000),
      Self.words("设计说明", "Remarks", required: false),
    ]
  }

  static let verdicts: [CaseField.Choice] = [
    .init("agree", Phrase("同意", en: "agrees")),
    .init("conditions", Phrase("有条件同意", en: "agrees with conditions")),
    .init("object", Phrase("不同意", en: "objects")),
  ]

  func fields(of command: CommandID) -> [CaseField] {
    switch command {
    case .design: designFields
    case .coordinate: [Self.words("协调内容", "What the units are asked")]
    case .answer:
      [
        CaseField(
          "unit", Phrase("单位", en: "Unit"),
          .choice(rules.units.map { .init($0.id, $0.name) }), keeping: .open),
        CaseField("verdict", Phrase("意见", en: "Answer"), .choice(Self.verdicts), keeping: .open),
        Self.words("理由和条件", "Reasons and conditions"),
      ]
    case .approve: [Self.words("批准意见", "Opinion", required: false)]
    case .reject: [Self.words("理由", "Reasons")]
    case .publish:
      [
        CaseField(
          "effective-on", Phrase("生效日期", en: "Takes effect on"),
          hint: Phrase(
            "须为航行资料生效日（每28天一个）。", en: "A day of the 28-day cycle of aeronautical information."),
          .date, keeping: .open, ArrivalBasis.airac)
      ]
    case .review: [Self.words("复核结论", "What the review found")]
    case .withdraw: [Self.words("理由", "Reasons")]
    default: []
    }
  }

  // MARK: Deciding

  func period(of clock: ClockID, _ draft: CaseDraft) throws -> Period {
    try rules.period(clock.text, on: draft.today)
  }

  /// The geometry of a version.
  ///
  /// - Throws: ``Problem`` 422 that names what cannot be flown.
  static func merge(_ facts: CaseFacts, _ rules: ArrivalRules) throws(Problem) -> PointMerge {
    func number(_ name: String) -> Double { Double(facts.integer(name) ?? 0) }
    let airport = try rules.airport(facts.text("airport"))
    let (half, middle) = (number("half-angle-deg"), number("middle-deg"))
    let runway = runway(facts, airport)
    guard let threshold = airport.runways.first(where: { $0.name == runway })?.threshold else {
      throw .invalid([
        Problem.Field(
          "runway",
          Phrase("机场没有跑道“\(runway)”。", en: "The airport has no runway “\(runway)”."))
      ])
    }
    func arc(_ name: String, _ radius: Double, _ from: Double, _ level: String) -> SequencingArc {
      SequencingArc(
        name, radius_m: radius, from_deg: middle + from, to_deg: middle - from,
        levels_m: [number(level)],
        entry_m: number("entry-m"))
    }
    let inner = number("radius-m")
    let intercept = number("intercept-m")
    return try PointMerge(
      threshold: threshold, merge_m: number("merge-m"),
      arcs: [
        arc("A", inner, -half, "inner-level-m"),
        arc("B", inner + number("gap-m"), half, "outer-level-m"),
      ], mergeFloor_m: intercept,
      mergeCeiling_m: max(intercept, min(number("inner-level-m"), number("outer-level-m"))),
      intercept_m: intercept)
  }

  /// The runway that a version is for: the main one if none is named.
  static func runway(_ facts: CaseFacts, _ airport: Airport) -> String {
    facts.string("runway").flatMap { $0.isEmpty ? nil : $0 } ?? airport.merge.threshold.name
  }

  func decide(_ draft: inout CaseDraft, _ view: any View) throws {
    switch draft.command {
    case .design: try design(&draft, view)
    case .check: check(&draft)
    case .answer: try answer(&draft)
    case .conclude: conclude(&draft)
    case .publish: try publish(&draft)
    default: break
    }
  }

  private static func subject(_ airport: String) -> String { "airport:\(airport)" }

  private func design(_ draft: inout CaseDraft, _ view: any View) throws {
    let airport = try rules.airport(draft.said.text("airport"))
    let runway = Self.runway(draft.said, airport)
    guard airport.runways.contains(where: { $0.name == runway }) else {
      throw Problem.invalid([
        Problem.Field(
          "runway",
          Phrase("机场没有跑道“\(runway)”。", en: "The airport has no runway “\(runway)”."))
      ])
    }
    let subject = Self.subject(airport.id)
    let before = try view.all(CaseFileBook.about(subject, kind: DesignCases.kind))
    let latest = try before.first.flatMap { try CaseFacts($0.facts).integer("version") } ?? 0
    draft.subject = subject
    draft.agency = rules.agency
    draft.title = "\(airport.icao) \(runway) 点融合程序 v\(latest + 1)"
    draft.facts.set("version", latest + 1)
    draft.publicFields["version"] = .integer(latest + 1)
  }

  private func check(_ draft: inout CaseDraft) {
    do throws(Problem) {
      let merge = try Self.merge(draft.facts, rules)
      let airport = try rules.airport(draft.facts.text("airport"))
      let absorbed =
        merge.arcs.map { arc in
          arc.length_m
            / StandardAir.trueSpeed(cas: airport.arcSpeed, altitude_m: arc.levels_m.first ?? 0)
        }.min() ?? 0
      draft.facts.set("absorbs-s", Int64(absorbed))
      draft.facts.set("places", Int64(merge.places(spacing_m: merge.limits.radar_m)))
      draft.publicFields["absorbs-s"] = .integer(Int64(absorbed))
    } catch { draft.refusal = error }
  }

  private func answer(_ draft: inout CaseDraft) throws {
    guard let unit = rules.units.first(where: { $0.id == draft.said.text("unit") }),
      draft.actor.covers(agency: unit.agency)
    else {
      throw Problem.invalid([
        Problem.Field(
          "unit", Phrase("您不能代表这个单位答复。", en: "You do not answer for this unit."))
      ])
    }
    var answers = draft.facts["answers"]?.object ?? [:]
    answers[unit.id] = .string(draft.said.text("verdict"))
    draft.facts["answers"] = .object(answers)
  }

  private func conclude(_ draft: inout CaseDraft) {
    let answers = draft.facts["answers"]?.object ?? [:]
    let missing = rules.units.filter { answers[$0.id] == nil }
    let against = rules.units.filter { answers[$0.id]?.string == "object" }
    func names(_ units: [ArrivalRules.Unit], _ pick: (Phrase) -> String) -> String {
      units.map { pick($0.name) }.joined(separator: ", ")
    }
    if !missing.isEmpty {
      draft.refusal = .refused(
        "not-answered",
        Phrase(
          "尚未答复：\(names(missing) { $0.zh })。", en: "Not yet answered: \(names(missing) { $0.en })."),
        because: [ArrivalBasis.city])
    } else if !against.isEmpty {
      draft.refusal = .refused(
        "objection",
        Phrase(
          "\(names(against) { $0.zh })不同意。请由该单位改变意见，或撤回后设计新版本。",
          en:
            "\(names(against) { $0.en }) objects. Have it change its answer, or withdraw and design a new version."
        ), because: [ArrivalBasis.city])
    }
  }

  private func publish(_ draft: inout CaseDraft) throws {
    guard let day = draft.said.date("effective-on") else { return }
    let lead = try rules.period("airac-lead", on: draft.today).amount
    let earliest = Airac.onOrAfter(draft.today.adding(days: lead))
    guard Airac.isEffective(day), day >= earliest else {
      draft.refusal = .invalid([
        Problem.Field(
          "effective-on",
          Phrase(
            "应为航行资料生效日，且提前至少\(lead)天公布；最早为\(earliest)。",
            en:
              "It must be a day of the 28-day cycle, at least \(lead) days from publication; the first is \(earliest)."
          ))
      ])
      return
    }
  }

  // MARK: What is shown

  func summary(_ file: CaseFileRow, _ facts: CaseFacts) -> [(name: Phrase, value: Phrase)] {
    var rows: [(name: Phrase, value: Phrase)] = [
      (Phrase("机场", en: "Airport"), rules.book[facts.text("airport")]?.name ?? .same("—")),
      (Phrase("版本", en: "Version"), .same(String(facts.integer("version") ?? 0))),
    ]
    if let absorbed = facts.integer("absorbs-s") {
      rows.append(
        (
          Phrase("每弧可吸收延误", en: "Delay absorbed on an arc"),
          Phrase("\(absorbed)秒", en: "\(absorbed) s")
        ))
    }
    for unit in rules.units {
      guard let verdict = facts["answers"]?[unit.id]?.string else { continue }
      rows.append((unit.name, Self.verdicts.first { $0.code == verdict }?.name ?? .same(verdict)))
    }
    if let day = facts.date("effective-on") {
      rows.append((Phrase("生效日期", en: "In effect from"), day.phrase))
    }
    return rows
  }

  func links(
    of row: CaseFileRow, _ facts: CaseFacts, isStaff: Bool
  ) -> [(name: Phrase, target: String)] {
    [
      (
        Phrase("机场平面图", en: "Plan of the airport"), "/arrivals/airports/\(facts.text("airport"))"
      )
    ]
  }

  var documents: [CaseDocument] {
    [
      CaseDocument(
        "approval", Phrase("点融合飞行程序批准书", en: "Approval of a point-merge procedure"),
        with: [.approve], numbered: "进程批"
      ) { source in design(source) + [.bases([ArrivalBasis.notice, ArrivalBasis.city])] },
      CaseDocument(
        "publication", Phrase("点融合飞行程序公布单", en: "Publication of a point-merge procedure"),
        with: [.publish], numbered: "进程公"
      ) { source in
        [
          .paragraph(
            Phrase(
              "自\(source.said.text("effective-on"))起生效。",
              en: "In effect from \(source.said.text("effective-on"))."))
        ] + design(source) + [.bases([ArrivalBasis.airac])]
      },
    ]
  }

  private func design(_ source: CaseDocument.Source) -> [CaseDocument.Block] {
    let pairs = designFields.compactMap { field -> CaseDocument.Pair? in
      if field.name == "airport" {
        return .init(field.label, rules.book[source.facts.text("airport")]?.name ?? .same("—"))
      }
      if field.name == "runway" {
        return source.facts.string(field.name).map { .init(field.label, .same($0)) }
      }
      return source.facts.integer(field.name).map { .init(field.label, .same(String($0))) }
    }
    let version = String(source.facts.integer("version") ?? 0)
    return [.pairs([.init(Phrase("版本", en: "Version"), .same(version))] + pairs)]
  }
}
