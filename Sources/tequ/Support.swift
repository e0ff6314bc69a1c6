import App
import ArgumentParser
import Commons
import Foundation
import Storage
import Verification

/// The folder of a city, and where its rows are.
struct FolderOptions: ParsableArguments {
  @Option(name: .customLong("data"), help: "The city's data folder.") var path = "data"
  @Option(
    help: "Where the rows are: sqlite:PATH or postgresql://…; without it, in the data folder.",
    transform: { try FolderOptions.address($0) })
  var database: StoreAddress?

  @Option(
    name: .customLong("keys"),
    help: "The key file; without it $TEQU_KEYS, else keys.json in the data folder.")
  var keyFile: String?

  var folder: DataFolder {
    let keys =
      keyFile
      ?? ProcessInfo.processInfo.environment["TEQU_KEYS"].flatMap {
        $0.isEmpty ? nil : $0
      }
    return DataFolder(
      FolderOptions.absolute(path), database: database, keys: keys.map(FolderOptions.absolute))
  }

  static func absolute(_ path: String) -> String {
    path.hasPrefix("/") ? path : FileManager.default.currentDirectoryPath + "/" + path
  }

  /// Reads an address; a wrong one is refused by the parser with the reason.
  static func address(_ text: String) throws -> StoreAddress {
    do throws(Problem) {
      let address = try StoreAddress(text)
      guard case .sqlite(let path) = address else { return address }
      return .sqlite(path: absolute(path))
    } catch { throw ValidationError(error.detail[Say.language]) }
  }
}

/// What the command line says, in the language of the terminal.
enum Say {
  static let language: Language =
    (ProcessInfo.processInfo.environment["LC_ALL"]
      ?? ProcessInfo.processInfo.environment["LANG"] ?? "").hasPrefix("zh") ? .zh : .en

  static func line(_ text: String) {
    FileHandle.standardOutput.write(Data((text + "\n").utf8))
  }

  /// A line for each row that does not hold.
  static func findings(_ findings: [StoreFinding]) {
    for finding in findings {
      line("\(finding.table) \(finding.row): \(finding.message[language])")
    }
  }

  static func error(_ text: String) {
    FileHandle.standardError.write(Data((text + "\n").utf8))
  }

  /// Tells of a problem: what, where, what to do, on which article it rests.
  static func problem(_ problem: Problem) {
    error("tequ: \(problem.title[language]): \(problem.detail[language])")
    for field in problem.fields { error("  \(field.pointer): \(field.message[language])") }
    for basis in problem.because { error("  § \(basis.phrase[language])") }
  }
}

/// Runs a command; a problem is told and ends the process with status 1, or with another one where a rule
/// refuses what was read (422).
func telling(refusal: Int32 = 1, _ body: () async throws -> Void) async throws {
  do { try await body() } catch let problem as Problem {
    Say.problem(problem)
    throw ExitCode(problem.status == 422 ? refusal : 1)
  } catch let error as StorageError {
    Say.error("tequ: \(error.description)")
    throw ExitCode(1)
  }
}
