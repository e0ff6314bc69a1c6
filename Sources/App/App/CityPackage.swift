import Books
import CityProfiles
import Commons
import EvidenceLog
import MeasureKit
import Rulebook
import SealedFiles
import ServiceRequests

/// The configuration of some measures of a city, signed, for another city to take over: a tar of
/// `package.note` (a signed note with the digests of the others), `package.json` (canonical JSON) and,
/// with measure 21, `catalogue.json`. No personal data and no secrets are in it. A package has one form:
/// what was read is written again and must come out the same, so that no byte can be changed.
public struct CityPackage: Sendable {
  /// The first line of the note; no checkpoint of a log begins like this.
  public static let format = "tequ city package 1"
  static let note = "package.note"
  static let content = "package.json"
  static let catalogue = "catalogue.json"
  /// More bytes than any package has.
  static let limit = 64 << 20

  /// Who signed it.
  public let key: NoteVerifier
  /// `package.json`.
  public let json: JSONValue
  /// `catalogue.json`, for a person to read and adapt; it names the agencies of the city it comes from.
  public let catalogue: [UInt8]?

  /// The measures in it, as `package.json` has them.
  public var measures: [JSONValue] { json["measures"]?.array ?? [] }

  // MARK: Making

  /// Makes a package from a city's files.
  ///
  /// - Throws: ``Problem`` 422 `not-adopted` for a measure without an entry in the profile.
  public static func make(
    _ numbers: [Int], of city: RunningCity, at moment: Instant
  ) throws -> [UInt8] {
    let files = RunningCity.profileFiles(city.folder)
    let profile = try JSONValue(parsing: files["city.json"] ?? [])
    let day = moment.date(in: city.profile.zone)
    let report = ReformReport(
      city, try ReformReport.Verdicts(city.profile, city.adoptions, on: day), at: moment)
    let parts = try numbers.map { number in
      guard let entry = report.entries.first(where: { $0.card.number == number }),
        entry.adoption != nil
      else {
        throw Problem.refused(
          "not-adopted",
          Phrase("本市没有采用第\(number)项，无从导出。", en: "This city has not adopted measure \(number)."))
      }
      return part(entry, of: profile)
    }
    let content: JSONValue = [
      "format": .string(format), "made_at": .string(moment.description),
      "city": [
        "code": .string(city.profile.code), "slug": .string(city.profile.slug),
        "name": .init(phrase: city.profile.name),
      ],
      "rules": [
        "adoption": .string(city.profile.gate.digest.hex),
        "all": .string(try AllLaw.base().digest.hex),
      ],
      "measures": .array(parts),
    ]
    var entries = [(name: CityPackage.content, bytes: content.canonicalBytes)]
    if numbers.contains(RequestsMeasure.card.number), let catalogue = files["catalogue.json"] {
      entries.append((name: CityPackage.catalogue, bytes: catalogue))
    }
    let text = text(city.signer.verifier, entries)
    return archive(try city.signer.sign(text).description, entries)
  }

  /// What belongs to a measure in a profile: its entry, the parameters and figures whose names begin with
  /// its own, and its indicators as they stood.
  private static func part(_ entry: ReformReport.Entry, of profile: JSONValue) -> JSONValue {
    let number = Int64(entry.card.number)
    let prefix = entry.card.slug + "."
    func rows(_ list: String, _ name: String) -> JSONValue {
      .array(
        (profile[list]?.array ?? []).filter { $0[name]?.string?.hasPrefix(prefix) ?? false })
    }
    return [
      "number": .integer(number), "slug": .string(entry.card.slug),
      "name": .init(phrase: entry.card.name),
      "functions": .array((entry.adoption?.functions ?? []).map(JSONValue.string)),
      "adoption": (profile["measures"]?.array ?? []).first { $0["number"]?.integer == number }
        ?? .null,
      "parameters": rows("parameters", "name"), "figures": rows("figures", "indicator"),
      "indicators": .array(
        entry.indicators.map { value, _ in
          [
            "id": .string(value.id), "name": .init(phrase: value.name),
            "formula": .init(phrase: value.formula),
            "value": value.value.map(JSONValue.number) ?? .null,
          ]
        }),
    ]
  }

