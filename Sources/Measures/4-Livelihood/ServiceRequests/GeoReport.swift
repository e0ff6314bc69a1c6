import Commons

/// A GeoReport v2 answer (Open311): one tree that is written as XML and as JSON, so that the two can
/// never differ. In JSON a list is an array of its members; in XML each member is an element with
/// the list's member name.
indirect enum GeoValue: Sendable {
  case text(String)
  case number(Double)
  case whole(Int64)
  case flag(Bool)
  /// Nothing: an empty element, `null`.
  case none
  case list(of: String, [GeoValue])
  case record([(name: String, value: GeoValue)])

  init(_ text: String?) { self = text.map(GeoValue.text) ?? .none }

  /// A coordinate in millionths of a degree as a decimal number of degrees.
  init(microdegrees: Int64?) {
    self = microdegrees.map { .number(Double($0) / 1_000_000) } ?? .none
  }

  /// The JSON form, members in the order of the specification.
  var json: [UInt8] {
    var out: [UInt8] = []
    writeJSON(&out)
    out.append(0x0A)
    return out
  }

  private func writeJSON(_ out: inout [UInt8]) {
    switch self {
    case .text(let text): out += JSONValue.string(text).canonicalBytes
    case .number(let number): out += JSONValue.number(number).canonicalBytes
    case .whole(let whole): out += Array(String(whole).utf8)
    case .flag(let flag): out += Array((flag ? "true" : "false").utf8)
    case .none: out += Array("null".utf8)
    case .list(_, let members):
      out.append(UInt8(ascii: "["))
      for (index, member) in members.enumerated() {
        if index > 0 { out.append(UInt8(ascii: ",")) }
        member.writeJSON(&out)
      }
      out.append(UInt8(ascii: "]"))
    case .record(let members):
      out.append(UInt8(ascii: "{"))
      for (index, member) in members.enumerated() {
        if index > 0 { out.append(UInt8(ascii: ",")) }
        out += JSONValue.string(member.name).canonicalBytes
        out.append(UInt8(ascii: ":"))
        member.value.writeJSON(&out)
      }
      out.append(UInt8(ascii: "}"))
    }
  }

  /// The XML form with this root element.
  func xml(root: String) -> [UInt8] {
    var out = Array("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n".utf8)
    writeXML(root, &out)
    out.append(0x0A)
    return out
  }

  private func writeXML(_ name: String, _ out: inout [UInt8]) {
    if case .none = self {
      out += Array("<\(name)/>".utf8)
      return
    }
    out += Array("<\(name)>".utf8)
    switch self {
    case .text(let text): GeoValue.escape(text, &out)
    case .number(let number): out += JSONValue.number(number).canonicalBytes
    case .whole(let whole): out += Array(String(whole).utf8)
    case .flag(let flag): out += Array((flag ? "true" : "false").utf8)
    case .none: break
    case .list(let member, let members): for value in members { value.writeXML(member, &out) }
    case .record(let members): for member in members { member.value.writeXML(member.name, &out) }
    }
    out += Array("</\(name)>".utf8)
  }

  /// Writes character data; characters that XML 1.0 does not allow are dropped.
  private static func escape(_ text: String, _ out: inout [UInt8]) {
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": out += Array("&amp;".utf8)
      case "<": out += Array("&lt;".utf8)
      case ">": out += Array("&gt;".utf8)
      case "\t", "\n", "\r": out += Array(UTF8.encode(scalar)!)
      default:
        let isAllowed = scalar.value >= 0x20 && scalar.value != 0xFFFE && scalar.value != 0xFFFF
        if isAllowed { out += Array(UTF8.encode(scalar)!) }
      }
    }
  }
}

/// The documents of GeoReport v2.
enum GeoReport {
  /// The answer to a request that failed.
  static func errors(_ problems: [(code: Int, description: String)]) -> GeoValue {
    .list(
      of: "error",
      problems.map {
        .record([
          (name: "code", value: .whole(Int64($0.code))),
          (name: "description", value: .text($0.description)),
        ])
      })
  }

  /// Where the interface is, and in which formats.
  static func discovery(base: String, contact: String, changed: Instant) -> GeoValue {
    let date = changed.rfc3339(in: .beijing)
    return .record([
      (name: "changeset", value: .text(date)), (name: "contact", value: .text(contact)),
      (name: "key_service", value: .text(contact)),
      (
        name: "endpoints",
        value: .list(
          of: "endpoint",
          [
            .record([
              (name: "specification", value: .text("http://wiki.open311.org/GeoReport_v2")),
              (name: "url", value: .text(base)), (name: "changeset", value: .text(date)),
              (name: "type", value: .text("production")),
              (
                name: "formats",
                value: .list(of: "format", [.text("text/xml"), .text("application/json")])
              ),
            ])
          ])
      ),
    ])
  }

  /// One service of the list.
  static func service(
    code: String, name: String, description: String, keywords: [String], group: String
  ) -> GeoValue {
    .record([
      (name: "service_code", value: .text(code)), (name: "service_name", value: .text(name)),
      (name: "description", value: .text(description)), (name: "metadata", value: .flag(true)),
      (name: "type", value: .text("realtime")),
      (name: "keywords", value: .text(keywords.joined(separator: ","))),
      (name: "group", value: .text(group)),
    ])
  }

  /// A question that a service asks besides place and description.
  struct Attribute {
    let code: String
    let description: String
    let values: [(key: String, name: String)]
  }

  /// What a service asks for.
  static func definition(code: String, _ attributes: [Attribute]) -> GeoValue {
    .record([
      (name: "service_code", value: .text(code)),
      (
        name: "attributes",
        value: .list(
          of: "attribute",
          attributes.enumerated().map { index, attribute in
            .record([
              (name: "variable", value: .flag(true)), (name: "code", value: .text(attribute.code)),
              (
                name: "datatype",
                value: .text(attribute.values.isEmpty ? "string" : "singlevaluelist")
              ),
              (name: "required", value: .flag(false)),
              (name: "datatype_description", value: .text("")),
              (name: "order", value: .whole(Int64(index + 1))),
              (name: "description", value: .text(attribute.description)),
              (
                name: "values",
                value: .list(
                  of: "value",
                  attribute.values.map {
                    .record([
                      (name: "key", value: .text($0.key)), (name: "name", value: .text($0.name)),
                    ])
                  })
              ),
            ])
          })
      ),
    ])
  }
}
