import CityProfiles
import LegalTime
import CaseEngine
import CaseWork
import Commons
import Dormancy
import Markup
import MeasureKit
import Rulebook

/// How people see a case: lists, the usual way, notices, what stands beside it.
extension DormancyProcedure {
  var trays: [CaseTray] {
    [
      CaseTray(
        "counter", Phrase("窗口办结", en: "To finish at the counter"), for: .counter,
        .stages([.ready])),
      CaseTray(
        "review", Phrase("待备案", en: "To be filed"), for: .registrar, .stages([.reviewing])),
      CaseTray(
        "decide", Phrase("延期与异议", en: "Extensions and objections"), for: .registrar,
        .stages([.extending, .objected])),
      CaseTray(
        "watch", Phrase("待公示、待确认", en: "To be published or confirmed"), for: .registrar,
        .stages([.resuming, .returned, .settling])),
      CaseTray("dormant", Phrase("歇业中", en: "Dormant"), for: .registrar, .stages([.dormant])),
    ]
  }

  var way: [(name: Phrase, stages: [StageID])] {
    [
      (Phrase("线上申请", en: "Applied online"), [.ready, .correcting]),
      (Phrase("窗口办结", en: "Counter"), [.reviewing]),
      (Phrase("歇业", en: "Dormant"), [.dormant, .extending]),
      (Phrase("恢复与公示", en: "Resuming"), [.resuming, .objected, .returned, .settling]),
      (Phrase("已恢复", en: "In business"), [.resumed, .deregistering]),
    ]
  }

  var notices: [CommandID: (subject: Phrase, body: Phrase)] {
    func told(_ zh: String, _ en: String, _ body: Phrase) -> (subject: Phrase, body: Phrase) {
      (Phrase(zh, en: en), body)
    }
    return [
      .apply: told(
        "申请已收到，请到窗口办结", "Application received",
        Phrase(
          "条件已核对。请带身份证件到窗口，无须再填表。",
          en: "Please come with your identity card; no form is filled in again.")),
      "ask": told(
        "请补正", "Please correct",
        Phrase("请按要求补正，逾期视为撤回。", en: "Please correct it in time, or it counts as withdrawn.")),
      .file: told(
        "歇业已备案并公示", "Dormancy filed and published",
        Phrase("歇业期间请勿开展经营活动，仍须按时公示年度报告。", en: "Do no business; the annual report is still due.")),
      .remindDue: told(
        "歇业即将期满", "Your term ends soon",
        Phrase(
          "可一键恢复经营，或在期满前申请延期。", en: "Resume with one click, or ask for an extension before it ends."
        )),
      .deem: told(
        "发现经营活动，视为恢复营业", "Deemed to have resumed",
        Phrase(
          "请在期限内公示终止歇业；有异议的可在期限内提出。", en: "Publish the end in time, or object within that time.")),
      .termDue: told(
        "歇业期满，视为自动恢复经营", "The term is over",
        Phrase(
          "请确认恢复经营；不再经营的，请办理注销登记。",
          en: "Confirm that you are back, or have the business deregistered.")),
      "publish-due": told(
        "逾期未公示终止歇业", "The end was not published in time",
        Phrase("请立即公示；拒不改正的可处罚款。", en: "Publish it now; refusing to may bring a fine.")),
      .extend: told("准予延期", "Extended", Phrase("新的期限已公示。", en: "The new term is published.")),
      "refuse": told(
        "不予备案", "Not filed", Phrase("理由见办件页，可申请行政复议。", en: "The reasons are on the case's page.")),
    ]
  }

  // MARK: Beside the case

