import Commons
import EvidenceLog
import Foundation
import HTTPValues
import SQLiteStorage
import Storage
import WebServer

/// A witness as a service (C2SP tlog-witness): it sees that logs only grow and signs what it saw. What it
/// signed last is compared and kept in one transaction, durably, before an answer leaves.
///
/// In its folder: `key.json` (the secret, readable by the owner alone), `logs` (a key a line), and
/// `witness.sqlite` with what it signed and what contradicted it.
public struct WitnessService: Sendable {
  private let store: any Store
  private let signer: NoteSigner
  private let logs: [NoteVerifier]
  private let time: any TimeSource
  private let lock: FolderLock?

  /// The witness's key.
  public var key: NoteVerifier { signer.verifier }

  /// The schema of its store, for whoever looks into it.
  public static let migration = Migration(
    "witness.0001",
    [
      """
      CREATE TABLE witnessed (
        origin TEXT NOT NULL PRIMARY KEY, note TEXT NOT NULL, cosigned TEXT NOT NULL,
        signed_at BIGINT NOT NULL) {clustered}
      """,
      """
      CREATE TABLE contradictions (
        digest TEXT NOT NULL PRIMARY KEY, origin TEXT NOT NULL, notes TEXT NOT NULL,
        seen_at BIGINT NOT NULL) {clustered}
      """,
    ])
  private static let notes = Statement("SELECT origin, note FROM witnessed")
  private static let find = Statement("SELECT note FROM witnessed WHERE origin = $1")
  private static let findCosigned = Statement("SELECT cosigned FROM witnessed WHERE origin = $1")
  private static let put = Statement(
    """
    INSERT INTO witnessed (origin, note, cosigned, signed_at) VALUES ($1, $2, $3, $4)
    ON CONFLICT (origin) DO UPDATE
    SET note = excluded.note, cosigned = excluded.cosigned, signed_at = excluded.signed_at
    """)
  private static let countContradictions = Statement(
    "SELECT count(*) FROM contradictions WHERE origin = $1")
  private static let keepContradiction = Statement(
    """
    INSERT INTO contradictions (digest, origin, notes, seen_at) VALUES ($1, $2, $3, $4)
    ON CONFLICT (digest) DO NOTHING
    """)
  private static let contradictions = Statement(
    "SELECT seen_at, notes FROM contradictions ORDER BY seen_at, digest")
  /// Contradictions of one log that are kept; what comes after proves nothing more.
  static let evidenceLimit: Int64 = 100

  // MARK: The folder

  /// Makes a witness's folder and key; the answer is its public half.
  ///
  /// - Throws: ``Problem`` 422 if there is one already, 400 for a name that no key can have.
  public static func create(
    _ folder: String, name: String, random: some RandomSource
  ) throws -> NoteVerifier {
    let seed = random.bytes(32)
    let signer = try NoteSigner(name: name, seed: seed, kind: .witness)
    try DataFolder(folder).create()
    let file = try PrivateFile.make(folder + "/key.json")
    let json: JSONValue = ["name": .string(name), "seed": .string(Hex.encode(seed))]
    try file.write(contentsOf: Data(json.canonicalBytes))
    try file.synchronize()
    try file.close()
    try PrivateFile.replace(
      folder + "/logs", with: Array("# the keys of the logs that are watched, one a line\n".utf8))
    return signer.verifier
  }

  /// Adds a log to those that are watched, from the next start on.
  ///
  /// - Throws: ``Problem`` 400 for a text that is no key of a log, 422 if it is watched already.
  public static func add(_ key: String, to folder: String) throws {
    _ = try signer(folder)
    guard let log = NoteVerifier(text: key), log.kind == .log else {
      throw Problem.malformed(
        Phrase("“\(key)”不是日志公钥。", en: "“\(key)” is no key of a log (name+hash+key)."))
    }
    guard try !logs(folder).contains(log) else {
      throw Problem.refused(
        "log-twice", Phrase("已在见证 \(log.name)。", en: "\(log.name) is watched already."))
    }
    let old = FileManager.default.contents(atPath: folder + "/logs").map { Array($0) } ?? []
    try PrivateFile.replace(folder + "/logs", with: old + Array((key + "\n").utf8))
  }

