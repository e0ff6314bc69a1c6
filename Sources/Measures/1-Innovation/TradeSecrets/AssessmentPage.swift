import CaseWork
import CityProfiles
import Commons
import HTTPValues
import Markup
import MeasureKit
import SecrecyMeasures

/// The self-assessment on the web: what is said is computed and shown, and kept nowhere. The same engine
/// runs as `tequ secret assess` on the firm's own machine, where evidence is hashed as well.
struct AssessmentPage {
  let rules: SecretRules

  private static let title = Phrase("保密措施自评", en: "Assess how you guard secrets")
  private static let trail = [
    PageShell.Link(TradeSecretsMeasure.card.name, "/trade-secrets")
  ]

  // MARK: Form

  private func fields(_ set: ClauseSet) -> [CaseField] {
    let algorithms = CaseField(
      "algorithms", Phrase("商业秘密中有算法", en: "There are algorithms among our secrets"), .flag,
      required: false)
    let clauses = set.clauses.map { clause in
      let levels: [SelfAssessment.Level] =
        [.full, .partly, .none] + (clause.mayNotApply ? [.notApplicable] : [])
      return CaseField(
        clause.id, clause.question,
        hint: Phrase("证据例：\(clause.evidence.zh)", en: "Shown by: \(clause.evidence.en)"),
        .choice(levels.map { .init($0.rawValue, $0.name) }),
        when: clause.chapter == .algorithms ? CaseField.Condition("algorithms", is: "true") : nil,
        group: clause.chapter.name, clause.bases.first)
    }
    let evidence = CaseField(
      "evidence", Phrase("证据摘要", en: "Digests of evidence"),
      hint: Phrase(
        "每行一项：条款编号 空格 64位摘要。摘要由“tequ secret assess”在您的电脑上加盐算出。",
        en:
          "One a line: clause, space, 64 hex digits, which “tequ secret assess” computes with a salt on your machine."
      ),
      .words(20_000), required: false)
    return [algorithms] + clauses + [evidence]
  }

  func form(_ visit: Visit) throws -> Response {
    try form(visit, FormState(), nil)
  }

  private func set(_ visit: Visit) throws -> ClauseSet {
    guard let set = ClauseSet.on(visit.now.date(in: rules.profile.zone)) else {
      throw Problem.notFound(Phrase("当日没有适用的条款。", en: "No clauses apply on this day."))
    }
    return set
  }

  private func form(_ visit: Visit, _ state: FormState, _ problem: Problem?) throws -> Response {
    let set = try self.set(visit)
    return visit.page(Self.title, trail: Self.trail, status: problem?.status ?? 200) { h in
      if let problem { h.errorSummary(problem) }
      h.heading(
        Self.title,
        lead: Phrase(
          "逐条作答，立即得到得分、缺口和依据。答案不保存；若连答案也不愿发出，请在本机运行“tequ secret assess”。",
          en:
            "Answer clause by clause; score, gaps and law appear at once. Nothing is kept. If the answers shall not "
            + "leave your machine either, run “tequ secret assess” there."))
      h.element("p", .class("hint")) { h in
        h.text(
          Phrase(
            "条款版本 \(set.edition)。条文来自法律和司法解释，权重为本项目所定，不是官方评分。",
            en:
              "Clauses of edition \(set.edition). The articles are the law's; the weights are the project's own, no official score."
          ))
      }
      h.element("div", .class("panel reading")) { h in
        h.form("/trade-secrets/check", csrf: visit.csrf) { h in
          CaseForm(fields(set), in: rules.profile).write(&h, state)
          h.button(Phrase("计算得分", en: "Compute the score"))
        }
      }
    }
  }

  // MARK: Result

  func answer(_ visit: Visit) throws -> Response {
    let set = try self.set(visit)
    let form = try visit.request.form()
    do {
      let said = try CaseForm(fields(set), in: rules.profile).read(form)
      return result(visit, try assessment(visit, set, said))
    } catch let problem as Problem where problem.status == 422 {
      let values = form.values.map { ($0.name, $0.value) }
      return try self.form(visit, FormState(values: values, problem: problem), problem)
    }
  }

  private func assessment(
    _ visit: Visit, _ set: ClauseSet, _ said: CaseFacts
  ) throws -> SelfAssessment {
    let evidence = try self.evidence(said.text("evidence"))
    let hasAlgorithms = said.flag("algorithms")
    var answers: [String: SelfAssessment.Answer] = [:]
    for clause in SelfAssessment.asked(set, hasAlgorithms: hasAlgorithms) {
      guard let level = SelfAssessment.Level(rawValue: said.text(clause.id)) else { continue }
      answers[clause.id] = .init(level, evidence: evidence[clause.id] ?? [])
    }
    return try SelfAssessment(
      set, on: visit.now.date(in: rules.profile.zone), hasAlgorithms: hasAlgorithms,
      answers: answers, salt: Digest.of("assessment \(visit.freshKey)").bytes)
  }

