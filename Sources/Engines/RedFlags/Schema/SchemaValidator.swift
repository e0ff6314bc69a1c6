import Commons

/// Something in a text that its schema does not allow.
public struct SchemaFault: Hashable, Sendable {
  /// Where it stands, as a JSON Pointer (RFC 6901).
  public let pointer: String
  /// The keyword of the schema that is not met.
  public let keyword: String
  /// What is wrong.
  public let message: Phrase
}

/// Checks procurement in OCDS against the schemas of the standard, or other JSON against other schemas.
///
/// Used by one thread at a time.
public final class SchemaValidator {
  /// What a text is, as its members tell.
  public enum Kind: String, Hashable, Sendable {
    // swift-format-ignore
    case release, record, releasePackage, recordPackage, other
  }

  private let roots: [Kind: Int]
  private let tape = JSONTape()
  private var scanner = JSONScanner()
  private var walk: SchemaWalk

  /// The schemas of OCDS 1.1.5: releases, records and packages of them.
  public static func ocds() throws(Problem) -> SchemaValidator {
    let content: JSONValue
    do throws(JSONError) {
      content = try JSONValue(parsing: PackageResources.ocds_1_1_5_json)
    } catch { throw error.problem }
    let schema = try JSONSchema(content["schemas"]?.array ?? [])
    let base = "https://standard.open-contracting.org/schema/1__1__5/"
    let packages = base + "record-package-schema.json"
    var roots: [Kind: Int] = [:]
    roots[.release] = schema.root(base + "release-schema.json")
    roots[.releasePackage] = schema.root(base + "release-package-schema.json")
    roots[.recordPackage] = schema.root(packages)
    roots[.record] = schema.root(packages, "#/definitions/record")
    return SchemaValidator(schema, roots)
  }

  /// One schema for everything.
  public convenience init(_ schema: JSONValue) throws(Problem) {
    let compiled = try JSONSchema([schema])
    var roots: [Kind: Int] = [:]
    roots[.other] = compiled.root(schema["id"]?.string ?? "")
    self.init(compiled, roots)
  }

  private init(_ schema: JSONSchema, _ roots: [Kind: Int]) {
    self.roots = roots
    walk = SchemaWalk(schema)
  }

  /// What the text of a value is found to be.
  public struct Outcome: Sendable {
    /// What it is.
    public let kind: Kind
    /// Its ocid, if it has one.
    public let ocid: String?
    /// What its schema does not allow; none if it is valid.
    public let faults: [SchemaFault]
  }

  /// Checks one value.
  ///
  /// - Parameters:
  ///   - bytes: its text, with ``FlagFold/padding`` bytes behind, the first of which is overwritten for a while.
  ///   - count: bytes of the text; more than space behind the value is a fault.
  /// - Returns: the outcome; or where the text stops to be JSON, in bytes from its beginning, and why.
  public func check(
    _ bytes: UnsafeMutablePointer<UInt8>, count: Int
  ) -> Result<Outcome, SyntaxFault> {
    let behind = bytes[count]
    // The text ends here even if the next line would go on with it.
    bytes[count] = 0
    defer { bytes[count] = behind }
    return check(UnsafePointer(bytes), count)
  }

  private func check(_ bytes: Cursor, _ count: Int) -> Result<Outcome, SyntaxFault> {
    scanner.allowsLineBreaks = true
    scanner.failure = nil
    let begin = scanner.space(bytes)
    guard let after = scanner.skip(begin, depth: 0), scanner.space(after) >= bytes + count else {
      let (fault, place) =
        scanner.failure ?? (.trailing, scanner.space(scanner.skip(begin, depth: 0) ?? begin))
      return .failure(SyntaxFault(offset: min(max(0, place - bytes), count), reason: fault.phrase))
    }
    let view = tape.read(begin)
    let kind = kind(of: view)
    let faults = roots[kind].map { walk.faults(of: view, against: $0) } ?? []
    return .success(Outcome(kind: kind, ocid: view["ocid"].text?.string, faults: faults))
  }

  private func kind(of view: JSONView) -> Kind {
    if roots[.other] != nil { return .other }
    if view["ocid"].exists {
      return view["releases"].kind == .array || view["compiledRelease"].exists ? .record : .release
    }
    if view["records"].exists { return .recordPackage }
    return view["releases"].exists ? .releasePackage : .release
  }
}

/// Where and why a text is no JSON.
public struct SyntaxFault: Error, Hashable, Sendable {
  /// Bytes before the fault.
  public let offset: Int
  /// Why.
  public let reason: Phrase
}
