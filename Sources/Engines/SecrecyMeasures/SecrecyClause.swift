import Commons

/// One clause of the self-assessment: what a firm does to keep a secret, on which article it rests, and
/// how much it counts. The articles are the law's; the weights are the project's own.
public struct SecrecyClause: Sendable {
  /// A part of the clause set, after the order of a management standard.
  public enum Chapter: String, CaseIterable, Sendable {
    case organisation, people, assets, carriers, systems, places, outside, incidents, algorithms

    /// Its heading.
    public var name: Phrase {
      switch self {
      case .organisation: Phrase("组织与制度", en: "Organisation and rules")
      case .people: Phrase("人员", en: "People")
      case .assets: Phrase("商业秘密确认", en: "What is secret")
      case .carriers: Phrase("载体", en: "Carriers")
      case .systems: Phrase("信息系统", en: "Information systems")
      case .places: Phrase("涉密区域", en: "Places")
      case .outside: Phrase("对外", en: "Outsiders")
      case .incidents: Phrase("检查与应急", en: "Inspection and incidents")
      case .algorithms: Phrase("算法", en: "Algorithms")
      }
    }
  }

  /// A stable id, such as `people.agreement`.
  public let id: String
  /// The chapter.
  public let chapter: Chapter
  /// What is asked.
  public let question: Phrase
  /// What shows it.
  public let evidence: Phrase
  /// Where it stands in the law.
  public let bases: [Basis]
  /// Which of the seven measures of art. 6 of the provisions of 2020 it is; nil if none of them.
  public let measure: Int?
  /// Our weight.
  public let weight: Int64
  /// Whether a firm may say that it does not apply, with a reason of its own.
  public let mayNotApply: Bool

  init(
    _ id: String, _ chapter: Chapter, _ question: Phrase, shownBy evidence: Phrase, _ weight: Int64,
    measure: Int? = nil, mayNotApply: Bool = false, _ bases: [Basis] = []
  ) {
    self.id = id
    self.chapter = chapter
    self.question = question
    self.evidence = evidence
    self.weight = weight
    self.measure = measure
    self.mayNotApply = mayNotApply
    self.bases = (measure.map { [ClauseSet.court(6, item: $0)] } ?? []) + bases
  }
}

/// The clauses that hold from a day on.
public struct ClauseSet: Sendable {
  /// The name of the edition, which stands in every assessment made under it.
  public let edition: String
  /// The first day.
  public let from: CivilDate
  /// The clauses.
  public let clauses: [SecrecyClause]

  /// The editions, the oldest first. A new one stands beside the old ones: an assessment is computed
  /// again under its own.
  public static let all: [ClauseSet] = [
    ClauseSet(edition: "2020-09", from: CivilDate(dayNumber: 18_517), clauses: clauses(law2019)),
    ClauseSet(
      edition: "2023-10", from: CivilDate(dayNumber: 19_657),
      clauses: clauses(law2019) + algorithms),
    ClauseSet(
      edition: "2025-10", from: CivilDate(dayNumber: 20_376),
      clauses: clauses(law2025) + algorithms),
  ]

  /// The edition that holds on a day; nil before the first.
  public static func on(_ day: CivilDate) -> ClauseSet? { all.last { $0.from <= day } }
  /// An edition by name.
  public static func edition(_ name: String) -> ClauseSet? { all.first { $0.edition == name } }
  /// A clause by id.
  public func clause(_ id: String) -> SecrecyClause? { clauses.first { $0.id == id } }

  // MARK: Sources

  static func court(_ article: Int, item: Int? = nil) -> Basis {
    .law(
      Citation(
        "最高人民法院关于审理侵犯商业秘密民事案件适用法律若干问题的规定", edition: "2020-09-10",
        article: article, item: item))
  }

  private struct Law {
    let definition: Basis
    let proof: Basis
  }

  private static let law2019 = Law(
    definition: competition(9, 4), proof: competition(32, 1))
  // In force since 2025-10-15; its text was not at hand.
  private static let law2025 = Law(definition: revised, proof: revised)

