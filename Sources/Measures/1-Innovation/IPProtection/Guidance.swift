import Commons

/// One entry of the library of guidance: a question from a new field, answered in the city's own words from
/// articles that were read, from a day on.
struct Guidance: Sendable {
  /// What it is about.
  enum Topic: String, CaseIterable, Sendable {
    case platforms, data, livestreams, algorithms, evidence, procedure

    var name: Phrase {
      switch self {
      case .platforms: Phrase("电商平台", en: "platforms")
      case .data: Phrase("数据", en: "data")
      case .livestreams: Phrase("直播电商", en: "live commerce")
      case .algorithms: Phrase("算法与软件", en: "algorithms and software")
      case .evidence: Phrase("电子证据", en: "electronic evidence")
      case .procedure: Phrase("投诉与诉讼", en: "complaint and suit")
      }
    }
  }

  let id: String
  let topic: Topic
  /// In force from this day, until the day before `to`.
  let from: CivilDate
  let to: CivilDate?
  let question: Phrase
  let answer: [Phrase]
  let bases: [Basis]

  /// Whether it counts on a day.
  func holds(on day: CivilDate) -> Bool { from <= day && (to.map { day < $0 } ?? true) }

  /// Whether a word stands in it.
  func mentions(_ word: String) -> Bool {
    let wanted = word.lowercased()
    return ([question] + answer).contains { phrase in
      phrase.zh.contains(wanted) || phrase.en.lowercased().contains(wanted)
    }
  }

  private static func law(
    _ name: String, _ edition: String, _ article: Int, _ paragraph: Int? = nil
  ) -> Basis {
    .law(Citation(name, edition: edition, article: article, paragraph: paragraph))
  }
  private static func evidenceRule(_ article: Int) -> Basis {
    law("最高人民法院关于知识产权民事诉讼证据的若干规定", "2020-11-16", article)
  }
  private static func civilEvidence(_ article: Int) -> Basis {
    law("最高人民法院关于民事诉讼证据的若干规定", "2019-12-25", article)
  }
  private static func secrets(_ article: Int) -> Basis {
    law("最高人民法院关于审理侵犯商业秘密民事案件适用法律若干问题的规定", "2020-09-10", article)
  }

  private static let commerceStart = CivilDate(dayNumber: 17_897)
  private static let onlineStart = CivilDate(dayNumber: 18_840)
  private static let secretsStart = CivilDate(dayNumber: 18_517)
  private static let proofStart = CivilDate(dayNumber: 18_584)
  private static let courtStart = CivilDate(dayNumber: 19_113)
  private static let civilStart = CivilDate(dayNumber: 18_383)

  /// The library.
  static let all: [Guidance] = platforms + fields + evidence + procedure

  private static let platforms: [Guidance] = [
    Guidance(
      id: "notice", topic: .platforms, from: commerceStart, to: nil,
      question: Phrase("发现平台上有人侵权，第一步做什么？", en: "Somebody infringes on a platform: what first?"),
      answer: [
        Phrase(
          "向平台发通知，写明权利、链接、请求的措施和初步证据。平台接到后应当及时采取措施，并把通知转给经营者。",
          en:
            "Send the platform a notice: the right, the links, the measures you want, preliminary evidence. It must act promptly and forward the notice to the merchant."
        ),
        Phrase(
          "通知要谨慎：错了要赔，恶意的加倍赔。",
          en: "Be careful: a wrong notice makes liable, a malicious one doubly."),
      ], bases: [IPBasis.commerce(42)]),
    Guidance(
      id: "statement", topic: .platforms, from: commerceStart, to: nil,
      question: Phrase("被通知的商家怎么办？", en: "What can the merchant do?"),
      answer: [
        Phrase(
          "向平台提交不侵权的声明和初步证据。平台转给权利人；声明到达后十五日内平台没有收到投诉或起诉的通知，就要终止措施。",
          en:
            "State to the platform, with preliminary evidence, that nothing is infringed. It is forwarded; unless the platform hears of a complaint or suit within fifteen days of its arrival, the measures end."
        )
      ], bases: [IPBasis.commerce(43)]),
    Guidance(
      id: "known", topic: .platforms, from: commerceStart, to: nil,
      question: Phrase("没有通知，平台有没有责任？", en: "Is a platform liable without a notice?"),
      answer: [
        Phrase(
          "平台知道或者应当知道侵权而不采取必要措施的，与侵权人一起承担责任；行政部门可以责令改正，逾期不改的处罚。",
          en:
            "If it knows or should know and does nothing, it is liable with the infringer; the agency may order correction, and fine when that is not done."
        )
      ], bases: [IPBasis.commerce(45), IPBasis.commerce(84)]),
  ]

