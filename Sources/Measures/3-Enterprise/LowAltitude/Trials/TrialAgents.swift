import AccessControl
import Books
import CaseEngine
import CaseWork
import CityProfiles
import Commons
import Desk
import Storage

/// What else the people of a simulated city do with flights: urgent tasks, goods that change hands, firms' trials.
extension FlightAgents {
  private static let office = Actor(
    kind: .staff, account: -6, permissions: LowAltitudeMeasure.trialOffice.permissions,
    agencies: nil)

  // MARK: Urgent tasks (art. 29)

  /// A medical flight that is asked for 35 minutes ahead and decided on at once, or forgotten: then the clock alarms.
  func hurry(
    _ moment: Instant, _ party: Party, _ random: inout SeededRandom
  ) async throws {
    let start = moment.adding(seconds: 35 * 60)
    let north = 22.647 + Double(random.below(8)) / 1000
    let zone = rules.profile.zone
    let said: [String: JSONValue] = [
      "operator": .string(party.operators), "pilots": .string(party.pilots),
      "aircraft": .string(party.aircraft), "mission": "emergency", "urgency": "urgent",
      "urgent-task": "medical", "mode": "bvlos", "takeoff-site": "急救中心",
      "landing-site": "医院", "alternate-site": "起降点C", "contact": "13800000000",
      "start": .string(start.rfc3339(in: zone)),
      "end": .string(start.adding(seconds: 5400).rfc3339(in: zone)), "shape": "path",
      "path": .string("114.00 \(north) 80\n114.03 \(north) 80"), "height-low": 0,
      "height-high": 80, "speed-kmh": 54, "extent": "sector", "entry": "垂直起降",
      "link": "2.4 GHz，20 MHz", "capabilities": "4G、GNSS、网络识别", "emergency-procedure": "就近备降",
      "dropping": true,
    ]
    guard
      let done = try await open(
        "flights", "file", flyer(0), said, "urgent.\(moment.seconds)"), !random.chance(0.2)
    else { return }
    for (command, capacity, actor) in [
      (CommandID.approve, ActorKind.control, FlightAgents.control),
      (.report, .flyers, flyer(0)), (.confirmReady, .control, FlightAgents.control),
    ] {
      guard let row = try await measure.desk.store.first(CaseFileBook.find(done.aggregate)) else {
        return
      }
      try await step(
        "flights", command, capacity, actor, row, command == .report ? ["text": "准备就绪"] : [:])
    }
  }

  // MARK: Goods

  /// Hands goods over before take-off; the answer is the flight as it stands then.
  func load(_ row: CaseFileRow, _ random: inout SeededRandom) async throws -> CaseFileRow {
    let facts = try CaseFacts(row.facts)
    guard Mission(rawValue: facts.text(Mission.field))?.needsCustody == true else { return row }
    try await step(
      "flights", .load, .flyers, owner(row), row,
      [
        "consignment": .string("BX-\(row.base.key % 100_000)"), "handed-by": "血站发放岗",
        "handed-to": "起降点装机岗", "temperature": .integer(Int64(30 + random.below(20))),
      ])
    return try await measure.desk.store.first(CaseFileBook.find(row.base.key)) ?? row
  }

  /// Takes over what was landed; now and then it is too warm, or nobody comes and the clock alarms.
  func receive(_ row: CaseFileRow, _ random: inout SeededRandom) async throws {
    guard !random.chance(0.1) else { return }
    var row = row
    for one in CustodyStep.consignments(try CaseFacts(row.facts)) where one.receivedAt == nil {
      try await step(
        "flights", .receive, .flyers, owner(row), row,
        [
          "consignment": .string(one.id), "handed-by": "起降点卸机岗", "handed-to": "医院急诊接收岗",
          "temperature": .integer(random.chance(0.05) ? 78 : Int64(35 + random.below(20))),
        ])
      row = try await measure.desk.store.first(CaseFileBook.find(row.base.key)) ?? row
    }
    try await step("flights", .settle, .flyers, owner(row), row)
  }

  // MARK: Trials

  private func trialWords(_ place: Int) -> [String: JSONValue] {
    switch place {
    case 0: ["mission": "delivery", "parcel-grams": 2000]
    case 1: ["mission": "scenic", "passengers": 0]
    default:
      [
        "mission": "biological", "parcel-grams": 1500, "product": "blood", "cold-least": 20,
        "cold-most": 60, "goods-class": "un3373",
      ]
    }
  }

  /// Three firms apply for a trial; the office reviews, supports and evaluates.
  func trials(
    _ today: CivilDate, _ parties: [Party], _ random: inout SeededRandom
  ) async throws {
    var known = 0
    for stage in TrialCases.trial.stages { known += try await rows("trials", stage.id).count }
    if known == 0 {
      for place in 0..<3 {
        var said: [String: JSONValue] = [
          "operator": .string(parties[place].operators), "contact": "模拟联系人",
          "phone": "13800000000", "months": .integer(Int64(1 + place)), "flights-a-day": 2,
          "text": "固定航线往返，避开人群，备有应急处置程序。",
        ]
        said.merge(trialWords(place)) { $1 }
        _ = try await open("trials", "apply", flyer(place), said, "trial.\(place)")
      }
      return
    }
    for row in try await rows("trials", "applied") where random.chance(0.3) {
      try await step(
        "trials", "approve", .trialOffice, FlightAgents.office, row, ["text": "方案可行，同意试点。"])
    }
    for row in try await rows("trials", "running") {
      let facts = try CaseFacts(row.facts)
      if facts.integer("supports") == nil {
        try await step(
          "trials", "support", .trialOffice, FlightAgents.office, row,
          ["support": "funds", "amount": 20_000_000, "text": "场地和设备补助"])
      } else if random.chance(0.04) {
        try await step(
          "trials", "report", .trialFirm, owner(row), row,
          ["flights": 40, "incidents": 0, "on-time": 97, "text": "运行平稳，未发生飞行安全问题。"])
      }
    }
    for row in try await rows("trials", "reported") where random.chance(0.2) {
      try await step(
        "trials", "pass", .trialOffice, FlightAgents.office, row, ["text": "达到预期，可以推广。"])
    }
  }
}