  /// The keys of the logs that are watched.
  public static func logs(_ folder: String) throws -> [NoteVerifier] {
    let data = FileManager.default.contents(atPath: folder + "/logs") ?? Data()
    var found: [NoteVerifier] = []
    for (index, line) in String(decoding: data, as: UTF8.self).split(
      separator: "\n", omittingEmptySubsequences: false
    ).enumerated() where !line.isEmpty && !line.hasPrefix("#") {
      guard let key = NoteVerifier(text: String(line)), key.kind == .log else {
        throw Problem.malformed(
          Phrase(
            "\(folder)/logs 第 \(index + 1) 行不是日志公钥。",
            en: "Line \(index + 1) of \(folder)/logs is no key of a log."))
      }
      found.append(key)
    }
    return found
  }

  private static func signer(_ folder: String) throws -> NoteSigner {
    let path = folder + "/key.json"
    guard let data = FileManager.default.contents(atPath: path) else {
      throw Problem.notFound(
        Phrase(
          "\(folder) 中没有见证密钥。请先运行 tequ witness init \(folder) --name 名称。",
          en: "There is no witness in \(folder). Run tequ witness init \(folder) --name NAME first."
        ))
    }
    guard !PrivateFile.isOpenToOthers(path) else {
      throw Problem.malformed(
        Phrase(
          "\(path) 的权限过宽（应为 600）。请执行 chmod 600 \(path)。",
          en: "\(path) may be read by others (must be 600). Run chmod 600 \(path)."))
    }
    guard let json = try? JSONValue(parsing: Array(data)), let name = json["name"]?.string,
      let seed = json["seed"]?.string.flatMap({ Hex.decode($0) })
    else {
      throw Problem.malformed(Phrase("\(path) 不是密钥文件。", en: "\(path) is no key file."))
    }
    return try NoteSigner(name: name, seed: seed, kind: .witness)
  }

  /// Opens the witness in a folder.
  ///
  /// - Parameter isReadOnly: whether it signs nothing; another process may sign meanwhile.
  /// - Throws: ``Problem`` 404 if there is none, 409 if another process runs it, 422 if what it signed
  ///   does not bear its signature.
  public init(_ folder: String, time: any TimeSource, isReadOnly: Bool = false) async throws {
    signer = try WitnessService.signer(folder)
    logs = try WitnessService.logs(folder)
    lock = isReadOnly ? nil : try FolderLock(folder + "/lock")
    self.time = time
    store = try SQLiteStore(
      .init(path: folder + "/witness.sqlite", cacheMegabytes: 2, isReadOnly: isReadOnly),
      migrations: [WitnessService.migration])
    let key = signer.verifier
    for row in try await store.all(
      Query(Statement("SELECT origin, cosigned FROM witnessed")) { ($0.text(0), $0.text(1)) })
    {
      let note = SignedNote(row.1)
      guard let note, key.cosigned(note) != nil, Checkpoint(text: note.text)?.origin == row.0
      else {
        throw Problem.refused(
          "witness-broken",
          Phrase(
            "\(folder)/witness.sqlite 中 \(row.0) 的记录没有本见证的签名：文件被改动，请从备份恢复。",
            en:
              "What \(folder)/witness.sqlite holds of \(row.0) does not bear this witness's signature: it was changed. Restore it from a backup."
          ))
      }
    }
  }

  /// Closes the store.
  public func close() { store.close() }

  // MARK: Deciding

