import AccessControl
import Accounts
import App
import Books
import BusinessDormancy
import CaseWork
import CityProfiles
import Commons
import Credentials
import Desk
import Foundation
import ServiceRequests
import Simulation
import Storage
import Testing
import Verification

@testable import LowAltitude

/// Changes the store behind the program's back, one table and column at a time: every change must be
/// found, with the table and the row named.
@Suite struct SabotageTests {
  private struct Column {
    let table: String
    let name: String
    let type: String
  }

  @Test func everyChangeIsFoundAndItsRowNamed() async throws {
    let test = try await TestCity()
    let folder = DataFolder(test.folder.path + "/simulated")
    try await SimulatedDays.live(folder, days: 4, perDay: 30) { city in
      try await fill(city)
    }
    let columns = try columns(of: folder.databaseFile())
    var missed: [String] = []
    var tried = 0
    for column in columns {
      let copy = DataFolder(test.folder.path + "/copy")
      try? FileManager.default.removeItem(atPath: copy.path)
      try CityCopy.backup(folder, to: copy)
      guard let row = try alter(column, in: copy.databaseFile()) else { continue }
      tried += 1
      let findings = try await verify(copy)
      let isNamed = findings.contains { $0.table == column.table && $0.row.contains(row) }
      // Transactions may enter the log in any order that keeps the acts of each matter in theirs.
      if column.table == "log_waiting", column.name == "place" { continue }
      // A row whose key itself was changed goes by its new name.
      let isKey = columns.first { $0.table == column.table }?.name == column.name
      let isFound = findings.contains { $0.table == column.table || $0.row.contains(row) }
      if !(isNamed || (isFound && isKey)) {
        missed.append("\(column.table).\(column.name) row \(row): \(findings.prefix(3))")
      }
    }
    #expect(missed.isEmpty, "\(missed.joined(separator: "\n"))")
    #expect(tried > 110, "\(tried) columns had a row to change")
  }

  /// Something in the tables that a simulated city leaves empty: accounts, sessions, mandates, files,
  /// reads of personal data and their digest, a notice that waits.
  private func fill(_ city: RunningCity) async throws {
    let hash = try PasswordHash(
      "a long password", salt: [UInt8](repeating: 1, count: 16), logRounds: 10)
    let clerk = Actor.system(["accounts.register", "accounts.manage"])
    var keys: [Int64] = []
    for login in ["anna", "bert"] {
      let done = try await city.desk.submit(
        OpenAccount(
          login: login, name: login, contact: "x@example.cn", posts: [], password: hash,
          policy: city.policy), by: clerk)
      keys.append(done.aggregate)
      _ = try await city.signIn.signIn(login: login, password: "a long password", from: "x")
    }
    for (principal, agent) in [(keys[0], "bert"), (keys[1], "anna")] {
      let own = Actor(kind: .citizen, account: principal, permissions: ["accounts.self"])
      _ = try await city.desk.submit(
        ChangeMandate(
          principal: principal, agentLogin: agent, scope: "*",
          until: city.time.now.adding(seconds: 86_400)), by: own)
    }
    for _ in 0..<2 {
      try await city.desk.recordAccess(by: .system([]), to: 1, "test")
      _ = try await city.desk.submit(DigestAccessLog(), by: .system(["access.digest"]))
    }
    try await fillDormancy(city)
    try await fillExchange(city)
    try await city.settle()
    for index in 0..<2 {
      let place = try await city.desk.reserve()
      let bytes = [UInt8](repeating: 7, count: 700_000)
      let file = IncomingFile(name: "photo.png", mediaType: "image/png", bytes: bytes)
      let key = try await city.desk.stage(file, for: place)
      let intake = Intake(
        item: city.profile.items[0].id, title: "路灯不亮", text: "不亮", channel: "web",
        district: "donghu", email: "x@example.cn",
        attachments: [.init(key: key, digest: Digest.of(bytes).bytes)])
      _ = try await city.desk.submit(
        SubmitRequest(intake, rules: city.rules), by: .system(["requests.file"]),
        .init(idempotencyKey: "file-\(index)", reservation: place))
    }
  }