  private static let fields: [Guidance] = [
    Guidance(
      id: "livestream", topic: .livestreams, from: commerceStart, to: nil,
      question: Phrase("直播间卖侵权商品，找谁？", en: "A livestream sells infringing goods: whom to address?"),
      answer: [
        Phrase(
          "通过互联网卖货的都是电子商务经营者；提供直播交易场所和撮合的，按平台经营者承担通知和处置义务。录屏要留下直播间、时间和商品链接。",
          en:
            "Whoever sells through the internet is an e-commerce operator; whoever provides the place and brings the parties together has the duties of a platform. A recording should show room, time and link."
        ),
        Phrase(
          "直播平台是否提供交易场所要看具体服务，由法院或者行政部门认定。",
          en:
            "Whether a streaming service provides such a place depends on the service; court or agency decide."
        ),
      ], bases: [IPBasis.commerce(9), IPBasis.commerce(42)]),
    Guidance(
      id: "data", topic: .data, from: secretsStart, to: nil,
      question: Phrase("数据集被人复制，能按什么保护？", en: "A data set was copied: what protects it?"),
      answer: [
        Phrase(
          "不为公众所知、有商业价值并采取了保密措施的数据，可以作为技术信息或者经营信息按商业秘密保护。先留好来源、加工过程和保密措施的证据。",
          en:
            "Data that is not publicly known, has commercial value and is kept secret can be protected as a trade secret. First secure evidence of its source, processing and secrecy."
        ),
        Phrase(
          "公开的数据不能这样保护；是否构成不正当竞争由法院判断。",
          en: "Public data cannot; whether there is unfair competition the court decides."),
      ], bases: [secrets(1)]),
    Guidance(
      id: "algorithm", topic: .algorithms, from: secretsStart, to: nil,
      question: Phrase("算法和源代码怎么保护？", en: "How are algorithms and source code protected?"),
      answer: [
        Phrase(
          "算法、计算机程序及其文档可以作为技术信息按商业秘密保护；程序的表达另受著作权保护，侵权和权属案件由知识产权法院或者中级法院审理。",
          en:
            "Algorithms, programs and their documents can be trade secrets; the expression of a program has copyright besides. Such suits go to an IP court or an intermediate court."
        )
      ], bases: [secrets(1), IPBasis.jurisdiction(1)]),
  ]

  private static let evidence: [Guidance] = [
    Guidance(
      id: "packet", topic: .evidence, from: onlineStart, to: nil,
      question: Phrase(
        "电子证据要准备什么，法院才看得懂、信得过？", en: "What makes electronic evidence usable in court?"),
      answer: [
        Phrase(
          "说明数据从哪里来、怎样产生，谁用什么工具在什么环境采集，怎样保存，交给过谁。本平台的证据包逐项记下这些，并把每次交接写入公开日志。",
          en:
            "Say where the data came from and how it arose, who collected it with what and where, how it was kept and who held it. A packet here records all of it, and every hand-over in a public log."
        ),
        Phrase(
          "上链只能说明上链以后没有改动；上链以前的真实性要另行说明和印证。",
          en: "The log shows that nothing changed since; what was before needs its own proof."),
      ], bases: [IPBasis.online(16), IPBasis.online(17), IPBasis.online(18)]),
    Guidance(
      id: "third-party", topic: .evidence, from: civilStart, to: nil,
      question: Phrase("哪些电子数据更容易被采信？", en: "Which electronic data is believed more easily?"),
      answer: [
        Phrase(
          "由中立的第三方平台提供或者确认、在正常业务中形成、按档案方式保管、经公证的电子数据，法院可以确认真实，有相反证据的除外。",
          en:
            "Data that a neutral third party provides or confirms, that arose in ordinary business, is kept like an archive or is notarised may be taken as true unless there is evidence to the contrary."
        )
      ], bases: [civilEvidence(93), civilEvidence(94)]),
    Guidance(
      id: "purchase", topic: .evidence, from: proofStart, to: nil,
      question: Phrase("自己买来的侵权商品能作证据吗？", en: "May I use goods that I bought myself?"),
      answer: [
        Phrase(
          "可以。权利人自己或者委托他人以普通购买者名义买到的实物和票据，可以作为起诉的证据。",
          en:
            "Yes: goods and receipts that you or somebody for you bought as an ordinary customer are evidence for a suit."
        )
      ], bases: [evidenceRule(7)]),
  ]

  private static let procedure: [Guidance] = [
    Guidance(
      id: "court", topic: .procedure, from: courtStart, to: nil,
      question: Phrase("知识产权案件去哪个法院起诉？", en: "In which court is an IP suit filed?"),
      answer: [
        Phrase(
          "专利（外观设计除外）、植物新品种、布图设计、技术秘密、软件和垄断案件去知识产权法院或者指定的中级法院；其他案件看标的额和被告。用“归谁管”查，答案附条文。",
          en:
            "Patents but designs, varieties, layouts, technical secrets, software and monopoly go to an IP court or a designated intermediate court; the rest depends on amount and defendant. “Who is competent?” answers with the articles."
        )
      ],
      bases: [IPBasis.jurisdiction(1), IPBasis.jurisdiction(2), IPBasis.jurisdiction(3)]),
    Guidance(
      id: "administrative-facts", topic: .procedure, from: proofStart, to: nil,
      question: Phrase(
        "行政处理以后再打官司，还要重新举证吗？", en: "After an agency's decision, is everything proven anew?"),
      answer: [
        Phrase(
          "行政行为认定的基本事实，没有人在法定期限内提起行政诉讼，或者已经被生效裁判确认的，在知识产权民事诉讼中不用再证明，有相反证据的除外。",
          en:
            "Basic facts in an administrative act that nobody sued over in time, or that a judgment in force confirmed, need no further proof in an IP civil suit, unless evidence speaks against them."
        )
      ], bases: [evidenceRule(6)]),
    Guidance(
      id: "secret-evidence", topic: .procedure, from: proofStart, to: nil,
      question: Phrase("证据里有商业秘密怎么办？", en: "What if the evidence holds trade secrets?"),
      answer: [
        Phrase(
          "可以请法院要求接触的人签保密协议、作出承诺，或者裁定限制使用和接触的范围。",
          en:
            "Ask the court to have those who see it sign or promise confidentiality, or to restrict access and use."
        )
      ], bases: [evidenceRule(26)]),
  ]
}
