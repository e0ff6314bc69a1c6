import Books
import CaseEngine
import CaseWork
import Commons
import Desk
import LegalTime
import Rulebook
import Storage

extension ReconsiderationProcedure {
  /// What the law says to the content of a step.
  public func decide(_ draft: inout CaseDraft, _ view: any View) throws {
    try content(&draft, view)
    try staff(&draft, view)
    try archive(&draft, view)
  }

  private func content(_ draft: inout CaseDraft, _ view: any View) throws {
    switch draft.command {
    case "file", "take-down", "reroute", "lodge": try opened(&draft)
    case "accept", "accept-simplified": try accept(&draft, view)
    case "refuse": try refuse(&draft, view)
    case "review-due": deemed(&draft)
    case "order-acceptance": draft.facts.set("accepted-on", draft.today)
    case "correct": try count(&draft)
    case "serve": draft.facts.set("served-on", draft.today)
    case "reply": draft.facts.set("replied-on", draft.today)
    case "stay": try stay(&draft)
    case "extend": try extend(draft)
    case "suspend", "suspend-gone", "suspend-norm", "suspend-norm-elsewhere":
      try suspend(&draft)
    case "rule-norm-unlawful": draft.facts.set("norm-stopped", true)
    case "terminate": try terminate(&draft, draft.said.text("termination"))
    case "ask-withdrawal": draft.facts.set("withdrawal-asked", true)
    case "allow-withdrawal": try allowWithdrawal(&draft)
    case "call-hearing", "attend", "hold-hearing", "cancel-hearing", "consult", "advise",
      "investigate", "allow-supplement", "supplement", "third-evidence":
      try record(&draft)
    default: try conclude(&draft)
    }
  }

  static func refused(
    _ slug: String, _ zh: String, _ en: String, _ basis: Basis
  ) -> Problem { .refused("recon-" + slug, Phrase(zh, en: en), because: [basis]) }

  // MARK: Evidence, hearing, committee (art. 42–52)

  private func record(_ draft: inout CaseDraft) throws {
    switch draft.command {
    case "call-hearing": try callHearing(draft)
    case "attend":
      guard draft.said.flag("signed") else {
        throw Self.refused(
          "unsigned", "请阅读笔录并确认后提交。", "Read the record and sign it.", Self.law(50, 3))
      }
      try requireIdentity(draft)
      draft.facts.set("attended-\(draft.capacity.id)", true)
    case "hold-hearing":
      if let day = draft.facts.date("hearing-on"), draft.today < day {
        throw Self.refused(
          "hearing-early", "听证定于 \(day)，不能提前举行。", "The hearing is on \(day) and not before.",
          Self.law(51, 1))
      }
      draft.facts.set("hearing-held", true)
    case "cancel-hearing": draft.facts.set("hearing-on", CivilDate?.none)
    case "consult": draw(&draft)
    case "advise": draft.facts.set("consulted", true)
    case "investigate":
      try require(
        "officers", ["officers": .count(draft.said.integer("officer-count") ?? 0)], draft,
        "too-few-officers", "调查取证人员不得少于两人。", "At least two officers gather evidence.",
        Self.law(45, 2))
    case "allow-supplement": draft.facts.set("supplement-allowed", true)
    case "supplement":
      guard draft.facts.flag("supplement-allowed") else {
        throw Self.refused(
          "own-evidence", "复议期间被申请人不得自行收集证据；补充证据须经同意。",
          "The respondent may not gather evidence now; adding some needs consent.", Self.law(46))
      }
      draft.facts.set("supplement-allowed", false)
    case "third-evidence": draft.facts.set("third-evidence", true)
    default: break
    }
  }

  /// Who gives the opinion is drawn, not picked; the seed and who was drawn are public.
  private func draw(_ draft: inout CaseDraft) {
    let seed = Hex.encode(draft.random.bytes(16))
    let drawn = ExpertDraw.draw(
      rules.experts, count: rules.expertsPerCase, seed: seed, respondent: draft.party
    ).map { JSONValue.string($0.id) }
    draft.facts["experts"] = drawn.isEmpty ? nil : .array(drawn)
    draft.publicFields["seed"] = .string(seed)
    draft.publicFields["experts"] = .array(drawn)
  }

  private func require(
    _ rule: String, _ facts: [String: FactValue], _ draft: CaseDraft, _ slug: String,
    _ zh: String, _ en: String, _ basis: Basis
  ) throws {
    guard try rules.finding(rule, facts, on: draft.today).outcome == .truth(true) else {
      throw Self.refused(slug, zh, en, basis)
    }
  }

