import Commons
import EvidenceLog
import EvidencePackets
import Foundation
import Testing

/// A packet of two files that two parties held, in a log of some entries.
enum PacketSample {
  static let moment = Instant(rfc3339: "2026-03-02T01:02:03Z")!

  static let content: [String: JSONValue] = [
    "nonce": .string(String(repeating: "0b", count: 16)), "title": "仿冒商品页面",
    "origin": [
      "system": "示范商城", "operator": "示范商城公司", "address": "https://mall.example/item/7",
      "mechanism": "商家上传商品，页面由平台生成", "ordinary_course": true, "interest": "none",
    ],
    "collector": ["id": "agent-7", "organisation": "权利人", "capacity": "right-holder"],
    "tool": ["name": "取证浏览器", "version": "4.2.0", "sha256": .string(Digest.of("tool").hex)],
    "environment": [
      "device": "取证手机", "system": "HarmonyOS 5", "network": "蜂窝网络",
      "checks": [["name": "清洁性检查", "passed": true, "detail": "缓存已清空"]],
    ],
    "time": [
      "source": "ntp.ntsc.ac.cn", "offset_milliseconds": 12,
      "started": .string(moment.description),
      "ended": .string(moment.adding(seconds: 60).description),
    ],
    "storage": [
      "platform": "权利人电脑", "filing": "", "process": "采集后立即计算摘要并上传",
      "standards": ["SF/T 0076—2020"],
    ],
    "support": [["kind": "notary", "name": "示范公证处", "reference": "（2026）示证字第1号"]],
  ]

  static let files = [
    PacketFile(name: "页面.png", mediaType: "image/png", meaning: "商品页", bytes: [1, 2, 3, 4]),
    PacketFile(name: "录屏.txt", mediaType: "text/plain", bytes: Array("录屏".utf8)),
  ]

  static func packed() throws -> EvidencePacket { try EvidencePacket(packing: files, content) }

  static var signer: NoteSigner {
    get throws {
      try NoteSigner(name: "tequ.example/test", seed: Array(repeating: 7, count: 32))
    }
  }

  /// The packet after two steps of custody, each in the log.
  static func logged() throws -> EvidencePacket {
    let packet = try packed()
    let signer = try signer
    let first = CustodyEvent(
      content: packet.contentDigest, after: nil, at: moment, move: "received", to: "market",
      capacity: "agency", nonce: Array(repeating: 1, count: 16))
    let second = CustodyEvent(
      content: packet.contentDigest, after: first, at: moment.adding(seconds: 3600),
      move: "handed-over", to: "court-ip", capacity: "court", nonce: Array(repeating: 2, count: 16))
    let events = [first, second]
    let entries = events.map { event in
      LogEntry(
        kind: "ip-protection.deposit", recordedAt: moment, effectiveAt: moment,
        jurisdiction: "990000", authorisation: "", matter: Array(repeating: 3, count: 16),
        publicText: JSONValue.object(["custody": [.string(event.digest.hex)]]).canonical,
        commitment: Array(repeating: 4, count: 32))
    }
    let leaves = entries.map(\.leafHash)
    let root = MerkleTree.nodeHash(leaves[0], leaves[1])
    let note = try signer.sign("tequ.example/test\n2\n\(Base64.encode(root))\n")
    let receipts = entries.enumerated().map { place, entry in
      (
        event: place,
        receipt: Receipt(
          entry: String(decoding: entry.canonicalBytes, as: UTF8.self), index: Int64(place),
          proof: [leaves[1 - place]], checkpoint: note.description, key: signer.verifier.text,
          opening: nil)
      )
    }
    return packet.adding(custody: events, proofs: receipts)
  }
}

@Suite struct EvidencePacketTests {
  @Test func aPacketWithItsProofsHolds() throws {
    let packet = try EvidencePacket(PacketSample.logged().bytes)
    let checks = packet.verify(trusting: [try PacketSample.signer.verifier])
    let isWhole = checks.allSatisfy(\.holds)
    #expect(isWhole, "\(checks)")
    #expect(packet.custody.last?.holder == "court-ip")
  }

  @Test func aPacketWithoutProofsSaysSo() throws {
    let packet = try EvidencePacket(PacketSample.packed().bytes)
    let failed = packet.verify(trusting: [try PacketSample.signer.verifier]).filter { !$0.holds }
    #expect(failed.map(\.id) == ["logged"])
  }

