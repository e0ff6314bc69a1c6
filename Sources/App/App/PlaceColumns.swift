import Commons
import Rulebook

/// The columns of a list of measures and places, `measure`, `city` and `province` in words, as facts of
/// the rules on adoption.
enum PlaceColumns {
  private static let columns = ["measure", "city", "province"]

  /// Whether a row is of such a list.
  static func areIn(_ row: FactRows.Row) -> Bool {
    columns.allSatisfy { name in row.cells.contains { $0.name == name } }
  }

  /// Whether a column of such a list is understood.
  static func know(_ name: String) -> Bool { columns.contains(name) }

  /// The facts that a row of such a list states; a province that is none is handed on as it stands, so
  /// that the fact refuses it.
  static func facts(_ row: FactRows.Row) -> [(name: String, text: String)] {
    guard areIn(row) else { return [] }
    return row.cells.compactMap { cell in
      switch cell.name {
      case "measure": (name: "adoption.measure", text: cell.text)
      case "province":
        (name: "place.province", text: code(cell.text, AdoptionScope.provinces) ?? cell.text)
      case "city":
        (
          name: "place.city",
          text: code(cell.text, AdoptionScope.cities)
            ?? (cell.text.isEmpty ? "" : AdoptionScope.other)
        )
      default: nil
      }
    }
  }

  /// The code of a place by its name, with or without what kind of place it is, or by its full code.
  private static func code(_ text: String, _ choices: [FactType.Choice]) -> String? {
    choices.first { choice in
      guard choice.code != AdoptionScope.other else { return false }
      let kinds = ["", "市", "省", "自治区", "壮族自治区", "回族自治区", "维吾尔自治区"]
      return kinds.contains { text == choice.name.zh + $0 } || text == choice.name.en
        || (text.utf8.count == 6 && text.allSatisfy(\.isNumber) && text.hasPrefix(choice.code))
        || text == choice.code
    }?.code
  }
}
