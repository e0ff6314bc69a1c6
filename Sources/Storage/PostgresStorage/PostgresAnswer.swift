#if PostgreSQL
  import CPostgres
  import Storage

  /// What libpq holds of one statement; freed with the last answer that is part of it.
  private final class PostgresResult: @unchecked Sendable {
    let handle: OpaquePointer
    let types: [PostgresType]

    init(_ handle: OpaquePointer) {
      self.handle = handle
      types = (0..<Int(PQnfields(handle))).map {
        PostgresType(rawValue: PQftype(handle, Int32($0)))
      }
    }

    deinit { PQclear(handle) }
  }

  /// The rows of one answer.
  struct PostgresAnswer: Sendable {
    private let result: PostgresResult
    private let firstRow: Int
    let rowCount: Int
    private let firstColumn: Int

    init(_ handle: OpaquePointer) {
      result = PostgresResult(handle)
      firstRow = 0
      rowCount = Int(PQntuples(handle))
      firstColumn = 0
    }

    private init(_ result: PostgresResult, rows: Range<Int>) {
      self.result = result
      firstRow = rows.lowerBound
      rowCount = rows.count
      firstColumn = 1
    }

    /// The answers to so many questions that were asked by one statement: the first column says whose a
    /// row is, counted from 1. Nil if the rows are not in the order of the questions.
    func split(_ count: Int) -> [PostgresAnswer]? {
      var parts: [PostgresAnswer] = []
      parts.reserveCapacity(count)
      let cells = Cells(self)
      var row = 0
      for number in 1...Int64(count) {
        let start = row
        while row < rowCount {
          cells.row = Int32(row)
          guard cells.integer(0) == number else { break }
          row += 1
        }
        parts.append(PostgresAnswer(result, rows: start..<row))
      }
      return row == rowCount ? parts : nil
    }

    /// The number that is all of the answer; 0 if there is none.
    var number: Int64 { rowCount == 0 ? 0 : Row(Cells(self)).integer(0) }

    /// Rows inserted, updated or deleted.
    var touched: Int {
      guard let text = PQcmdTuples(result.handle) else { return 0 }
      return Int(String(cString: text)) ?? 0
    }

    /// What the server says it has done, such as `COMMIT`.
    var tag: String { PQcmdStatus(result.handle).map { String(cString: $0) } ?? "" }

    func all<Output>(_ decode: (Row) throws -> Output) throws -> [Output] {
      guard rowCount > 0 else { return [] }
      let cells = Cells(self)
      var rows: [Output] = []
      rows.reserveCapacity(rowCount)
      for row in firstRow..<(firstRow + rowCount) {
        cells.row = Int32(row)
        rows.append(try decode(Row(cells)))
      }
      return rows
    }

    func first<Output>(_ decode: (Row) throws -> Output) throws -> Output? {
      rowCount == 0 ? nil : try decode(Row(Cells(self)))
    }

    private final class Cells: RowCells {
      private let result: PostgresResult
      private let firstColumn: Int
      var row: Int32

      init(_ answer: PostgresAnswer) {
        result = answer.result
        firstColumn = answer.firstColumn
        row = Int32(answer.firstRow)
      }

      var count: Int { result.types.count - firstColumn }

      func isNull(_ column: Int) -> Bool {
        PQgetisnull(result.handle, row, Int32(firstColumn + column)) == 1
      }

      private func bytes(_ column: Int) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(
          start: PQgetvalue(result.handle, row, Int32(firstColumn + column)),
          count: Int(PQgetlength(result.handle, row, Int32(firstColumn + column))))
      }

      func integer(_ column: Int) -> Int64 {
        if case .integer = result.types[firstColumn + column], !isNull(column) {
          return PostgresType.integer(bytes(column))
        }
        return switch value(column) {
        case .integer(let integer): integer
        case .real(let real): Int64(real)
        default: 0
        }
      }

      func real(_ column: Int) -> Double {
        switch value(column) {
        case .integer(let integer): Double(integer)
        case .real(let real): real
        default: 0
        }
      }

      func text(_ column: Int) -> String {
        isNull(column) ? "" : String(decoding: bytes(column), as: UTF8.self)
      }

      func blob(_ column: Int) -> [UInt8] { isNull(column) ? [] : Array(bytes(column)) }

      func value(_ column: Int) -> SQLValue {
        isNull(column) ? .null : result.types[firstColumn + column].decode(bytes(column))
      }
    }
  }

  /// What a column holds and how its binary form is read.
  enum PostgresType {
    case integer, single, double, numeric, bytes, text

    init(rawValue: Oid) {
      switch rawValue {
      case 16, 20, 21, 23, 26: self = .integer  // bool, int8, int2, int4, oid
      case 700: self = .single
      case 701: self = .double
      case 1700: self = .numeric
      case 17: self = .bytes
      default: self = .text
      }
    }

    func decode(_ bytes: UnsafeRawBufferPointer) -> SQLValue {
      switch self {
      case .integer: .integer(PostgresType.integer(bytes))
      case .single: .real(Double(Float(bitPattern: UInt32(PostgresType.bits(bytes)))))
      case .double: .real(Double(bitPattern: PostgresType.bits(bytes)))
      case .numeric: PostgresType.numeric(bytes)
      case .bytes: .blob(Array(bytes))
      case .text: .text(String(decoding: bytes, as: UTF8.self))
      }
    }

    private static func bits(_ bytes: some Collection<UInt8>) -> UInt64 {
      bytes.reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// Big-endian with sign, of any width up to 8 bytes.
    fileprivate static func integer(_ bytes: UnsafeRawBufferPointer) -> Int64 {
      if bytes.count == 8 { return Int64(bigEndian: bytes.loadUnaligned(as: Int64.self)) }
      let unused = UInt64(64 - 8 * bytes.count)
      let value = Int64(bitPattern: bits(bytes) << unused)
      // A truth value is one byte, 0 or 1, and has no sign.
      return bytes.count == 1 ? Int64(bits(bytes)) : value >> Int64(unused)
    }

    /// PostgreSQL sums 64-bit columns as `numeric`, SQLite as integers: an integer stays one.
    private static func numeric(_ bytes: UnsafeRawBufferPointer) -> SQLValue {
      func field(_ index: Int) -> Int {
        Int(Int16(bitPattern: UInt16(bits(bytes[(2 * index)..<(2 * index + 2)]))))
      }
      guard bytes.count >= 8 else { return .null }
      let (count, weight, sign, scale) = (field(0), field(1), field(2), field(3))
      guard sign == 0 || sign == 0x4000 else { return .real(.nan) }
      let digits = (0..<count).map { field(4 + $0) }
      if scale == 0, weight < 5 {
        var magnitude = UInt64(0)
        var isExact = true
        for place in stride(from: 0, through: weight, by: 1) {
          let (shifted, over) = magnitude.multipliedReportingOverflow(by: 10_000)
          let digit = UInt64(place < count ? digits[place] : 0)
          let (sum, carry) = shifted.addingReportingOverflow(digit)
          isExact = isExact && !over && !carry
          magnitude = sum
        }
        if isExact, sign == 0, let value = Int64(exactly: magnitude) { return .integer(value) }
        if isExact, sign != 0, magnitude <= 1 << 63 {
          return .integer(Int64(truncatingIfNeeded: 0 &- magnitude))
        }
      }
      var value = 0.0
      var unit = 1.0
      for _ in 0..<abs(weight) { unit *= 10_000 }
      if weight < 0 { unit = 1 / unit }
      for digit in digits {
        value += Double(digit) * unit
        unit /= 10_000
      }
      return .real(sign == 0 ? value : -value)
    }
  }
#endif
