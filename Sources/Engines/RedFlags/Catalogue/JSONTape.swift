import Commons

/// One process's text laid out as a list of values, in memory that is used again from process to process. Only
/// for text already checked by ``JSONScanner``, which must outlive what is read from the tape.
final class JSONTape {
  enum Kind: UInt8 { case object, array, text, number, yes, no, null }

  struct Node {
    /// The text of a string without quotation marks and escapes, or of a number.
    let start: Cursor
    let count: Int
    let kind: Kind
    /// The place after this value and all within it.
    var next: Int32
  }

  /// In memory of its own, so that what is read from the tape costs no counting of references.
  private var nodes = UnsafeMutablePointer<Node>.allocate(capacity: 1024)
  private var capacity = 1024
  private var count = 0
  private var scanner = JSONScanner()
  private let decoded = TextArena()

  init() { scanner.allowsLineBreaks = true }

  deinit { nodes.deallocate() }

  /// What is absent.
  var none: JSONView { JSONView(nodes: UnsafePointer(nodes), index: -1) }

  /// Lays out the value that begins here.
  func read(_ begin: Cursor) -> JSONView {
    count = 0
    decoded.reset()
    guard value(begin) != nil else { return none }
    return JSONView(nodes: UnsafePointer(nodes), index: 0)
  }

  private func value(_ begin: Cursor) -> Cursor? {
    switch begin.pointee {
    case 0x7B, 0x5B: return container(begin, isObject: begin.pointee == 0x7B)
    case 0x22: return text(begin)
    case 0x74: return word(begin, .yes, 4)
    case 0x66: return word(begin, .no, 5)
    case 0x6E: return word(begin, .null, 4)
    default:
      guard let end = scanner.number(begin) else { return nil }
      append(begin, end - begin, .number)
      return end
    }
  }

  private func word(_ begin: Cursor, _ kind: Kind, _ count: Int) -> Cursor {
    append(begin, count, kind)
    return begin + count
  }

  private func append(_ start: Cursor, _ count: Int, _ kind: Kind) {
    if self.count == capacity {
      let larger = UnsafeMutablePointer<Node>.allocate(capacity: capacity * 2)
      larger.moveInitialize(from: nodes, count: self.count)
      nodes.deallocate()
      (nodes, capacity) = (larger, capacity * 2)
    }
    (nodes + self.count).initialize(
      to: Node(start: start, count: count, kind: kind, next: Int32(self.count + 1)))
    self.count += 1
  }

  private func text(_ begin: Cursor) -> Cursor? {
    scanner.hasEscape = false
    guard let end = scanner.stringEnd(begin + 1) else { return nil }
    if scanner.hasEscape {
      let text = decoded.decode(begin + 1, end)
      append(text.start, text.count, .text)
    } else {
      append(begin + 1, end - begin - 1, .text)
    }
    return end + 1
  }

  private func container(_ begin: Cursor, isObject: Bool) -> Cursor? {
    let index = count
    append(begin, 0, isObject ? .object : .array)
    let close: UInt8 = isObject ? 0x7D : 0x5D
    var place = scanner.space(begin + 1)
    while place.pointee != close {
      if isObject {
        guard let after = text(place) else { return nil }
        place = scanner.space(scanner.space(after) + 1)
      }
      guard let after = value(place) else { return nil }
      place = scanner.space(after)
      if place.pointee == 0x2C { place = scanner.space(place + 1) }
    }
    nodes[index].next = Int32(count)
    return place + 1
  }
}

/// A value on a tape, or none: whatever is asked of what is absent or of another type is absent too. Valid only
/// until the tape is used again.
struct JSONView {
  fileprivate let nodes: UnsafePointer<JSONTape.Node>
  fileprivate let index: Int

  private var node: JSONTape.Node? { index < 0 ? nil : nodes[index] }
  var kind: JSONTape.Kind? { node?.kind }
  /// Whether there is a value other than null.
  var exists: Bool { index >= 0 && nodes[index].kind != .null }

