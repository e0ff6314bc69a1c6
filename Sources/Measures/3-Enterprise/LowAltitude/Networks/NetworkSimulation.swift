import AccessControl
import Airspace
import CityProfiles
import Commons
import Desk
import MeasureKit
import Storage

/// The people of a simulated city who build its low-altitude networks: a keeper who plans and builds, an inspector
/// who accepts, people who complain about a flight. They act at ten on each day; the same seed and days give the
/// same entries.
public struct NetworkAgents: Sendable {
  private let measure: LowAltitudeMeasure
  private let seed: UInt64

  /// Agents of a measure.
  public init(_ measure: LowAltitudeMeasure, seed: UInt64) {
    self.measure = measure
    self.seed = seed
  }

  private static let keeper = Actor(
    kind: .staff, account: -4, permissions: LowAltitudeMeasure.keeper.permissions, agencies: nil)
  private static let inspector = Actor(
    kind: .staff, account: -5, permissions: LowAltitudeMeasure.inspector.permissions, agencies: nil)
  private static let citizen = Actor(
    kind: .anonymous, account: 0, permissions: [FileComplaint.permission])

  private struct Plan {
    let kind: NetworkAsset.Kind
    let code: String
    let name: Phrase
    let facts: JSONValue
  }

  /// What happens at a full hour.
  public func turn(at moment: Instant) async throws {
    let zone = measure.profile.zone
    let today = moment.date(in: zone)
    guard moment == Instant(today, secondOfDay: 36_000, in: zone) else { return }
    let known = try await measure.desk.store.all(NetworkBook.all)
    let codes = Set(known.map(\.code))
    for plan in plans where !codes.contains(plan.code) {
      _ = try await measure.desk.submit(
        PlanAsset(assetKind: plan.kind, code: plan.code, name: plan.name, facts: plan.facts),
        by: NetworkAgents.keeper, .init(idempotencyKey: "plan.\(plan.code)"))
    }
    for asset in known { try await move(asset) }
    var random = SeededRandom(seed: seed).fork("low altitude \(today)")
    if random.chance(0.1) { try await complain(moment, &random) }
  }

  /// One step a day until it is in service.
  private func move(_ asset: NetworkAsset) async throws {
    let steps: [NetworkAsset.State: AssetStep] = [
      .planned: .build, .built: .accept, .accepted: .commission,
    ]
    guard let step = steps[asset.state], AssetStep.open(for: asset).contains(step) else { return }
    let actor = step == .accept ? NetworkAgents.inspector : NetworkAgents.keeper
    _ = try await measure.desk.submit(
      AssetAct(step: step, key: asset.key, facts: nil, reason: "", rules: measure.rules), by: actor,
      .init(idempotencyKey: "\(asset.code).\(asset.version)"))
  }

  private func complain(_ moment: Instant, _ random: inout SeededRandom) async throws {
    let districts = measure.profile.districts
    let district = districts[random.below(districts.count)]
    let request: JSONValue = [
      "item": .string(measure.profile.fallbackItem.id), "title": "无人机飞行投诉（噪声）",
      "text": "无人机低空飞过，声音很大。", "channel": "web", "district": .string(district.id),
    ]
    _ = try await measure.desk.submit(
      FileComplaint(topic: .noise, flight: nil, request: request), by: NetworkAgents.citizen,
      .init(idempotencyKey: "complaint.\(moment.seconds)"))
  }

  // MARK: What is built

  private var plans: [Plan] {
    let districts = measure.profile.districts
    return districts.enumerated().flatMap { pads($0, $1) } + routes(districts) + [zone] + services
      + targets
  }

  private static func pair(_ latitude: Double, _ longitude: Double) -> JSONValue {
    [
      .integer(Int64((latitude * 1e6).rounded())), .integer(Int64((longitude * 1e6).rounded())),
    ]
  }

  private func pads(_ index: Int, _ district: CityProfile.District) -> [Plan] {
    let number = padded(index + 1, 3)
    let place: JSONValue = [NetworkAgents.pair(district.latitude, district.longitude)]
    func plan(_ kind: NetworkAsset.Kind, _ code: String, _ facts: [String: JSONValue]) -> Plan {
      Plan(
        kind: kind, code: "\(code)-\(number)", name: district.name + kind.name.spaced,
        facts: .object(facts.merging(["points": place, "operator": "示范低空基础设施公司"]) { $1 }))
    }
    return [
      plan(.pad, "PAD", ["capacity": 4]), plan(.charging, "CHG", ["capacity": 8]),
      plan(.weather, "WX", [:]), plan(.remoteID, "RID", ["radius_m": 4000]),
      plan(.communications, "COM", ["radius_m": 5000]),
    ]
  }

  /// A route from each district to the next, each in a layer of its own.
  private func routes(_ districts: [CityProfile.District]) -> [Plan] {
    zip(districts, districts.dropFirst()).enumerated().map { index, pair in
      let lower = Int64(60 + 30 * index)
      return Plan(
        kind: .route, code: "R-\(padded(index + 1, 3))",
        name: pair.0.name + Phrase("至", en: " to ") + pair.1.name,
        facts: [
          "operator": "示范低空飞行服务公司", "lower_m": .integer(lower), "upper_m": .integer(lower + 20),
          "width_m": 60, "slots_per_hour": 12,
          "points": [
            NetworkAgents.pair(pair.0.latitude, pair.0.longitude),
            NetworkAgents.pair(pair.1.latitude, pair.1.longitude),
          ],
        ])
    }
  }

  /// An airport of the simulated city, away from its routes.
  private var zone: Plan {
    let middle = measure.cityMiddle
    return Plan(
      kind: .controlled, code: "CTR-001", name: Phrase("示范机场管制空域", en: "Airport of Shifan"),
      facts: [
        "lower_m": -50, "upper_m": 3000, "radius_m": 5000, "reason": "条例第十九条第（一）项：机场及周边区域",
        "points": [NetworkAgents.pair(middle.latitude - 0.2, middle.longitude + 0.2)],
      ])
  }

  private var services: [Plan] {
    [
      (1, "末端配送", "Last-mile delivery", 2000), (2, "生物制剂运输", "Biological products", 120),
      (3, "景区航线", "Scenic routes", 60),
    ].map { number, zh, en, capacity in
      Plan(
        kind: .service, code: "SVC-\(padded(number, 3))", name: Phrase(zh, en: en),
        facts: [
          "operator": "示范低空飞行服务公司", "mission": .string(zh), "capacity": .integer(Int64(capacity)),
        ])
    }
  }

  private var targets: [Plan] {
    [(2024, 3, Int64?(3)), (2025, 5, 4), (2026, 8, nil)].map { year, target, actual in
      var facts: [String: JSONValue] = [
        "year": .integer(Int64(year)), "target": .integer(Int64(target)), "unit": "条",
        "measure": "航路", "owner": "交通运输局",
      ]
      if let actual {
        facts["actual"] = .integer(actual)
        facts["output_fen"] = .integer(actual * 1_200_000_000)
      }
      return Plan(
        kind: .target, code: "PLAN-R-\(year)",
        name: Phrase("\(year)年开通航路", en: "Routes opened by \(year)"), facts: .object(facts))
    }
  }
}

extension Phrase {
  /// The phrase after another one: English words stand apart.
  fileprivate var spaced: Phrase { Phrase(zh, en: " " + en.lowercased()) }
}
