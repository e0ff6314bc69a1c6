import Books
import CaseEngine
import CaseWork
import Cities
import CityProfiles
import Commons
import Desk
import EvidenceLog
import EvidencePackets
import Interchange
import LegalTime
import MeasureFixture
import MeasureKit
import Rulebook
import SQLiteStorage
import Storage
import Testing

@testable import IPProtection

/// The measure over a store in memory, with a clock that is set by hand.
struct IPBench: MeasureBench {
  let measure: IPMeasure
  let time: ManualTime
  let ring: KeyRing

  static var secret: SharedSecret { get throws { try SharedSecret("a secret of the mall") } }

  init() throws {
    let made = try MemoryDesk()
    (time, ring) = (made.time, made.ring)
    let signer = try NoteSigner(name: "tequ.example/test", seed: Array(repeating: 7, count: 32))
    measure = try IPMeasure(
      desk: made.desk,
      rules: try IPRules(BundledCities.shifan(), law: AllLaw.base(), calendar: .stateCouncil),
      ring: ring, acknowledger: Acknowledger([]), partners: ["mall": try IPBench.secret],
      logKey: signer.verifier, random: SeededBytes(seed: 9)
    ) { _ in nil }
  }

  var desk: CommandDesk { measure.desk }

  private static func official(_ account: Int64, _ permission: String, _ agency: String) -> Actor {
    Actor(
      kind: .staff, account: account, permissions: ["ip-protection.desk", permission],
      agency: agency, agencies: [agency])
  }
  static let holder = Actor(
    kind: .citizen, account: 900, permissions: ["ip-protection.file", "ip-protection.as-citizen"])
  static let platform = official(2, "ip-protection.as-platform", "mall")
  static let officer = official(3, "ip-protection.as-handler", "market")
  static let court = official(4, "ip-protection.as-court", "court-basic")
  static let tribunal = official(5, "ip-protection.as-court", "court-ip")

  static func notice(_ changes: [String: JSONValue?] = [:]) -> CaseFacts {
    var values: [String: JSONValue] = [
      "holder": "晨光创意有限公司", "contact": "王", "phone": "13000000000", "right": "trademark",
      "right-number": "第12345678号", "platform": "mall",
      "links": "https://mall.example/item/1\nhttps://mall.example/item/2", "wanted": ["delete"],
      "place": "jiangnan", "statement": "标识相同，附比对图。", "truthful": true,
    ]
    for (name, value) in changes { values[name] = value }
    return CaseFacts(values)
  }

  func notify(_ changes: [String: JSONValue?] = [:]) async throws -> Int64 {
    try await desk.submit(
      OpenCase(.notify, said: IPBench.notice(changes), in: measure.office.setting),
      by: IPBench.holder
    ).aggregate
  }

  @discardableResult
  func step(
    _ command: CommandID, as capacity: ActorKind, on key: Int64, _ said: [String: JSONValue] = [:],
    by actor: Actor? = nil
  ) async throws -> CaseFileRow {
    let actors: [ActorKind: Actor] = [
      .holder: IPBench.holder, .platform: IPBench.platform, .officer: IPBench.officer,
      .court: IPBench.court, .system: measure.program,
    ]
    return try await step(
      measure.office, command, as: capacity, by: try #require(actor ?? actors[capacity]), on: key,
      said)
  }

  /// Measures that were taken and forwarded today.
  var measures: [String: JSONValue] {
    [
      "kinds": ["delete"], "taken": 2,
      "forwarded-on": .string(time.now.date(in: .beijing).description),
    ]
  }

  /// A notice on which the platform took measures.
  func measured(_ changes: [String: JSONValue?] = [:]) async throws -> Int64 {
    let key = try await notify(changes)
    try await step(.measures, as: .platform, on: key, measures)
    return key
  }

  /// A notice to which the merchant's statement reached the right holder on 3 March.
  func stated() async throws -> Int64 {
    let key = try await measured()
    time.set(Instant(rfc3339: "2026-03-03T10:00:00+08:00")!)
    try await step(
      .counter, as: .platform, on: key,
      ["merchant": "恒泰", "text": "有授权。", "arrived-on": "2026-03-03"])
    return key
  }

  func stage(_ key: Int64) async throws -> String { try await row(key).base.stage }

  /// The last day of a clock of a case.
  func lastDay(_ clock: ClockID, _ key: Int64) async throws -> String? {
    try CaseClocks(try await row(key).base.clocks)[clock]?.deadline(.stateCouncil)?.lastDay
      .description
  }

  /// What waits for platforms: event and case.
  func waiting() async throws -> [String] {
    try await desk.store.all(OutboxBook.fresh(limit: 100, kind: IPMeasure.pushKind)).map {
      try JSONValue(parsing: $0.payload)["event"]?.string ?? ""
    }
  }

  /// Puts a packet into a case.
  func deposit(_ key: Int64, by capacity: String = "right-holder") async throws -> EvidencePacket {
    let packet = try IPBench.packet()
    let bytes = packet.bytes
    let blob = try await desk.stage(
      IncomingFile(name: "p.json", mediaType: PacketFormat.mediaType, bytes: bytes), for: key)
    _ = try await desk.submit(
      MoveCase(
        .deposit, as: .system, on: key,
        said: CaseFacts([
          "packet": .string(packet.contentDigest.hex), "file": .string(Digest.of(bytes).hex),
          "packet-title": "页面", "depositor": .string(capacity),
        ]), files: [CaseAttachment(key: blob, digest: Digest.of(bytes).bytes)],
        in: measure.office.setting), by: measure.program)
    return packet
  }

  static func packet() throws -> EvidencePacket {
    let moment = JSONValue.string(MemoryDesk.start.description)
    return try EvidencePacket(
      packing: [PacketFile(name: "页面.txt", mediaType: "text/plain", bytes: Array("仿冒".utf8))],
      [
        "nonce": .string(String(repeating: "0a", count: 16)), "title": "仿冒页面",
        "origin": [
          "system": "示范商城", "operator": "示范商城公司", "address": "", "mechanism": "商家上传",
          "ordinary_course": true, "interest": "none",
        ],
        "collector": ["id": "王", "organisation": "本人", "capacity": "right-holder"],
        "tool": ["name": "手机截图", "version": "1"],
        "environment": ["device": "手机", "system": "5", "network": "蜂窝", "checks": []],
        "time": ["source": "网络时间", "offset_milliseconds": 0, "started": moment, "ended": moment],
        "storage": ["platform": "手机", "filing": "", "process": "直接上传", "standards": []],
        "support": [],
      ])
  }
}