  /// A member of an object; of several with one name the last.
  subscript(name: StaticString) -> JSONView {
    guard index >= 0, nodes[index].kind == .object else {
      return JSONView(nodes: nodes, index: -1)
    }
    let end = Int(nodes[index].next)
    var place = index + 1
    var found = -1
    while place < end {
      let key = nodes[place]
      if key.count == name.utf8CodeUnitCount,
        ByteText(start: key.start, count: key.count).matches(name)
      {
        found = place + 1
      }
      place = Int(nodes[place + 1].next)
    }
    return JSONView(nodes: nodes, index: found)
  }

  /// A string that holds something.
  var text: ByteText? {
    guard let node, node.kind == .text, node.count > 0 else { return nil }
    return ByteText(start: node.start, count: node.count)
  }

  /// An id: a string, or a whole number as it is written.
  var id: ByteText? {
    guard let node, node.kind == .text || node.kind == .number, node.count > 0 else { return nil }
    return ByteText(start: node.start, count: node.count)
  }

  var number: Double? {
    guard let node, node.kind == .number else { return nil }
    return JSONNumber.value(node.start, node.start + node.count)
  }

  var isTrue: Bool { kind == .yes }
  var time: Timestamp? { text.flatMap(Timestamp.init) }

  /// The elements of an array.
  var elements: Elements {
    guard index >= 0, nodes[index].kind == .array else {
      return Elements(nodes: nodes, place: 0, end: 0)
    }
    return Elements(nodes: nodes, place: index + 1, end: Int(nodes[index].next))
  }

  /// How many elements an array has.
  var count: Int { elements.reduce(into: 0) { count, _ in count += 1 } }

  struct Elements: Sequence, IteratorProtocol {
    fileprivate let nodes: UnsafePointer<JSONTape.Node>
    fileprivate var place: Int
    fileprivate let end: Int

    mutating func next() -> JSONView? {
      guard place < end else { return nil }
      defer { place = Int(nodes[place].next) }
      return JSONView(nodes: nodes, index: place)
    }
  }

  /// Whether a list of texts has this one.
  func contains(_ name: StaticString) -> Bool {
    elements.contains { $0.text?.matches(name) ?? false }
  }
}

extension JSONView {
  /// The members of an object, each with its name; of several with one name only the last.
  var members: Members {
    guard index >= 0, nodes[index].kind == .object else {
      return Members(nodes: nodes, place: 0, end: 0)
    }
    var members = Members(nodes: nodes, place: index + 1, end: Int(nodes[index].next))
    // Names of many members are not compared one by one.
    if members.end - index > 256 { members.findLast() }
    return members
  }

  struct Members: Sequence, IteratorProtocol {
    fileprivate let nodes: UnsafePointer<JSONTape.Node>
    fileprivate var place: Int
    fileprivate let end: Int
    /// Where each name comes last, if that has been found out.
    private var last: Set<Int>?

    fileprivate init(nodes: UnsafePointer<JSONTape.Node>, place: Int, end: Int) {
      self.nodes = nodes
      self.place = place
      self.end = end
    }

    fileprivate mutating func findLast() {
      var places: [[UInt8]: Int] = [:]
      var place = self.place
      while place < end {
        let key = nodes[place]
        places[ByteText(start: key.start, count: key.count).bytes] = place
        place = Int(nodes[place + 1].next)
      }
      last = Set(places.values)
    }

    mutating func next() -> (name: ByteText, value: JSONView)? {
      while place < end {
        let key = nodes[place]
        let value = place + 1
        let isLast = last?.contains(place)
        let name = ByteText(start: key.start, count: key.count)
        place = Int(nodes[value].next)
        if isLast ?? !comesAgain(name) { return (name, JSONView(nodes: nodes, index: value)) }
      }
      return nil
    }

