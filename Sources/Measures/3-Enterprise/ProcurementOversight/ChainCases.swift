import CaseEngine
import Commons

extension ActorKind {
  /// A bidder, or whoever asks or objects.
  static let owners = ActorKind("citizen", Phrase("供应商", en: "supplier"))
  /// Whoever states what a firm needs.
  static let needing = ActorKind("need", Phrase("需求提出岗", en: "post that states the need"))
  /// Whoever approves it.
  static let approving = ActorKind("approve", Phrase("审批岗", en: "post that approves"))
  /// Whoever carries the purchase out.
  static let conducting = ActorKind("conduct", Phrase("采购执行岗", en: "post that conducts"))
  /// One of the two that hold halves of the opening key.
  static let opening = ActorKind("open", Phrase("开标钥匙保管人", en: "keeper of an opening key"))
  /// Whoever accepts what was delivered and pays.
  static let accepting = ActorKind("accept", Phrase("验收付款岗", en: "post that accepts and pays"))
}

extension CommandID {
  static let need: CommandID = "need"
  static let approve: CommandID = "approve"
  static let reject: CommandID = "reject"
  static let plan: CommandID = "plan"
  static let announce: CommandID = "announce"
  static let issue: CommandID = "issue"
  static let clarify: CommandID = "clarify"
  static let unsealFirst: CommandID = "unseal-first"
  static let unsealSecond: CommandID = "unseal-second"
  static let draw: CommandID = "draw"
  static let evaluate: CommandID = "evaluate"
  static let quote: CommandID = "quote"
  static let candidates: CommandID = "candidates"
  static let award: CommandID = "award"
  static let contract: CommandID = "contract"
  static let returnDeposits: CommandID = "return-deposits"
  static let change: CommandID = "change"
  static let accept: CommandID = "accept"
  static let pay: CommandID = "pay"
  static let close: CommandID = "close"
  static let fail: CommandID = "fail"
}

/// The chain of a purchase as a case type: one for each method, so that what a method asks for cannot be
/// left out.
enum ChainCases {
  static func type(_ method: ProcurementMethod) -> CaseType {
    CaseType(
      "procurement-\(method.rawValue)", method.name, stages: stages(method),
      counters: counters(method),
      clocks: clocks(method), transitions: steps(method) + lateness(method))
  }

  // MARK: Stages

  private static func stages(_ method: ProcurementMethod) -> [Stage] {
    var all = [
      Stage("needed", Phrase("待审批", en: "To be approved"), owedBy: .approving),
      Stage("approved", Phrase("待制定采购方案", en: "To be planned"), owedBy: .conducting),
      Stage("planned", Phrase("待发布公告", en: "To be announced"), owedBy: .conducting),
    ]
    if method.hasBids {
      all += [
        Stage("announced", Phrase("待发出采购文件", en: "Documents to be issued"), owedBy: .conducting),
        Stage("bidding", Phrase("响应中（密封）", en: "Bids come in, sealed"), owedBy: .opening),
        Stage("half-open", Phrase("已启第一重密封", en: "First seal opened"), owedBy: .opening),
        Stage("opened", Phrase("已开启", en: "Opened"), owedBy: .conducting),
      ]
      if method.hasCommittee {
        all.append(Stage("drawn", Phrase("评审中", en: "Being evaluated"), owedBy: .conducting))
      }
      all += [
        Stage("evaluated", Phrase("待公示候选人", en: "Candidates to be published"), owedBy: .conducting),
        Stage("published", Phrase("候选人公示中", en: "Candidates published"), owedBy: .approving),
      ]
    } else {
      all += [
        Stage("announced", Phrase("单一来源公示中", en: "Single source published"), owedBy: .conducting),
        Stage("evaluated", Phrase("待审定成交", en: "Deal to be approved"), owedBy: .approving),
      ]
    }
    return all + [
      Stage("awarded", Phrase("待签合同", en: "Contract to be signed"), owedBy: .conducting),
      Stage("contracted", Phrase("履约中", en: "Being performed"), owedBy: .accepting),
      Stage("performed", Phrase("待付款办结", en: "To be paid"), owedBy: .accepting),
      .final("closed", Phrase("已办结", en: "Closed")),
      .final("rejected", Phrase("未获批准", en: "Not approved")),
      .final("failed", Phrase("采购失败或者终止", en: "Failed or terminated")),
    ]
  }

  private static func counters(_ method: ProcurementMethod) -> [Counter] {
    Lateness.counters(ProcurementBasis.city)
      + [Counter("changes", Phrase("合同变更", en: "changes"), upTo: 7, ProcurementBasis.city)]
      + (method.hasBids
        ? [Counter("clarified", Phrase("澄清修改", en: "clarified"), upTo: 3, ProcurementBasis.city)]
        : [])
  }

  // MARK: Clocks

