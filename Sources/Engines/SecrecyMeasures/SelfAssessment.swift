import Commons

/// What a firm says of each clause on a day, with the digests of its evidence, and the score that follows.
/// The document stays with the firm; what may be registered is ``digest`` alone, which is salted: answers
/// are few enough to be guessed. Whoever has the document computes score and digest again.
public struct SelfAssessment: Sendable {
  /// How far a clause is met.
  public enum Level: String, CaseIterable, Sendable {
    case full, partly, none
    case notApplicable = "not-applicable"

    /// How it is called.
    public var name: Phrase {
      switch self {
      case .full: Phrase("已做到", en: "done")
      case .partly: Phrase("部分做到", en: "in part")
      case .none: Phrase("未做", en: "not done")
      case .notApplicable: Phrase("不适用", en: "does not apply")
      }
    }
  }

  /// A piece of evidence: SHA-256(salt ‖ SHA-256 of the file).
  public struct Evidence: Hashable, Sendable {
    /// 32 bytes.
    public let digest: [UInt8]
    /// 32 random bytes; nil where only the digest is known.
    public let salt: [UInt8]?
    /// A digest with its salt.
    public init(digest: [UInt8], salt: [UInt8]? = nil) {
      self.digest = digest
      self.salt = salt
    }
    /// The evidence that a file with this SHA-256 is.
    public init(content: [UInt8], salt: [UInt8]) {
      self.init(digest: Digest.of(salt, content).bytes, salt: salt)
    }
  }

  /// What is said of one clause.
  public struct Answer: Hashable, Sendable {
    /// How far it is met.
    public let level: Level
    /// What shows it.
    public let evidence: [Evidence]
    /// An answer.
    public init(_ level: Level, evidence: [Evidence] = []) {
      self.level = level
      self.evidence = evidence
    }
  }

  /// The name of the format.
  public static let format = "tequ-secrecy-assessment-1"
  /// Pieces of evidence of one clause at most.
  public static let evidenceLimit = 100

  /// The clauses.
  public let set: ClauseSet
  /// The day.
  public let on: CivilDate
  /// Whether algorithms are among the firm's secrets.
  public let hasAlgorithms: Bool
  /// By clause.
  public let answers: [String: Answer]
  /// 32 random bytes.
  public let salt: [UInt8]

  /// An assessment; throws 422 with every clause at fault.
  public init(
    _ set: ClauseSet, on: CivilDate, hasAlgorithms: Bool, answers: [String: Answer], salt: [UInt8]
  ) throws(Problem) {
    var faults: [Problem.Field] = []
    let asked = SelfAssessment.asked(set, hasAlgorithms: hasAlgorithms)
    for clause in asked {
      guard let answer = answers[clause.id] else {
        faults.append(
          .init(
            clause.id,
            Phrase("请回答：\(clause.question.zh)。", en: "Please answer: \(clause.question.en).")))
        continue
      }
      if answer.level == .notApplicable, !clause.mayNotApply {
        faults.append(
          .init(
            clause.id,
            Phrase(
              "“\(clause.question.zh)”对每家企业都适用。",
              en: "“\(clause.question.en)” applies to every firm.")))
      }
      if answer.evidence.count > SelfAssessment.evidenceLimit {
        faults.append(.init(clause.id, Phrase("证据过多。", en: "There is too much evidence.")))
      }
    }
    for id in answers.keys.sorted() where !asked.contains(where: { $0.id == id }) {
      faults.append(
        .init(
          id,
          Phrase(
            "\(set.edition)版条款中没有“\(id)”。", en: "The edition \(set.edition) does not ask “\(id)”."))
      )
    }
    guard faults.isEmpty else { throw .invalid(faults) }
    self.set = set
    self.on = on
    self.hasAlgorithms = hasAlgorithms
    self.answers = answers
    self.salt = salt
  }

  /// The clauses that are asked of a firm.
  public static func asked(_ set: ClauseSet, hasAlgorithms: Bool) -> [SecrecyClause] {
    set.clauses.filter { hasAlgorithms || $0.chapter != .algorithms }
  }

  // MARK: Score

  /// One clause with what it brings.
  public struct Line: Sendable {
    /// The clause.
    public let clause: SecrecyClause
    /// What was said.
    public let answer: Answer
    /// Quarters of the weight: 4 if it is met and shown, 3 if it is met but nothing shows it, 2 if it is
    /// met in part, 0 if not; nil if it does not apply.
    public let quarters: Int64?
  }

