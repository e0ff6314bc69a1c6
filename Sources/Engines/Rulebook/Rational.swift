import Commons

/// Why an evaluation stopped, small enough for the fast path; ``RuleBase`` turns it into a
/// `Problem` with names and articles.
enum Fault: Error, Hashable {
  /// A fact that decides is not stated: its slot.
  case missing(Int)
  /// A number does not fit 128 bits, or an amount does not fit 64.
  case overflow
  /// A division by zero.
  case zeroDivisor
  /// Two exceptions of equal rank apply: places in the plan.
  case conflict(Int, Int)
  /// Neither the rule nor an exception covers the facts: a place in the plan.
  case notCovered(Int)
}

/// An exact fraction of 128-bit integers, in lowest terms with a positive denominator.
///
/// Rates and shares of the law are fractions (2.5 % is 1/40, a third is 1/3); floating point loses
/// the legal cent on such amounts. A result that does not fit is reported, never wrapped.
public struct Rational: Hashable, Sendable {
  /// The numerator, with the sign.
  public let numerator: Int128
  /// The denominator, at least 1.
  public let denominator: Int128

  /// A whole number.
  public init(_ whole: Int64) {
    numerator = Int128(whole)
    denominator = 1
  }

  /// A fraction of 64-bit integers; nil if the denominator is 0.
  public init?(_ numerator: Int64, over denominator: Int64) {
    guard denominator != 0 else { return nil }
    let sign: Int128 = denominator < 0 ? -1 : 1
    self.init(reducing: Int128(numerator) * sign, over: Int128(denominator) * sign)
  }

  private init(exactly numerator: Int128, over denominator: Int128) {
    self.numerator = numerator
    self.denominator = denominator
  }

  private init(reducing numerator: Int128, over denominator: Int128) {
    let divisor = Rational.divisor(numerator.magnitude, UInt128(denominator))
    if divisor == 1 {
      self.init(exactly: numerator, over: denominator)
    } else {
      self.init(exactly: numerator / Int128(divisor), over: denominator / Int128(divisor))
    }
  }

  /// Per cent, so that `percent(25, over: 10)` is 2.5 %.
  public static func percent(_ numerator: Int64, over denominator: Int64 = 1) -> Rational {
    Rational(reducing: Int128(numerator), over: Int128(max(1, denominator)) * 100)
  }

  /// Nought.
  public static let zero = Rational(0)
  /// One.
  public static let one = Rational(1)

  // 64-bit division is several times faster, and nearly all numbers of the law fit it.
  private static func divisor(_ a: UInt128, _ b: UInt128) -> UInt128 {
    var (a, b) = (a, b)
    while b > UInt128(UInt64.max) || a > UInt128(UInt64.max) {
      if b == 0 { return a }
      (a, b) = (b, a % b)
    }
    var (x, y) = (UInt64(a), UInt64(b))
    while y != 0 { (x, y) = (y, x % y) }
    return UInt128(x)
  }

  func adding(_ other: Rational) throws(Fault) -> Rational {
    if denominator == other.denominator {
      let (sum, overflow) = numerator.addingReportingOverflow(other.numerator)
      guard !overflow else { throw .overflow }
      return denominator == 1
        ? Rational(exactly: sum, over: 1) : Rational(reducing: sum, over: denominator)
    }
    let (a, first) = numerator.multipliedReportingOverflow(by: other.denominator)
    let (b, second) = other.numerator.multipliedReportingOverflow(by: denominator)
    let (sum, third) = a.addingReportingOverflow(b)
    let (below, fourth) = denominator.multipliedReportingOverflow(by: other.denominator)
    guard !first, !second, !third, !fourth else { throw .overflow }
    return Rational(reducing: sum, over: below)
  }

  func subtracting(_ other: Rational) throws(Fault) -> Rational {
    guard other.numerator != Int128.min else { throw .overflow }
    return try adding(Rational(exactly: -other.numerator, over: other.denominator))
  }

  func multiplied(by other: Rational) throws(Fault) -> Rational {
    // Crosswise reduction first keeps the products as small as they can be.
    let a = Rational.divisor(numerator.magnitude, UInt128(other.denominator))
    let b = Rational.divisor(other.numerator.magnitude, UInt128(denominator))
    guard a <= UInt128(Int128.max), b <= UInt128(Int128.max) else { throw .overflow }
    let (above, first) = (numerator / Int128(a))
      .multipliedReportingOverflow(by: other.numerator / Int128(b))
    let (below, second) = (denominator / Int128(b))
      .multipliedReportingOverflow(by: other.denominator / Int128(a))
    guard !first, !second else { throw .overflow }
    return Rational(exactly: above, over: below)
  }

  func divided(by other: Rational) throws(Fault) -> Rational {
    guard other.numerator != 0 else { throw .zeroDivisor }
    guard other.numerator != Int128.min else { throw .overflow }
    let sign: Int128 = other.numerator < 0 ? -1 : 1
    return try multiplied(
      by: Rational(exactly: other.denominator * sign, over: other.numerator * sign))
  }

  func isLess(than other: Rational) throws(Fault) -> Bool {
    if denominator == other.denominator { return numerator < other.numerator }
    let (a, first) = numerator.multipliedReportingOverflow(by: other.denominator)
    let (b, second) = other.numerator.multipliedReportingOverflow(by: denominator)
    guard !first, !second else { throw .overflow }
    return a < b
  }

  /// The nearest whole number as the rounding declares, or nil if it does not fit 64 bits.
  public func rounded(_ rounding: Rounding) -> Int64? {
    if denominator == 1 { return Int64(exactly: numerator) }
    let below = UInt128(denominator)
    let (quotient, remainder) = numerator.magnitude.quotientAndRemainder(dividingBy: below)
    let up: Bool =
      switch rounding {
      case .down: false
      case .up: remainder > 0
      case .halfUp: remainder >= below - remainder
      case .halfEven:
        remainder > below - remainder
          || (remainder == below - remainder && !quotient.isMultiple(of: 2))
      }
    let magnitude = quotient + (up ? 1 : 0)
    guard magnitude <= UInt128(Int64.max) else { return nil }
    return numerator < 0 ? -Int64(magnitude) : Int64(magnitude)
  }
}

extension Rational {
  /// As the law writes a rate: `2.5%` where two decimals say it exactly, else the fraction.
  var percentage: String {
    guard let scaled = try? multiplied(by: Rational(10_000)), scaled.denominator == 1,
      scaled.numerator >= 0
    else { return description }
    let (whole, rest) = scaled.numerator.quotientAndRemainder(dividingBy: 100)
    guard rest != 0 else { return "\(whole)%" }
    let digits = rest < 10 ? "0\(rest)" : "\(rest)"
    return "\(whole).\(digits.hasSuffix("0") ? String(digits.dropLast()) : digits)%"
  }
}

extension Rational: CustomStringConvertible {
  /// `7`, or `1/3`.
  public var description: String {
    denominator == 1 ? String(numerator) : "\(numerator)/\(denominator)"
  }
}
