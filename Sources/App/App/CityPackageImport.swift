import CityProfiles
import Commons
import EvidenceLog
import Foundation
import MeasureKit
import Rulebook

/// Takes a package over into a city: what would change is worked out and checked as a whole, the gate is
/// asked again for this city and day, and only then one file is replaced.
public struct CityPackageImport: Sendable {
  /// A value of the profile that changes.
  public struct Change: Hashable, Sendable {
    /// Where in `city.json` (JSON Pointer).
    public let pointer: String
    /// What is there; nil if nothing.
    public let before: JSONValue?
    /// What will be there; nil if nothing.
    public let after: JSONValue?
  }

  /// What the gate says of a function for this city.
  public struct Answer: Sendable {
    /// The measure.
    public let measure: Int
    /// The function.
    public let function: String
    /// What the gate says.
    public let verdict: AdoptionGate.Verdict
  }

  /// What changes in the profile.
  public let changes: [Change]
  /// What the gate says of the functions that the package switches on.
  public let answers: [Answer]
  /// Whether the package was made under the rules on adoption that this program has.
  public let hasSameRules: Bool
  private let city: [UInt8]
  private let files: [String: [UInt8]]

  /// Works out what a package would change; nothing is written.
  ///
  /// - Parameters:
  ///   - folder: the importing city's; without data of its own it is the demonstration city.
  ///   - records: by measure number, this city's own entry: `from`, `authorisations`, `stage` and what
  ///     else the profile has. Needed for a measure that the city has not adopted yet: the other city's
  ///     authorisation is not this one's.
  ///   - day: for which the gate is asked.
  /// - Throws: ``Problem`` 422 with everything that stands against it.
  public init(
    _ package: CityPackage, into folder: DataFolder, records: JSONValue = [:], on day: CivilDate
  ) throws {
    files = RunningCity.profileFiles(folder)
    let old = try JSONValue(parsing: files["city.json"] ?? [])
    let own = try CityProfile(files: files)
    var members = old.object ?? [:]
    var entries = members["measures"]?.array ?? []
    var missing: [Problem.Field] = []
    for part in package.measures {
      guard let number = CityPackageImport.number(of: part) else {
        throw CityPackage.damaged(
          Phrase("举措的序号、名称或参数", en: "number, name or parameters of a measure"))
      }
      let place = entries.firstIndex { $0["number"]?.integer == number }
      guard let entry = CityPackageImport.entry(part, place.map { entries[$0] }, records) else {
        missing += try CityPackageImport.needs(part, own, on: day)
        continue
      }
      if let place { entries[place] = entry } else { entries.append(entry) }
      for (list, keys) in [
        ("parameters", ["name"]), ("figures", ["indicator", "source"]),
      ] {
        members[list] = .array(
          CityPackageImport.merged(members[list]?.array ?? [], part[list]?.array ?? [], keys))
      }
    }
    guard missing.isEmpty else { throw CityPackageImport.refused(missing) }
    members["measures"] = .array(entries)
    let new = JSONValue.object(members)
    city = Array((new.pretty + "\n").utf8)
    let profile = try CityProfile(
      files: files.merging(["city.json": city], uniquingKeysWith: { $1 }))
    answers = try CityPackageImport.ask(package, profile, on: day)
    changes = CityPackageImport.differences(old, new, "")
    hasSameRules = package.json["rules"]?["adoption"]?.string == profile.gate.digest.hex
  }

  /// The number of a measure whose parameters and figures are its own; nil for anything else.
  private static func number(of part: JSONValue) -> Int64? {
    guard let number = part["number"]?.integer, let slug = part["slug"]?.string,
      AllMeasures.cards.contains(where: { $0.number == number && $0.slug == slug })
    else { return nil }
    let names =
      (part["parameters"]?.array ?? []).map { $0["name"]?.string }
      + (part["figures"]?.array ?? []).map { $0["indicator"]?.string }
    return names.allSatisfy { $0?.hasPrefix(slug + ".") ?? false } ? number : nil
  }

  /// This city's entry with the package's functions and, where it has a stage without criteria for
  /// stopping, those; nil if there is nothing of its own on record.
  private static func entry(
    _ part: JSONValue, _ own: JSONValue?, _ records: JSONValue
  ) -> JSONValue? {
    guard let number = part["number"]?.integer else { return nil }
    let record = records[String(number)]?.object
    guard var entry = record ?? own?.object else { return nil }
    entry["number"] = .integer(number)
    if entry["functions"] == nil || record == nil { entry["functions"] = part["functions"] }
    if var stage = entry["stage"]?.object, stage["stopCriteria"] == nil {
      stage["stopCriteria"] = part["adoption"]?["stage"]?["stopCriteria"]
      entry["stage"] = .object(stage)
    }
    return .object(entry)
  }

