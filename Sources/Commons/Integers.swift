extension Int {
  /// The remainder with the sign of the divisor, so that -1 modulo 7 is 6.
  public func modulo(_ divisor: Int) -> Int {
    let remainder = self % divisor
    return remainder >= 0 ? remainder : remainder + divisor
  }

  /// The quotient rounded towards negative infinity.
  public func floorDivided(by divisor: Int) -> Int {
    (self - modulo(divisor)) / divisor
  }
}

/// A non-negative integer left-padded with zeros to `width` digits.
public func padded(_ value: some BinaryInteger, _ width: Int) -> String {
  let digits = String(value)
  return digits.count >= width
    ? digits : String(repeating: "0", count: width - digits.count) + digits
}

/// The value of ASCII decimal digits, or nil if empty, over 18 digits or not all digits.
public func decimal(_ bytes: some Collection<UInt8>) -> Int? {
  guard !bytes.isEmpty, bytes.count <= 18 else { return nil }
  var value = 0
  for byte in bytes {
    guard (0x30...0x39).contains(byte) else { return nil }
    value = value * 10 + Int(byte - 0x30)
  }
  return value
}