  private func evidence(_ text: String) throws -> [String: [SelfAssessment.Evidence]] {
    var found: [String: [SelfAssessment.Evidence]] = [:]
    for line in text.split(whereSeparator: \.isNewline) {
      let words = line.split(separator: " ")
      guard words.count == 2, let digest = Hex.decode(words[1]), digest.count == 32 else {
        throw Problem.invalid([
          Problem.Field(
            "evidence",
            Phrase("“\(line)”不是“条款 摘要”。", en: "“\(line)” is not a clause and a digest."))
        ])
      }
      found[String(words[0]), default: []].append(.init(digest: digest))
    }
    return found
  }

  private func result(_ visit: Visit, _ made: SelfAssessment) -> Response {
    let digest = Hex.encode(made.digest)
    let file = "/trade-secrets/assessments/new?result=\(digest)&edition=\(made.set.edition)"
    return visit.page(Phrase("自评结果", en: "The result"), trail: Self.trail) { h in
      h.heading(Phrase("自评结果", en: "The result"))
      h.banner(
        Phrase(
          "以下内容没有保存。请保存页面和末尾的结果文件，日后凭它可以重算得分。",
          en:
            "Nothing was kept. Save this page and the document at its end: the score is computed again from it."
        ),
        .info)
      score(&h, made)
      gaps(&h, made)
      measures(&h, made)
      h.element("div", .class("actions")) { h in
        h.buttonLink(Phrase("只登记结果摘要", en: "Register the digest alone"), file)
        h.buttonLink(
          Phrase("请工作站上门", en: "Ask a station to come"), "/trade-secrets/stations/new", .quiet)
      }
      h.details(Phrase("结果文件（请保存）", en: "The document (save it)")) { h in
        h.element("pre", .class("mono"), text: made.json.canonical)
        h.element("p") { h in
          h.text(Phrase("摘要 ", en: "Digest "))
          h.element("span", .class("mono"), text: digest)
        }
      }
    }
  }

  private func score(_ h: inout HTML, _ made: SelfAssessment) {
    let (points, of) = made.score
    let share = Figures.fixed(Double(made.basisPoints) / 100, 2)
    h.tiles { h in
      h.tile(
        Phrase("得分", en: "Score"), share + "%",
        note: Phrase("\(points) / \(of) 分（四分之一权重）", en: "\(points) of \(of) quarter points"))
      h.tile(
        Phrase("第6条的七项措施", en: "Measures of art. 6"), "\(made.measuresTaken.count) / 7",
        note: Phrase("至少部分采取的项数", en: "taken at least in part"))
      h.tile(
        Phrase("缺口", en: "Gaps"), String(made.gaps.count),
        note: Phrase("按失分从大到小列出", en: "listed by what they cost"))
    }
  }

  private func gaps(_ h: inout HTML, _ made: SelfAssessment) {
    let title = Phrase("先补哪里", en: "What to mend first")
    guard !made.gaps.isEmpty else { return }
    h.table(
      title,
      columns: [
        (Phrase("条款", en: "Clause"), false), (Phrase("现状", en: "Now"), false),
        (Phrase("失分", en: "Lost"), true), (Phrase("依据", en: "Law"), false),
      ]
    ) { table in
      for line in made.gaps {
        table.row([
          { h in
            h.element("strong", text: line.clause.question)
            h.element(
              "span", .class("sub"),
              text: Phrase(
                "证据：\(line.clause.evidence.zh)", en: "Shown by: \(line.clause.evidence.en)"))
          },
          { h in
            h.tag(
              line.quarters == 3
                ? Phrase("缺证据", en: "no evidence") : line.answer.level.name,
              line.quarters == 0 ? .bad : .warn)
          },
          { $0.text(String((4 - (line.quarters ?? 4)) * line.clause.weight)) },
          { h in for basis in line.clause.bases { h.basis(basis) } },
        ])
      }
    }
  }

  private func measures(_ h: inout HTML, _ made: SelfAssessment) {
    h.section(Phrase("法院看哪些措施", en: "The measures that courts look at"))
    h.element("ul", .class("rows")) { h in
      for (index, name) in Self.measureNames.enumerated() {
        let isTaken = made.measuresTaken.contains(index + 1)
        h.element("li") { h in
          h.tag(
            isTaken ? Phrase("✓ 有", en: "✓ taken") : Phrase("✗ 无", en: "✗ missing"),
            isTaken ? .good : .bad)
          h.text(" ")
          h.text(name)
          h.text(" ")
          h.basis(SecretBasis.court(6, item: index + 1))
        }
      }
    }
    h.p(
      Phrase(
        "采取一项即可能足够，也可能不够：法院看秘密和载体的性质、价值、措施是否对应（第5条）。",
        en:
          "One may be enough or not: courts look at the secret, its carrier, its value, and whether the measure fits (art. 5)."
      ),
      class: "hint")
  }

  /// The seven measures of art. 6, in short.
  static let measureNames: [Phrase] = [
    Phrase("保密协议或合同条款", en: "agreements"),
    Phrase("制度、培训、书面要求", en: "rules, training, written demands"),
    Phrase("场所分区、限制来访", en: "separate places, visitors limited"),
    Phrase("标记、分类、隔离、加密、限定人员", en: "marking, isolating, encrypting, limiting who has access"),
    Phrase("设备和系统的访问、复制限制", en: "limits on devices and systems"),
    Phrase("离职登记、返还、清除", en: "leavers register, return, erase"),
    Phrase("其他合理措施", en: "other reasonable measures"),
  ]
}
