import Commons

/// Compiles releases into records: finds all releases in a text, whatever lines and packages they stand in, and
/// merges those of each process by date.
///
/// The text must outlive the compiler. Used by one thread at a time.
public final class ReleaseCompiler {
  /// Why a process or a line has no result.
  public struct Failure: Hashable, Sendable {
    /// The process's ocid, or the place in the text.
    public let place: String
    /// What is wrong.
    public let reason: Phrase
  }

  private struct Release {
    let begin: Cursor
    let end: Cursor
    /// Its date as text; nil if it is none.
    let date: ByteText?
    let next: Int
  }

  private var scanner = JSONScanner()
  private let decoded = TextArena()
  private var merger: ReleaseMerger
  private var processes = TextTable(capacity: 1024)
  private var releases = ContiguousArray<Release>()
  /// The last release of each process.
  private var last = ContiguousArray<Int>()
  /// Lines that are no JSON, and releases that cannot be merged.
  public private(set) var failures: [Failure] = []
  /// Objects that are neither release nor package, such as links to releases.
  public private(set) var unidentified = 0

  /// A compiler without releases.
  public init(_ rules: MergeRules = .ocds) { merger = ReleaseMerger(rules) }

  /// Processes found.
  public var processCount: Int { processes.count }
  /// Releases found.
  public var releaseCount: Int { releases.count }

  /// Finds the releases of a text: lines, each a release, record or package, or one such over several lines.
  ///
  /// - Parameter bytes: with ``FlagFold/padding`` more bytes behind, which are overwritten.
  public func index(_ bytes: UnsafeMutablePointer<UInt8>, count: Int) {
    let isDocument = FlagFold.isCutOff(bytes, count: count)
    let end = UnsafePointer(bytes) + count
    if isDocument {
      bytes[count] = 0
      scanner.allowsLineBreaks = true
      let begin = scanner.space(UnsafePointer(bytes))
      if let after = scanner.skip(begin, depth: 0), scanner.space(after) == end {
        take(begin)
        return
      }
      bytes[count] = 0x0A
    }
    scanner.allowsLineBreaks = false
    var place = UnsafePointer(bytes)
    var line = 1
    while place < end {
      place = indexLine(place, line)
      line += 1
    }
    scanner.allowsLineBreaks = true
  }

  private func indexLine(_ begin: Cursor, _ line: Int) -> Cursor {
    let first = scanner.space(begin)
    if first.pointee == 0x0A { return first + 1 }
    if let after = scanner.skip(first, depth: 0), scanner.space(after).pointee == 0x0A {
      take(first)
      return scanner.space(after) + 1
    }
    let reason = scanner.failure?.fault ?? .trailing
    scanner.failure = nil
    failures.append(Failure(place: "line \(line)", reason: reason.phrase))
    var end = begin
    while end.pointee != 0x0A { end += 1 }
    return end + 1
  }

  /// Takes a release, or those in a record or package. The text has been checked.
  private func take(_ begin: Cursor) {
    guard begin.pointee == 0x7B else {
      unidentified += 1
      return
    }
    var ocid: ByteText?
    var date: ByteText?
    var list: Cursor?
    var place = scanner.space(begin + 1)
    while place.pointee == 0x22 {
      let (key, after) = text(place)
      place = scanner.space(scanner.space(after) + 1)
      guard let end = scanner.skip(place, depth: 0) else { return }
      if key.matches("ocid") {
        ocid = place.pointee == 0x22 ? text(place).text : nil
      } else if key.matches("date") {
        date = place.pointee == 0x22 ? text(place).text : nil
      } else if key.matches("releases") || key.matches("records") {
        list = place.pointee == 0x5B ? place : nil
      }
      place = scanner.space(end)
      if place.pointee == 0x2C { place = scanner.space(place + 1) }
    }
    if let list { return takeList(list) }
    guard let ocid else {
      unidentified += 1
      return
    }
    let number = Int(processes.number(of: ocid))
    while last.count <= number { last.append(-1) }
    releases.append(Release(begin: begin, end: place + 1, date: date, next: last[number]))
    last[number] = releases.count - 1
  }

  private func takeList(_ begin: Cursor) {
    var place = scanner.space(begin + 1)
    while place.pointee != 0x5D {
      guard let end = scanner.skip(place, depth: 0) else { return }
      take(place)
      place = scanner.space(end)
      if place.pointee == 0x2C { place = scanner.space(place + 1) }
    }
  }

  private func text(_ begin: Cursor) -> (text: ByteText, end: Cursor) {
    scanner.hasEscape = false
    guard let end = scanner.stringEnd(begin + 1) else {
      return (ByteText(start: begin, count: 0), begin)
    }
    return (
      scanner.hasEscape
        ? decoded.decode(begin + 1, end) : ByteText(start: begin + 1, count: end - begin - 1),
      end + 1
    )
  }

  /// The record of a process, from 0, on one line: its releases, compiled release and versioned release. Nil, and
  /// a failure, if its releases cannot be put in order.
  public func record(_ number: Int) -> [UInt8]? {
    var own: [Release] = []
    var index = last[number]
    while index >= 0 {
      own.append(releases[index])
      index = releases[index].next
    }
    own.reverse()
    return processes.withTexts { texts in
      let ocid = texts[UInt32(number)]
      guard own.count == 1 || own.allSatisfy({ $0.date != nil }) else {
        failures.append(
          Failure(
            place: ocid.string,
            reason: Phrase("有的发布没有日期", en: "a release has no date to be put in order by")))
        return nil
      }
      // Sorting keeps the order of those with one date.
      own.sort { a, b in b.date.map { b in a.date?.precedes(b) ?? true } ?? false }
      merger.begin()
      for release in own { merger.append(release.begin) }
      return write(ocid, own)
    }
  }

  private func write(_ ocid: ByteText, _ own: [Release]) -> [UInt8] {
    var record = FlagWriter()
    record.open()
    record.key("ocid")
    record.text(ocid)
    record.key("releases")
    record.raw("[")
    for (index, release) in own.enumerated() {
      if index > 0 { record.raw(",") }
      record.raw(ByteText(start: release.begin, count: release.end - release.begin))
    }
    record.raw("]")
    for (name, isVersioned) in [("compiledRelease", false), ("versionedRelease", true)]
      as [(StaticString, Bool)]
    {
      var release = ReleaseWriter(merger, versioned: isVersioned)
      release.write(ocid: ocid, date: own.last?.date)
      if let conflict = release.conflict {
        failures.append(
          Failure(
            place: ocid.string,
            reason: Phrase(
              "\(name)：各发布中 \(conflict) 的类型不一致",
              en: "\(name): \(conflict) is of different types in different releases")))
      } else {
        record.key(name)
        record.raw(release.writer.bytes)
      }
    }
    record.close()
    return record.bytes
  }
}