  @Test func anotherLogIsNotTrusted() throws {
    let other = try NoteSigner(name: "tequ.example/test", seed: Array(repeating: 8, count: 32))
    let checks = try PacketSample.logged().verify(trusting: [other.verifier])
    #expect(checks.contains { !$0.holds })
  }

  /// Every byte, changed in some bit: refused when read or when checked.
  @Test func everyChangedByteIsFound() throws {
    let bytes = try PacketSample.logged().bytes
    var random = SeededRandom(seed: 11)
    var missed: [Int] = []
    for place in bytes.indices {
      var changed = bytes
      changed[place] ^= 1 << UInt8(random.below(8))
      guard let packet = try? EvidencePacket(changed) else { continue }
      if packet.verify(trusting: [try PacketSample.signer.verifier]).allSatisfy(\.holds) {
        missed.append(place)
      }
    }
    #expect(
      missed.isEmpty,
      "\(missed.map { String(decoding: bytes[max(0, $0 - 20)..<min(bytes.count, $0 + 20)], as: UTF8.self) })"
    )
  }

  @Test func whatIsMissingIsNamed() throws {
    var content = PacketSample.content
    content["tool"] = nil
    content["time"] = ["source": "ntp", "offset_milliseconds": 1, "started": "yesterday"]
    let refused = content
    let problem = try #require(
      #expect(throws: Problem.self) { try EvidencePacket(packing: PacketSample.files, refused) })
    let fields = problem.fields.map(\.pointer)
    #expect(fields.contains("/content/tool") && fields.contains("/content/time/started"))
    #expect(fields.contains("/content/time/ended"))
    #expect(throws: Problem.self) { try EvidencePacket(Array("{\"a\":1}".utf8)) }
    #expect(throws: Problem.self) { try EvidencePacket(Array("no json".utf8)) }
    #expect(throws: Problem.self) { try EvidencePacket(packing: [], PacketSample.content) }
  }

  @Test(arguments: ["", ".000", ".250", ".000000", ".000001"])
  func aMomentMayHaveThreeOrSixDigits(_ fraction: String) throws {
    var content = PacketSample.content
    content["time"] = [
      "source": "ntp", "offset_milliseconds": 1,
      "started": .string("2026-03-02T01:02:03\(fraction)Z"),
      "ended": .string("2026-03-02T01:03:03\(fraction)Z"),
    ]
    let written = content
    #expect(throws: Never.self) { try EvidencePacket(packing: PacketSample.files, written) }
    for wrong in ["T01:02:60Z", "t01:02:03Z", "T01:02:03.1Z", "T01:02:03+00:00"] {
      content["time"] = [
        "source": "ntp", "offset_milliseconds": 1, "started": .string("2026-03-02" + wrong),
        "ended": "2026-03-02T01:03:03Z",
      ]
      let refused = content
      #expect(throws: Problem.self, "\(wrong)") {
        try EvidencePacket(packing: PacketSample.files, refused)
      }
    }
  }

  @Test func custodyThatSkipsAHolderIsFound() throws {
    let packet = try PacketSample.logged()
    let alone = packet.adding(custody: [packet.custody[1]], proofs: [(0, packet.proofs[1].receipt)])
    let failed = alone.verify(trusting: [try PacketSample.signer.verifier]).filter { !$0.holds }
    #expect(failed.contains { $0.id == "custody" })
  }

  @Test func theReportSpeaksOfEveryFactor() throws {
    let packet = try PacketSample.logged()
    let checks = packet.verify(trusting: [try PacketSample.signer.verifier])
    let report = FactorReport(packet, checks)
    let standing = Dictionary(
      report.factors.map { ($0.id, $0.standing) }, uniquingKeysWith: { a, _ in a })
    #expect(standing["art16"] == .shown)
    #expect(standing["art17-1"] == .missing)
    #expect(standing["art17-3"] == .stated)
    #expect(standing["art18-notary"] == .stated)
    #expect(standing["art18-witness"] == .missing)
    #expect(standing["art19"] == .court)
    #expect(standing["ip6"] == .missing)
    #expect(report.factors.count == 16)
    let bare = FactorReport(
      try PacketSample.packed(), try PacketSample.packed().verify(trusting: []))
    #expect(bare.factors.first?.standing == .missing)
  }

  /// The schema that is served and the one in the documentation are one.
  @Test func theSchemaInTheDocumentsIsTheOneServed() throws {
    let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("docs/reference/evidence-packet.schema.json")
    let text = try String(contentsOf: path, encoding: .utf8)
    #expect(try JSONValue(parsing: text) == PacketFormat.schema)
  }
}
