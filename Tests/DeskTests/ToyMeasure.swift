import Books
import Commons
import Desk
import Storage

/// A measure small enough to see through: purses that hold coins, and letters with gapless numbers.
enum Toy {
  static let migration = Migration(
    "toy.0001",
    [
      """
      CREATE TABLE purses
      (purse {key}, version BIGINT NOT NULL, coins BIGINT NOT NULL, mark {bytes} NOT NULL)
      """,
      "CREATE TABLE letters (letter {key}, number BIGINT NOT NULL UNIQUE, mark {bytes} NOT NULL)",
    ])
  static let purses = MarkedTable("purses", ["purse", "version", "coins"])
  static let letters = MarkedTable("letters", ["letter", "number"])
  private static let find = Statement("SELECT version, coins FROM purses WHERE purse = $1")

  struct Purse: Sendable {
    let version: Int64
    let coins: Int64
  }

  static func purse(_ key: Int64, _ view: any View) throws -> Purse {
    let query = Query(find, [.integer(key)]) {
      Purse(version: $0.integer(0), coins: $0.integer(1))
    }
    guard let purse = try view.first(query) else {
      throw Problem.notFound(Phrase("没有这个钱袋。", en: "There is no such purse."))
    }
    return purse
  }

  static func row(_ key: Int64, _ version: Int64, _ coins: Int64) -> [SQLValue] {
    [.integer(key), .integer(version), .integer(coins)]
  }

  struct Open: Command {
    typealias Loaded = Void
    let kind = "toy.open"
    let permission = "toy.use"
    let coins: Int64
    var aggregate: Int64? { nil }
    var content: JSONValue { ["coins": .integer(coins)] }

    func decide(_ loaded: Void, _ view: any View, _ context: Context) throws -> Decision {
      .accepted(
        publicFields: ["coins": .integer(coins)],
        changes: [purses.inserting(row(context.aggregate, 1, coins), context.ring)])
    }
  }

  /// Moves coins; more than are there is refused, more than 1,000 at once is refused on record.
  struct Move: Command {
    let kind = "toy.move"
    let permission = "toy.use"
    let from: Int64, to: Int64, coins: Int64
    var aggregate: Int64? { from }
    var content: JSONValue { ["to": .integer(to), "coins": .integer(coins)] }

    func load(_ view: any View, _ context: Context) throws -> Purse { try purse(from, view) }
    func authorise(_ loaded: Purse, _ context: Context) throws {}
    func version(of loaded: Purse) -> Int64 { loaded.version }

    func decide(_ loaded: Purse, _ view: any View, _ context: Context) throws -> Decision {
      guard coins <= 1000 else {
        return .refusedOnRecord(
          .refused("too-much", Phrase("一次太多。", en: "Too much at once.")), publicFields: [:],
          changes: [purses.updating(row(from, loaded.version + 1, loaded.coins), context.ring)])
      }
      guard coins <= loaded.coins else {
        throw Problem.refused("too-few", Phrase("钱不够。", en: "Too few coins."))
      }
      let other = try purse(to, view)
      return .accepted(
        publicFields: ["coins": .integer(coins)],
        changes: [
          purses.updating(row(from, loaded.version + 1, loaded.coins - coins), context.ring),
          purses.updating(row(to, other.version, other.coins + coins), context.ring),
        ], effects: [Effect("notice", ["purse": .integer(to)])])
    }
  }

  /// Writes a letter; an odd weight is refused after the number was looked at.
  struct Write: Command {
    typealias Loaded = Void
    let kind = "toy.write"
    let permission = "toy.use"
    let weight: Int64
    var aggregate: Int64? { nil }
    var content: JSONValue { ["weight": .integer(weight)] }

    func decide(_ loaded: Void, _ view: any View, _ context: Context) throws -> Decision {
      let (number, take) = try NumberBook.next("示函〔2026〕", view, context.ring)
      guard weight.isMultiple(of: 2) else {
        throw Problem.refused("odd", Phrase("不收单数。", en: "No odd weights."))
      }
      let letter = letters.inserting(
        [.integer(context.aggregate), .integer(number)], context.ring)
      return .accepted(publicFields: ["number": .integer(number)], changes: [take, letter])
    }
  }
}