  /// The clauses in order. The quarters are the project's own rule.
  public var lines: [Line] {
    SelfAssessment.asked(set, hasAlgorithms: hasAlgorithms).map { clause in
      let answer = answers[clause.id] ?? Answer(.none)
      let quarters: Int64? =
        switch answer.level {
        case .full: answer.evidence.isEmpty ? 3 : 4
        case .partly: 2
        case .none: 0
        case .notApplicable: nil
        }
      return Line(clause: clause, answer: answer, quarters: quarters)
    }
  }

  /// The score as points of so many: quarters of weights, whole numbers, so that it is the same anywhere.
  public var score: (points: Int64, of: Int64) {
    var (points, of): (Int64, Int64) = (0, 0)
    for line in lines {
      guard let quarters = line.quarters else { continue }
      points += quarters * line.clause.weight
      of += 4 * line.clause.weight
    }
    return (points, of)
  }

  /// The score in hundredths of a per cent, rounded half up.
  public var basisPoints: Int64 {
    let (points, of) = score
    return of == 0 ? 0 : (points * 20_000 + of) / (of * 2)
  }

  /// Which of the seven measures of art. 6 the firm takes, at least in part. One may be enough for a court;
  /// whether it is, depends on the secret (art. 5).
  public var measuresTaken: Set<Int> {
    Set(lines.filter { ($0.quarters ?? 0) > 0 }.compactMap(\.clause.measure))
  }

  /// What is missing, the heaviest first.
  public var gaps: [Line] {
    func lost(_ line: Line) -> Int64 { (4 - (line.quarters ?? 4)) * line.clause.weight }
    return lines.enumerated().filter { lost($0.element) > 0 }
      .sorted { (-lost($0.element), $0.offset) < (-lost($1.element), $1.offset) }.map(\.element)
  }

  // MARK: As JSON

  /// The document.
  public var json: JSONValue {
    let (points, of) = score
    let said = answers.mapValues { answer -> JSONValue in
      [
        "level": .string(answer.level.rawValue),
        "evidence": .array(
          answer.evidence.map { piece in
            var members: [String: JSONValue] = ["digest": .string(Hex.encode(piece.digest))]
            if let salt = piece.salt { members["salt"] = .string(Hex.encode(salt)) }
            return .object(members)
          }),
      ]
    }
    return [
      "format": .string(SelfAssessment.format), "edition": .string(set.edition),
      "on": .string(on.description), "algorithms": .bool(hasAlgorithms),
      "answers": .object(said), "salt": .string(Hex.encode(salt)),
      "score": ["points": .integer(points), "of": .integer(of)],
    ]
  }

  /// SHA-256 of the canonical document: all that is registered.
  public var digest: [UInt8] { Digest.of(json.canonicalBytes).bytes }

  /// Reads the document; throws 400 or 422 with what is wrong, also where the score is not what follows
  /// from the answers.
  public init(_ json: JSONValue) throws(Problem) {
    func wrong(_ name: String) -> Problem {
      .malformed(
        Phrase("自评文件的“\(name)”缺失或有误。", en: "“\(name)” of the assessment is missing or wrong."))
    }
    guard json["format"]?.string == SelfAssessment.format else { throw wrong("format") }
    guard let set = json["edition"]?.string.flatMap(ClauseSet.edition) else {
      throw wrong("edition")
    }
    guard let on = json["on"]?.string.flatMap({ CivilDate($0) }) else { throw wrong("on") }
    guard let hasAlgorithms = json["algorithms"]?.bool else { throw wrong("algorithms") }
    guard let salt = json["salt"]?.string.flatMap({ Hex.decode($0) }), salt.count == 32 else {
      throw wrong("salt")
    }
    guard let members = json["answers"]?.object else { throw wrong("answers") }
    var answers: [String: Answer] = [:]
    for (id, said) in members {
      guard let level = said["level"]?.string.flatMap(Level.init(rawValue:)) else {
        throw wrong(id)
      }
      var evidence: [Evidence] = []
      for piece in said["evidence"]?.array ?? [] {
        guard let digest = piece["digest"]?.string.flatMap({ Hex.decode($0) }), digest.count == 32
        else { throw wrong(id) }
        evidence.append(
          Evidence(digest: digest, salt: piece["salt"]?.string.flatMap { Hex.decode($0) }))
      }
      answers[id] = Answer(level, evidence: evidence)
    }
    try self.init(set, on: on, hasAlgorithms: hasAlgorithms, answers: answers, salt: salt)
    guard self.json == json else { throw wrong("score") }
  }
}
