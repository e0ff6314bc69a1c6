import Books
import CityProfiles
import Commons
import Desk
import EvidenceLog
import HTTPValues
import Markup
import MeasureKit
import NationalCrypto
import ServiceRequests
import Storage
import Verification

/// The log for everybody: a page about it, and its files in the form of C2SP tlog-tiles.
struct LogPages: Sendable {
  let city: RunningCity

  func routes(_ routes: inout Routes) {
    routes.get("/log") { try await page($0) }
    routes.get("/log/checkpoint", .everybody, .interface) { _ in try await checkpoint() }
    routes.get("/log/key", .everybody, .interface) { _ in
      .text(city.signer.verifier.text + "\n")
    }
    routes.get("/log/sm2-key", .everybody, .interface) { _ in
      guard let national = city.nationalSigner else {
        throw Problem.notFound(
          Phrase("本市的日志没有SM2签名。", en: "This city's log bears no SM2 signature."))
      }
      return .text(national.verifier.text + "\n")
    }
    routes.get("/log/tile/entries/{path...}", .everybody, .interface) { try await bundle($0) }
    routes.get("/log/tile/{level}/{path...}", .everybody, .interface) { try await tile($0) }
    routes.get("/log/entries.jsonl", .everybody, .interface) { try await export($0) }
    routes.get("/log/proof/{first}/{second}", .everybody, .interface) { try await consistency($0) }
  }

  private static let empty = Problem.notFound(
    Phrase("日志中还没有条目。", en: "There is nothing in the log yet."))

  private func state() async throws -> LogBook.State {
    guard let state = try await city.desk.store.first(LogBook.state) else { throw LogPages.empty }
    return state
  }

  private func checkpoint() async throws -> Response {
    guard let shown = try await city.desk.store.read({ try LogBook.shown($0) }) else {
      throw LogPages.empty
    }
    return .text(shown.checkpoint)
  }

  private func page(_ visit: Visit) async throws -> Response {
    let state = try await city.desk.store.first(LogBook.state)
    let size = state?.size ?? 0
    let rows = try await city.desk.store.all(
      LogBook.entries(from: max(0, size - 12), to: size))
    let shown = try await city.desk.store.read { try LogBook.shown($0) }
    let title = Phrase("存证日志", en: "Evidence log")
    return visit.page(title) { h in
      h.heading(
        title,
        lead: Phrase(
          "每一次办理都按顺序写入这本公开的日志。只增不改：任何改动都会使签名和证明对不上。姓名和诉求内容不在其中。",
          en:
            "Every act is written into this public log in order. It only grows: any change would break its proofs. Names and words are not in it."
        ))
      h.tiles { h in
        h.tile(
          Phrase("条目", en: "Entries"), Figures.grouped(size), unit: Phrase("条", en: "acts"))
        if let state = shown {
          let zone = city.profile.zone
          h.tile(
            Phrase("最新检查点", en: "Latest checkpoint"),
            String(state.signedAt.phrase(in: zone).en.suffix(5)),
            note: state.signedAt.phrase(in: zone, .date))
        }
      }
      if let shown { checkpointPanel(&h, shown) }
      h.section(
        Phrase("最近的条目", en: "Latest entries"),
        more: Phrase("导出条目（JSON行）›", en: "Export (JSON lines) ›"),
        "/log/entries.jsonl?limit=1000")
      h.table(
        Phrase("最近的条目", en: "Latest entries"),
        columns: [
          (Phrase("行为", en: "Act"), false), (Phrase("序号", en: "Index"), true),
          (Phrase("时间", en: "Time"), false), (Phrase("公开字段", en: "Public fields"), false),
        ], isCaptionHidden: true
      ) { table in
        for row in rows.reversed() {
          table.row([
            { h in
              h.element("strong", text: city.stepName(row.row.kind))
              h.element("span", .class("sub mono"), text: row.row.kind)
            },
            { $0.text(Figures.grouped(row.index)) },
            { $0.time(row.row.recordedAt, in: city.profile.zone) },
            {
              $0.element("span", .class("mono"), text: LogPages.spaced(row.row.publicFields))
            },
          ])
        }
      }
    }
  }

  /// Canonical JSON with a space after each comma, so that it breaks between fields.
  private static func spaced(_ json: String) -> String { json.replacing(",\"", with: ", \"") }

  private func checkpointPanel(_ h: inout HTML, _ state: LogBook.State) {
    h.element("div", .class("panel")) { h in
      h.element("h2", text: Phrase("检查点", en: "Checkpoint"))
      h.p(
        Phrase(
          "检查点是对全部条目的一次签名：名称、条目数、根值、签名。保存下来，日后可以核对日志没有改过。",
          en:
            "A signature over all entries: name, size, root, signature. Keep it, and later you can prove that the log has not been changed."
        ))
      h.element("pre", .class("mono"), text: state.checkpoint)
      h.element("p") { h in
        h.text(Phrase("日志公钥：", en: "Key of the log: "))
        h.element("span", .class("mono"), text: city.signer.verifier.text)
      }
      if let policy = city.publisher.policy { witnesses(&h, policy, state) }
      h.element("p") { h in
        h.a("/log/checkpoint", Phrase("下载检查点", en: "Download the checkpoint"))
        h.text(" · ")
        h.a("/log/key", Phrase("下载公钥", en: "Download the key"))
        h.text(" · ")
        h.a("/receipts", Phrase("核验回执", en: "Check a receipt"))
      }
    }
  }

