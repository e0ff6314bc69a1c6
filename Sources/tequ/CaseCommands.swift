import AdministrativeReconsideration
import App
import ArrivalManagement
import ArgumentParser
import BusinessDormancy
import CaseEngine
import CaseWork
import Cities
import Commons
import IPProtection
import LegalTime
import ProcurementOversight
import Rulebook
import ServiceRequests
import TradeSecrets

/// Looks at the kinds of case that the program knows.
struct CasesCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cases",
    abstract: "Check every reachable state of the kinds of case, or live through histories.",
    subcommands: [CheckCases.self, ReplayCases.self])
}

/// The declared procedures of the demonstration city.
private func settings() throws -> [CaseSetting] {
  let profile = try BundledCities.shifan()
  let calendar = WorkCalendar.stateCouncil
  let reconsideration = try ReconsiderationRules(
    profile, law: AllLaw.base(), calendar: calendar)
  let secrets = try SecretRules(profile, law: AllLaw.base(), calendar: calendar)
  let procurement = try ProcurementRules(profile, law: AllLaw.base(), calendar: calendar)
  let arrivals = try ArrivalRules(profile, calendar: calendar)
  let procedures: [any Procedure] =
    [ReconsiderationProcedure(reconsideration)] + TradeSecretsMeasure.procedures(secrets)
    + ProcurementMeasure.procedures(procurement) + ArrivalMeasure.procedures(arrivals)
  return try procedures.map { try CaseSetting($0, in: profile, calendar: calendar) }
}

/// Walks every state that each case type can reach.
struct CheckCases: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Walk every state of every kind of case: no dead end, no stage without its clock.",
    discussion: "Exits with 3 if something is wrong.")

  @Flag(help: "Write a JSON object a line.") var json = false

  func run() async throws {
    try await telling {
      var isSound = true
      for type in try settings().map(\.type) + [
        DormancyMeasure.caseType, IPMeasure.caseType, RequestsMeasure.caseType,
      ] {
        let report = try ModelCheck.explore(type)
        isSound = isSound && report.isSound
        guard json else {
          Say.line(report.text(Say.language))
          continue
        }
        let line: JSONValue = [
          "case_type": .string(report.caseType), "states": .integer(Int64(report.stateCount)),
          "moves": .integer(Int64(report.moveCount)), "depth": .integer(Int64(report.depth)),
          "faults": .array(
            report.faults.map { fault in
              [
                "kind": .string(fault.kind.rawValue), "subject": .string(fault.subject),
                "message": .string(fault.message[Say.language]),
                "path": .array(fault.path.map { .string($0.text) }),
              ]
            }),
        ]
        Say.line(line.canonical)
      }
      guard isSound else { throw ExitCode(3) }
    }
  }
}

/// Lives through histories of cases without a store.
struct ReplayCases: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "replay",
    abstract:
      "Live through histories of a kind of case, with its clocks and rules, without a store.",
    discussion: """
      Each line of the file is {"id", "events": [{"at", "do", "as", "said"}], "until"}; each answer is
      {"id", "log": [[command, carried out, stage, {clock: last day}]], "facts"}.
      """)

  @Argument(help: "The kind of case, such as reconsideration.") var kind: String
  @Argument(help: "The histories, one JSON object a line; .gz is read too.") var file: String
  @Flag(help: "Write a JSON object a line (the only form there is).") var json = false
  @Flag(help: "Say why a step was refused.") var reasons = false

  func run() async throws {
    try await telling {
      guard let setting = try settings().first(where: { $0.type.id == kind }) else {
        let known = try settings().map(\.type.id).joined(separator: ", ")
        throw ValidationError("There is no kind of case “\(kind)”. Known: \(known).")
      }
      try JSONLines.forEach(file) { line, value in
        do {
          Say.line(
            try CaseReplay.lines(CaseReplay.History(value), in: setting, reasons: reasons).canonical
          )
        } catch let problem as Problem {
          throw Problem.malformed(
            Phrase("第\(line)行：\(problem.detail.zh)", en: "Line \(line): \(problem.detail.en)"))
        }
      }
    }
  }
}
