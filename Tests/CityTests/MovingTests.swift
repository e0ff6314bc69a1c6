import App
import Books
import CityProfiles
import Commons
import Desk
import Foundation
import PostgresFixture
import SealedFiles
import ServiceRequests
import Storage
import StoreCopy
import Testing

/// A city moves, is backed up and comes back, on every engine.
@Suite struct MovingTests {
  /// A city of some days in a folder of its own, at rest.
  static func city(_ test: TestCity) async throws -> DataFolder {
    let folder = try test.anotherFolder()
    try await SimulatedDays.live(folder, days: 2, perDay: 30) { city in
      for index in 0..<3 {
        try await city.desk.recordAccess(by: .system([]), to: Int64(index + 1), "test")
      }
      _ = try await city.desk.submit(DigestAccessLog(), by: .system(["access.digest"]))
      try await city.settle()
    }
    return folder
  }

  /// Somebody files a request.
  static func file(_ city: RunningCity) async throws {
    let intake = Intake(
      item: city.profile.items[0].id, title: "路灯不亮", text: "不亮", channel: "web",
      district: "donghu")
    _ = try await city.desk.submit(
      SubmitRequest(intake, rules: city.rules), by: .system(["requests.file"]))
  }

  static func verify(_ folder: DataFolder) async throws -> CityVerification.Report {
    var options = RunningCity.Options()
    options.isReadOnly = true
    let city = try await RunningCity(folder, options)
    defer { city.close() }
    return try await CityVerification.run(city)
  }

  /// What the steps' text says is what the engines have: no table and no column is missed by a copy.
  @Test(arguments: Backend.all) func everyTableAndColumnOfTheEngineIsCopied(_ backend: Backend)
    async throws
  {
    let test = try await TestCity(backend)
    let text =
      switch backend {
      case .sqlite:
        """
        SELECT m.name, p.name FROM sqlite_master m JOIN pragma_table_info(m.name) p
        WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' ORDER BY m.name, p.cid
        """
      case .postgresql:
        """
        SELECT table_name::text, column_name::text FROM information_schema.columns
        WHERE table_schema = current_schema() ORDER BY table_name COLLATE "C", ordinal_position
        """
      }
    let rows = try await test.city.desk.store.all(
      Query(Statement(text)) { (table: $0.text(0), column: $0.text(1)) })
    var found: [String: [String]] = [:]
    for row in rows where row.table != "schema_migrations" {
      found[row.table, default: []].append(row.column)
    }
    let read = try TableSchema.tables(of: RunningCity.migrations)
    #expect(Dictionary(uniqueKeysWithValues: read.map { ($0.name, $0.columns) }) == found)
    #expect(read.count > 20)
    for table in RunningCity.markedTables {
      let schema = try #require(read.first { $0.name == table.name })
      #expect(schema.columns == table.columns + ["mark"], "\(table.name)")
      #expect(Array(table.columns.prefix(table.keyCount)) == schema.key, "\(table.name)")
    }
  }

  @Test(arguments: Backend.all) func aCityMovesAndStaysWhole(_ backend: Backend) async throws {
    let test = try await TestCity()
    let source = try await MovingTests.city(test)
    let before = try await MovingTests.verify(source)
    let target = DataFolder(
      test.folder.path + "/moved",
      database: try backend.newDatabase() ?? .sqlite(path: test.folder.path + "/moved.sqlite"),
      keys: source.keys.path)
    let there = try await CityMove.copy(from: source.database, to: target.database)
    #expect(there.changedTables.isEmpty && there.rows > 300)
    try target.create()
    let after = try await MovingTests.verify(target)
    #expect(after.isClean && after.acts == before.acts && after.entries == before.entries)
    let back = DataFolder(
      test.folder.path + "/back", database: .sqlite(path: test.folder.path + "/back.sqlite"),
      keys: source.keys.path)
    let again = try await CityMove.copy(from: target.database, to: back.database)
    #expect(again.tables.map(\.digest) == there.tables.map(\.digest))
    try back.create()
    #expect(try await MovingTests.verify(back).isClean)
    // A city goes on where it stood.
    do {
      let city = try await RunningCity(target)
      try await city.settle()
      city.close()
    }
    // Other keys are found by the marks.
    let strange = DataFolder(test.folder.path + "/strange", database: target.database)
    try strange.create()
    try strange.keys.write(KeySecrets(random: SeededBytes(seed: 1)))
    let problem = await #expect(throws: Problem.self) { try await RunningCity(strange) }
    #expect(problem?.slug == "keys-do-not-fit")
  }