  /// A token finds a case and identifies nobody: an applicant attends as the account that filed, or
  /// after the hearing room has compared what only the applicant knows (art. 50(3)).
  private func requireIdentity(_ draft: CaseDraft) throws {
    guard draft.capacity == .citizen, let row = draft.before?.base else { return }
    let isOwnAccount = draft.actor.applicant != nil && draft.actor.applicant == row.applicant
    guard isOwnAccount || draft.said.string("identified") == "code" else {
      throw Self.refused(
        "not-identified", "参加听证须核验身份，请从听证室（/reconsideration/\(row.number)/hearing）参加。",
        "Whoever attends a hearing is identified: attend from the hearing room, "
          + "/reconsideration/\(row.number)/hearing.", Self.law(50, 3))
    }
  }

  private func callHearing(_ draft: CaseDraft) throws {
    // Counted backwards from the hearing, which does not count itself.
    let notice = try rules.period("hearing-notice", on: draft.today)
    if let day = draft.said.date("hearing-on"),
      draft.calendar.latest(notice, before: day).date < draft.today
    {
      let earliest = draft.calendar.earliest(notice, toldOn: draft.today)
      throw Self.refused(
        "hearing-notice", "听证应当提前\(notice.phrase.zh)通知，今天通知的最早可定于 \(earliest)。",
        "Parties must be told \(notice.phrase.en) before; told today, the earliest day is \(earliest).",
        notice.basis)
    }
    try require(
      "hearing.panel", ["officers": .count(draft.said.integer("assessors") ?? 0)], draft,
      "hearing-panel", "听证员不得少于两名。", "There must be two assessors at least.", Self.law(50, 3))
  }

  // MARK: Time (art. 39–42, 62)

  private func stay(_ draft: inout CaseDraft) throws {
    let finding = try rules.finding("stay", actFacts(draft.facts), on: draft.today)
    guard finding.outcome == .truth(true) else {
      throw Self.refused(
        "stay", "申请停止执行的，须复议机关认为要求合理。",
        "On a party's wish, execution is stayed if the wish is reasonable.",
        Self.law(42, item: 3))
    }
    draft.findings.append(finding)
  }

  private func extend(_ draft: CaseDraft) throws {
    let longest = try rules.period("extension", on: draft.today)
    guard draft.said.integer("days") ?? 0 <= Int64(longest.amount) else {
      throw Self.refused(
        "extension", "延长最多\(longest.phrase.zh)。",
        "It can be extended by \(longest.phrase.en) at most.",
        longest.basis)
    }
  }

  private func suspend(_ draft: inout CaseDraft) throws {
    let isNorm = draft.command != "suspend" && draft.command != "suspend-gone"
    let ground = isNorm ? "norm" : draft.said.text("suspension")
    var facts = actFacts(draft.facts)
    facts["suspension"] = .choice(ground)
    facts["both-agree"] = .truth(draft.said.flag("both-agree"))
    let finding = try rules.finding("suspension", facts, on: draft.today)
    guard finding.outcome == .truth(true) else {
      throw Self.refused(
        "suspension", "这一中止事由不适用于本件：核对申请人类别和双方是否同意。",
        "The ground does not fit: check the kind of applicant and whether both agree.",
        Self.law(39, 1))
    }
    draft.facts.set("suspension", ground)
    draft.findings.append(finding)
  }

  private func terminate(_ draft: inout CaseDraft, _ ground: String) throws {
    var facts = actFacts(draft.facts)
    facts["termination"] = .choice(ground)
    facts["withdrawal-allowed"] = .truth(ground == "withdrawn")
    let finding = try rules.finding("termination", facts, on: draft.today)
    guard finding.outcome == .truth(true) else {
      throw Self.refused(
        "termination", "这一终止事由不适用于本件：核对申请人类别。",
        "The ground does not fit: check the kind of applicant.", Self.law(41))
    }
    draft.facts.set("termination", ground)
    draft.findings.append(finding)
  }

  private func allowWithdrawal(_ draft: inout CaseDraft) throws {
    guard draft.facts.flag("withdrawal-asked") else {
      throw Self.refused(
        "no-withdrawal", "申请人没有申请撤回。", "The applicant has not asked to withdraw.",
        Self.law(41, item: 1))
    }
    guard draft.said.flag("voluntary") else {
      throw Self.refused(
        "not-voluntary", "撤回须出于自愿，和解不得损害国家、公共和他人利益。",
        "A withdrawal must be voluntary and a settlement harm nobody.", Self.law(74))
    }
    try terminate(&draft, "withdrawn")
  }
}
