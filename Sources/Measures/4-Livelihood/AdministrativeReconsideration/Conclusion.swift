import CaseEngine
import CaseWork
import Commons
import Desk
import LegalTime
import Rulebook

// Articles 61 to 79: what the rules say to proposal, decision, service and performance.
extension ReconsiderationProcedure {
  func conclude(_ draft: inout CaseDraft) throws {
    switch draft.command {
    case "propose", "propose-duty": try propose(&draft)
    case "decide":
      // Whoever proposes does not also agree (art. 61).
      guard draft.actor.account != draft.handler else {
        throw Self.refused(
          "own-proposal", "拟定意见的人员不能自己同意。", "Whoever proposes cannot agree.", Self.law(61, 1))
      }
      draft.facts.set("decided-on", draft.today)
      for name in ["decision", "ground", "compensation"] {
        draft.publicFields[name] = draft.facts[name]
      }
    case "mediate":
      guard draft.said.flag("lawful-agreement") else {
        throw Self.refused(
          "agreement", "调解应当自愿、合法，不得损害国家、公共和他人利益。",
          "An agreement must be voluntary and lawful and harm nobody.", Self.law(5, 2))
      }
    case "sign", "sign-duty": try sign(&draft)
    case "deliver": try deliver(&draft)
    case "report": try report(&draft)
    case "copy-up":
      let kind = draft.party.map { rules.kind(of: $0) }
      guard kind == "department" || kind == "justice" else {
        throw Self.refused(
          "copy-up", "只有以本级政府部门为被申请人的才须抄告。", "Only cases against departments are copied.",
          Self.law(79, 2))
      }
    case "enforce": try enforce(draft)
    case "publish":
      guard draft.facts.string("decision") != "mediated" else {
        throw Self.refused(
          "publish", "公开的是决定书，调解书不公开。", "Decisions are published, letters of mediation are not.",
          Self.law(79, 1))
      }
      draft.facts.set("published", draft.said.string("text"))
    default: break
    }
  }

  // MARK: Proposal (art. 61–72)

  private static let proposalFlags = ["redo", "worse", "returns", "third-interest"]

  private func propose(_ draft: inout CaseDraft) throws {
    // A proposal that was sent back leaves nothing behind.
    for name in Self.proposalFlags { draft.facts.set(name, draft.said.flag(name)) }
    let kind = draft.said.text("decision")
    let facts = proposalFacts(draft)
    let finding = try rules.finding("decision.\(kind)", facts, on: draft.today)
    draft.findings.append(finding)
    guard finding.outcome == .truth(true) else {
      throw try barred(kind, facts, finding, draft)
    }
    try limits(draft, kind, facts)
    try preparations(draft, facts)
    try duty(draft, kind)
    draft.handler = draft.actor.account
    draft.facts.set("days", draft.said.integer("days"))
  }

  private func proposalFacts(_ draft: CaseDraft) -> [String: FactValue] {
    var facts = actFacts(draft.facts)
    let isSilent = draft.statusBefore.map { type.count(.silent, of: $0) > 0 } ?? false
    facts["no-reply"] = .truth(isSilent)
    return facts
  }

  private func barred(
    _ kind: String, _ facts: [String: FactValue], _ finding: Finding, _ draft: CaseDraft
  ) throws -> Problem {
    let name = Self.name(kind, in: ReconsiderationLaw.decisionKinds) ?? .same(kind)
    if try rules.holds("recon.no-evidence", facts, on: draft.today),
      ["uphold", "change", "reject"].contains(kind)
    {
      return Self.refused(
        "no-evidence", "被申请人未依法答复举证，视为没有证据，不能“\(name.zh)”。",
        "The respondent gave no reply: without evidence there is no “\(name.en)”.", Self.law(70))
    }
    return .refused(
      "recon-decision",
      Phrase(
        "所选理由和事实不支持“\(name.zh)”的决定。", en: "Ground and facts do not carry a decision “\(name.en)”."),
      because: finding.because.first?.citation.map { [Basis.law($0)] } ?? [])
  }

