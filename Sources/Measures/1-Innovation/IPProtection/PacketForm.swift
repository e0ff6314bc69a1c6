import Commons
import EvidencePackets
import HTTPValues

/// Reads a packet from a form: a file of the format as it is, or other files with what is said of them.
struct PacketForm {
  private let form: FormFields
  private let capacity: String
  private let zone: ZoneOffset
  private var reader: FieldReader

  /// What somebody in a capacity sent in.
  init(_ form: FormFields, capacity: String, zone: ZoneOffset) {
    self.form = form
    self.capacity = capacity
    self.zone = zone
    reader = FieldReader(form)
  }

  /// The packet; throws ``Problem`` 422 with every field at fault.
  mutating func packet(nonce: [UInt8]) throws -> EvidencePacket {
    let files = form.files.filter { !$0.bytes.isEmpty }
    guard !files.isEmpty else {
      throw Problem.invalid([Problem.Field("files", Phrase("请选择文件。", en: "Choose the files."))])
    }
    if files.count == 1, files[0].filename.hasSuffix(".json") {
      return try EvidencePacket(files[0].bytes)
    }
    var content = source
    content.merge(collecting) { $1 }
    content.merge(keeping) { $1 }
    content["nonce"] = .string(Hex.encode(nonce))
    content["time"] = time
    try reader.finish()
    return try EvidencePacket(
      packing: files.map { file in
        PacketFile(
          name: file.filename, mediaType: file.mediaType ?? "application/octet-stream",
          bytes: file.bytes)
      }, content)
  }

  private mutating func text(
    _ name: String, _ zh: String, _ en: String, _ limit: Int, required: Bool = true
  ) -> JSONValue {
    .string(reader.text(name, Phrase(zh, en: en), required: required, limit: limit))
  }

  private var source: [String: JSONValue] {
    mutating get {
      [
        "title": text("title", "证明内容", "What it shows", 200),
        "origin": [
          "system": text("system", "来源系统", "System", 120),
          "operator": text("operator", "系统运营者", "Operator", 120),
          "address": text("address", "网址", "Address", 500, required: false),
          "mechanism": text("mechanism", "数据怎样产生", "How it came about", 1000),
          "ordinary_course": .bool(reader.flag("ordinary")),
          "interest": .string(form["interest"] ?? "none"),
        ],
      ]
    }
  }

  private var collecting: [String: JSONValue] {
    mutating get {
      let checks = EvidenceForm.checks.map { code, name -> JSONValue in
        [
          "name": .string(name.zh), "passed": .bool(reader.flag("check-\(code)")), "detail": "",
        ]
      }
      return [
        "collector": [
          "id": text("collector", "采集人", "Collector", 120),
          "organisation": text("organisation", "单位", "Organisation", 120),
          "capacity": .string(capacity),
        ],
        "tool": [
          "name": text("tool", "工具或方法", "Tool", 120),
          "version": text("tool-version", "版本", "Version", 60),
        ],
        "environment": [
          "device": text("device", "设备", "Device", 200),
          "system": text("device-system", "设备系统", "Its system", 200),
          "network": text("network", "网络", "Network", 200), "checks": .array(checks),
        ],
      ]
    }
  }

  private var time: JSONValue {
    mutating get {
      let parts = (form["collected-at"] ?? "").split(separator: ":").compactMap { Int($0) }
      let source = text("time-source", "时间来源", "Source of the time", 200)
      guard let day = CivilDate(form["collected-on"] ?? ""), parts.count >= 2,
        (0..<24).contains(parts[0]), (0..<60).contains(parts[1])
      else {
        reader.fail(
          "collected-on", Phrase("请填采集的日期和时间。", en: "Give day and time of collecting."))
        return .null
      }
      let moment = Instant(day, secondOfDay: parts[0] * 3600 + parts[1] * 60, in: zone)
      return [
        "source": source, "offset_milliseconds": 0, "started": .string(moment.description),
        "ended": .string(moment.description),
      ]
    }
  }

  private var keeping: [String: JSONValue] {
    mutating get {
      let standards = (form["standards"] ?? "").split(whereSeparator: \.isNewline)
        .map { FieldReader.trimmed(String($0)) }.filter { !$0.isEmpty }
      let notary = reader.text("notary", Phrase("公证", en: "Notary"), required: false, limit: 200)
      return [
        "storage": [
          "platform": text("storage", "采集后存在哪里", "Where it was kept", 200),
          "filing": text("filing", "存证平台备案号", "Filing", 200, required: false),
          "process": text("process", "怎样保存和传输", "How it was kept and sent", 1000),
          "standards": .array(standards.map { .string($0) }),
        ],
        "support": notary.isEmpty
          ? [] : [["kind": "notary", "name": .string(notary), "reference": .string(notary)]],
      ]
    }
  }
}
