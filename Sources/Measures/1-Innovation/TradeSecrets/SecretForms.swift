import Commons

// The papers. Their wording is the project's own; the articles they rest on stand at their end.
extension SecretForm {
  /// All of them.
  public static let all = [leaversLetter, agreement, policeReport, evidenceList]

  /// One by id.
  public static func named(_ id: String) -> SecretForm? { all.first { $0.id == id } }

  private static func t(_ zh: String, _ en: String) -> Piece { .text(Phrase(zh, en: en)) }
  private static func b(_ name: String, _ zh: String, _ en: String) -> Piece {
    .blank(name, Phrase(zh, en: en))
  }
  private static func columns(_ names: (String, String)...) -> [Phrase] {
    names.map { Phrase($0.0, en: $0.1) }
  }
  private static let owner = b("owner", "单位名称", "firm")
  private static let person = b("person", "姓名", "name")

  static let leaversLetter = SecretForm(
    id: "leaver-letter", title: Phrase("离职人员保密提醒函", en: "Letter to a leaver on secrecy"),
    blocks: [
      .paragraph([person, t("：", ":")]),
      .paragraph([
        t("您在", "You held the post of "), b("post", "岗位", "post"), t("岗位任职至", " until "),
        b("left", "离职日期", "last day"),
        t("。离职不免除保密义务，现书面提醒如下：", ". Leaving does not end the duty of secrecy. We remind you:"),
      ]),
      .items([
        [
          t(
            "不得披露、使用或者允许他人使用所知悉的本单位商业秘密，直至该信息为公众所知悉。",
            "Do not disclose, use, or let others use our trade secrets that you know, until they are public."
          )
        ],
        [
          t(
            "请返还、清除或者销毁下表所列载体，并在回执上确认；未列出但仍持有的，请补充。",
            "Return, erase or destroy the carriers listed below and confirm it; add what you still hold."
          )
        ],
        [
          t(
            "新单位的工作可能涉及上述信息的，请事先与我们核实；您自己的一般知识、经验和技能不受限制。",
            "If new work may touch them, ask us first. Your general knowledge, experience and skill are your own."
          )
        ],
        [t("如有疑问，请联系：", "Questions go to: "), b("contact", "联系人和电话", "contact")],
      ]),
      .table(
        "carriers",
        columns(
          ("秘密编号", "Secret no."), ("载体编号", "Carrier no."), ("处理方式", "Returned / erased"),
          ("日期", "Date")), rows: 4),
      .signatures([
        Phrase("单位（盖章）：", en: "For the firm: "),
        Phrase("本人已收到并确认：", en: "Received and confirmed: "),
      ]),
      .bases([
        SecretBasis.court(6, item: 6), SecretBasis.competition(9, 1), SecretBasis.court(11),
      ]),
    ])

  static let agreement = SecretForm(
    id: "nda", title: Phrase("保密协议", en: "Agreement on secrecy"),
    blocks: [
      .paragraph([
        t("甲方（权利人）：", "Party A (owner): "), owner, t("　乙方：", "  Party B: "), person,
      ]),
      .heading(Phrase("一、范围", en: "1 What is secret")),
      .paragraph([
        t(
          "甲方商业秘密清单中编号为", "The secrets that stand in party A's inventory under the numbers "),
        b("assets", "清单编号", "numbers"),
        t(
          "的信息，以及乙方因履行职务或合同而知悉的、甲方标明密级的其他信息。本协议不写出秘密内容。",
          ", and other information marked as secret that party B learns at work or under contract. Their content does not stand in this agreement."
        ),
      ]),
      .heading(Phrase("二、不属于秘密的信息", en: "2 What is not")),
      .items([
        [t("已经公开或者从公开渠道容易获得的；", "what is public or easily had from public sources;")],
        [
          t(
            "乙方自行研发或者对公开取得的产品反向工程得到的；",
            "what party B develops itself or finds by reverse engineering;")
        ],
        [t("乙方从无保密义务的第三人合法取得的；", "what a third party lawfully gives without a duty of secrecy;")],
        [t("乙方个人的一般知识、经验和技能。", "party B's general knowledge, experience and skill.")],
      ]),
      .heading(Phrase("三、义务", en: "3 Duties")),
      .items([
        [t("只为约定的目的使用：", "Use it for this purpose alone: "), b("purpose", "目的", "purpose")],
        [
          t("不披露，不允许他人使用；确需知悉的人员另行签署。", "Do not disclose it; whoever else must know signs as well.")
        ],
        [
          t(
            "按密级保管载体，不擅自复制、外发、带离。",
            "Keep carriers by their level; no copying, sending or taking away.")
        ],
        [t("发现泄露立即告知甲方并协助保全证据。", "On a leak tell party A at once and help to preserve evidence.")],
        [
          t("关系结束时登记、返还、清除、销毁全部载体。", "At the end register, return, erase and destroy all carriers.")
        ],
      ]),
      .heading(Phrase("四、期限与责任", en: "4 Term and liability")),
      .paragraph([
        t("保密义务至该信息为公众所知悉时止，或至", "The duty lasts until the information is public, or until "),
        b("until", "约定日期", "agreed day"),
        t(
          "。违反的，依法承担赔偿责任。依法向国家机关举报、作证，不违反本协议。",
          ". Who breaks it pays damages by law. Reporting to authorities and giving evidence do not break it."
        ),
      ]),
      .signatures([
        Phrase("甲方：", en: "Party A: "), Phrase("乙方：", en: "Party B: "),
      ]),
      .bases([
        SecretBasis.court(6, item: 1), SecretBasis.court(10), SecretBasis.court(14),
        SecretBasis.competition(17, 3),
      ]),
    ])

