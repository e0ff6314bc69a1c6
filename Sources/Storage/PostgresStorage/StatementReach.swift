#if PostgreSQL
  import Storage

  /// Which rows a statement of the portable subset may read or write, as far as its text tells: the
  /// tables, and columns that must equal a parameter. What is not understood reaches everything; a
  /// mistake on that side costs a round, never a wrong answer.
  ///
  /// It rests on schemas without triggers and cascades, which ``PostgresMigrator`` refuses.
  struct StatementReach: Sendable {
    /// A column that must have the value of a parameter, counted from 0.
    struct Bound: Hashable, Sendable {
      let column: String
      let parameter: Int
    }

    /// One mention of a table.
    struct Use: Sendable {
      let table: String
      var bounds: [Bound]
    }

    /// The tables that a question looks at; nil for everything.
    let reads: [Use]?
    /// The rows that a change writes, described by columns that are the same before and after it;
    /// nil for everything.
    let writes: Use?

    init(_ sql: String) {
      let tokens = StatementReach.tokens(sql)
      switch tokens.first?.text {
      case "select":
        reads = QuestionReader(tokens).uses()
        writes = nil
      case "insert", "update", "delete":
        reads = nil
        writes = ChangeReader(tokens).use()
      default:
        reads = nil
        writes = nil
      }
    }

    // MARK: Tokens

    struct Token: Sendable {
      /// Lower case; literals as `'`.
      let text: String
      /// How many parentheses are open around it.
      let depth: Int
      var isWord: Bool { text.first.map { $0.isLetter || $0 == "_" } ?? false }
      /// The number of `$n`, from 0.
      var parameter: Int? { text.first == "$" ? Int(text.dropFirst()).map { $0 - 1 } : nil }
    }

    static func tokens(_ sql: String) -> [Token] {
      var found: [Token] = []
      var depth = 0
      var rest = Array(sql.utf8)[...]
      while let byte = rest.first {
        let length: Int
        switch byte {
        case UInt8(ascii: " "), UInt8(ascii: "\n"), UInt8(ascii: "\t"):
          rest = rest.dropFirst()
          continue
        case UInt8(ascii: "'"):
          // A doubled quote inside ends one literal and begins the next, which is as good.
          let end = rest.dropFirst().firstIndex(of: UInt8(ascii: "'")) ?? rest.endIndex - 1
          rest = rest[(end + 1)...]
          found.append(Token(text: "'", depth: depth))
          continue
        case _ where isPart(byte) || byte == UInt8(ascii: "$"):
          length = 1 + rest.dropFirst().prefix { isPart($0) }.count
        default: length = 1
        }
        let text = String(decoding: rest.prefix(length), as: UTF8.self).lowercased()
        rest = rest.dropFirst(length)
        if text == ")" { depth -= 1 }
        found.append(Token(text: text, depth: depth))
        if text == "(" { depth += 1 }
      }
      return found
    }

    private static func isPart(_ byte: UInt8) -> Bool {
      byte == UInt8(ascii: "_") || byte >= 0x80
        || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
        || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }

    /// The conditions `a AND b AND c` of a clause, none if it contains what could loosen them.
    static func conditions(_ clause: ArraySlice<Token>) -> [[Token]] {
      guard let depth = clause.first?.depth else { return [] }
      let outer = clause.filter { $0.depth == depth }
      guard !outer.contains(where: { ["or", "case", "not"].contains($0.text) }) else { return [] }
      return clause.split { $0.text == "and" && $0.depth == depth }.map(Array.init)
    }

    /// Reads `column = $n` or `alias.column = $n`.
    static func bound(_ condition: [Token]) -> (alias: String?, bound: Bound)? {
      let texts = condition.map(\.text)
      guard let parameter = condition.last?.parameter, condition[0].isWord else { return nil }
      if texts.count == 3, texts[1] == "=" {
        return (nil, Bound(column: texts[0], parameter: parameter))
      }
      if texts.count == 5, texts[1] == ".", texts[3] == "=" {
        return (texts[0], Bound(column: texts[2], parameter: parameter))
      }
      return nil
    }
  }

  /// Reads a SELECT.
  private struct QuestionReader {
    typealias Token = StatementReach.Token
    private let tokens: [Token]
    private static let afterTable: Set<String> = [
      "where", "join", "on", "order", "group", "limit", "left", "right", "inner", "full", "cross",
      "natural", "having", "union", "using", "window", "offset", "except", "intersect", "for",
    ]

    init(_ tokens: [Token]) { self.tokens = tokens }

    private struct Mention {
      let alias: String
      let depth: Int
      var use: StatementReach.Use
    }

    func uses() -> [StatementReach.Use]? {
      guard var mentions = mentions() else { return nil }
      let isCompound = tokens.contains { ["union", "except", "intersect"].contains($0.text) }
      let outer = mentions.indices.filter { mentions[$0].depth == 0 }
      if !isCompound {
        for condition in clause("where").flatMap(StatementReach.conditions) {
          guard let (alias, bound) = StatementReach.bound(condition) else { continue }
          if let alias {
            for index in outer where mentions[index].alias == alias {
              mentions[index].use.bounds.append(bound)
            }
          } else if mentions.count == 1, outer.count == 1 {
            mentions[0].use.bounds.append(bound)
          }
        }
        for condition in clause("on").flatMap(StatementReach.conditions) {
          carry(condition, over: &mentions, outer)
        }
      }
      return mentions.map(\.use)
    }

    /// Every table after FROM or JOIN, wherever it stands; nil if a list of tables has commas.
    private func mentions() -> [Mention]? {
      var found: [Mention] = []
      for (index, token) in tokens.enumerated() where ["from", "join"].contains(token.text) {
        if index > 0, tokens[index - 1].text == "distinct" { continue }
        guard index + 1 < tokens.count, !listsTables(after: index) else { return nil }
        let table = tokens[index + 1]
        if table.text == "(" { continue }
        guard table.isWord else { return nil }
        var next = index + 2
        if next < tokens.count, tokens[next].text == "as" { next += 1 }
        var alias = table.text
        if next < tokens.count, tokens[next].isWord,
          !QuestionReader.afterTable.contains(tokens[next].text)
        {
          alias = tokens[next].text
          next += 1
        }
        if next < tokens.count, [".", "("].contains(tokens[next].text) { return nil }
        found.append(
          Mention(
            alias: alias, depth: token.depth,
            use: StatementReach.Use(table: table.text, bounds: [])))
      }
      return found
    }

    private static let ends: Set<String> = [
      "where", "join", "on", "order", "group", "limit", "left", "right", "inner", "full", "cross",
      "natural", "having", "window", "offset", "for",
    ]

    /// Whether the FROM clause goes on with a comma.
    private func listsTables(after index: Int) -> Bool {
      let depth = tokens[index].depth
      let clause = tokens[(index + 1)...].prefix { token in
        token.depth >= depth
          && !(token.depth == depth
            && ["where", "group", "order", "limit", "having", "union"].contains(token.text))
      }
      return clause.contains { $0.depth == depth && $0.text == "," }
    }

    /// The outermost clauses that begin with a word.
    private func clause(_ word: String) -> [ArraySlice<Token>] {
      var found: [ArraySlice<Token>] = []
      for (index, token) in tokens.enumerated() where token.depth == 0 && token.text == word {
        let rest = tokens[(index + 1)...]
        let end =
          rest.firstIndex { $0.depth == 0 && QuestionReader.ends.contains($0.text) }
          ?? rest.endIndex
        found.append(rest[..<end])
      }
      return found
    }

    /// `ON a.x = b.y` binds y where x is bound, and the other way round.
    private func carry(_ condition: [Token], over mentions: inout [Mention], _ outer: [Int]) {
      let texts = condition.map(\.text)
      guard texts.count == 7, texts[1] == ".", texts[3] == "=", texts[5] == "." else { return }
      let ends = [(texts[0], texts[2]), (texts[4], texts[6])]
      for (from, to) in [(ends[0], ends[1]), (ends[1], ends[0])] {
        guard let source = outer.first(where: { mentions[$0].alias == from.0 }),
          let target = outer.first(where: { mentions[$0].alias == to.0 })
        else { continue }
        for bound in mentions[source].use.bounds where bound.column == from.1 {
          let carried = StatementReach.Bound(column: to.1, parameter: bound.parameter)
          if !mentions[target].use.bounds.contains(carried) {
            mentions[target].use.bounds.append(carried)
          }
        }
      }
    }
  }

  /// Reads an INSERT, UPDATE or DELETE.
  private struct ChangeReader {
    typealias Token = StatementReach.Token
    private let tokens: [Token]
    private let texts: [String]

    init(_ tokens: [Token]) {
      self.tokens = tokens
      texts = tokens.map(\.text)
    }

    func use() -> StatementReach.Use? {
      switch texts.first {
      case "insert": insert()
      case "update": update()
      default: delete()
      }
    }

    private func index(of word: String, from start: Int = 0) -> Int? {
      tokens[start...].firstIndex { $0.depth == 0 && $0.text == word }
    }

    /// The items between the parenthesis at `open` and the one that closes it, split at commas.
    private func list(at open: Int) -> (items: [ArraySlice<Token>], end: Int)? {
      guard open < tokens.count, texts[open] == "(",
        let close = tokens[open...].firstIndex(where: {
          $0.text == ")" && $0.depth == tokens[open].depth
        })
      else { return nil }
      let inner = tokens[(open + 1)..<close]
      let depth = tokens[open].depth + 1
      return (inner.split { $0.text == "," && $0.depth == depth }, close)
    }

    private func insert() -> StatementReach.Use? {
      guard texts.count > 3, texts[1] == "into", tokens[2].isWord else { return nil }
      var use = StatementReach.Use(table: texts[2], bounds: [])
      guard let columns = list(at: 3), columns.end + 1 < texts.count,
        texts[columns.end + 1] == "values", let values = list(at: columns.end + 2),
        values.items.count == columns.items.count,
        values.end + 1 >= texts.count || texts[values.end + 1] != ","
      else { return use }
      for (column, value) in zip(columns.items, values.items) where value.count == 1 {
        guard let parameter = value.first?.parameter, let name = column.first?.text else {
          continue
        }
        use.bounds.append(StatementReach.Bound(column: name, parameter: parameter))
      }
      // An upsert may have changed a row of which only the columns of the conflict are known.
      if let conflict = index(of: "conflict"), index(of: "update", from: conflict) != nil {
        let target = list(at: conflict + 1)?.items.compactMap { $0.first?.text } ?? []
        let changed = assigned()
        use.bounds.removeAll { !target.contains($0.column) || changed.contains($0.column) }
      }
      return use
    }

    private func update() -> StatementReach.Use? {
      guard texts.count > 3, tokens[1].isWord, texts[2] == "set" else {
        // An alias or something else between: the table is still known.
        return tokens.count > 1 && tokens[1].isWord
          ? StatementReach.Use(table: texts[1], bounds: []) : nil
      }
      let changed = assigned()
      var use = filtered(texts[1])
      use.bounds.removeAll { changed.contains($0.column) }
      return use
    }

    private func delete() -> StatementReach.Use? {
      guard texts.count > 2, texts[1] == "from", tokens[2].isWord else { return nil }
      return filtered(texts[2])
    }

    private func filtered(_ table: String) -> StatementReach.Use {
      var use = StatementReach.Use(table: table, bounds: [])
      guard index(of: "from", from: 3) == nil, let place = index(of: "where") else { return use }
      let rest = tokens[(place + 1)...]
      let end = rest.firstIndex { $0.depth == 0 && $0.text == "returning" } ?? rest.endIndex
      for condition in StatementReach.conditions(rest[..<end]) {
        guard let (alias, bound) = StatementReach.bound(condition), alias ?? table == table else {
          continue
        }
        use.bounds.append(bound)
      }
      return use
    }

    /// The columns that SET assigns.
    private func assigned() -> Set<String> {
      guard let set = index(of: "set") else { return [] }
      let rest = tokens[(set + 1)...]
      let end =
        rest.firstIndex { $0.depth == 0 && ["where", "from", "returning"].contains($0.text) }
        ?? rest.endIndex
      var columns: Set<String> = []
      for assignment in rest[..<end].split(whereSeparator: { $0.text == "," && $0.depth == 0 }) {
        // A list on the left, `(a, b) = …`, names its columns too.
        for token in assignment.prefix(while: { $0.text != "=" }) where token.isWord {
          columns.insert(token.text)
        }
      }
      return columns
    }
  }
#endif
