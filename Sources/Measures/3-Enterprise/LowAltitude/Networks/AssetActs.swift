import Airspace
import Books
import Commons
import Desk
import Storage

/// What is done with an entry of a register.
enum AssetStep: String, CaseIterable, Sendable {
  case plan, amend, build, accept, commission, suspend, resume, close

  var name: Phrase {
    switch self {
    case .plan: Phrase("列入规划", en: "plan")
    case .amend: Phrase("变更", en: "amend")
    case .build: Phrase("登记建成", en: "record as built")
    case .accept: Phrase("验收", en: "accept")
    case .commission: Phrase("投入运行", en: "put into service")
    case .suspend: Phrase("暂停", en: "suspend")
    case .resume: Phrase("恢复", en: "resume")
    case .close: Phrase("关闭", en: "close")
    }
  }

  /// From which states it leads to which; nil to where it stood.
  var way: (from: [NetworkAsset.State], to: NetworkAsset.State?) {
    switch self {
    case .plan: ([], .planned)
    case .amend: ([.planned, .built], nil)
    case .build: ([.planned], .built)
    case .accept: ([.built], .accepted)
    case .commission: ([.accepted], .inService)
    case .suspend: ([.inService], .suspended)
    case .resume: ([.suspended], .inService)
    case .close: ([.planned, .built, .accepted, .inService, .suspended], .closed)
    }
  }

  /// Who builds does not accept, and does not say when it is safe to fly again.
  var permission: String {
    switch self {
    case .plan, .amend, .build, .commission: NetworkDuty.keep
    case .accept, .suspend, .resume, .close: NetworkDuty.inspect
    }
  }

  /// What may be done with an entry. A target of the plan is amended and closed, and otherwise stays.
  static func open(for asset: NetworkAsset) -> [AssetStep] {
    allCases.filter { step in
      step.way.from.contains(asset.state)
        && (asset.kind != .target || [.amend, .close].contains(step))
    }
  }
}

/// Permissions over the registers.
enum NetworkDuty {
  static let keep = "low-altitude.networks"
  static let inspect = "low-altitude.inspect"
}

/// Puts an entry on a register as planned.
struct PlanAsset: Command {
  typealias Loaded = Void
  let assetKind: NetworkAsset.Kind
  let code: String
  let name: Phrase
  let facts: JSONValue

  var kind: String { "low-altitude.asset.plan" }
  var permission: String { AssetStep.plan.permission }
  var aggregate: Int64? { nil }
  var content: JSONValue {
    [
      "kind": .string(assetKind.rawValue), "code": .string(code), "zh": .string(name.zh),
      "en": .string(name.en), "facts": facts,
    ]
  }

  func decide(_ loaded: Void, _ view: any View, _ context: Context) throws -> Decision {
    var faults: [Problem.Field] = []
    if !PlanAsset.isCode(code) {
      faults.append(
        Problem.Field(
          "code", Phrase("代码应为1至24个大写字母、数字或短横。", en: "A code has 1–24 capitals, digits or dashes."))
      )
    }
    if !(1...120).contains(name.zh.codePoints) || name.en.codePoints > 120 {
      faults.append(
        Problem.Field("name", Phrase("名称应为1至120字。", en: "A name has 1–120 characters.")))
    }
    guard faults.isEmpty else { throw Problem.invalid(faults) }
    try AssetFacts.check(facts, assetKind)
    if try view.first(NetworkBook.find(code: code)) != nil {
      throw Problem.invalid([
        Problem.Field("code", Phrase("代码 \(code) 已被使用。", en: "The code \(code) is taken."))
      ])
    }
    let asset = NetworkAsset(
      key: context.aggregate, version: 1, kind: assetKind, state: .planned, code: code,
      name: name, facts: facts, updatedAt: context.effectiveAt)
    return .accepted(
      publicFields: AssetAct.fields(asset, from: nil),
      changes: [NetworkBook.add(asset, context.ring)])
  }

  private static func isCode(_ code: String) -> Bool {
    (1...24).contains(code.utf8.count)
      && code.utf8.allSatisfy {
        (0x41...0x5A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D
      }
  }
}

/// A step of an entry that is on a register.
struct AssetAct: Command {
  let step: AssetStep
  let key: Int64
  /// The facts after an amendment.
  let facts: JSONValue?
  /// Why, in words.
  let reason: String
  /// The city's, for what a route must keep out of.
  let rules: FlightRules

  var kind: String { "low-altitude.asset.\(step.rawValue)" }
  var permission: String { step.permission }
  var aggregate: Int64? { key }
  var content: JSONValue {
    var members: [String: JSONValue] = ["reason": .string(reason)]
    if let facts { members["facts"] = facts }
    return .object(members)
  }

  func load(_ view: any View, _ context: Context) throws -> NetworkAsset {
    guard let asset = try view.first(NetworkBook.find(key)) else {
      throw Problem.notFound(Phrase("没有这一项。", en: "There is no such entry."))
    }
    return asset
  }
  func authorise(_ loaded: NetworkAsset, _ context: Context) throws {}
  func version(of loaded: NetworkAsset) -> Int64 { loaded.version }

  func decide(
    _ loaded: NetworkAsset, _ view: any View, _ context: Context
  ) throws -> Decision {
    guard AssetStep.open(for: loaded).contains(step) else {
      throw Problem.refused(
        "asset-state",
        Phrase(
          "\(loaded.name.zh)现为“\(loaded.state.name.zh)”，不能\(step.name.zh)。",
          en: "“\(loaded.name.en)” is \(loaded.state.name.en): one cannot \(step.name.en) it now."))
    }
    if reason.codePoints > 1000 || reason.isEmpty && [.suspend, .close].contains(step) {
      throw Problem.invalid([
        Problem.Field(
          "reason", Phrase("请写明理由，最多1000字。", en: "Say why, in at most 1,000 characters."))
      ])
    }
    var asset = loaded
    asset.version += 1
    asset.updatedAt = context.effectiveAt
    asset.state = step.way.to ?? loaded.state
    if step == .amend {
      guard let facts else {
        throw Problem.invalid([Problem.Field("facts", Phrase("没有变更内容。", en: "Nothing is changed."))]
        )
      }
      try AssetFacts.check(facts, asset.kind)
      asset.facts = facts
    }
    if asset.kind == .route, [.accept, .commission, .resume].contains(step) {
      try RouteCheck(asset, rules, at: context.effectiveAt, view).require(at: context.effectiveAt)
    }
    return .accepted(
      publicFields: AssetAct.fields(asset, from: loaded.state),
      changes: [NetworkBook.replace(loaded, with: asset, context.ring)])
  }

  /// What the log says: enough to count entries by network and state, and the plan's figures.
  static func fields(_ asset: NetworkAsset, from: NetworkAsset.State?) -> JSONValue {
    var fields: [String: JSONValue] = [
      "kind": .string(asset.kind.rawValue), "code": .string(asset.code),
      "state": .string(asset.state.rawValue),
    ]
    if let from { fields["from"] = .string(from.rawValue) }
    if asset.kind == .target {
      for name in ["year", "target", "actual", "output_fen", "measure"] {
        fields[name] = asset.facts[name]
      }
    }
    return .object(fields)
  }
}