  /// Some weeks of dormant businesses, so that declared cases and their measure's tables have rows.
  private func fillDormancy(_ city: RunningCity) async throws {
    guard let measure = city.measures.lazy.compactMap({ $0 as? DormancyMeasure }).first else {
      return
    }
    let agents = DormancyAgents(measure, seed: 1, citizen: nil)
    let today = city.time.now.date(in: city.profile.zone)
    for day in 0..<30 {
      let moment = Instant(
        today.adding(days: day), secondOfDay: 36_000, in: city.profile.zone)
      try await agents.turn(at: moment)
    }
    let notice = try #require(
      measure.office.procedure.documents.lazy.compactMap(\.certificate).first)
    _ = try await city.desk.submit(
      ChangeCertificateStatus(
        1, notice, .suspension, set: true, reason: "test", in: measure.office.setting),
      by: .system([measure.office.procedure.permission(notice.authority)]))
  }

  /// Flights of other programs, each with a subscription of its own.
  private func fillExchange(_ city: RunningCity) async throws {
    guard let measure = city.measures.lazy.compactMap({ $0 as? LowAltitudeMeasure }).first else {
      return
    }
    let uss = AirCaller(name: "uss1", scopes: [])
    for number in 1...3 {
      let id = "00000000-0000-4000-8000-00000000000\(number)"
      let now = city.time.now
      func altitude(_ metres: Int) -> JSONValue {
        ["value": .integer(Int64(metres)), "reference": "W84", "units": "M"]
      }
      let place: JSONValue = ["lat": .number(22.5 + Double(number)), "lng": 114]
      let body: JSONValue = [
        "extents": [
          [
            "volume": [
              "outline_circle": ["center": place, "radius": ["value": 100, "units": "M"]],
              "altitude_lower": altitude(50), "altitude_upper": altitude(80),
            ],
            "time_start": JSONValue(moment: now),
            "time_end": JSONValue(moment: now.adding(seconds: 600)),
          ]
        ], "state": "Accepted", "uss_base_url": "https://uss.example",
        "new_subscription": ["uss_base_url": "https://uss.example"],
      ]
      let wish = try IntentWish(AirReader(body), id: id, tag: nil, by: uss, at: now)
      let decision = IntentDecision(wish: wish, caller: uss, ring: measure.ring)
      _ = try await measure.act("intent.put", on: .intent, id, by: uss) {
        try decision.put($0, $1, $2)
      }
    }
  }

  @Test func whatTheExchangeKeepsCannotGoUnseen() async throws {
    let test = try await TestCity()
    let folder = DataFolder(test.folder.path + "/simulated")
    try await SimulatedDays.live(folder, days: 1, perDay: 5) { try await fillExchange($0) }
    let intent = "00000000-0000-4000-8000-000000000002"
    let deeds = [
      ["DELETE FROM air_slots WHERE id = '\(intent)'"],
      ["DELETE FROM air_entities WHERE id = '\(intent)'"],
      // All that there is of it, with its subscription: only the journal knows.
      [
        "DELETE FROM air_slots WHERE id IN (SELECT subscription FROM air_entities WHERE id = '\(intent)')",
        "DELETE FROM air_entities WHERE id IN (SELECT subscription FROM air_entities WHERE id = '\(intent)')",
        "DELETE FROM air_slots WHERE id = '\(intent)'",
        "DELETE FROM air_entities WHERE id = '\(intent)'",
      ],
    ]
    #expect(try await verify(folder).isEmpty)
    for deed in deeds {
      let copy = DataFolder(test.folder.path + "/copy")
      try? FileManager.default.removeItem(atPath: copy.path)
      try CityCopy.backup(folder, to: copy)
      for sql in deed { _ = try sqlite(copy.databaseFile(), sql) }
      let findings = try await verify(copy)
      #expect(findings.contains { $0.table.hasPrefix("air_") }, "\(deed): \(findings)")
    }
  }

  @Test func everyRemovedRowIsFound() async throws {
    let test = try await TestCity()
    let folder = DataFolder(test.folder.path + "/simulated")
    try await SimulatedDays.live(folder, days: 3, perDay: 30) { _ in }
    for table in ["journal", "cases", "requests", "subjects", "log_entries", "log_tiles"] {
      let copy = DataFolder(test.folder.path + "/copy-\(table)")
      try CityCopy.backup(folder, to: copy)
      try run(
        copy.databaseFile(),
        "DELETE FROM \(table) WHERE rowid = (SELECT max(rowid) / 2 FROM \(table))",
        orElse: "DELETE FROM \(table) WHERE rowid = (SELECT max(rowid) FROM \(table))")
      #expect(!(try await verify(copy)).isEmpty, "a row less in \(table) was not found")
    }
  }

  private func verify(_ folder: DataFolder) async throws -> [StoreFindingText] {
    var options = RunningCity.Options()
    options.isReadOnly = true
    options.refusesDamagedPages = false
    let city = try await RunningCity(folder, options)
    return try await CityVerification.run(city).findings.map {
      StoreFindingText(table: $0.table, row: $0.row, text: $0.message.en)
    }
  }

  struct StoreFindingText { let table, row, text: String }

  // MARK: SQL behind the program's back

  private func sqlite(_ database: String, _ sql: String) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
    process.arguments = [
      "-c",
      """
      import sqlite3, sys
      c = sqlite3.connect(sys.argv[1]); r = c.execute(sys.argv[2]).fetchall(); n = c.total_changes
      c.commit(); c.close()
      print(n); [print("|".join(x.hex() if isinstance(x, bytes) else str(x) for x in row)) for row in r]
      """, database, sql,
    ]
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let data = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw StorageError("python: \(sql)") }
    return String(decoding: data, as: UTF8.self)
  }

  private func run(_ database: String, _ sql: String, orElse other: String) throws {
    if try sqlite(database, sql).hasPrefix("0") { _ = try sqlite(database, other) }
  }

  private func columns(of database: String) throws -> [Column] {
    let tables = try sqlite(
      database,
      "SELECT m.name, p.name, p.type FROM sqlite_master m JOIN pragma_table_info(m.name) p "
        + "WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite%' AND m.name NOT IN ('schema_migrations', 'leases', 'throttles', 'guards') "
        + "ORDER BY 1, p.cid")
    return tables.split(separator: "\n").dropFirst().map { line in
      let cells = line.split(separator: "|", omittingEmptySubsequences: false).map(String.init)
      return Column(table: cells[0], name: cells[1], type: cells[2])
    }
  }

  /// Changes one cell of a row in the middle of the table; the answer is the row's key as text, nil
  /// if the table is empty.
  private func alter(_ column: Column, in database: String) throws -> String? {
    // What may be anything without harm: the next key to lease, if it only grows.
    if column.table == "key_blocks" { return try lowerKeyBlock(column, in: database) }
    let (table, name) = (column.table, column.name)
    let key =
      try sqlite(database, "SELECT name FROM pragma_table_info('\(table)') WHERE pk = 1")
      .split(separator: "\n").dropFirst().first.map(String.init) ?? "rowid"
    let rows = try sqlite(database, "SELECT \(key) FROM \(table) ORDER BY 1").split(separator: "\n")
    guard rows.count > 1 else { return nil }
    let row = String(rows[1 + (rows.count - 1) / 2])
    let literal = column.type == "BLOB" && name == key ? "x'\(row)'" : "'\(row)'"
    let value: String
    switch column.type {
    case "BLOB":
      value =
        "CASE WHEN length(\(name)) > 0 THEN substr(\(name), 1, length(\(name)) - 1) || x'5a' ELSE x'5a' END"
    case "TEXT": value = "coalesce(\(name), '') || 'x'"
    default: value = "coalesce(\(name), 0) + 1000003"
    }
    let keyType = try sqlite(
      database, "SELECT type FROM pragma_table_info('\(table)') WHERE pk = 1"
    ).split(separator: "\n").dropFirst().first
    let keyLiteral =
      key == name
      ? literal : keyType == "TEXT" ? "'\(row)'" : Int64(row) != nil ? row : "x'\(row)'"
    let changed = try sqlite(
      database, "UPDATE OR IGNORE \(table) SET \(name) = \(value) WHERE \(key) = \(keyLiteral)"
    ).split(separator: "\n").first
    return changed == "0" ? nil : row
  }

  private func lowerKeyBlock(_ column: Column, in database: String) throws -> String? {
    let value = column.type == "TEXT" ? "\(column.name) || 'x'" : "1"
    _ = try sqlite(database, "UPDATE key_blocks SET \(column.name) = \(value)")
    return "aggregate"
  }
}
