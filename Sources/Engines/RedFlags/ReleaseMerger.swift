import Commons

/// Merges the releases of one process into a compiled and a versioned release (OCDS 1.1, “Merging”).
struct ReleaseMerger {
  private let rules: MergeRules
  private var scanner = JSONScanner()
  private let decoded = TextArena()
  private(set) var tree = MergeTree()
  /// Of each release what versions tell of it, as it stands in its text.
  private(set) var releases = ContiguousArray<Head>()
  /// Objects of the lists that are being gone through.
  private var elements = ContiguousArray<Element>()

  struct Head {
    var id: ByteText?
    var date: ByteText?
    var tag: ByteText?
  }

  private struct Element {
    let begin: Cursor
    /// Its id as it stands, and as text; nil for null.
    var id: ByteText?
    var key: ByteText?
  }

  init(_ rules: MergeRules) {
    self.rules = rules
    scanner.allowsLineBreaks = true
  }

  mutating func begin() {
    decoded.reset()
    tree.clear()
    releases.removeAll(keepingCapacity: true)
  }

  /// Lays a release over those before. Its text has been checked.
  mutating func append(_ release: Cursor) {
    releases.append(Head())
    merge(release, into: 0, state: 0, isTop: true)
  }

  private mutating func merge(_ begin: Cursor, into node: Int32, state: Int32, isTop: Bool) {
    var place = scanner.space(begin + 1)
    while place.pointee == 0x22 {
      let key = text(place)
      place = scanner.space(scanner.space(key.end) + 1)
      guard let end = scanner.skip(place, depth: 0) else { return }
      let value = ByteText(start: place, count: end - place)
      let isHead = isTop && takeHead(key.text, value)
      if !isHead {
        let (next, rule) = rules.step(state, key.text)
        if rule != .omit { member(key.text, value, of: node, next, rule) }
      }
      place = scanner.space(end)
      if place.pointee == 0x2C { place = scanner.space(place + 1) }
    }
  }

  /// Keeps what a release says of itself; whether the member is one of these.
  private mutating func takeHead(_ key: ByteText, _ value: ByteText) -> Bool {
    let last = releases.count - 1
    if key.matches("id") {
      releases[last].id = value
    } else if key.matches("date") {
      releases[last].date = value
    } else if key.matches("tag") {
      releases[last].tag = value
    } else {
      return key.matches("ocid")
    }
    return true
  }

  private mutating func member(
    _ key: ByteText, _ value: ByteText, of node: Int32, _ state: Int32, _ rule: MergeRules.Rule?
  ) {
    let release = Int32(releases.count - 1)
    let first = value.start.pointee
    if rule == .whole || (first != 0x7B && first != 0x5B) {
      let child = tree.child(of: node, key, isItem: false)
      return tree.set(child, value, release: release)
    }
    let child = tree.child(of: node, key, isItem: false)
    if first == 0x7B {
      return merge(value.start, into: child, state: state, isTop: false)
    }
    let base = elements.count
    guard gather(value.start) else {
      elements.removeLast(elements.count - base)
      return tree.set(child, value, release: release)
    }
    for index in base..<elements.count {
      let element = elements[index]
      let item =
        element.key.map { tree.child(of: child, $0, isItem: true, id: element.id) }
        ?? tree.anonymous(in: child, key)
      merge(element.begin, into: item, state: state, isTop: false)
    }
    elements.removeLast(elements.count - base)
  }

  /// Appends the objects of a list with their ids; false if the list holds something else.
  private mutating func gather(_ begin: Cursor) -> Bool {
    var place = scanner.space(begin + 1)
    while place.pointee != 0x5D {
      guard place.pointee == 0x7B else { return false }
      var element = Element(begin: place)
      var inner = scanner.space(place + 1)
      while inner.pointee == 0x22 {
        let key = text(inner)
        inner = scanner.space(scanner.space(key.end) + 1)
        guard let end = scanner.skip(inner, depth: 0) else { return false }
        if key.text.matches("id") { take(inner, end, as: &element) }
        inner = scanner.space(end)
        if inner.pointee == 0x2C { inner = scanner.space(inner + 1) }
      }
      elements.append(element)
      place = scanner.space(inner + 1)
      if place.pointee == 0x2C { place = scanner.space(place + 1) }
    }
    return true
  }

  /// Ids are alike if their texts are, so that 1 is "1"; null is an id as well.
  private mutating func take(_ begin: Cursor, _ end: Cursor, as element: inout Element) {
    let raw = ByteText(start: begin, count: end - begin)
    element.key = begin.pointee == 0x22 ? text(begin).text : raw
    element.id = begin.pointee == 0x6E ? nil : raw
  }

