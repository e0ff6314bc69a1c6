import Commons

/// Releases of one process laid over one another: each path with its values, in the text of the releases. One
/// tree is filled again and again, so that merging allocates nothing.
struct MergeTree {
  struct Node {
    let key: ByteText
    let parent: Int32
    /// Whether it is an object in a list; `id` is its id as it stands, if it has one.
    let isItem: Bool
    let id: ByteText?
    let slot: Int
    var first: Int32 = -1
    var last: Int32 = -1
    var next: Int32 = -1
    var isLinked = false
    /// What it held as a whole: the latest, and all that differ from the one before.
    var value: ByteText?
    var firstVersion: Int32 = -1
    var lastVersion: Int32 = -1
    /// What it holds parts of.
    var hasMembers = false
    var hasItems = false
    /// Whether a whole value came before parts.
    var wholeFirst = false
  }

  struct Version {
    var value: ByteText
    let release: Int32
    let previous: Int32
    var next: Int32 = -1
  }

  private(set) var nodes = ContiguousArray<Node>()
  private(set) var versions = ContiguousArray<Version>()
  private var slots = ContiguousArray<Int32>(repeating: -1, count: 1024)

  mutating func clear() {
    for node in nodes where node.slot >= 0 { slots[node.slot] = -1 }
    nodes.removeAll(keepingCapacity: true)
    versions.removeAll(keepingCapacity: true)
    withUnsafePointer(to: UInt8(0)) {
      // The root's empty key is never read.
      nodes.append(
        Node(key: ByteText(start: $0, count: 0), parent: -1, isItem: false, id: nil, slot: -1))
    }
    nodes[0].isLinked = true
  }

  /// A member of an object or an object of a list by its id, known or new.
  mutating func child(
    of parent: Int32, _ key: ByteText, isItem: Bool, id: ByteText? = nil
  ) -> Int32 {
    if nodes.count * 2 > slots.count { grow() }
    var slot = place(parent, key)
    while slots[slot] >= 0 {
      let node = nodes[Int(slots[slot])]
      if node.parent == parent, node.isItem == isItem, node.key.equals(key) { return slots[slot] }
      slot = (slot + 1) & (slots.count - 1)
    }
    slots[slot] = Int32(nodes.count)
    nodes.append(Node(key: key, parent: parent, isItem: isItem, id: id, slot: slot))
    return slots[slot]
  }

  /// An object of a list that has no id and is like no other.
  mutating func anonymous(in parent: Int32, _ key: ByteText) -> Int32 {
    nodes.append(Node(key: key, parent: parent, isItem: true, id: nil, slot: -1))
    return Int32(nodes.count - 1)
  }

  private func place(_ parent: Int32, _ key: ByteText) -> Int {
    let hash = key.hash ^ UInt64(truncatingIfNeeded: parent) &* 0x9E37_79B9_7F4A_7C15
    return Int(truncatingIfNeeded: hash ^ (hash >> 29)) & (slots.count - 1)
  }

  private mutating func grow() {
    slots = ContiguousArray(repeating: -1, count: slots.count * 2)
    for index in nodes.indices where nodes[index].slot >= 0 {
      let old = nodes[index]
      var slot = place(old.parent, old.key)
      while slots[slot] >= 0 { slot = (slot + 1) & (slots.count - 1) }
      slots[slot] = Int32(index)
      var node = Node(
        key: old.key, parent: old.parent, isItem: old.isItem, id: old.id, slot: slot)
      (node.first, node.last, node.next) = (old.first, old.last, old.next)
      (node.isLinked, node.value, node.wholeFirst) = (old.isLinked, old.value, old.wholeFirst)
      (node.firstVersion, node.lastVersion) = (old.firstVersion, old.lastVersion)
      (node.hasMembers, node.hasItems) = (old.hasMembers, old.hasItems)
      nodes[index] = node
    }
  }

  /// Gives a node a whole value. Where parts came first they stand and it has no effect.
  mutating func set(_ node: Int32, _ value: ByteText, release: Int32) {
    let index = Int(node)
    if nodes[index].value == nil, nodes[index].hasMembers || nodes[index].hasItems { return }
    nodes[index].value = value
    let last = nodes[index].lastVersion
    if last >= 0, versions[Int(last)].release == release {
      return replace(last, of: index, value)
    }
    if last >= 0, JSONEquality.equal(versions[Int(last)].value, value) { return }
    let version = Int32(versions.count)
    versions.append(Version(value: value, release: release, previous: last))
    if last >= 0 { versions[Int(last)].next = version } else { nodes[index].firstVersion = version }
    nodes[index].lastVersion = version
    link(index)
  }

  /// Of two values in one release (a name or an id that occurs twice) the last counts.
  private mutating func replace(_ version: Int32, of node: Int, _ value: ByteText) {
    let previous = versions[Int(version)].previous
    if previous >= 0, JSONEquality.equal(versions[Int(previous)].value, value) {
      nodes[node].lastVersion = previous
      versions[Int(previous)].next = -1
    } else {
      versions[Int(version)].value = value
    }
  }

  /// Enters a node among the children of its parent, and so up, in the order of first values.
  private mutating func link(_ node: Int) {
    var index = node
    while !nodes[index].isLinked {
      nodes[index].isLinked = true
      let parent = Int(nodes[index].parent)
      if nodes[parent].value != nil, !nodes[parent].hasMembers, !nodes[parent].hasItems {
        nodes[parent].wholeFirst = true
      }
      if nodes[index].isItem {
        nodes[parent].hasItems = true
      } else {
        nodes[parent].hasMembers = true
      }
      let last = nodes[parent].last
      if last >= 0 {
        nodes[Int(last)].next = Int32(index)
      } else {
        nodes[parent].first = Int32(index)
      }
      nodes[parent].last = Int32(index)
      index = parent
    }
  }
}

/// Whether two checked JSON texts have the same value: order of members, escapes and forms of numbers do not
/// count, and true is 1 and false is 0, as for Python.
enum JSONEquality {
  static func equal(_ a: ByteText, _ b: ByteText) -> Bool {
    if a.equals(b) { return true }
    if a.start.pointee == 0x22 || b.start.pointee == 0x22 {
      guard a.start.pointee == b.start.pointee else { return false }
      guard hasEscape(a) || hasEscape(b) else { return false }
    }
    guard let a = value(a), let b = value(b) else { return false }
    return equal(a, b)
  }

  private static func hasEscape(_ text: ByteText) -> Bool {
    (0..<text.count).contains { text.start[$0] == 0x5C }
  }

  private static func value(_ text: ByteText) -> JSONValue? {
    try? JSONValue(
      parsing: Array(UnsafeBufferPointer(start: text.start, count: text.count)),
      limits: JSONValue.Limits(depth: JSONScanner.depthLimit, bytes: .max))
  }

  private static func equal(_ a: JSONValue, _ b: JSONValue) -> Bool {
    if let a = number(a), let b = number(b) { return a == b }
    switch (a, b) {
    case (.array(let a), .array(let b)): return a.elementsEqual(b, by: equal)
    case (.object(let a), .object(let b)):
      return a.count == b.count
        && a.allSatisfy { name, value in b[name].map { equal(value, $0) } ?? false }
    default: return a == b
    }
  }

  private static func number(_ value: JSONValue) -> Double? {
    value.double ?? value.bool.map { $0 ? 1 : 0 }
  }
}