  private func limits(
    _ draft: CaseDraft, _ kind: String, _ facts: [String: FactValue]
  ) throws {
    if kind == "change", try rules.holds("recon.worse-barred", facts, on: draft.today) {
      throw Self.refused(
        "worse", "不得作出对申请人更为不利的变更，第三人提出相反请求的除外。",
        "No change may be worse for the applicant, unless a third party asks the opposite.",
        Self.law(63, 2))
    }
    guard !draft.said.flag("redo") || ["revoke", "revoke-part"].contains(kind) else {
      throw Self.refused(
        "redo", "只有撤销、部分撤销才能责令重新作出。", "Only after revoking can a new act be ordered.",
        Self.law(64, 1))
    }
    let compensation = draft.said.text("compensation")
    let isAsked = try rules.holds("recon.compensation-due", facts, on: draft.today)
    guard isAsked == (compensation != "none") else {
      throw Self.refused(
        "compensation",
        isAsked ? "申请人一并请求赔偿的，应当同时决定。" : "申请人没有请求赔偿。",
        isAsked ? "Compensation was asked for and must be decided too." : "None was asked for.",
        Self.law(72, 1))
    }
    if !draft.said.flag("returns"), try rules.holds("recon.return-due", facts, on: draft.today) {
      throw Self.refused(
        "returns", "应当同时责令返还财产、解除强制措施或者赔偿价款。", "Return or release must be ordered too.",
        Self.law(72, 2))
    }
  }

  /// Major cases are heard in a hearing and put before the committee (art. 50, 52).
  private func preparations(_ draft: CaseDraft, _ facts: [String: FactValue]) throws {
    if !draft.facts.flag("hearing-held"),
      try rules.holds("recon.hearing.must", facts, on: draft.today)
    {
      throw Self.refused(
        "hearing-due", "重大、疑难、复杂案件应当先组织听证。", "A major case needs a hearing first.",
        Self.law(50, 1))
    }
    if !draft.facts.flag("consulted"),
      try rules.holds("recon.committee", facts, on: draft.today)
    {
      throw Self.refused(
        "committee-due", "应当先提请行政复议委员会提出咨询意见。", "The committee must be asked first.",
        Self.law(52, 2))
    }
  }

  /// What must be performed must be proposed so: else no clock would run.
  private func duty(_ draft: CaseDraft, _ kind: String) throws {
    let said = draft.said
    let needs =
      ["perform", "agreement"].contains(kind) || said.flag("redo") || said.flag("returns")
      || said.text("compensation") == "granted"
    guard needs == (draft.command == "propose-duty") else {
      throw Self.refused(
        "duty",
        needs ? "这一决定须由被申请人履行，请用“拟定意见（被申请人须履行）”并定期限。" : "这一决定无须被申请人履行。",
        needs
          ? "The respondent must perform it: propose it so, with a term."
          : "Nothing is to be performed.",
        Self.law(77, 1))
    }
  }

  // MARK: Agreement, service, performance (art. 73–79)

  private func sign(_ draft: inout CaseDraft) throws {
    guard draft.said.flag("all-signed") else {
      throw Self.refused(
        "unsigned", "调解书须经各方签字或者签章并加盖印章。", "All parties sign it and it is sealed.",
        Self.law(73, 1))
    }
    draft.facts.set("decision", "mediated")
    draft.facts.set("decided-on", draft.today)
    draft.facts.set("days", draft.said.integer("days"))
    draft.publicFields["decision"] = "mediated"
  }

  private func deliver(_ draft: inout CaseDraft) throws {
    guard draft.said.text("delivered-by") != "electronic" || draft.facts.flag("e-service") else {
      throw Self.refused(
        "e-service", "电子送达须经受送达人同意。", "Electronic service needs the addressee's consent.",
        .law(
          Citation("民事诉讼法", edition: "2023-09-01", article: 90, paragraph: 1)))
    }
    draft.facts.set("in-force-on", draft.today)
  }

  private func report(_ draft: inout CaseDraft) throws {
    draft.facts.set("same-act", draft.said.flag("same-act"))
    guard draft.facts.flag("redo"),
      try rules.holds("recon.same-act-barred", actFacts(draft.facts), on: draft.today)
    else { return }
    throw Self.refused(
      "same-act", "不得以同一事实和理由作出相同或者基本相同的行政行为。",
      "The same act may not be made again on the same facts and reasons.", Self.law(64, 2))
  }

  private func enforce(_ draft: CaseDraft) throws {
    var facts = actFacts(draft.facts)
    facts["enforceable"] = .truth(true)
    let finding = try rules.finding("enforcement", facts, on: draft.today)
    guard case .choice(let code) = finding.outcome else { return }
    let said = draft.said.text("enforcer")
    guard code != "nobody", said == code || said == "court" else {
      throw Self.refused(
        "enforcer",
        code == "nobody" ? "这一决定没有须由申请人履行的内容。" : "执行机关与第七十八条不符。",
        code == "nobody"
          ? "There is nothing for the applicant to perform." : "Article 78 names another.",
        Self.law(78))
    }
  }
}