  private static func text(
    _ key: NoteVerifier, _ entries: [(name: String, bytes: [UInt8])]
  ) -> String {
    "\(format)\n\(key.text)\n"
      + entries.map { "\(Digest.of($0.bytes).hex) \($0.name)\n" }.joined()
  }

  private static func archive(
    _ note: String, _ entries: [(name: String, bytes: [UInt8])]
  ) -> [UInt8] {
    let all = [(name: CityPackage.note, bytes: Array(note.utf8))] + entries
    return all.flatMap { entry in
      let size = Int64(entry.bytes.count)
      return Tar.header(entry.name, size: size, seconds: 0) + entry.bytes + Tar.padding(size: size)
    } + Tar.end
  }

  // MARK: Reading

  /// Opens a package and proves it whole: signature, digests, form.
  ///
  /// - Throws: ``Problem`` 422 `package-damaged` that says what does not fit.
  public init(_ bytes: [UInt8]) throws {
    guard bytes.count <= CityPackage.limit else {
      throw CityPackage.damaged(Phrase("文件过大", en: "the file is too large"))
    }
    let files = try CityPackage.files(bytes)
    let names = files.map(\.name)
    guard [[], [CityPackage.catalogue]].contains(Array(names.dropFirst(2))),
      names.prefix(2) == [CityPackage.note, CityPackage.content]
    else {
      throw CityPackage.damaged(
        Phrase("内含的文件不对：\(names)", en: "it does not hold the right files: \(names)"))
    }
    let text = String(decoding: files[0].bytes, as: UTF8.self)
    let entries = Array(files.dropFirst())
    guard let note = SignedNote(text), note.description == text, note.signatures.count == 1 else {
      throw CityPackage.damaged(Phrase("签名文件", en: "its signed note"))
    }
    let lines = note.text.split(separator: "\n", omittingEmptySubsequences: false)
    guard lines.count > 2, lines[0] == CityPackage.format,
      let key = NoteVerifier(text: String(lines[1])), key.text == lines[1], key.verifies(note)
    else { throw CityPackage.damaged(Phrase("签名", en: "its signature")) }
    guard note.text == CityPackage.text(key, entries) else {
      throw CityPackage.damaged(Phrase("内容与签名的摘要不符", en: "its content is not what was signed"))
    }
    guard CityPackage.archive(text, entries) == bytes else {
      throw CityPackage.damaged(Phrase("归档格式", en: "the form of the archive"))
    }
    guard let json = try? JSONValue(parsing: entries[0].bytes),
      json.canonicalBytes == entries[0].bytes,
      json["format"]?.string == CityPackage.format
    else { throw CityPackage.damaged(Phrase("package.json", en: "package.json")) }
    self.key = key
    self.json = json
    catalogue = entries.count > 1 ? entries[1].bytes : nil
  }

  private static func files(_ bytes: [UInt8]) throws -> [(name: String, bytes: [UInt8])] {
    var reader = TarReader()
    var files: [(name: String, bytes: [UInt8])] = []
    do {
      for event in try reader.read(bytes) {
        switch event {
        case .file(let name, _): files.append((name: name, bytes: []))
        case .bytes(let part): files[files.count - 1].bytes += part
        }
      }
    } catch { throw damaged(Phrase("归档格式", en: "the form of the archive")) }
    return files
  }

  /// Whether the city of a folder signed it itself, with the key of its log.
  public func isSigned(by folder: DataFolder) -> Bool {
    guard let seed = try? folder.keys.read().log,
      let own = try? NoteSigner(name: key.name, seed: seed)
    else { return false }
    return own.verifier == key
  }

  static func damaged(_ what: Phrase) -> Problem {
    .refused(
      "package-damaged",
      Phrase(
        "不是完好的举措配置包：\(what.zh)。请向发布城市重新索取。",
        en:
          "This is no sound package of measures: \(what.en). Ask the city that made it for it again."
      ))
  }
}
