import App
import ArgumentParser
import Commons
import Foundation
import Rulebook
import SecrecyMeasures
import TradeSecrets

/// Takes stock of secrets on this machine.
struct InventoryCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inventory",
    abstract: "Keep the list of secrets on this machine; nothing is sent.",
    subcommands: [InitInventory.self, CheckInventory.self, ListLeaver.self])
}

/// Begins an inventory.
struct InitInventory: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "init", abstract: "Write an example to begin with; an existing file is kept.")

  @Argument(help: "Where it is put.") var file: String

  func run() async throws {
    try await telling {
      let handle = try PrivateFile.make(file)
      try handle.write(contentsOf: Data(AssetInventory.example.canonicalBytes + [10]))
      try handle.close()
      Say.line("An example in \(file); only you may read it.")
    }
  }
}

/// Checks an inventory.
struct CheckInventory: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check", abstract: "Name what an inventory shows to be missing.",
    discussion: "Exit status: 0 nothing is missing, 2 something is, 1 the file cannot be read.")

  @Argument(help: "The inventory.") var file: String
  @Option(help: "As of which day; without it, today.") var on: String?
  @Flag(help: "Write JSON.") var json = false

  func run() async throws {
    try await telling {
      let found = try AssetInventory(SecretFiles.json(file))
      let findings = found.findings(on: try SecretFiles.day(on))
      if json {
        let rows = findings.map { finding -> JSONValue in
          [
            "rule": .string(finding.rule), "subject": .string(finding.subject),
            "message": .string(finding.message[Say.language]),
            "basis": .string(finding.basis.phrase[Say.language]),
          ]
        }
        Say.line(
          JSONValue.object([
            "assets": .integer(Int64(found.assets.count)),
            "algorithms": .integer(Int64(found.assets.count { $0.kind == .algorithm })),
            "people": .integer(Int64(found.people.count)), "findings": .array(rows),
          ]).canonical)
      } else {
        for level in AssetInventory.Level.allCases {
          let count = found.assets.count { $0.level == level }
          Say.line("\(level.name[Say.language]): \(count)")
        }
        for finding in findings {
          let basis = finding.basis.phrase[Say.language]
          Say.line("\(finding.subject): \(finding.message[Say.language]) [\(basis)]")
        }
        if findings.isEmpty { Say.line("Nothing is missing.") }
      }
      if !findings.isEmpty { throw ExitCode(2) }
    }
  }
}

/// Lists what a leaver could know and writes the letter.
struct ListLeaver: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "leaver", abstract: "List what a person's posts could know; write the letter.")

  @Argument(help: "The inventory.") var file: String
  @Argument(help: "The person's number in it.") var person: String
  @Option(help: "Write the leaver's letter to this file (HTML, A4).") var out: String?
  @Option(help: "The firm's name for the letter.") var owner: String?

  func run() async throws {
    try await telling {
      let inventory = try AssetInventory(SecretFiles.json(file))
      let leaver = try inventory.person(person)
      var rows: [[String]] = []
      for asset in inventory.known(to: leaver) {
        Say.line("\(asset.id) \(asset.level.name[Say.language]) \(asset.kind.name[Say.language])")
        for carrier in asset.carriers {
          let isBack = leaver.returned.contains(carrier.id)
          Say.line("  \(carrier.id) \(carrier.kind)\(isBack ? " returned" : "")")
          rows.append([asset.id, carrier.id, isBack ? "已返还" : "", ""])
        }
      }
      guard let out, let letter = SecretForm.named("leaver-letter") else { return }
      var values = SecretForm.Values(rows: ["carriers": rows])
      values.texts["person"] = leaver.name
      values.texts["post"] = leaver.posts.joined(separator: "、")
      values.texts["left"] = leaver.left?.description
      values.texts["owner"] = owner
      try PrivateFile.replace(out, with: letter.file(values, in: .zh))
      Say.line("The letter is in \(out).")
    }
  }
}