    private func comesAgain(_ name: ByteText) -> Bool {
      var other = place
      while other < end {
        let key = nodes[other]
        if key.count == name.count, ByteText(start: key.start, count: key.count).equals(name) {
          return true
        }
        other = Int(nodes[other + 1].next)
      }
      return false
    }
  }

  func has(_ name: [UInt8]) -> Bool {
    guard index >= 0, nodes[index].kind == .object else { return false }
    let end = Int(nodes[index].next)
    var place = index + 1
    while place < end {
      let key = nodes[place]
      if ByteText(start: key.start, count: key.count).isBytes(name) { return true }
      place = Int(nodes[place + 1].next)
    }
    return false
  }

  /// A string, empty ones too.
  var string: ByteText? {
    guard let node, node.kind == .text else { return nil }
    return ByteText(start: node.start, count: node.count)
  }

  /// Whether a number is written without point and exponent.
  var isInteger: Bool {
    guard let node, node.kind == .number else { return false }
    return !(0..<node.count).contains { [0x2E, 0x45, 0x65].contains(node.start[$0]) }
  }

  /// Whether it has the value of a plain one: a string, number, boolean or null.
  func equals(_ value: JSONValue) -> Bool {
    switch value {
    case .string(let text): string.map { $0.isBytes(Array(text.utf8)) } ?? false
    case .bool(let isTrue): kind == (isTrue ? .yes : .no)
    case .null: kind == .null
    case .integer, .number: number.map { $0 == value.double } ?? false
    case .array, .object: false
    }
  }

  /// Whether two values are the same, whatever the order of members and the form of numbers.
  func equals(_ other: JSONView) -> Bool {
    guard let a = node, let b = other.node, a.kind == b.kind else { return false }
    switch a.kind {
    case .yes, .no, .null: return true
    case .text:
      return ByteText(start: a.start, count: a.count)
        .equals(ByteText(start: b.start, count: b.count))
    case .number: return number == other.number
    case .array:
      var (one, two) = (elements, other.elements)
      while true {
        switch (one.next(), two.next()) {
        case (nil, nil): return true
        case (let a?, let b?): if !a.equals(b) { return false }
        default: return false
        }
      }
    case .object:
      var count = 0
      for (name, value) in members {
        count += 1
        guard let same = other.members.first(where: { $0.name.equals(name) }),
          value.equals(same.value)
        else { return false }
      }
      return other.members.reduce(into: 0) { n, _ in n += 1 } == count
    }
  }

  /// A number that is the same for values that are the same.
  private var digest: UInt64 {
    guard let node else { return 0 }
    let seed = UInt64(node.kind.rawValue) &* 0x9E37_79B9_7F4A_7C15
    switch node.kind {
    case .yes, .no, .null: return seed
    case .text: return seed ^ ByteText(start: node.start, count: node.count).hash
    case .number: return seed ^ ((number ?? .nan) + 0).bitPattern &* 0xBF58_476D_1CE4_E5B9
    case .array: return elements.reduce(seed) { ($0 ^ $1.digest) &* 0x94D0_49BB_1331_11EB }
    case .object:
      return members.reduce(seed) {
        $0 &+ ($1.name.hash ^ $1.value.digest &* 0xA076_1D64_78BD_642F)
      }
    }
  }

  /// Whether an array holds one value twice.
  var hasEqualElements: Bool {
    var rest = elements
    // Most lists have few elements: none or one needs no comparing, of two each digest is looked at once.
    guard let first = rest.next(), let second = rest.next() else { return false }
    if rest.next() == nil {
      return first.digest == second.digest && first.equals(second)
    }
    var known: [UInt64: [JSONView]] = [:]
    for element in elements {
      let digest = element.digest
      if known[digest]?.contains(where: { $0.equals(element) }) ?? false { return true }
      known[digest, default: []].append(element)
    }
    return false
  }
}