  private static func competition(_ article: Int, _ paragraph: Int) -> Basis {
    .law(
      Citation("反不正当竞争法", edition: "2019-04-23修正", article: article, paragraph: paragraph))
  }
  private static let revised = Basis.law(
    Citation("反不正当竞争法", edition: "2025年修订", verified: false))
  private static let notice = Basis.law(
    Citation("关于再次推广借鉴深圳综合改革试点创新举措和典型经验的通知", edition: "发改体改〔2023〕1447号"))

  // MARK: Clauses

  private static func clauses(_ law: Law) -> [SecrecyClause] {
    organisation + people + assets(law) + carriers + systems + places + outside + incidents(law)
  }

  private static let organisation: [SecrecyClause] = [
    SecrecyClause(
      "organisation.owner", .organisation,
      Phrase("指定了商业秘密保护的负责人", en: "Somebody is in charge of trade secrets"),
      shownBy: Phrase("任命文件", en: "the appointment"), 4, [court(5)]),
    SecrecyClause(
      "organisation.rules", .organisation,
      Phrase("有书面的保密制度并已公布", en: "There are written rules, made known"),
      shownBy: Phrase("制度文本和公布记录", en: "the rules and how they were made known"), 6, measure: 2),
    SecrecyClause(
      "organisation.training", .organisation,
      Phrase("对接触秘密的人员定期培训", en: "Whoever has access is trained regularly"),
      shownBy: Phrase("培训记录、签到", en: "records of training"), 6, measure: 2),
  ]

  private static let people: [SecrecyClause] = [
    SecrecyClause(
      "people.agreement", .people,
      Phrase("与接触秘密的员工签订了保密协议", en: "Employees with access signed an agreement"),
      shownBy: Phrase("协议清单", en: "list of agreements"), 10, measure: 1),
    SecrecyClause(
      "people.need", .people,
      Phrase("按岗位限定可以接触的人员，并有名单", en: "Access is limited by post, with a list"),
      shownBy: Phrase("权限名单", en: "list of access"), 8, measure: 4),
    SecrecyClause(
      "people.leaver", .people,
      Phrase(
        "离职人员登记、返还、清除、销毁所接触的秘密，并书面提醒继续保密",
        en: "Leavers register, return, erase what they had, and are reminded in writing"),
      shownBy: Phrase("离职交接单、提醒函", en: "hand-over lists, leaver's letters"), 10, measure: 6),
  ]

  private static func assets(_ law: Law) -> [SecrecyClause] {
    [
      SecrecyClause(
        "assets.inventory", .assets,
        Phrase("有商业秘密清单，定了密级、载体和知悉范围", en: "Secrets are listed with level, carriers and who knows"),
        shownBy: Phrase("清单的存证值", en: "the deposit of the inventory"), 8, [court(27)]),
      SecrecyClause(
        "assets.unknown", .assets,
        Phrase("核对过不为公众所知悉", en: "It was checked that they are not generally known"),
        shownBy: Phrase("检索或查新报告", en: "a search report"), 6, [court(3), court(4)]),
      SecrecyClause(
        "assets.value", .assets,
        Phrase("记录了商业价值（研发成本、收益、竞争优势）", en: "Their value is on record: cost, income, advantage"),
        shownBy: Phrase("研发费用账、合同", en: "accounts of research, contracts"), 4,
        [court(7), court(19)]),
      SecrecyClause(
        "assets.dated", .assets,
        Phrase("重要秘密有日期可证的存证", en: "Important secrets have dated proof"),
        shownBy: Phrase("存证记录", en: "deposit records"), 6, [law.definition, law.proof]),
    ]
  }

  private static let carriers: [SecrecyClause] = [
    SecrecyClause(
      "carriers.marking", .carriers, Phrase("载体标明密级", en: "Carriers are marked with their level"),
      shownBy: Phrase("样本照片", en: "photographs"), 6, measure: 4),
    SecrecyClause(
      "carriers.storage", .carriers,
      Phrase("载体分类存放、封存，销毁有记录", en: "Carriers are kept apart and sealed; destruction is recorded"),
      shownBy: Phrase("存放和销毁记录", en: "records of storage and destruction"), 6, measure: 4),
    SecrecyClause(
      "carriers.encryption", .carriers,
      Phrase("电子载体加密存储和传输", en: "Files are encrypted where they lie and travel"),
      shownBy: Phrase("加密策略", en: "the policy"), 6, measure: 4),
  ]

