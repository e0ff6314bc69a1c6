/// An amount in the smallest unit of a currency (ISO 4217), for example fen. Never a fraction.
public struct Money: Hashable, Sendable {
  /// The amount in minor units; negative for a debt.
  public let minorUnits: Int64
  /// The currency.
  public let currency: Currency

  /// An amount in minor units.
  public init(minorUnits: Int64, _ currency: Currency) {
    self.minorUnits = minorUnits
    self.currency = currency
  }

  /// Renminbi, in fen.
  public static func fen(_ amount: Int64) -> Money { Money(minorUnits: amount, .cny) }

  /// The sum, or nil if it overflows or the currencies differ.
  public func adding(_ other: Money) -> Money? {
    guard currency == other.currency else { return nil }
    let (sum, overflow) = minorUnits.addingReportingOverflow(other.minorUnits)
    return overflow ? nil : Money(minorUnits: sum, currency)
  }

  /// The difference, or nil if it overflows or the currencies differ.
  public func subtracting(_ other: Money) -> Money? {
    guard currency == other.currency else { return nil }
    let (difference, overflow) = minorUnits.subtractingReportingOverflow(other.minorUnits)
    return overflow ? nil : Money(minorUnits: difference, currency)
  }

  /// This amount times `numerator / denominator`, computed exactly and rounded once as declared;
  /// nil on overflow or a denominator that is not positive.
  public func scaled(
    _ numerator: Int64, over denominator: Int64, _ rounding: Rounding
  ) -> Money? {
    guard denominator > 0 else { return nil }
    let isNegative = (minorUnits < 0) != (numerator < 0)
    let product = minorUnits.magnitude.multipliedFullWidth(by: numerator.magnitude)
    guard product.high < denominator.magnitude else { return nil }
    let (quotient, remainder) = denominator.magnitude.dividingFullWidth(product)
    let up: Bool =
      switch rounding {
      case .down: false
      case .up: remainder > 0
      case .halfUp: remainder >= denominator.magnitude - remainder && remainder > 0
      case .halfEven:
        remainder > denominator.magnitude - remainder
          || (remainder == denominator.magnitude - remainder && !quotient.isMultiple(of: 2))
      }
    let (magnitude, overflow) = quotient.addingReportingOverflow(up ? 1 : 0)
    guard !overflow, magnitude <= UInt64(Int64.max) else { return nil }
    return Money(minorUnits: isNegative ? -Int64(magnitude) : Int64(magnitude), currency)
  }
}

/// How one computation is rounded; always declared, never a default. All are symmetric about zero.
public enum Rounding: Sendable {
  /// Towards zero.
  case down
  /// Away from zero.
  case up
  /// To the nearest, halves away from zero (四舍五入).
  case halfUp
  /// To the nearest, halves to the even neighbour (GB/T 8170).
  case halfEven
}

/// An ISO 4217 currency.
public struct Currency: Hashable, Sendable {
  /// The three-letter code.
  public let code: String
  /// Digits after the point.
  public let minorDigits: Int

  /// A currency by code and number of minor digits.
  public init(code: String, minorDigits: Int) {
    self.code = code
    self.minorDigits = minorDigits
  }

  /// Renminbi yuan.
  public static let cny = Currency(code: "CNY", minorDigits: 2)
  /// Hong Kong dollar.
  public static let hkd = Currency(code: "HKD", minorDigits: 2)
  /// United States dollar.
  public static let usd = Currency(code: "USD", minorDigits: 2)
}

extension Money: CustomStringConvertible {
  /// Such as `CNY 1234.05`.
  public var description: String {
    var scale: UInt64 = 1
    for _ in 0..<currency.minorDigits { scale *= 10 }
    let sign = minorUnits < 0 ? "-" : ""
    let whole = minorUnits.magnitude / scale
    guard currency.minorDigits > 0 else { return "\(currency.code) \(sign)\(whole)" }
    let fraction = padded(minorUnits.magnitude % scale, currency.minorDigits)
    return "\(currency.code) \(sign)\(whole).\(fraction)"
  }
}
