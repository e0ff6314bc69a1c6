import App
import ArgumentParser
import Commons
import Foundation

/// The folder of a city.
struct FolderOptions: ParsableArguments {
  @Option(name: .customLong("data"), help: "The city's data folder.") var path = "data"

  var folder: DataFolder {
    DataFolder(path.hasPrefix("/") ? path : FileManager.default.currentDirectoryPath + "/" + path)
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

/// Runs a command; a problem is told and ends the process with status 1.
func telling(_ body: () async throws -> Void) async throws {
  do { try await body() } catch let problem as Problem {
    Say.problem(problem)
    throw ExitCode(1)
  }
}