  private static func clocks(_ method: ProcurementMethod) -> [ClockSpec] {
    func clock(
      _ id: ClockID, _ zh: String, _ en: String, _ drives: [StageID],
      _ basis: Basis = ProcurementBasis.city
    ) -> ClockSpec {
      ClockSpec(id, Phrase(zh, en: en), drives: drives, basis)
    }
    let tender = method.isTendering
    var all = [
      clock(
        "step", "办理时限", "time for the step",
        ["needed", "approved", "planned", "performed"]
          + (method.hasBids ? ["announced", "half-open", "opened"] : ["announced", "evaluated"])
          + (method.hasCommittee ? ["drawn"] : [])),
      clock("contract", "订立合同期限", "time to sign", ["awarded"], ProcurementBasis.law(46, 1)),
      clock("perform", "履约期限", "time to perform", ["contracted"]),
      Lateness.clock(ProcurementBasis.city),
    ]
    if method.hasBids {
      all += [
        clock("opening", "开启时间", "time of opening", ["bidding"], ProcurementBasis.law(34)),
        clock(
          "publish", "公示期限", "time to publish", ["evaluated"],
          tender ? ProcurementBasis.regulations(54, 1) : ProcurementBasis.city),
        clock(
          "publicity", "候选人公示期", "candidates published", ["published"],
          tender ? ProcurementBasis.regulations(54, 1) : ProcurementBasis.city),
        clock(
          "deposits", "退还保证金期限", "time to return deposits", [],
          tender ? ProcurementBasis.regulations(57, 2) : ProcurementBasis.city),
      ]
    }
    return all
  }

  // MARK: Steps

  private static func move(
    _ command: CommandID, _ zh: String, _ en: String, by actor: ActorKind, from: [StageID],
    to: StageID? = nil, if guards: [Guard] = [], then effects: [CaseEffect],
    _ basis: Basis = ProcurementBasis.city
  ) -> Transition {
    // Every attempt that the rules refuse stays on record.
    Transition(
      command, Phrase(zh, en: en), by: [actor], from: from, to: to, if: guards, then: effects,
      basis, recordsRefusal: actor != .system)
  }

  private static let afresh = Lateness.ended

  private static func steps(_ method: ProcurementMethod) -> [Transition] {
    [
      .opening(
        .need, Phrase("提出采购需求", en: "state a need"), by: [.needing], to: "needed",
        then: [.start("step")], ProcurementBasis.notice),
      move(
        .approve, "批准需求", "approve the need", by: .approving, from: ["needed"], to: "approved",
        then: afresh + [.restart("step")], ProcurementBasis.notice),
      move(
        .reject, "不予批准", "do not approve", by: .approving, from: ["needed"], to: "rejected",
        then: [.stopAll]),
      move(
        .plan, "制定采购方案", "plan the purchase", by: .conducting, from: ["approved"], to: "planned",
        then: afresh + [.restart("step")]),
    ] + (method.hasBids ? bidding(method) : directSteps) + afterwards(method)
  }

  private static func bidding(_ method: ProcurementMethod) -> [Transition] {
    let tender = method.isTendering
    let invites = method == .invited || method == .negotiation
    var all = [
      move(
        .announce, invites ? "发出邀请书" : "发布公告", invites ? "invite" : "announce",
        by: .conducting, from: ["planned"], to: "announced", then: afresh + [.restart("step")],
        tender ? ProcurementBasis.law(invites ? 17 : 16) : ProcurementBasis.city),
      move(
        .issue, "发出采购文件", "issue the documents", by: .conducting, from: ["announced"],
        to: "bidding",
        then: afresh + [.start("opening")],
        tender ? ProcurementBasis.regulations(16, 1) : ProcurementBasis.city),
      move(
        .clarify, "澄清或者修改文件", "clarify or amend", by: .conducting, from: ["bidding"],
        then: [.count("clarified"), .unmark("overdue"), .restart("opening")],
        tender ? ProcurementBasis.law(23) : ProcurementBasis.city),
      move(
        .unsealFirst, "启第一重密封", "open the first seal", by: .opening, from: ["bidding"],
        to: "half-open", then: afresh + [.restart("step")],
        tender ? ProcurementBasis.law(34) : ProcurementBasis.city),
      move(
        .unsealSecond, "启第二重密封", "open the second seal", by: .opening, from: ["half-open"],
        to: "opened", then: afresh + [.restart("step")],
        tender ? ProcurementBasis.law(36, 1) : ProcurementBasis.city),
    ]
    if method.hasCommittee {
      all.append(
        move(
          .draw, "随机抽取专家", "draw the experts", by: .conducting, from: ["opened"], to: "drawn",
          then: afresh + [.restart("step")],
          tender ? ProcurementBasis.regulations(46, 1) : ProcurementBasis.city))
    }
    all += [
      move(
        .evaluate, "评审并排序", "evaluate", by: .conducting,
        from: method.hasCommittee ? ["drawn"] : ["opened"], to: "evaluated",
        then: afresh + [.start("publish")],
        tender ? ProcurementBasis.law(40, 1) : ProcurementBasis.city),
      move(
        .candidates, "公示候选人", "publish the candidates", by: .conducting, from: ["evaluated"],
        to: "published", then: afresh + [.start("publicity")],
        tender ? ProcurementBasis.regulations(54, 1) : ProcurementBasis.city),
      move(
        .award, "定标并发出通知书", "award", by: .approving, from: ["published"], to: "awarded",
        if: [
          .clock(
            "publicity", is: .lapsed,
            else: Phrase("公示期未满，不得定标。", en: "Candidates are still published: no award yet."),
            because: tender ? ProcurementBasis.regulations(54, 1) : ProcurementBasis.city)
        ], then: afresh + [.start("contract")],
        tender ? ProcurementBasis.regulations(55) : ProcurementBasis.city),
      move(
        .fail, "采购失败或者终止", "fail or terminate", by: .approving,
        from: ["announced", "bidding", "opened", "evaluated", "published"], to: "failed",
        then: [.stopAll], tender ? ProcurementBasis.regulations(31) : ProcurementBasis.city),
    ]
    return all
  }

