/// The lines of a transaction (see ``Change/isLine``) that wait to be written as one row a statement.
public struct LineList: Sendable {
  private var lists: [(statement: Statement, text: String)] = []

  /// No lines.
  public init() {}

  /// Takes a change in; false if it is no line.
  public mutating func take(_ change: Change) -> Bool {
    guard change.isLine, case .text(let line)? = change.parameters.first else { return false }
    // There are one or two such statements in all.
    if let index = lists.firstIndex(where: { $0.statement === change.statement }) {
      lists[index].text += line
    } else {
      lists.append((change.statement, line))
    }
    return true
  }

  /// The rows for the lines; none wait afterwards.
  public mutating func flush() -> [Change] {
    if lists.isEmpty { return [] }
    defer { lists.removeAll(keepingCapacity: true) }
    return lists.map { Change($0.statement, [.text($0.text)]) }
  }
}