  /// Rows of one list with those of another put in the stead of rows with the same keys, or after them.
  private static func merged(
    _ old: [JSONValue], _ new: [JSONValue], _ keys: [String]
  ) -> [JSONValue] {
    var rows = old
    for row in new {
      if let place = rows.firstIndex(where: { known in keys.allSatisfy { known[$0] == row[$0] } }) {
        rows[place] = row
      } else {
        rows.append(row)
      }
    }
    return rows
  }

  // MARK: The gate, asked again

  /// What a city needs that has nothing on record for a measure.
  private static func needs(
    _ part: JSONValue, _ profile: CityProfile, on day: CivilDate
  ) throws(Problem) -> [Problem.Field] {
    let number = Int(part["number"]?.integer ?? 0)
    var fields: [Problem.Field] = []
    for function in (part["functions"]?.array ?? []).compactMap(\.string) {
      let path = try profile.gate.path(number, function, in: profile.code, on: day)
      let because = AdoptionPages.joined(path.because.map(\.phrase))
      let needed = path.needed.map(AdoptionPages.joined) ?? path.first.verdict.name
      fields.append(
        Problem.Field(
          "\(number) \(function)",
          Phrase(
            "本市没有第\(number)项的记录。需要：\(needed.zh)。依据：\(because.zh)。",
            en:
              "This city has nothing on record for measure \(number). Needed: \(needed.en). Under \(because.en)."
          )))
    }
    return fields
  }

  private static func ask(
    _ package: CityPackage, _ profile: CityProfile, on day: CivilDate
  ) throws -> [Answer] {
    let adoptions = try Adoptions(profile)
    var answers: [Answer] = []
    var faults: [Problem.Field] = []
    for part in package.measures {
      let number = Int(part["number"]?.integer ?? 0)
      guard let adoption = adoptions[number] else { continue }
      for function in adoption.functions {
        let asked = max(day, adoptions.firstDay(number, function) ?? adoption.from)
        guard let answer = adoptions.answer(number, function, on: asked) else { continue }
        answers.append(Answer(measure: number, function: function, verdict: answer.verdict))
        if !answer.verdict.isOpen {
          faults.append(
            Problem.Field(
              "\(number) \(function)", answer.refusal(number, function, on: asked)))
        }
      }
    }
    guard faults.isEmpty else { throw refused(faults) }
    return answers
  }

  private static func refused(_ fields: [Problem.Field]) -> Problem {
    Problem(
      "import-refused", status: 422,
      title: Phrase("不能导入", en: "The package cannot be taken over"),
      detail: Phrase(
        "准入规则不允许，或者本市缺少自己的授权记录；什么也没有改动。",
        en:
          "The rules on adoption do not allow it, or this city's own record is missing; nothing was changed."
      ), fields: fields)
  }

  // MARK: Differences

  static func differences(
    _ old: JSONValue?, _ new: JSONValue?, _ pointer: String
  ) -> [Change] {
    guard old != new else { return [] }
    if let a = old?.object, let b = new?.object {
      return Set(a.keys).union(b.keys).sorted().flatMap {
        differences(a[$0], b[$0], "\(pointer)/\($0)")
      }
    }
    if let a = old?.array, let b = new?.array, (a + b).contains(where: { $0.object != nil }) {
      return (0..<max(a.count, b.count)).flatMap { index in
        differences(
          index < a.count ? a[index] : nil, index < b.count ? b[index] : nil,
          "\(pointer)/\(index)")
      }
    }
    return [Change(pointer: pointer, before: old, after: new)]
  }

  // MARK: Writing

  /// Puts the new profile in place, in one step; the city reads it when it is started next.
  ///
  /// - Throws: ``Problem`` 409 if another import is under way or the profile was changed meanwhile, 422
  ///   if the file cannot be written.
  public func apply(to folder: DataFolder) throws {
    try folder.create()
    let mine = try FolderLock(folder.path + "/import.lock")
    defer { withExtendedLifetime(mine) {} }
    guard RunningCity.profileFiles(folder) == files else { throw Problem.stale }
    let own = folder.path + "/city"
    if FileManager.default.fileExists(atPath: own) {
      return try PrivateFile.replace(own + "/city.json", with: city)
    }
    // Both files appear with the folder, or none.
    let partial = own + ".partial"
    try? FileManager.default.removeItem(atPath: partial)
    try FileManager.default.createDirectory(
      atPath: partial, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    for (name, bytes) in files.merging(["city.json": city], uniquingKeysWith: { $1 }) {
      try PrivateFile.replace(partial + "/" + name, with: bytes)
    }
    try PrivateFile.move(partial, to: own)
  }
}