  private static let directSteps = [
    move(
      .announce, "公示单一来源及理由", "publish the single source and why", by: .conducting,
      from: ["planned"],
      to: "announced", then: afresh + [.restart("step")]),
    move(
      .quote, "商定价格", "agree on the price", by: .conducting, from: ["announced"], to: "evaluated",
      then: afresh + [.restart("step")]),
    move(
      .award, "审定成交", "approve the deal", by: .approving, from: ["evaluated"], to: "awarded",
      then: afresh + [.start("contract")]),
    move(
      .fail, "采购失败或者终止", "fail or terminate", by: .approving, from: ["announced", "evaluated"],
      to: "failed", then: [.stopAll]),
  ]

  private static func afterwards(_ method: ProcurementMethod) -> [Transition] {
    var all = [
      move(
        .contract, "签订合同", "sign the contract", by: .conducting, from: ["awarded"],
        to: "contracted",
        then: afresh + [.start("perform")] + (method.hasBids ? [.start("deposits")] : []),
        method.isTendering ? ProcurementBasis.law(46, 1) : ProcurementBasis.city),
      move(
        .change, "变更合同", "change the contract", by: .conducting, from: ["contracted"],
        then: [.count("changes")]),
      move(
        .accept, "验收", "accept what was delivered", by: .accepting, from: ["contracted"],
        to: "performed", then: [.stop("perform"), .unmark("overdue"), .restart("step")]),
      move(.pay, "付款", "pay", by: .accepting, from: ["contracted", "performed"], then: []),
      move(
        .close, "办结", "close", by: .accepting, from: ["performed"], to: "closed",
        if: method.hasBids
          ? [
            .clock(
              "deposits", is: .off, else: Phrase("保证金尚未退还。", en: "Deposits are not yet returned."),
              because: method.isTendering ? ProcurementBasis.regulations(57, 2) : nil)
          ] : [], then: [.stopAll]),
    ]
    if method.hasBids {
      all.append(
        move(
          .returnDeposits, "退还保证金", "return the deposits", by: .conducting,
          from: ["contracted", "performed"], then: [.stop("deposits")],
          method.isTendering ? ProcurementBasis.regulations(57, 2) : ProcurementBasis.city))
    }
    return all
  }

  // MARK: Time

  private static func lateness(_ method: ProcurementMethod) -> [Transition] {
    let working: [StageID] =
      ["needed", "approved", "planned", "announced", "evaluated", "performed"]
      + (method.hasBids ? ["half-open", "opened"] : []) + (method.hasCommittee ? ["drawn"] : [])
    func late(_ clock: ClockID, _ zh: String, _ en: String, _ stages: [StageID]) -> Transition {
      Lateness.late(clock, Phrase(zh, en: en), from: stages, ProcurementBasis.city)
    }
    var all = [
      late("step", "办理逾期", "late", working.filter { $0 != "evaluated" || !method.hasBids }),
      late("contract", "未按期签订合同", "contract not signed in time", ["awarded"]),
      late("perform", "未按期履约", "not performed in time", ["contracted"]),
    ]
    if method.hasBids {
      all += [
        late("opening", "未按时开启", "not opened on the day", ["bidding"]),
        late("publish", "未按期公示", "not published in time", ["evaluated"]),
        move(
          "publicity-due", "公示期满", "publicity is over", by: .system, from: ["published"],
          then: [.lapse("publicity"), .restart("chase")]),
        move(
          "deposits-due", "未按期退还保证金", "deposits not returned in time", by: .system,
          from: ["contracted", "performed"], then: [.lapse("deposits"), .mark("overdue")]),
      ]
    }
    let open =
      working + ["awarded", "contracted"] + (method.hasBids ? ["bidding", "published"] : [])
    return all + [
      Lateness.chasing(
        from: Array(Set(open)).sorted { $0.text < $1.text }, ProcurementBasis.city)
    ]
  }
}
