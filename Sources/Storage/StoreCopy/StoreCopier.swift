import Commons
import Storage

/// Copies every table of a city from one store to another, whatever the engines.
///
/// The source is read in one snapshot, so that the copy is the city of one moment even while others
/// write. Rows and the note of how far they reach are committed together: after a kill at any moment
/// the same call goes on where the last commit left off. What was copied before is read again from
/// the source and compared with the digest in the note, so that a source that has changed since, or
/// another one, is refused. At the end the digests of the target are computed from its own rows.
public struct StoreCopier: Sendable {
  /// What a finished copy holds.
  public struct Report: Sendable {
    /// One table.
    public struct Table: Sendable {
      /// Its name.
      public let name: String
      /// Its rows.
      public let rows: Int64
      /// SHA-256 over its rows in the order of its key, 32 bytes; the same on both sides.
      public let digest: [UInt8]
    }
    /// All tables in the order of the schema.
    public let tables: [Table]
    /// Rows that an earlier, interrupted run had copied.
    public let resumedRows: Int64
    /// Tables whose rows in the source have changed while they were copied; empty if that was not
    /// asked for.
    public let changedTables: [String]

    /// Rows in all tables.
    public var rows: Int64 { tables.reduce(0) { $0 + $1.rows } }
  }

  private let source: any Store
  private let target: any Store
  private let migrations: [Migration]
  private let tables: [TablePages]

  /// A copier between two stores that were opened with these schema steps, ``CopyBook/migration``
  /// among them.
  ///
  /// - Throws: ``StorageError`` if the steps cannot be read.
  public init(from source: any Store, to target: any Store, migrations: [Migration]) throws {
    self.source = source
    self.target = target
    self.migrations = migrations
    tables = try TableSchema.tables(of: migrations).filter { $0.name != CopyBook.tableName }
      .map(TablePages.init)
  }

  /// Copies, or goes on with an interrupted copy.
  ///
  /// - Parameters:
  ///   - comparesAgain: whether the source is read once more when all is copied, to tell tables that
  ///     somebody has changed meanwhile: for a move, after which the source is given up.
  ///   - progress: told rows done and rows in all.
  /// - Throws: ``Problem`` 422 if the two schemas differ, the target has other content, or the source
  ///   is not what the interrupted copy was made of; 503 `copy-interrupted` if the target could not
  ///   be written: the same call goes on.
  public func run(
    comparesAgain: Bool = true,
    progress: @escaping @Sendable (_ done: Int64, _ total: Int64) -> Void = { _, _ in }
  ) async throws -> Report {
    try await StoreCopier.requireSource(source, migrations)
    let schema = try await StoreCopier.requireSchema(
      target, migrations, Phrase("目标", en: "target"))
    let before = try await begin(schema)
    let digests = try await transfer(before, progress)
    try await compare(digests)
    let changed = comparesAgain ? try await changes(since: digests) : []
    try await write { _ in [CopyBook.clearing] }
    return Report(
      tables: zip(tables, digests).map {
        Report.Table(name: $0.table.name, rows: $1.rows, digest: $1.value)
      }, resumedRows: before.values.reduce(0) { $0 + $1.rows }, changedTables: changed)
  }

  // MARK: Before

  /// Throws unless a store can be copied: it is whole and has the schema of this program. To be asked
  /// before the target is opened, which makes tables there.
  ///
  /// - Throws: ``Problem`` 422 `schema-differs` or `copy-unfinished`.
  public static func requireSource(_ source: any Store, _ migrations: [Migration]) async throws {
    _ = try await requireSchema(source, migrations, Phrase("来源", en: "source"))
    try await CopyBook.requireWhole(source)
  }

