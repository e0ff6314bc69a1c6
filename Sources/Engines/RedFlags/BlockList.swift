/// A list that grows without moving what it holds: the room it takes is never more than a block beyond need.
struct BlockList<Element>: Sequence {
  private static var blockCount: Int { 4096 }
  private var blocks: [ContiguousArray<Element>] = []

  var count: Int {
    blocks.isEmpty ? 0 : (blocks.count - 1) * BlockList.blockCount + blocks[blocks.count - 1].count
  }

  subscript(index: Int) -> Element {
    blocks[index / BlockList.blockCount][index % BlockList.blockCount]
  }

  mutating func append(_ element: Element) {
    if blocks.isEmpty || blocks[blocks.count - 1].count == BlockList.blockCount {
      var block = ContiguousArray<Element>()
      // The first block grows as it is needed: many lists are short.
      if !blocks.isEmpty { block.reserveCapacity(BlockList.blockCount) }
      blocks.append(block)
    }
    blocks[blocks.count - 1].append(element)
  }

  func makeIterator() -> FlattenSequence<[ContiguousArray<Element>]>.Iterator {
    blocks.joined().makeIterator()
  }
}
