import Commons
import Rulebook

/// Recorded answers from a file with a JSON object a line.
public struct RuleRecords {
  /// One line.
  public struct Row: Sendable {
    /// Its number, from 1.
    public let line: Int
    /// What stands in it, or why it cannot be read.
    public let record: Result<RecordedAnswer, Problem>
  }

  private let reader: LineReader
  private var line = 0

  /// Opens a file.
  public init(_ path: String) throws(Problem) { reader = try LineReader(path) }

  /// The next line that is not empty; nil after the last.
  public mutating func next() throws(Problem) -> Row? {
    while let bytes = try reader.next() {
      line += 1
      if bytes.isEmpty { continue }
      return Row(line: line, record: RuleRecords.read(bytes))
    }
    return nil
  }

  private static func read(_ bytes: [UInt8]) -> Result<RecordedAnswer, Problem> {
    let value: JSONValue
    do throws(JSONError) { value = try JSONValue(parsing: bytes) } catch {
      return .failure(error.problem)
    }
    do throws(Problem) { return .success(try RecordedAnswer(value)) } catch {
      return .failure(error)
    }
  }
}