  @Test func aCityThatIsServedIsNotMoved() async throws {
    let test = try await TestCity()
    let problem = await #expect(throws: Problem.self) {
      try await CityMove.copy(
        from: test.folder.database, to: .sqlite(path: test.folder.path + "/other.sqlite"))
    }
    #expect(problem?.slug == "folder-in-use")
  }

  // MARK: Backups

  private static let words = SealedFile.Lock.passphrase(Array("correct horse".utf8), logRounds: 10)
  private static let key = SealedFile.Key.passphrase(Array("correct horse".utf8))

  @Test(arguments: Backend.all) func aBackupOfAServedCityComesBackWhole(_ backend: Backend)
    async throws
  {
    let test = try await TestCity(backend)
    _ = try await test.file()
    let file = test.folder.path + "/backup.age"
    // Somebody writes all the while.
    let city = test.city
    let writer = Task {
      var count = 0
      repeat {
        try? await MovingTests.file(city)
        count += 1
      } while !Task.isCancelled
      return count
    }
    try await CityArchive.backup(
      test.folder, to: file, MovingTests.words, at: TestCity.start, random: KernelRandom())
    writer.cancel()
    #expect(await writer.value > 0)
    let bytes = try Data(contentsOf: URL(fileURLWithPath: file))
    #expect(!bytes.contains(Data("SQLite format 3".utf8)) && !bytes.contains(Data("keys".utf8)))
    let copy = DataFolder(
      test.folder.path + "/restored", database: try backend.newDatabase())
    try await CityArchive.restore(file, MovingTests.key, to: copy)
    let report = try await MovingTests.verify(copy)
    #expect(report.isClean && report.acts > 0, "\(report.findings.prefix(3))")
    #expect(try copy.keys.read().json == test.folder.keys.read().json)
    #expect(copy.openToOthers().isEmpty)
    // Never over a city that is there.
    let refusal = await #expect(throws: Problem.self) {
      try await CityArchive.restore(file, MovingTests.key, to: copy)
    }
    #expect(refusal?.slug == "folder-not-empty")
    let exists = await #expect(throws: Problem.self) {
      try await CityArchive.backup(
        test.folder, to: file, MovingTests.words, at: TestCity.start, random: KernelRandom())
    }
    #expect(exists?.slug == "file-exists")
  }

  @Test func aBackupGoesFromOneEngineToTheOther() async throws {
    guard Backend.all.contains(.postgresql) else { return }
    let test = try await TestCity(.postgresql)
    _ = try await test.file()
    let identity = SealedFile.Identity(random: KernelRandom())
    let file = test.folder.path + "/backup.age"
    try await CityArchive.backup(
      test.folder, to: file, .recipient(identity.recipient), at: TestCity.start,
      random: KernelRandom())
    let light = DataFolder(test.folder.path + "/light")
    try await CityArchive.restore(file, .identity(identity), to: light)
    #expect(try await MovingTests.verify(light).isClean)
  }

  @Test func nothingIsRestoredFromAWrongOrDamagedFile() async throws {
    let test = try await TestCity()
    _ = try await test.file()
    let file = test.folder.path + "/backup.age"
    try await CityArchive.backup(
      test.folder, to: file, MovingTests.words, at: TestCity.start, random: KernelRandom())
    let whole = try Data(contentsOf: URL(fileURLWithPath: file))
    func refused(_ data: Data, _ key: SealedFile.Key, _ slug: String) async throws {
      let path = test.folder.path + "/altered.age"
      try data.write(to: URL(fileURLWithPath: path))
      let copy = DataFolder(test.folder.path + "/never")
      let problem = await #expect(throws: Problem.self) {
        try await CityArchive.restore(path, key, to: copy)
      }
      #expect(problem?.slug == slug, "\(String(describing: problem))")
      #expect(!FileManager.default.fileExists(atPath: copy.path))
    }
    try await refused(whole, .passphrase(Array("wrong horse!".utf8)), "wrong-archive-key")
    try await refused(
      whole, .identity(.init(random: KernelRandom())), "wrong-archive-key")
    for count in [50, 300, whole.count / 2, whole.count - 1] {
      try await refused(whole.prefix(count), MovingTests.key, "archive-damaged")
    }
    for place in [190, 500, whole.count / 3, whole.count - 5] {
      var altered = whole
      altered[place] ^= 4
      try await refused(altered, MovingTests.key, "archive-damaged")
    }
    try await refused(Data("PK\u{3}\u{4}".utf8), MovingTests.key, "malformed")
    // Into a folder that holds something else, and stays as it was.
    let other = DataFolder(test.folder.path + "/other")
    try other.create()
    try Data("mine".utf8).write(to: URL(fileURLWithPath: other.path + "/notes.txt"))
    await #expect(throws: Problem.self) {
      try await CityArchive.restore(
        test.folder.path + "/altered.age", MovingTests.key, to: other)
    }
    let left = try FileManager.default.contentsOfDirectory(atPath: other.path).sorted()
    #expect(left == ["backup.lock", "notes.txt"])
  }
}