  private static func requireSchema(
    _ store: any Store, _ migrations: [Migration], _ name: Phrase
  ) async throws -> Digest {
    let expected = ([MigrationLedger.kernel] + migrations)
      .map { "\($0.id) \($0.digest.hex)" }.sorted()
    let found = try await store.all(CopyBook.steps).map { "\($0.id) \($0.digest)" }.sorted()
    guard found == expected else {
      func ids(_ steps: [String], without others: [String]) -> String {
        let ids = steps.filter { !others.contains($0) }.map { String($0.prefix { $0 != " " }) }
        return ids.isEmpty ? "–" : ids.joined(separator: ", ")
      }
      let lacking = ids(expected, without: found)
      let beyond = ids(found, without: expected)
      throw Problem.refused(
        "schema-differs",
        Phrase(
          "\(name.zh)的表结构与本程序不同（缺少：\(lacking)；多出：\(beyond)）。请先用本版本的 tequ serve "
            + "打开一次，或改用建立它的版本。",
          en:
            "The schema of the \(name.en) differs from this program's (lacking: \(lacking); beyond "
            + "it: \(beyond)). Open it once with this version's tequ serve, or use the version that "
            + "made it."))
    }
    return Digest.of(expected.joined(separator: "\n"))
  }

  /// Takes the target for this copy: it must be empty or hold the beginning of the same copy.
  private func begin(_ schema: Digest) async throws -> [String: CopyBook.Entry] {
    let tables = tables
    let entries = try await target.report { view in
      let entries = try view.all(CopyBook.entries)
      guard entries.isEmpty else { return entries }
      for pages in tables where try !pages.page(view, after: nil, limit: 1).isEmpty {
        throw Problem.refused(
          "target-not-empty",
          Phrase(
            "目标已有内容（表 \(pages.table.name)）。请换一个空的数据库。",
            en:
              "The target has content already (table \(pages.table.name)). Name an empty database."
          ))
      }
      return entries
    }
    if entries.isEmpty {
      let whole = CopyBook.Entry(
        table: CopyBook.whole, lastKey: [], rows: 0, digest: schema.bytes, isDone: false)
      try await write { _ in [CopyBook.put(whole)] }
      return [:]
    }
    guard entries.first(where: { $0.table == CopyBook.whole })?.digest == schema.bytes else {
      throw Problem.refused(
        "target-of-another-copy",
        Phrase(
          "目标中的未完成迁移出自另一个程序版本。请用那个版本继续，或换一个空的数据库。",
          en:
            "The unfinished copy in the target was begun by another version of the program. Go on "
            + "with that version, or name an empty database."))
    }
    return Dictionary(
      uniqueKeysWithValues: entries.filter { $0.table != CopyBook.whole }.map { ($0.table, $0) })
  }

  // MARK: Rows

  /// Reads on a thread of the source and writes here, a few pages apart.
  private func transfer(
    _ before: [String: CopyBook.Entry],
    _ progress: @escaping @Sendable (Int64, Int64) -> Void
  ) async throws -> [TableDigest] {
    let pages = PageQueue()
    async let read = send(before, pages, progress)
    do {
      for await page in pages.stream {
        try await write(page)
        pages.tookOne()
      }
    } catch {
      pages.giveUp()
      _ = try? await read
      throw StoreCopier.interrupted(error)
    }
    return try await read
  }

  private func send(
    _ before: [String: CopyBook.Entry], _ out: PageQueue,
    _ progress: @escaping @Sendable (Int64, Int64) -> Void
  ) async throws -> [TableDigest] {
    defer { out.close() }
    return try await source.report { try self.send($0, before, out, progress) }
  }

  private func send(
    _ view: any View, _ before: [String: CopyBook.Entry], _ out: PageQueue,
    _ progress: (Int64, Int64) -> Void
  ) throws -> [TableDigest] {
    let total = try tables.reduce(0) { try $0 + $1.rowCount(view) }
    var done: Int64 = 0
    return try tables.map { pages in
      let entry = before[pages.table.name]
      var digest = try known(entry, pages, view)
      done += digest.rows
      progress(done, total)
      if entry?.isDone != true {
        var key = entry?.lastKey ?? []
        func put(_ rows: [[SQLValue]]) throws {
          let start = digest.rows
          digest.add(rows)
          key = rows.last.map(pages.key) ?? key
          try out.put(Page(table: pages, after: start, rows: rows, digest: digest, lastKey: key))
        }
        try pages.each(view, after: key.isEmpty ? nil : key) { rows in
          try put(rows)
          done += Int64(rows.count)
          progress(done, total)
        }
        try put([])
      }
      return digest
    }
  }