/// Computes a self-assessment.
struct AssessSecrecy: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "assess",
    abstract: "Compute a self-assessment, with evidence hashed on this machine.",
    discussion: """
      ANSWERS is {"edition", "algorithms", "answers": {CLAUSE: {"level", "files": [PATH]}}}; --template writes one. \
      A result written by --out is computed again when it is given instead. Only its digest may be registered.
      """)

  @Argument(help: "The answers, or a result.") var file: String
  @Option(help: "As of which day; without it, today.") var on: String?
  @Option(help: "Write the result to this file; keep it.") var out: String?
  @Flag(help: "Write empty answers to the file instead.") var template = false
  @Flag(help: "Write JSON.") var json = false

  func run() async throws {
    try await telling {
      let day = try SecretFiles.day(on)
      if template { return try writeTemplate(day) }
      let said = try SecretFiles.json(file)
      let made =
        said["format"]?.string == SelfAssessment.format
        ? try SelfAssessment(said) : try assess(said, day)
      if let out { try PrivateFile.replace(out, with: made.json.canonicalBytes + [10]) }
      tell(made)
    }
  }

  private func writeTemplate(_ day: CivilDate) throws {
    guard let set = ClauseSet.on(day) else { throw AssessSecrecy.noClauses(day.description) }
    let answers = Dictionary(
      uniqueKeysWithValues: set.clauses.map {
        ($0.id, ["level": "none", "files": []] as JSONValue)
      })
    let handle = try PrivateFile.make(file)
    let value: JSONValue = [
      "edition": .string(set.edition), "algorithms": true, "answers": .object(answers),
    ]
    try handle.write(contentsOf: Data(value.canonicalBytes + [10]))
    try handle.close()
  }

  private static func noClauses(_ what: String) -> Problem {
    .notFound(Phrase("没有适用的条款：\(what)。", en: "There are no such clauses: \(what)."))
  }

  private func assess(_ said: JSONValue, _ day: CivilDate) throws -> SelfAssessment {
    let edition = said["edition"]?.string
    guard let set = edition.map(ClauseSet.edition) ?? ClauseSet.on(day) else {
      throw AssessSecrecy.noClauses(edition ?? day.description)
    }
    let random = KernelRandom()
    let hasAlgorithms = said["algorithms"]?.bool ?? false
    var answers: [String: SelfAssessment.Answer] = [:]
    for (id, answer) in said["answers"]?.object ?? [:] {
      // A template asks everything; what is not asked of this firm is passed over.
      if !hasAlgorithms, set.clause(id)?.chapter == .algorithms { continue }
      guard let level = answer["level"]?.string.flatMap(SelfAssessment.Level.init(rawValue:)) else {
        let known = SelfAssessment.Level.allCases.map(\.rawValue).joined(separator: ", ")
        throw Problem.invalid([
          .init(id, Phrase("level 应为：\(known)。", en: "level must be one of: \(known)."))
        ])
      }
      let evidence = try (answer["files"]?.array ?? []).compactMap(\.string).map { path in
        SelfAssessment.Evidence(
          content: try SecretFiles.digest(path).content, salt: random.bytes(32))
      }
      answers[id] = .init(level, evidence: evidence)
    }
    return try SelfAssessment(
      set, on: day, hasAlgorithms: hasAlgorithms, answers: answers, salt: random.bytes(32))
  }

  private func tell(_ made: SelfAssessment) {
    let (points, of) = made.score
    let digest = Hex.encode(made.digest)
    if json {
      let lines = made.lines.map { line -> JSONValue in
        [
          "clause": .string(line.clause.id), "weight": .integer(line.clause.weight),
          "quarters": JSONValue(line.quarters), "level": .string(line.answer.level.rawValue),
          "evidence": .integer(Int64(line.answer.evidence.count)),
        ]
      }
      let report: JSONValue = [
        "edition": .string(made.set.edition), "points": .integer(points), "of": .integer(of),
        "basis_points": .integer(made.basisPoints), "result": .string(digest),
        "measures": .array(made.measuresTaken.sorted().map { .integer(Int64($0)) }),
        "lines": .array(lines),
      ]
      return Say.line(report.canonical)
    }
    Say.line(
      "\(made.basisPoints / 100).\(padded(Int(made.basisPoints % 100), 2)) % (\(points)/\(of))")
    for line in made.gaps {
      let basis = line.clause.bases.first?.phrase[Say.language] ?? ""
      Say.line(
        "-\((4 - (line.quarters ?? 4)) * line.clause.weight) \(line.clause.id): "
          + "\(line.clause.question[Say.language]) [\(basis)]")
    }
    Say.line("Edition \(made.set.edition), digest of the result \(digest)")
  }
}

