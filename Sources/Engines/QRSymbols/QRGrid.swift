/// The modules of a symbol while it is made.
struct QRGrid {
  let version: Int
  let side: Int
  /// Dark modules, row by row.
  private(set) var dark: [Bool]
  /// Modules that belong to patterns and to the format: no data and no mask there.
  private var isTaken: [Bool]

  /// The patterns of a version (§6.3), with room for the format.
  init(version: Int) {
    self.version = version
    side = QRCapacity.side(version)
    dark = [Bool](repeating: false, count: side * side)
    isTaken = dark
    for place in 0..<side {
      take(6, place, place % 2 == 0)
      take(place, 6, place % 2 == 0)
    }
    for (row, column) in [(3, 3), (3, side - 4), (side - 4, 3)] { finder(row, column) }
    let centres = QRCapacity.alignment(version)
    for row in centres {
      for column in centres {
        let isCorner =
          (row == 6 && (column == 6 || column == side - 7)) || (row == side - 7 && column == 6)
        if !isCorner { alignment(row, column) }
      }
    }
    for place in formatPlaces.flatMap({ [$0.first, $0.second] }) { take(place.0, place.1, false) }
    take(side - 8, 8, true)
    if version >= 7 { writeVersion() }
  }

  private mutating func take(_ row: Int, _ column: Int, _ isDark: Bool) {
    guard (0..<side).contains(row), (0..<side).contains(column) else { return }
    dark[row * side + column] = isDark
    isTaken[row * side + column] = true
  }

  private mutating func finder(_ row: Int, _ column: Int) {
    for down in -4...4 {
      for right in -4...4 {
        let ring = max(abs(down), abs(right))
        take(row + down, column + right, ring != 2 && ring != 4)
      }
    }
  }

  private mutating func alignment(_ row: Int, _ column: Int) {
    for down in -2...2 {
      for right in -2...2 { take(row + down, column + right, max(abs(down), abs(right)) != 1) }
    }
  }

  /// Where each of the 15 bits of the format stands, the lowest first: around the finder at the upper
  /// left, and again along the two others (§7.9).
  private var formatPlaces: [(first: (Int, Int), second: (Int, Int))] {
    (0..<15).map { bit in
      let first: (Int, Int)
      switch bit {
      case 0...5: first = (bit, 8)
      case 6: first = (7, 8)
      case 7: first = (8, 8)
      case 8: first = (8, 7)
      default: first = (8, 14 - bit)
      }
      return (first, bit < 8 ? (8, side - 1 - bit) : (side - 15 + bit, 8))
    }
  }

  /// The remainder of a value, moved up, by a polynomial of this degree.
  private static func code(_ value: Int, _ polynomial: Int, degree: Int) -> Int {
    var rest = value << degree
    for bit in (degree..<(degree + 8)).reversed() where rest >> bit & 1 == 1 {
      rest ^= polynomial << (bit - degree)
    }
    return value << degree | rest
  }

  mutating func writeFormat(_ level: QRCorrection, mask: Int) {
    let bits = QRGrid.code(level.rawValue << 3 | mask, 0x537, degree: 10) ^ 0x5412
    for (bit, places) in formatPlaces.enumerated() {
      let isDark = bits >> bit & 1 == 1
      take(places.first.0, places.first.1, isDark)
      take(places.second.0, places.second.1, isDark)
    }
  }

  private mutating func writeVersion() {
    let bits = QRGrid.code(version, 0x1F25, degree: 12)
    for bit in 0..<18 {
      let isDark = bits >> bit & 1 == 1
      take(bit / 3, side - 11 + bit % 3, isDark)
      take(side - 11 + bit % 3, bit / 3, isDark)
    }
  }

  /// Puts codewords into the free modules: two columns at a time from the right, up and down (§7.7.3).
  mutating func place(_ words: [UInt8]) {
    var next = 0
    var isUpward = true
    for right in stride(from: side - 1, to: 0, by: -2) {
      // The vertical timing line counts as no column.
      let column = right <= 6 ? right - 1 : right
      for step in 0..<side {
        let row = isUpward ? side - 1 - step : step
        for place in [row * side + column, row * side + column - 1] where !isTaken[place] {
          if next < 8 * words.count {
            dark[place] = words[next / 8] >> UInt8(7 - next % 8) & 1 == 1
          }
          next += 1
        }
      }
      isUpward.toggle()
    }
  }

  mutating func apply(mask: Int) {
    for row in 0..<side {
      for column in 0..<side
      where !isTaken[row * side + column] && QRGrid.isMasked(mask, row, column) {
        dark[row * side + column].toggle()
      }
    }
  }

  /// The eight conditions of §7.8.2.
  private static func isMasked(_ mask: Int, _ i: Int, _ j: Int) -> Bool {
    switch mask {
    case 0: (i + j) % 2 == 0
    case 1: i % 2 == 0
    case 2: j % 3 == 0
    case 3: (i + j) % 3 == 0
    case 4: (i / 2 + j / 3) % 2 == 0
    case 5: i * j % 2 + i * j % 3 == 0
    case 6: (i * j % 2 + i * j % 3) % 2 == 0
    default: ((i + j) % 2 + i * j % 3) % 2 == 0
    }
  }

  /// How hard a symbol is to read, by the four features of §7.8.3.
  var penalty: Int {
    var total = 0
    for line in 0..<side {
      total += QRGrid.penalty(of: (0..<side).map { dark[line * side + $0] })
      total += QRGrid.penalty(of: (0..<side).map { dark[$0 * side + line] })
    }
    for row in 1..<side {
      for column in 1..<side {
        let here = dark[row * side + column]
        if here == dark[row * side + column - 1], here == dark[(row - 1) * side + column],
          here == dark[(row - 1) * side + column - 1]
        {
          total += 3
        }
      }
    }
    let share = 100 * dark.count { $0 } / dark.count
    return total + 10 * (abs(share - 50) / 5)
  }

  private static let finderLike: [[Bool]] = [
    [true, false, true, true, true, false, true, false, false, false, false],
    [false, false, false, false, true, false, true, true, true, false, true],
  ]

  /// Runs of one colour, and what looks like a finder.
  private static func penalty(of line: [Bool]) -> Int {
    var total = 0
    var run = 1
    for place in 1...line.count {
      if place < line.count, line[place] == line[place - 1] {
        run += 1
      } else {
        if run >= 5 { total += run - 2 }
        run = 1
      }
    }
    for start in 0...(line.count - 11) {
      for pattern in finderLike where line[start..<(start + 11)].elementsEqual(pattern) {
        total += 40
      }
    }
    return total
  }
}
