import Commons

/// A tile of the tree (C2SP tlog-tiles): 256 hashes of one level that lie side by side, or fewer at
/// the right edge. Level 0 holds leaf hashes; level n holds the roots of full tiles of level n − 1.
public struct Tile: Hashable, Sendable {
  /// Hashes in a full tile.
  public static let width: Int64 = 256
  /// Levels that a tree of 2⁶³ leaves can have.
  public static let levelCount = 8

  /// The level.
  public let level: Int
  /// Which tile of its level.
  public let index: Int64

  /// A tile by its place.
  public init(level: Int, index: Int64) {
    self.level = level
    self.index = index
  }

  /// The path under which a tile with `count` hashes is served: `tile/0/x001/x234/067.p/8`.
  public func path(count: Int) -> String {
    Tile.path(folder: String(level), index: index, count: count)
  }

  /// Reads the end of a path, `x001/x234/067` or `067.p/5`: which tile, and how many hashes of it; nil for
  /// anything else.
  public static func place(_ path: String) -> (index: Int64, count: Int)? {
    var parts = path.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    var count = Int(width)
    if parts.count >= 2, parts[parts.count - 2].hasSuffix(".p") {
      let text = parts.removeLast()
      guard let partial = Int(text), (1..<count).contains(partial), String(partial) == text else {
        return nil
      }
      count = partial
      parts[parts.count - 1] = String(parts[parts.count - 1].dropLast(2))
    }
    var index: Int64 = 0
    // Five groups name more tiles than 2⁶³ leaves have; an index beyond would overflow as an entry's.
    guard (1...5).contains(parts.count) else { return nil }
    for (position, part) in parts.enumerated() {
      let isLast = position == parts.count - 1
      let digits = isLast ? part : String(part.dropFirst())
      guard isLast || part.hasPrefix("x"), digits.utf8.count == 3,
        digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let value = Int64(digits)
      else { return nil }
      index = index * 1000 + value
    }
    return (index, count)
  }

  static func path(folder: String, index: Int64, count: Int) -> String {
    var groups = [padded(Int(index % 1000), 3)]
    var rest = index / 1000
    while rest > 0 {
      groups.insert("x" + padded(Int(rest % 1000), 3), at: 0)
      rest /= 1000
    }
    let partial = count < Int(Tile.width) ? ".p/\(count)" : ""
    return "tile/\(folder)/" + groups.joined(separator: "/") + partial
  }
}

/// Reads the hashes of a tile, 32 bytes each; nil if there is no such tile.
public typealias TileReader = (Tile) throws -> [UInt8]?

/// A tree whose hashes lie in tiles.
public struct TiledTree: Sendable {
  /// Leaves.
  public private(set) var size: Int64
  /// The hashes of the last, unfinished tile of each level.
  private var edges: [[UInt8]]
  private let hasher: TreeHasher

  /// A tree without leaves.
  public init(hasher: TreeHasher = .best) {
    size = 0
    edges = []
    self.hasher = hasher
  }

  /// A tree of so many leaves, its right edge read from tiles; throws ``Problem`` if one is missing
  /// or short.
  public init(size: Int64, tiles: TileReader) throws {
    self.init()
    self.size = size
    var count = size
    var level = 0
    while count > 0 {
      let width = count % Tile.width
      if width == 0 {
        edges.append([])
      } else {
        let tile = Tile(level: level, index: count / Tile.width)
        guard let hashes = try tiles(tile), hashes.count >= Int(width) * 32 else {
          throw TiledTree.missing(tile)
        }
        edges.append(Array(hashes.prefix(Int(width) * 32)))
      }
      count /= Tile.width
      level += 1
    }
  }

  static func missing(_ tile: Tile) -> Problem {
    .notFound(
      Phrase(
        "日志缺少第 \(tile.level) 层第 \(tile.index) 块。",
        en: "The log lacks tile \(tile.index) of level \(tile.level)."))
  }

  /// Adds leaves, hashes of 32 bytes; the answer is every tile that is new or has grown.
  public mutating func append(_ leaves: [[UInt8]]) -> [(tile: Tile, hashes: [UInt8])] {
    append(hashes: Array(leaves.joined()))
  }