  func summary(_ file: CaseFileRow, _ facts: CaseFacts) -> [(name: Phrase, value: Phrase)] {
    var rows: [(name: Phrase, value: Phrase)] = [
      (Phrase("经营主体", en: "Business"), .same(facts.text("operator")))
    ]
    func add(_ zh: String, _ en: String, _ value: Phrase?) {
      if let value { rows.append((Phrase(zh, en: en), value)) }
    }
    add("成立日期", "Registered on", facts.date("registered-on")?.phrase)
    let marks = OperatorRow.Flags.names.filter { facts.list("marks").contains($0.name) }
    add(
      "登记库记载", "The register says",
      marks.isEmpty
        ? Phrase("无异常", en: "nothing against it")
        : Phrase(
          marks.map(\.label.zh).joined(separator: "、"),
          en: marks.map(\.label.en).joined(separator: ", ")))
    guard let from = facts.date("from"), let through = facts.date("through") else { return rows }
    add("歇业期限", "Term", DormancySpell(from: from, through: through).shown)
    let used = facts.integer("used-before") ?? 0
    add(
      "此前累计歇业", "Dormant before", used > 0 ? Phrase("\(used)日", en: "\(used) days") : nil)
    add("依法最迟到", "The law allows until", facts.date("last-possible")?.phrase)
    let day = facts.date("filed-on") ?? from
    if facts["resumed"] == nil, let window = try? rules.terms(on: day).extensionWindow(through) {
      add(
        "可申请延期", "Extension may be asked for",
        DormancySpell(from: window.lowerBound, through: window.upperBound).shown)
    }
    add("恢复经营日", "Back in business on", facts.date("resumed")?.phrase)
    add(
      "歇业天数", "Days of dormancy",
      facts.integer("days").map { Phrase("\($0)日", en: "\($0) days") })
    let judged = facts.list("to-judge")
    if !judged.isEmpty {
      add("须由登记机关判断", "For the registrar to judge", names(of: judged))
    }
    if !pledges.isConnected {
      add(
        "股权出质", "Pledge of shares",
        Phrase("未经担保登记核对，以声明和登记库为准", en: "by declaration and register; not searched (measure 3)"))
    }
    return rows + money(facts, from, through, day)
  }

  private func names(of ids: [String]) -> Phrase {
    let found = ids.compactMap { id in
      rules.law.rules.first { $0.id.text == id && $0.territory == nil }?.name
    }
    return Phrase(
      found.map(\.zh).joined(separator: "、"), en: found.map(\.en).joined(separator: ", "))
  }

  /// The hint on taxes and the estimate of what is saved.
  private func money(
    _ facts: CaseFacts, _ from: CivilDate, _ through: CivilDate, _ day: CivilDate
  ) -> [(name: Phrase, value: Phrase)] {
    var rows: [(name: Phrase, value: Phrase)] = []
    let stated: [FactID: FactValue] = [
      "tax.prepays-monthly": .truth(facts.flag("monthly")),
      "tax.has-branches": .truth(facts.flag("branches")),
    ]
    let finding = (try? rules.taxPeriod(stated, on: day)).flatMap { $0 }
    let isQuarterly = finding?.outcome == .choice("quarterly")
    if isQuarterly {
      rows.append(
        (
          Phrase("税务提示", en: "Tax"),
          Phrase(
            "自下一季度起可按季预缴，本年度内不变（税务公告2022年第12号，未核对）",
            en: "quarterly prepayment from the next quarter (STA announcement 12/2022, unverified)")
        ))
    }
    guard let cost = try? rules.savingOfFiling(on: day) else { return rows }
    let savings = DormancySavings(
      from: from, through: facts.date("resumed")?.adding(days: -1) ?? through,
      monthlyRent: facts.money("rent", .cny), replacesDomicile: facts.flag("replaces"),
      isQuarterly: isQuarterly, filingCost: cost.amount)
    guard savings.total.minorUnits > 0 else { return rows }
    rows.append(
      (
        Phrase("节省估算", en: "Estimated saving"),
        Phrase(
          "\(savings.total)：\(savings.explanation.zh)",
          en: "\(savings.total): \(savings.explanation.en)")
      ))
    rows.append((Phrase("估算办法", en: "How it is estimated"), DormancySavings.formula))
    return rows
  }

  // MARK: Verification

  func broken(_ row: CaseFileRow, _ facts: CaseFacts) -> [Phrase] {
    guard let from = facts.date("from"), let through = facts.date("through") else {
      return [Phrase("没有歇业期限。", en: "it has no term")]
    }
    var found: [Phrase] = []
    if through < from { found.append(Phrase("期限的末日早于首日。", en: "its term ends before it begins")) }
    if let last = facts.date("last-possible"), facts["extensions"] == nil, through > last {
      found.append(Phrase("期限超过依法最迟之日。", en: "its term is longer than the law allows"))
    }
    if let resumed = facts.date("resumed"),
      facts.integer("days") != Int64(max(0, from.days(to: resumed.adding(days: -1))))
    {
      found.append(Phrase("歇业天数与日期不符。", en: "its days do not follow from its dates"))
    }
    return found
  }
}

extension DormancySpell {
  /// First and last day as pages show them.
  var shown: Phrase {
    Phrase(
      "\(from.phrase.zh)至\(through.phrase.zh)", en: "\(from.phrase.en) to \(through.phrase.en)")
  }
}