/// Estimates the loss and says whether the criminal threshold is reached.
struct EstimateLoss: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "loss",
    abstract: "Estimate the loss and compare it with the criminal threshold.",
    discussion: """
      FACTS is {"conduct": "acquired|acquired-used|breach|made-public", "lost-sales": "2999.50", "licence-fee", \
      "value", "remedy-cost", "illegal-income", "repeated": true, "ruined": true}, amounts in yuan as texts. An \
      estimate is no appraisal; what was not read in its text says so.
      """)

  @Argument(help: "The facts (JSON).") var facts: String
  @Option(help: "As of which day; without it, today.") var on: String?

  func run() async throws {
    try await telling {
      let day = try SecretFiles.day(on)
      let law = try AllLaw.base()
      var sheet = try law.sheet()
      for (name, value) in try SecretFiles.json(facts).object ?? [:] {
        let id = FactID("trade-secret.\(name)")
        guard let fact = law.facts.first(where: { $0.id == id }) else {
          throw Problem.malformed(Phrase("没有事实“\(name)”。", en: "There is no fact “\(name)”."))
        }
        let text = value.string ?? value.bool.map { $0 ? "true" : "false" } ?? value.canonical
        try sheet.state(id, try fact.read(text))
      }
      let loss = try law.evaluate("trade-secret.loss", sheet, asOf: day, in: nil)
      Say.line(loss.explanation(Say.language))
      if case .amount(let low) = loss.outcome {
        try sheet.state("trade-secret.loss-amount", .money(low))
      }
      let threshold = try law.evaluate("trade-secret.criminal", sheet, asOf: day, in: nil)
      Say.line(threshold.explanation(Say.language))
    }
  }
}

/// Writes a paper, filled in on this machine.
struct WriteForm: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "form", abstract: "Write a paper (HTML, A4), filled in on this machine.",
    discussion: """
      Papers: leaver-letter, nda, police-report, evidence-list. VALUES is {"BLANK": "text", "TABLE": [["cell"]]}; \
      without it the blanks are left to be filled in, and their names are listed.
      """)

  @Argument(help: "The paper.") var id: String
  @Option(help: "The values (JSON).") var values: String?
  @Option(help: "Where it is put.") var out: String
  @Flag(help: "In English.") var english = false

  func run() async throws {
    try await telling {
      guard let form = SecretForm.named(id) else {
        let known = SecretForm.all.map(\.id).joined(separator: ", ")
        throw Problem.notFound(
          Phrase("没有文书“\(id)”，可用：\(known)。", en: "There is no paper “\(id)”; known: \(known)."))
      }
      var filled = SecretForm.Values()
      for (name, value) in try values.map(SecretFiles.json)?.object ?? [:] {
        if let text = value.string { filled.texts[name] = text }
        if let rows = value.array {
          filled.rows[name] = rows.map { ($0.array ?? []).map { $0.string ?? "" } }
        }
      }
      try PrivateFile.replace(out, with: form.file(filled, in: english ? .en : .zh))
      if values == nil { Say.line("Blanks: " + form.blanks.joined(separator: ", ")) }
      Say.line("\(form.title[Say.language]) in \(out).")
    }
  }
}

extension SecretFiles {
  /// A day, or today by the clock of Beijing.
  static func day(_ text: String?) throws(Problem) -> CivilDate {
    guard let text else { return SystemTime().now.date(in: .beijing) }
    guard let day = CivilDate(text) else {
      throw .malformed(
        Phrase("“\(text)”不是日期，例如 2026-03-02。", en: "“\(text)” is no day, such as 2026-03-02."))
    }
    return day
  }
}