  private static let systems: [SecrecyClause] = [
    SecrecyClause(
      "systems.access", .systems,
      Phrase("系统账号一人一号，权限最小，访问留痕", en: "Accounts are personal, rights minimal, access logged"),
      shownBy: Phrase("权限配置、日志", en: "settings and logs"), 10, measure: 5),
    SecrecyClause(
      "systems.copying", .systems,
      Phrase("限制复制、打印、外发和移动存储", en: "Copying, printing, sending and removable media are limited"),
      shownBy: Phrase("管控策略", en: "the policy"), 8, measure: 5),
  ]

  private static let places: [SecrecyClause] = [
    SecrecyClause(
      "places.visitors", .places,
      Phrase("涉密场所分区管理，限制来访", en: "Secret places are separate; visitors are limited"),
      shownBy: Phrase("分区图、来访登记", en: "plan of zones, register of visitors"), 8, measure: 3,
      mayNotApply: true)
  ]

  private static let outside: [SecrecyClause] = [
    SecrecyClause(
      "outside.contracts", .outside,
      Phrase("对供应商、客户、合作方约定保密义务", en: "Suppliers, customers and partners are bound"),
      shownBy: Phrase("合同条款", en: "clauses of contracts"), 8, measure: 1, mayNotApply: true),
    SecrecyClause(
      "outside.publication", .outside,
      Phrase("论文、展览、申报、宣传发布前保密审查", en: "What is published or shown is reviewed before"),
      shownBy: Phrase("审查记录", en: "records of review"), 6, [court(4, item: 3), court(4, item: 4)]),
  ]

  private static func incidents(_ law: Law) -> [SecrecyClause] {
    [
      SecrecyClause(
        "incidents.review", .incidents,
        Phrase("每年至少自查一次并整改", en: "It is reviewed every year and mended"),
        shownBy: Phrase("自查报告", en: "the review"), 4, measure: 7),
      SecrecyClause(
        "incidents.plan", .incidents,
        Phrase("有泄密应急预案：止损、保全证据、报告", en: "A plan for leaks: limit, preserve evidence, report"),
        shownBy: Phrase("预案和演练记录", en: "the plan and its exercises"), 6, [law.proof]),
    ]
  }

  /// Asked where the firm has algorithms among its secrets.
  static let algorithms: [SecrecyClause] = [
    SecrecyClause(
      "algorithms.versions", .algorithms,
      Phrase("算法各版本有记录，重要版本存证", en: "Versions are recorded, important ones deposited"),
      shownBy: Phrase("版本记录、存证值", en: "versions and deposits"), 6, [court(1), notice]),
    SecrecyClause(
      "algorithms.separation", .algorithms,
      Phrase(
        "源代码、参数、训练数据分开保管，无人独占全部", en: "Source, weights and data are apart; nobody holds all"),
      shownBy: Phrase("仓库权限", en: "rights in repositories"), 6, measure: 4, [notice]),
    SecrecyClause(
      "algorithms.interface", .algorithms,
      Phrase("对外只提供接口，限制频率防止反推", en: "Served by interface alone, limited against extraction"),
      shownBy: Phrase("接口策略", en: "policy of the interface"), 6, measure: 5, mayNotApply: true,
      [notice]),
  ]
}

extension ClauseSet {
  /// The clauses as data: id, chapter, question, article, weight.
  public var json: JSONValue {
    [
      "edition": .string(edition), "from": .string(from.description),
      "clauses": .array(
        clauses.map { clause in
          [
            "id": .string(clause.id), "chapter": .string(clause.chapter.rawValue),
            "question": .string(clause.question.zh), "question_en": .string(clause.question.en),
            "weight": .integer(clause.weight),
            "measure": JSONValue(clause.measure.map { Int64($0) }),
            "may_not_apply": .bool(clause.mayNotApply),
            "bases": .array(clause.bases.map { .string($0.phrase.zh) }),
          ]
        }),
    ]
  }
}
