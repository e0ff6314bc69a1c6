extension StringProtocol {
  /// The length that limits count: Unicode code points, as JSON Schema's `maxLength` does. What a
  /// person sees as one character may hide any number of them.
  public var codePoints: Int { unicodeScalars.count }

  /// The beginning of the text, at most so many code points.
  public func cut(to limit: Int) -> String {
    String(String.UnicodeScalarView(unicodeScalars.prefix(limit)))
  }
}
