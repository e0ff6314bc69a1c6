import Commons
import EvidenceLog

/// What a packet shows on each factor that a court weighs, one after the other, so that a judge need not
/// look for it: shown by proof, stated by the party, missing, or for the court alone. It decides nothing.
public struct FactorReport: Sendable {
  /// How a factor stands.
  public enum Standing: String, Sendable {
    /// Proven by the packet itself.
    case shown
    /// Stated in the packet; whether it is true the packet cannot prove.
    case stated
    /// The packet says nothing.
    case missing
    /// What is in the packet speaks against it.
    case contradicted
    /// Only the court can look at it.
    case court

    /// How it is called.
    public var name: Phrase {
      switch self {
      case .shown: Phrase("已由证明显示", en: "shown by proof")
      case .stated: Phrase("有陈述，待核对", en: "stated, to be checked")
      case .missing: Phrase("没有材料", en: "nothing in the packet")
      case .contradicted: Phrase("材料不利", en: "speaks against it")
      case .court: Phrase("由法院判断", en: "for the court")
      }
    }
  }

  /// One factor.
  public struct Factor: Sendable {
    /// A stable name.
    public let id: String
    /// Where it stands.
    public let basis: Citation
    /// What is asked.
    public let question: Phrase
    /// How it stands.
    public let standing: Standing
    /// What the packet says on it.
    public let findings: [Phrase]
  }

  /// The factors in the order of the articles.
  public let factors: [Factor]

  /// The report on a packet whose checks have run. `administrative` is whether facts of it rest on an
  /// administrative act that nobody sued over in time.
  public init(
    _ packet: EvidencePacket, _ checks: [Receipt.Check], administrative: Bool = false
  ) {
    let reader = Reader(content: packet.content)
    let isWhole = checks.allSatisfy(\.holds)
    factors =
      Self.log(packet, checks, isWhole) + Self.platform(reader) + Self.before(reader)
      + Self.general(reader, isWhole) + Self.others(reader, administrative)
  }

  /// As data.
  public var json: JSONValue {
    .array(
      factors.map { factor in
        [
          "id": .string(factor.id), "article": .string(factor.basis.phrase.zh),
          "question": ["zh": .string(factor.question.zh), "en": .string(factor.question.en)],
          "standing": .string(factor.standing.rawValue),
          "findings": .array(
            factor.findings.map { ["zh": .string($0.zh), "en": .string($0.en)] }),
        ]
      })
  }

  // MARK: Sources

  static func online(_ article: Int, _ paragraph: Int? = nil, _ item: Int? = nil) -> Citation {
    Citation(
      "人民法院在线诉讼规则", edition: "2021-06-16", article: article, paragraph: paragraph, item: item)
  }
  static func evidence(_ article: Int, _ item: Int? = nil) -> Citation {
    Citation(
      "最高人民法院关于民事诉讼证据的若干规定", edition: "2019-12-25", article: article, paragraph: 1, item: item)
  }
  static let administrativeFacts = Citation(
    "最高人民法院关于知识产权民事诉讼证据的若干规定", edition: "2020-11-16", article: 6)

  // MARK: Articles 16 and 17

  private static func log(
    _ packet: EvidencePacket, _ checks: [Receipt.Check], _ isWhole: Bool
  ) -> [Factor] {
    let failed = checks.filter { !$0.holds }.map(\.name)
    return [
      Factor(
        id: "art16", basis: online(16),
        question: Phrase("上链后是否未经篡改", en: "Unaltered since it entered the log?"),
        // Proofs that are still being made are missing; they contradict nothing.
        standing: isWhole
          ? .shown : checks.allSatisfy { $0.holds || $0.id == "logged" } ? .missing : .contradicted,
        findings: isWhole
          ? [
            Phrase(
              "文件、保管链与公开日志逐项核对一致（\(packet.custody.count)次交接）。",
              en: "Files, custody and public log agree in every step (\(packet.custody.count)).")
          ] : failed.map { Phrase("未通过：\($0.zh)", en: "Failed: \($0.en)") })
    ]
  }

  private static func platform(_ read: Reader) -> [Factor] {
    let filing = read.text("storage", "filing")
    let interest = read.text("origin", "interest")
    let standards = read.list("storage", "standards").compactMap(\.string)
    let checks = read.list("environment", "checks")
    let failed = checks.filter { $0["passed"]?.bool == false }
    return [
      Factor(
        id: "art17-1", basis: online(17, 1, 1),
        question: Phrase("存证平台是否符合规定", en: "Does the platform meet the rules for providers?"),
        standing: filing.isEmpty ? .missing : .stated,
        findings: [.same(read.text("storage", "platform"))]
          + (filing.isEmpty ? [] : [.same(filing)])
      ),
      Factor(
        id: "art17-2", basis: online(17, 1, 2),
        question: Phrase("平台与当事人有无利害关系、不当干预", en: "An interest of the platform, or interference?"),
        standing: interest == "none" ? .stated : .contradicted,
        findings: [
          .same(read.text("origin", "operator")),
          interest == "none"
            ? Phrase("陈述：无利害关系。", en: "Stated: no interest.")
            : Phrase("陈述：有利害关系（\(interest)）。", en: "Stated: an interest (\(interest))."),
        ]),
      Factor(
        id: "art17-3", basis: online(17, 1, 3),
        question: Phrase("系统是否清洁、安全、可靠、可用", en: "A clean, safe, reliable, available system?"),
        standing: !failed.isEmpty ? .contradicted : checks.isEmpty ? .missing : .stated,
        findings: checks.map(Self.phrase)),
      Factor(
        id: "art17-4", basis: online(17, 1, 4),
        question: Phrase("存证技术和过程是否符合标准", en: "Do technique and process meet standards?"),
        standing: standards.isEmpty ? .missing : .stated,
        findings: standards.map { .same($0) } + [.same(read.text("storage", "process"))]),
    ]
  }