  /// Decides on a request's body; what was signed is durable when this returns.
  public func add(_ body: String) async throws -> Witness.Answer {
    let (signer, logs, now) = (signer, logs, time.now)
    return try await store.write { view in
      // Only what the request is about is looked up, so that logs do not slow each other down.
      let origin = AddCheckpoint(text: body).flatMap { Checkpoint(text: $0.note.text)?.origin }
      var known: [String: SignedNote] = [:]
      if let origin {
        let text = try view.first(Query(WitnessService.find, [.text(origin)]) { $0.text(0) })
        known[origin] = text.flatMap { SignedNote($0) }
        guard text == nil || known[origin] != nil else {
          throw StorageError("the note of \(origin) cannot be read")
        }
      }
      var witness = Witness(signer: signer, logs: logs, latest: known)
      let answer = try witness.add(body, at: now)
      return WritePlan(
        try WitnessService.changes(answer, origin ?? "", witness, view, now), answer: answer)
    }
  }

  private static func changes(
    _ answer: Witness.Answer, _ origin: String, _ witness: Witness, _ view: any View, _ now: Instant
  ) throws -> [Change] {
    if case .signed(let signature) = answer, let note = witness.latest[origin] {
      let cosigned = note.adding([signature]).description
      let values: [SQLValue] = [
        .text(origin), .text(note.description), .text(cosigned), .integer(now.microseconds),
      ]
      return [Change(put, values)]
    }
    guard !answer.evidence.isEmpty else { return [] }
    let kept = try view.first(Query(countContradictions, [.text(origin)]) { $0.integer(0) }) ?? 0
    guard kept < evidenceLimit else { return [] }
    let notes = answer.evidence.map(\.description).joined(separator: "\n")
    let values: [SQLValue] = [
      .text(Digest.of(notes).hex), .text(origin), .text(notes), .integer(now.microseconds),
    ]
    return [Change(keepContradiction, values)]
  }

  /// What contradicted a checkpoint that was signed: when it was seen and both notes, the known one
  /// first. With the log's signatures they prove it to anybody.
  public func evidence() async throws -> [(seenAt: Instant, notes: String)] {
    try await store.all(
      Query(WitnessService.contradictions) { (seenAt: $0.instant(0), notes: $0.text(1)) })
  }

  // MARK: HTTP

  /// Answers a request: `POST add-checkpoint`, `GET <SHA-256 of a log's name>/checkpoint`, `GET key`,
  /// `GET /` with what is watched.
  public func respond(_ request: Request) async -> Response {
    do { return try await answer(request) } catch let problem as Problem {
      var response = Response.text(problem.detail.en + "\n", status: problem.status)
      response.addRetry(problem)
      return response
    } catch { return .text("unavailable\n", status: 503) }
  }

  private func answer(_ request: Request) async throws -> Response {
    let parts = request.path.split(separator: "/").map(String.init)
    if parts == ["add-checkpoint"] {
      guard request.method == .post else { return WitnessService.otherMethod("POST") }
      guard let body = String(validating: request.body, as: UTF8.self) else {
        return .text(Witness.Answer.malformed.body, status: 400)
      }
      let answer = try await add(body)
      return Response(answer.status, type: answer.mediaType, Array(answer.body.utf8))
    }
    guard request.method == .get || request.method == .head else {
      return WitnessService.otherMethod("GET, HEAD")
    }
    if parts.isEmpty { return .text(about) }
    if parts == ["key"] { return .text(key.text + "\n") }
    if parts == ["healthz"] { return .text("ok\n") }
    if parts.count == 2, parts[1] == "checkpoint",
      let log = logs.first(where: { Digest.of($0.name).hex == parts[0] }),
      let note = try await store.first(
        Query(WitnessService.findCosigned, [.text(log.name)]) { $0.text(0) })
    {
      return .text(note)
    }
    return .text("there is nothing here\n", status: 404)
  }

  private static func otherMethod(_ allowed: String) -> Response {
    var response = Response.text("this address answers \(allowed)\n", status: 405)
    response.headers.set("allow", allowed)
    return response
  }

  private var about: String {
    "witness \(key.text)\nPOST /add-checkpoint (C2SP tlog-witness)\n"
      + logs.map { "log \($0.text) /\(Digest.of($0.name).hex)/checkpoint\n" }.joined()
  }
}