  /// Adds leaves whose hashes lie one after the other, 32 bytes each; the answer is every tile that is
  /// new or has grown.
  public mutating func append(hashes: [UInt8]) -> [(tile: Tile, hashes: [UInt8])] {
    precondition(hashes.count.isMultiple(of: 32), "hashes have 32 bytes")
    var grown: [(tile: Tile, hashes: [UInt8])] = []
    size += Int64(hashes.count / 32)
    var added = hashes
    var level = 0
    let full = Int(Tile.width) * 32
    while !added.isEmpty {
      if edges.count == level { edges.append([]) }
      var above: [UInt8] = []
      var rest = added[...]
      var index = (size >> Int64(8 * level) - Int64(added.count / 32)) / Tile.width
      while edges[level].count + rest.count >= full {
        let tile = edges[level] + rest.prefix(full - edges[level].count)
        rest = rest.dropFirst(full - edges[level].count)
        edges[level] = []
        grown.append((tile: Tile(level: level, index: index), hashes: tile))
        above += hasher.root(tile)
        index += 1
      }
      edges[level] += rest
      if !edges[level].isEmpty {
        grown.append((tile: Tile(level: level, index: index), hashes: edges[level]))
      }
      added = above
      level += 1
    }
    return grown
  }

  /// The root.
  public var root: [UInt8] {
    var below: [UInt8]?
    // From the leaves up: what a level has left over is folded to the right of its own hashes.
    for edge in edges {
      let hashes = edge + (below ?? [])
      below = hashes.isEmpty ? nil : hasher.root(hashes)
    }
    return below ?? MerkleTree.emptyRoot
  }
}

/// Proofs computed from tiles alone.
public struct ProofMaker {
  private let size: Int64
  private let tiles: TileReader

  /// Proofs in a tree of so many leaves.
  public init(size: Int64, tiles: @escaping TileReader) {
    self.size = size
    self.tiles = tiles
  }

  /// The hashes beside the way from a leaf to the root (RFC 9162 §2.1.3.1).
  public func inclusion(of index: Int64) throws -> [[UInt8]] {
    guard index >= 0, index < size else {
      throw Problem.notFound(
        Phrase("日志中没有第 \(index) 条。", en: "The log has no entry \(index)."))
    }
    return try path(index, 0, size)
  }

  private func path(_ index: Int64, _ from: Int64, _ to: Int64) throws -> [[UInt8]] {
    guard to - from > 1 else { return [] }
    let middle = from + MerkleTree.split(to - from)
    return index < middle
      ? try path(index, from, middle) + [hash(middle, to)]
      : try path(index, middle, to) + [hash(from, middle)]
  }

  /// The hashes that show the tree of `first` leaves inside this one (RFC 9162 §2.1.4.1).
  public func consistency(from first: Int64) throws -> [[UInt8]] {
    guard first >= 0, first <= size else {
      throw Problem.notFound(
        Phrase("日志没有 \(first) 条。", en: "The log does not have \(first) entries."))
    }
    return first == 0 || first == size ? [] : try subproof(first, 0, size, isWhole: true)
  }

  private func subproof(
    _ first: Int64, _ from: Int64, _ to: Int64, isWhole: Bool
  ) throws -> [[UInt8]] {
    if first == to { return isWhole ? [] : [try hash(from, to)] }
    let middle = from + MerkleTree.split(to - from)
    return first <= middle
      ? try subproof(first, from, middle, isWhole: isWhole) + [hash(middle, to)]
      : try subproof(first, middle, to, isWhole: false) + [hash(from, middle)]
  }

  /// The root of the tree.
  public func root() throws -> [UInt8] {
    size == 0 ? MerkleTree.emptyRoot : try hash(0, size)
  }

  /// The hash over the leaves from `from` to `to`: read from a tile if they make up one subtree,
  /// else put together from its halves.
  private func hash(_ from: Int64, _ to: Int64) throws -> [UInt8] {
    let count = to - from
    if count & (count - 1) == 0, from % count == 0 {
      let height = Int64(count.trailingZeroBitCount)
      let level = height / 8
      let span: Int64 = 1 << (height - level * 8)
      let first = from >> (8 * level)
      let tile = Tile(level: Int(level), index: first / Tile.width)
      let offset = Int(first % Tile.width) * 32
      let end = offset + Int(span) * 32
      guard let hashes = try tiles(tile), hashes.count >= end else { throw TiledTree.missing(tile) }
      return TreeHasher.best.root(hashes[offset..<end])
    }
    let middle = from + MerkleTree.split(count)
    return MerkleTree.nodeHash(try hash(from, middle), try hash(middle, to))
  }
}