  static let policeReport = SecretForm(
    id: "police-report",
    title: Phrase("侵犯商业秘密报案书", en: "Report of an infringement of trade secrets"),
    blocks: [
      .paragraph([t("致：", "To: "), b("police", "公安机关", "police")]),
      .paragraph([
        t("报案单位：", "Reported by: "), owner, t("　联系人：", "  Contact: "),
        b("contact", "联系人和电话", "contact"),
      ]),
      .paragraph([t("涉嫌人员、单位：", "Suspected: "), b("suspect", "涉嫌人员、单位", "suspected")]),
      .heading(Phrase("一、商业秘密", en: "1 The secret")),
      .paragraph([
        t("清单编号、密级：", "Number and level: "), b("assets", "编号、密级", "numbers"),
        t("；存证值：", "; deposit: "), b("deposit", "存证值", "deposit value"),
        t("；存证记录时间：", "; recorded at: "), b("deposited-at", "时间", "time"),
        t("。秘密内容另行密封提交。", ". Its content is handed over sealed."),
      ]),
      .paragraph([
        t("不为公众所知悉的依据：", "Why it is not generally known: "),
        b("unknown", "检索、鉴定", "search, appraisal"),
        t("；商业价值：", "; value: "), b("value", "价值依据", "value"),
      ]),
      .heading(Phrase("二、已采取的保密措施", en: "2 How it was guarded")),
      .table(
        "measures", columns(("措施", "Measure"), ("证据", "Evidence"), ("起始日期", "Since")), rows: 5),
      .heading(Phrase("三、侵权事实", en: "3 What happened")),
      .paragraph([
        t("时间、地点、方式：", "When, where, how: "), b("facts", "经过", "course of events"),
        t("；接触可能：", "; access: "), b("access", "岗位、权限", "post, rights"),
        t("；同一性：", "; identity: "), b("identity", "比对情况", "comparison"),
      ]),
      .heading(Phrase("四、损失与违法所得", en: "4 Loss and illegal income")),
      .paragraph([
        t("计算方法：", "Method: "), b("method", "方法", "method"), t("；损失：", "; loss: "),
        b("loss", "金额", "amount"), t("；违法所得：", "; illegal income: "),
        b("income", "金额", "amount"), t("。", "."),
      ]),
      .heading(Phrase("五、证据清单", en: "5 Evidence")),
      .table(
        "evidence",
        columns(
          ("名称", "What"), ("来源", "From"), ("取得人、时间", "By, when"), ("SHA-256", "SHA-256")),
        rows: 5),
      .paragraph([
        t("以上属实，愿承担如实陈述的法律责任。", "All this is true; we answer for it.")
      ]),
      .signatures([Phrase("报案单位（盖章）：", en: "For the firm: ")]),
      .bases([
        .law(Citation("刑法", edition: "2023年修正", article: 219, verified: false)),
        .law(Citation("刑事诉讼法", edition: "2018年修正", article: 110, verified: false)),
        SecretBasis.competition(32, 2),
      ]),
    ])

  static let evidenceList = SecretForm(
    id: "evidence-list", title: Phrase("证据保全记录", en: "Record of preserving evidence"),
    blocks: [
      .paragraph([
        t("单位：", "Firm: "), owner, t("　事件：", "  Incident: "), b("incident", "事件", "incident"),
      ]),
      .items([
        [t("原始设备和载体不开机、不改动，封存编号。", "Devices and carriers are left as they are, sealed, numbered.")],
        [t("先做镜像或导出，再在副本上查看。", "Images and exports are made first; only copies are looked at.")],
        [
          t(
            "每一份当场计算SHA-256，写入下表并存证。",
            "SHA-256 of each is computed at once, written below and deposited.")
        ],
        [t("交接时双方签名，写明时间。", "At every hand-over both sign, with the time.")],
      ]),
      .table(
        "items",
        columns(
          ("编号", "No."), ("名称、位置", "What, where"), ("工具和版本", "Tool, version"),
          ("SHA-256", "SHA-256"), ("取得人、时间", "By, when")), rows: 6),
      .table(
        "custody",
        columns(("编号", "No."), ("交出人", "From"), ("接收人", "To"), ("时间", "When")), rows: 4),
      .signatures([Phrase("记录人：", en: "Recorded by: "), Phrase("见证人：", en: "Witness: ")]),
      .bases([SecretBasis.electronicSignature(8), SecretBasis.court(22)]),
    ])
}