  /// A checked string and the place after it.
  private mutating func text(_ begin: Cursor) -> (text: ByteText, end: Cursor) {
    scanner.hasEscape = false
    guard let end = scanner.stringEnd(begin + 1) else {
      return (ByteText(start: begin, count: 0), begin)
    }
    let text =
      scanner.hasEscape
      ? decoded.decode(begin + 1, end) : ByteText(start: begin + 1, count: end - begin - 1)
    return (text, end + 1)
  }
}

/// Writes what a merge tree says.
struct ReleaseWriter {
  private let tree: MergeTree
  /// For each release of a process what its versions begin with, up to their value.
  private let beginnings: [[UInt8]]
  private let isVersioned: Bool
  private(set) var writer = FlagWriter()
  /// The first path that cannot be written: parts over a whole value, or members and objects of a list.
  private(set) var conflict: String?

  init(_ merger: ReleaseMerger, versioned: Bool) {
    tree = merger.tree
    beginnings = versioned ? merger.releases.map(ReleaseWriter.beginning) : []
    isVersioned = versioned
  }

  private static func beginning(_ head: ReleaseMerger.Head) -> [UInt8] {
    var writer = FlagWriter()
    writer.open()
    for (name, value) in [
      ("releaseID", head.id), ("releaseDate", head.date), ("releaseTag", head.tag),
    ] as [(StaticString, ByteText?)] {
      writer.key(name)
      if let value { writer.raw(value) } else { writer.raw("null") }
    }
    writer.key("value")
    return writer.bytes
  }

  /// Writes the release of a process. `date` is the latest as text, nil without.
  mutating func write(ocid: ByteText, date: ByteText?) {
    writer.open()
    if !isVersioned {
      writer.key("tag")
      writer.raw("[\"compiled\"]")
      writer.key("id")
      let none: StaticString = "None"
      writer.text(
        ocid, "-", date ?? ByteText(start: none.utf8Start, count: none.utf8CodeUnitCount))
      if let date {
        writer.key("date")
        writer.text(date)
      }
    }
    writer.key("ocid")
    writer.text(ocid)
    members(of: tree.nodes[0])
    writer.close()
  }

  private mutating func members(of parent: MergeTree.Node) {
    var index = parent.first
    while index >= 0 {
      let node = tree.nodes[Int(index)]
      index = node.next
      // An object's own id has been written with it.
      if parent.id != nil, node.key.matches("id") { continue }
      if node.hasMembers || node.hasItems {
        container(node)
      } else if isVersioned {
        writer.key(node.key)
        writer.raw("[")
        versions(of: node)
        writer.raw("]")
      } else if let value = node.value, !ReleaseWriter.isNull(value) {
        writer.key(node.key)
        writer.raw(value)
      }
    }
  }

  private mutating func container(_ node: MergeTree.Node) {
    let isHidden =
      node.wholeFirst && (isVersioned || node.value.map { !ReleaseWriter.isNull($0) } ?? false)
    let takesList = isVersioned || node.value?.start.pointee == 0x5B
    if node.hasMembers && node.hasItems || isHidden && (node.hasMembers || !takesList) {
      conflict = conflict ?? node.key.string
      return
    }
    writer.key(node.key)
    guard node.hasItems else {
      writer.open()
      members(of: node)
      writer.close()
      return
    }
    writer.raw("[")
    var isFirst = true
    if isHidden {
      // A list replaced whole goes on with objects, where the same path later holds these.
      if isVersioned {
        versions(of: node)
      } else if let value = node.value {
        writer.raw(ByteText(start: value.start + 1, count: value.count - 2))
      }
      isFirst = false
    }
    var index = node.first
    while index >= 0 {
      let item = tree.nodes[Int(index)]
      index = item.next
      if !isFirst { writer.raw(",") }
      isFirst = false
      writer.open()
      if let id = item.id {
        writer.key("id")
        writer.raw(id)
      }
      members(of: item)
      writer.close()
    }
    writer.raw("]")
  }

  private mutating func versions(of node: MergeTree.Node) {
    var index = node.firstVersion
    while index >= 0 {
      let version = tree.versions[Int(index)]
      writer.written(beginnings[Int(version.release)])
      writer.raw(version.value)
      writer.close()
      index = version.next
      if index >= 0 { writer.raw(",") }
    }
  }

  private static func isNull(_ value: ByteText) -> Bool { value.start.pointee == 0x6E }
}
