import ArgumentParser
import Commons
import EvidenceLog
import Foundation
import LegalTime

/// Works with receipts.
struct ReceiptCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "receipt", abstract: "Work with receipts.", subcommands: [VerifyReceipt.self])
}

/// Checks a receipt with nothing but the file.
struct VerifyReceipt: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify", abstract: "Check a receipt with nothing but the file.",
    discussion: "Exit status: 0 it holds, 2 it does not, 1 it cannot be read.")

  @Argument(help: "The receipt: the JSON file, or the saved web page.") var file: String
  @Option(help: "The log's key that you trust (name+hash+key); without it, compare it yourself.")
  var key: String?

  func run() async throws {
    try await telling {
      guard let data = FileManager.default.contents(atPath: file) else {
        throw Problem.notFound(Phrase("没有文件 \(file)。", en: "There is no file \(file)."))
      }
      var trusted: [NoteVerifier] = []
      if let key {
        guard let verifier = NoteVerifier(text: key) else {
          throw Problem.malformed(Phrase("--key 不是公钥。", en: "--key is no key of a log."))
        }
        trusted = [verifier]
      }
      let json: JSONValue
      do throws(JSONError) {
        json = try JSONValue(parsing: VerifyReceipt.document(Array(data)))
      } catch { throw error.problem }
      let checks = try Receipt(json).verify(trusting: trusted)
      for check in checks {
        Say.line("\(check.holds ? "ok  " : "FAIL") \(check.name[Say.language]): \(check.detail)")
      }
      let holds = checks.allSatisfy(\.holds)
      Say.line(holds ? "The receipt holds." : "The receipt does not hold.")
      if !holds { throw ExitCode(2) }
    }
  }

  /// The JSON in a saved web page, or the whole file.
  private static func document(_ bytes: [UInt8]) -> [UInt8] {
    guard let opening = Data(bytes).range(of: Data("id=\"receipt\">".utf8)),
      let closing = Data(bytes).range(
        of: Data("</script>".utf8), in: opening.upperBound..<bytes.count)
    else { return bytes }
    return Array(bytes[opening.upperBound..<closing.lowerBound])
  }
}

/// Computes due dates.
struct Deadline: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Append the due date to lines “start,kind,n” from standard input.",
    discussion: """
      Kinds: wd working days, cal calendar days, month, year. The day of the event does not count; \
      a last day that is a day off moves to the next working day, except for working days, which end \
      on one. With -before at its end (wd-before) a kind counts backwards: the last day on which something \
      can be done that must be done so long before the day. A due date in a year whose days off are not announced gets a second column “provisional”.
      """)

  func run() async throws {
    var number = 0
    var failures = 0
    while let line = readLine() {
      number += 1
      let cells = line.split(separator: ",", omittingEmptySubsequences: false).map {
        $0.trimmingCharacters(in: .whitespaces)
      }
      if number == 1, cells.first == "start" {
        Say.line(line + ",due")
        continue
      }
      guard !line.isEmpty else { continue }
      guard cells.count >= 3, let start = CivilDate(cells[0]),
        let (unit, isBackwards) = Deadline.counting(cells[1]), let amount = Int(cells[2]),
        (1...Period.limit).contains(amount)
      else {
        Say.error("line \(number): “start,kind,n” is expected, such as 2026-03-02,wd,5")
        failures += 1
        continue
      }
      let period = Period(amount, unit, rollsOver: true, basis: .cityPolicy(.same("-")))
      let calendar = WorkCalendar.stateCouncil
      let due =
        isBackwards ? calendar.latest(period, before: start) : calendar.due(period, from: start)
      Say.line(line + ",\(due.date)" + (due.isProvisional ? ",provisional" : ""))
    }
    if failures > 0 { throw ExitCode(3) }
  }

  /// What a kind counts, and in which direction.
  private static func counting(_ kind: String) -> (unit: Period.Unit, isBackwards: Bool)? {
    let isBackwards = kind.hasSuffix("-before")
    return unit(isBackwards ? String(kind.dropLast(7)) : kind).map { ($0, isBackwards) }
  }

  private static func unit(_ kind: String) -> Period.Unit? {
    switch kind {
    case "wd": .workingDays
    case "cal": .days
    case "month": .months
    case "year": .years
    default: nil
    }
  }
}