  /// Reads again what an earlier run has copied; the digest must be the one that it noted.
  private func known(
    _ entry: CopyBook.Entry?, _ pages: TablePages, _ view: any View
  ) throws -> TableDigest {
    var digest = TableDigest(pages.table)
    guard let entry else { return digest }
    if entry.rows > 0 {
      try pages.each(view, after: nil, limit: Int(entry.rows)) { digest.add($0) }
    }
    let key = entry.rows > 0 ? entry.lastKey : nil
    let isOver =
      try !entry.isDone || pages.page(view, after: key, limit: 1).isEmpty
    guard digest.value == entry.digest, isOver else {
      throw Problem.refused(
        "source-changed",
        Phrase(
          "自迁移开始以来，来源的表 \(pages.table.name) 已变化，或这不是同一个来源。请清空目标后重新开始。",
          en:
            "The source's table \(pages.table.name) has changed since the copy was begun, or this "
            + "is another source. Empty the target and begin anew."))
    }
    return digest
  }

  private func write(_ page: Page) async throws {
    let table = page.table
    let entry = CopyBook.Entry(
      table: table.table.name, lastKey: page.lastKey, rows: page.digest.rows,
      digest: page.digest.value, isDone: page.rows.isEmpty)
    try await write { view in
      // Somebody else may be copying into the same target.
      let state = try view.first(CopyBook.state(of: table.table.name))
      guard (state?.rows ?? 0) == page.after, state?.isDone != true else {
        throw Problem.refused(
          "target-in-use",
          Phrase("另一个进程正在向同一目标迁移。", en: "Another process is copying into the same target."))
      }
      return page.rows.map { Change(table.insert, $0) } + [CopyBook.put(entry)]
    }
  }

  private func write(_ changes: @escaping @Sendable (any View) throws -> [Change]) async throws {
    try await target.write { WritePlan(try changes($0), answer: ()) }
  }

  private static func interrupted(_ error: any Error) -> any Error {
    if let problem = error as? Problem, problem.status != 503 { return problem }
    let reason = (error as? Problem)?.detail ?? .same("\(error)")
    return Problem(
      "copy-interrupted", status: 503, title: Phrase("迁移中断", en: "The copy was interrupted"),
      detail: Phrase(
        "目标无法写入：\(reason.zh)。已写入的部分完好；排除原因后再次运行同一命令即可继续。",
        en: "The target could not be written: \(reason.en). What was written is whole; mend the "
          + "cause and run the same command, it goes on."), retryAfterSeconds: 1)
  }

  // MARK: After

  /// The target's rows must have the digests of the source's.
  private func compare(_ digests: [TableDigest]) async throws {
    let tables = tables
    let found = try await target.report { view in try tables.map { try $0.digest(view) } }
    for (pages, (source, target)) in zip(tables, zip(digests, found)) where source != target {
      throw Problem.refused(
        "copy-differs",
        Phrase(
          "表 \(pages.table.name) 的摘要不符：来源 \(source.rows) 行，目标 \(target.rows) 行。请清空目标后重新开始。",
          en: "The digests of table \(pages.table.name) differ: \(source.rows) rows in the source, "
            + "\(target.rows) in the target. Empty the target and begin anew."))
    }
  }

  private func changes(since digests: [TableDigest]) async throws -> [String] {
    let tables = tables
    let now = try await source.report { view in try tables.map { try $0.digest(view) } }
    return zip(tables, zip(digests, now)).filter { $1.0 != $1.1 }.map { $0.0.table.name }
  }
}