  /// Who has to see checkpoints, and who saw this one.
  private func witnesses(
    _ h: inout HTML, _ policy: WitnessPolicy, _ state: LogBook.State
  ) {
    let note = SignedNote(state.checkpoint)
    h.element("p") { h in
      h.text(Phrase("见证：", en: "Witnesses: "))
      for (index, witness) in policy.witnesses.enumerated() {
        if index > 0 { h.text(Phrase("；", en: "; ")) }
        h.element("span", .class("mono"), text: witness.key.name)
        h.text(" ")
        if let time = note.flatMap({ witness.key.cosigned($0) }) {
          h.time(time, in: city.profile.zone)
        } else {
          h.text(Phrase("（未签）", en: "(has not signed)"))
        }
      }
    }
  }

  // MARK: Files

  /// A tile: `/log/tile/<level>/<index>[.p/<width>]`, hashes one after the other.
  private func tile(_ visit: Visit) async throws -> Response {
    guard let level = Int(visit["level"]), (0..<Tile.levelCount).contains(level),
      String(level) == visit["level"],
      let place = Tile.place(visit["path"]),
      let hashes = try await city.desk.store.first(
        LogBook.tile(level: level, index: place.index)),
      hashes.count >= place.count * MerkleTree.hashBytes
    else { throw Problem.notFound(Phrase("没有这一块。", en: "There is no such tile.")) }
    var response = Response(
      type: "application/octet-stream", Array(hashes.prefix(place.count * MerkleTree.hashBytes)))
    response.headers.set("cache-control", "public, max-age=31536000, immutable")
    return response
  }

  /// An entry bundle: entries with their lengths as 16-bit numbers, big-endian.
  private func bundle(_ visit: Visit) async throws -> Response {
    guard let place = Tile.place(visit["path"]) else {
      throw Problem.notFound(Phrase("没有这一块。", en: "There is no such bundle."))
    }
    let from = place.index * Tile.width
    let entries = try await entries(from: from, to: from + Int64(place.count))
    guard entries.count == place.count else {
      throw Problem.notFound(Phrase("没有这一块。", en: "There is no such bundle."))
    }
    let out = try EntryBundle.write(entries.map(\.canonicalBytes), from: from)
    var response = Response(type: "application/octet-stream", out)
    response.headers.set("cache-control", "public, max-age=31536000, immutable")
    return response
  }

  private func entries(from: Int64, to: Int64) async throws -> [LogEntry] {
    try await city.desk.store.report { view in
      let stamps = Dictionary(
        try view.all(StampBook.list).map { ($0.number, $0) },
        uniquingKeysWith: { first, _ in first })
      return try view.all(LogBook.entries(from: from, to: to)).map {
        try LogEntry($0.row, stamps)
      }
    }
  }

  /// Entries as lines of JSON, for whoever wants to compute the figures again.
  private func export(_ visit: Visit) async throws -> Response {
    let from = Int64(visit.request.query["from"] ?? "0") ?? -1
    let limit = Int64(visit.request.query["limit"] ?? "1000") ?? -1
    guard from >= 0, (1...10_000).contains(limit), from < Int64.max / 2 else {
      throw Problem.malformed(
        Phrase("from 不小于0，limit 为1至10000。", en: "“from” is at least 0, “limit” from 1 to 10,000."))
    }
    var out: [UInt8] = []
    let found = try await entries(from: from, to: from + limit)
    for entry in found { out += entry.canonicalBytes + [0x0A] }
    var response = Response(type: "application/jsonl", out)
    if Int64(found.count) == limit {
      response.linkNext("/log/entries.jsonl?from=\(from + limit)&limit=\(limit)")
    }
    return response
  }

  /// The proof that the log with `first` entries is the beginning of the one with `second`.
  private func consistency(_ visit: Visit) async throws -> Response {
    let size = try await state().size
    guard let first = Int64(visit["first"]), let second = Int64(visit["second"]), first > 0,
      first <= second, second <= size
    else {
      throw Problem.malformed(
        Phrase("应为 1 ≤ 前 ≤ 后 ≤ \(size)。", en: "1 ≤ first ≤ second ≤ \(size) is expected."))
    }
    let proof = try await city.desk.store.read { view in
      try ProofMaker(size: second, tiles: logTiles(view)).consistency(from: first)
    }
    return .json(["proof": .array(proof.map { .string(Base64.encode($0)) })])
  }
}