  private static func phrase(_ check: JSONValue) -> Phrase {
    let name = check["name"]?.string ?? ""
    let detail = check["detail"]?.string ?? ""
    let passed = check["passed"]?.bool ?? false
    return Phrase(
      "\(name)：\(passed ? "通过" : "未通过")\(detail.isEmpty ? "" : "，\(detail)")",
      en: "\(name): \(passed ? "passed" : "failed")\(detail.isEmpty ? "" : ", \(detail)")")
  }

  // MARK: Article 18

  private static func before(_ read: Reader) -> [Factor] {
    func support(_ kind: String) -> [Phrase] {
      read.list("support").filter { $0["kind"]?.string == kind }.map {
        .same("\($0["name"]?.string ?? "")，\($0["reference"]?.string ?? "")")
      }
    }
    func factor(_ id: String, _ question: Phrase, _ findings: [Phrase]) -> Factor {
      Factor(
        id: id, basis: online(18, 2), question: question,
        standing: findings.isEmpty ? .missing : .stated, findings: findings)
    }
    return [
      factor(
        "art18-source", Phrase("数据的具体来源", en: "Where the data came from"),
        [read.text("origin", "system"), read.text("origin", "address")].filter { !$0.isEmpty }
          .map { .same($0) }),
      factor(
        "art18-generation", Phrase("生成机制", en: "How it came about"),
        [.same(read.text("origin", "mechanism"))]),
      factor(
        "art18-storage", Phrase("上链前的存储过程", en: "How it was kept before"),
        [.same(read.text("storage", "process"))]),
      factor("art18-notary", Phrase("公证机构公证", en: "Notarised?"), support("notary")),
      factor(
        "art18-witness", Phrase("第三方见证", en: "Witnessed by a third party?"), support("third-party")),
      factor(
        "art18-corroboration", Phrase("关联印证数据", en: "Corroborating data"),
        support("corroboration")),
    ]
  }

  // MARK: The general rules on electronic data

  private static func general(_ read: Reader, _ isWhole: Bool) -> [Factor] {
    let tool = "\(read.text("tool", "name")) \(read.text("tool", "version"))"
    let offset = read.value("time", "offset_milliseconds")?.integer ?? 0
    let isOrdinary = read.value("origin", "ordinary_course")?.bool ?? false
    return [
      Factor(
        id: "civil93-method", basis: evidence(93, 4),
        question: Phrase(
          "保存、传输、提取是否完整、方法可靠", en: "Kept, sent and taken whole, by a reliable method?"),
        standing: isWhole ? .shown : .stated,
        findings: [
          Phrase("工具：\(tool)", en: "Tool: \(tool)"),
          Phrase(
            "时间来源：\(read.text("time", "source"))，偏差\(offset)毫秒",
            en: "Time from \(read.text("time", "source")), off by \(offset) ms"),
          read.value("time", "token") == nil
            ? Phrase("没有可信时间戳。", en: "No time-stamp token.")
            : Phrase("附可信时间戳（RFC 3161）。", en: "With a time-stamp token (RFC 3161)."),
        ]),
      Factor(
        id: "civil93-course", basis: evidence(93, 5),
        question: Phrase("是否在正常往来中形成", en: "Did it arise in the ordinary course?"),
        standing: isOrdinary ? .stated : .missing,
        findings: isOrdinary ? [Phrase("陈述：是。", en: "Stated: yes.")] : []),
      Factor(
        id: "civil93-subject", basis: evidence(93, 6),
        question: Phrase("保存、传输、提取的主体是否适当", en: "Proper persons who kept, sent and took it?"),
        standing: .stated,
        findings: [
          .same(
            "\(read.text("collector", "organisation"))，\(read.text("collector", "capacity"))")
        ]),
    ]
  }

  private static func others(_ read: Reader, _ administrative: Bool) -> [Factor] {
    let redacted = read.list("items").contains { $0["redacted"]?.bool == true }
    return [
      Factor(
        id: "art19", basis: online(19),
        question: Phrase(
          "是否需要专门知识的人、鉴定或者核对", en: "An expert, an appraisal, other evidence to compare?"),
        standing: .court,
        findings: redacted ? [Phrase("有文件经过遮盖。", en: "Parts of a file were taken out.")] : []),
      Factor(
        id: "ip6", basis: administrativeFacts,
        question: Phrase(
          "行政行为认定且未被起诉的基本事实", en: "Facts in an administrative act that nobody sued over"),
        standing: administrative ? .stated : .missing,
        findings: administrative
          ? [
            Phrase(
              "附行政处理决定；是否已过起诉期限由法院核对。",
              en:
                "An administrative decision is in the case; whether it can still be sued over, the court checks."
            )
          ] : []),
    ]
  }

  /// Reads members of a packet's content.
  private struct Reader {
    let content: JSONValue
    func value(_ part: String, _ name: String) -> JSONValue? { content[part]?[name] }
    func text(_ part: String, _ name: String) -> String { value(part, name)?.string ?? "" }
    func list(_ part: String, _ name: String? = nil) -> [JSONValue] {
      (name.map { content[part]?[$0] } ?? content[part])?.array ?? []
    }
  }
}
