import Commons
import Foundation
import RedFlags
import Testing

/// The result over lines of JSON.
func result(
  _ lines: [String], _ settings: FlagSettings = .all, map: Bool = false
) throws -> JSONValue {
  let fold = FlagFold(settings, map: map)
  fold.fold(Array(lines.joined(separator: "\n").utf8))
  return try JSONValue(parsing: fold.report().json())
}

/// A value of the result; nil if it is not there.
func value(_ result: JSONValue, _ group: String, _ id: String, _ code: String) -> Double? {
  result[group]?[id]?[code]?.double
}

/// Settings with these lines.
func settings(_ lines: String...) throws -> FlagSettings {
  try FlagSettings(ini: lines.joined(separator: "\n"))
}

/// A bid: status, tenderer, amount.
func bid(_ status: String, _ tenderer: String, _ amount: Double, _ currency: String = "CNY")
  -> String
{
  """
  {"status":"\(status)","tenderers":[{"id":"\(tenderer)"}],"date":"2024-01-01T00:00:00Z",\
  "value":{"amount":\(amount),"currency":"\(currency)"}}
  """
}

/// A process with bids that an award decides.
func process(
  _ ocid: String, _ bids: [String], winner: String, status: String = "active",
  items: String = "[]", tender: String = "{}"
) -> String {
  """
  {"ocid":"\(ocid)","buyer":{"id":"B"},"tender":\(tender),"bids":{"details":[\(bids.joined(separator: ","))]},\
  "awards":[{"status":"\(status)","suppliers":[{"id":"\(winner)"}],"items":\(items)}]}
  """
}

/// Files beside the repository that are only measured with.
enum Shared {
  static let market: String = {
    var url = URL(fileURLWithPath: #filePath)
    for _ in 0..<4 { url.deleteLastPathComponent() }
    return url.appendingPathComponent("shared/data/market").path
  }()
  static let isHere = FileManager.default.fileExists(atPath: market)

  /// A file, unpacked if it is compressed.
  static func bytes(_ name: String) throws -> [UInt8] {
    guard name.hasSuffix(".gz") else {
      return try [UInt8](Data(contentsOf: URL(fileURLWithPath: market + "/" + name)))
    }
    let unpack = Process()
    unpack.executableURL = URL(fileURLWithPath: "/bin/sh")
    unpack.arguments = ["-c", "exec gzip -dc '\(market)/\(name)'"]
    let pipe = Pipe()
    unpack.standardOutput = pipe
    try unpack.run()
    let data = try pipe.fileHandleForReading.readToEnd() ?? Data()
    unpack.waitUntilExit()
    return [UInt8](data)
  }
}
