import COpenSSL
import Commons

/// A public key for signatures with SM2 and SM3 (GB/T 32918.2, GM/T 0009-2023).
public struct SM2PublicKey: Hashable, Sendable {
  /// The point without compression: 0x04, then x and y of 32 bytes each.
  public let bytes: [UInt8]

  /// The identifier of the signer where nothing else was agreed (GM/T 0009).
  public static let usualID = Array("1234567812345678".utf8)

  /// A key from its point of 65 bytes.
  ///
  /// - Throws: ``Problem`` 400 for another length or a point that is not on the curve.
  public init(bytes: [UInt8]) throws(Problem) {
    guard bytes.count == 65, bytes[0] == 4, SM2Library.isOnCurve(bytes) else {
      throw .malformed(
        Phrase(
          "SM2公钥应为曲线上的点，65字节，以04开头。",
          en: "An SM2 public key is a point of the curve in 65 bytes that begin with 04."))
    }
    self.bytes = bytes
  }

  fileprivate init(known bytes: [UInt8]) { self.bytes = bytes }

  /// Whether a signature of 64 bytes, r and s, is of this key over these bytes. Library failures count as no.
  public func isValid(
    _ signature: [UInt8], over message: [UInt8], id: [UInt8] = SM2PublicKey.usualID
  ) -> Bool {
    guard signature.count == 64, let key = SM2Library.key(publicPoint: bytes, scalar: nil) else {
      return false
    }
    defer { EVP_PKEY_free(key) }
    return SM2Library.verify(SM2Library.der(signature), message, id, key)
  }
}

/// A private key for signatures with SM2 and SM3.
public struct SM2PrivateKey: Sendable {
  private let scalar: [UInt8]
  /// The public half.
  public let publicKey: SM2PublicKey

  /// A key from its scalar: 32 bytes, big-endian, from 1 to n − 2 (GB/T 32918.1).
  ///
  /// - Throws: ``Problem`` 400 for another number.
  public init(scalar: [UInt8]) throws(Problem) {
    guard scalar.count == 32, let point = SM2Library.point(of: scalar) else {
      throw .malformed(
        Phrase(
          "SM2私钥应为1至n-2之间的32字节整数。",
          en: "An SM2 private key is a number of 32 bytes from 1 to n − 2."))
    }
    self.scalar = scalar
    publicKey = SM2PublicKey(known: point)
  }

  /// A key that follows from a seed of any length: SM3 over seed and a counter until the number fits.
  public init(seed: [UInt8]) throws(Problem) {
    for count in UInt8(0)...15 {
      let scalar = SM3.hash(Array("tequ sm2 key".utf8), [count], seed)
      if let key = try? SM2PrivateKey(scalar: scalar) {
        self = key
        return
      }
    }
    throw .malformed(Phrase("无法得到SM2私钥。", en: "No SM2 key follows from the seed."))
  }

  /// Signs bytes: r and s, 32 bytes each. The library draws the random number of the signature.
  ///
  /// - Throws: ``Problem`` 503 if the library fails.
  public func sign(
    _ message: [UInt8], id: [UInt8] = SM2PublicKey.usualID
  ) throws(Problem) -> [UInt8] {
    guard let key = SM2Library.key(publicPoint: publicKey.bytes, scalar: scalar) else {
      throw .unavailable()
    }
    defer { EVP_PKEY_free(key) }
    guard let der = SM2Library.sign(message, id, key), let raw = SM2Library.raw(der) else {
      throw .unavailable()
    }
    return raw
  }
}

/// What OpenSSL does here. Every call frees what it makes and leaves no errors in the thread's queue.
enum SM2Library {
  /// d·G for a scalar d from 1 to n − 2, as 65 bytes; nil for another number.
  static func point(of scalar: [UInt8]) -> [UInt8]? {
    guard let group = EC_GROUP_new_by_curve_name(NID_sm2), let point = EC_POINT_new(group),
      let number = BN_bin2bn(scalar, Int32(scalar.count), nil), let limit = BN_new()
    else { return nil }
    defer {
      EC_GROUP_free(group)
      EC_POINT_free(point)
      BN_clear_free(number)
      BN_free(limit)
      ERR_clear_error()
    }
    BN_set_flags(number, BN_FLG_CONSTTIME)
    guard BN_is_zero(number) == 0, BN_copy(limit, EC_GROUP_get0_order(group)) != nil,
      BN_sub_word(limit, 1) == 1, BN_cmp(number, limit) < 0,
      EC_POINT_mul(group, point, number, nil, nil, nil) == 1
    else { return nil }
    var bytes = [UInt8](repeating: 0, count: 65)
    let count = EC_POINT_point2oct(
      group, point, POINT_CONVERSION_UNCOMPRESSED, &bytes, bytes.count, nil)
    return count == 65 ? bytes : nil
  }

  static func isOnCurve(_ bytes: [UInt8]) -> Bool {
    guard let group = EC_GROUP_new_by_curve_name(NID_sm2), let point = EC_POINT_new(group) else {
      return false
    }
    defer {
      EC_GROUP_free(group)
      EC_POINT_free(point)
      ERR_clear_error()
    }
    return EC_POINT_oct2point(group, point, bytes, bytes.count, nil) == 1
  }

  /// A key of the library, to be freed; with a scalar it can sign.
  static func key(publicPoint: [UInt8], scalar: [UInt8]?) -> OpaquePointer? {
    guard let context = EVP_PKEY_CTX_new_from_name(nil, "SM2", nil) else { return nil }
    let number = scalar.flatMap { BN_bin2bn($0, Int32($0.count), nil) }
    defer {
      EVP_PKEY_CTX_free(context)
      BN_clear_free(number)
      ERR_clear_error()
    }
    guard let parameters = tequ_sm2_parameters(publicPoint, publicPoint.count, number) else {
      return nil
    }
    defer { OSSL_PARAM_free(parameters) }
    var key: OpaquePointer?
    let selection = number == nil ? tequ_evp_pkey_public_key : tequ_evp_pkey_keypair
    guard EVP_PKEY_fromdata_init(context) == 1,
      EVP_PKEY_fromdata(context, &key, selection, parameters) == 1
    else { return nil }
    return key
  }

  /// Runs a digest with SM3 under a key and an identifier.
  private static func digesting<Value>(
    _ key: OpaquePointer, _ id: [UInt8], _ body: (OpaquePointer) -> Value?
  ) -> Value? {
    guard let context = EVP_MD_CTX_new(), let own = EVP_PKEY_CTX_new_from_pkey(nil, key, nil)
    else { return nil }
    defer {
      EVP_MD_CTX_free(context)
      EVP_PKEY_CTX_free(own)
      ERR_clear_error()
    }
    guard EVP_PKEY_CTX_set1_id(own, id, Int32(id.count)) == 1 else { return nil }
    EVP_MD_CTX_set_pkey_ctx(context, own)
    return body(context)
  }

  static func sign(_ message: [UInt8], _ id: [UInt8], _ key: OpaquePointer) -> [UInt8]? {
    digesting(key, id) { context in
      var length = 0
      guard EVP_DigestSignInit(context, nil, EVP_sm3(), nil, key) == 1,
        EVP_DigestSign(context, nil, &length, message, message.count) == 1
      else { return nil }
      var signature = [UInt8](repeating: 0, count: length)
      guard EVP_DigestSign(context, &signature, &length, message, message.count) == 1 else {
        return nil
      }
      return Array(signature.prefix(length))
    }
  }

  static func verify(
    _ signature: [UInt8], _ message: [UInt8], _ id: [UInt8], _ key: OpaquePointer
  ) -> Bool {
    digesting(key, id) { context in
      EVP_DigestVerifyInit(context, nil, EVP_sm3(), nil, key) == 1
        && EVP_DigestVerify(context, signature, signature.count, message, message.count) == 1
    } ?? false
  }

  /// r and s as GM/T 0009 writes them: a SEQUENCE of two INTEGERs.
  static func der(_ raw: [UInt8]) -> [UInt8] {
    let numbers = [raw[..<32], raw[32...]].flatMap { half -> [UInt8] in
      var digits = Array(half.drop { $0 == 0 })
      if digits.first.map({ $0 >= 0x80 }) ?? true { digits.insert(0, at: 0) }
      return [0x02, UInt8(digits.count)] + digits
    }
    return [0x30, UInt8(numbers.count)] + numbers
  }

  /// The way back; nil for anything but what ``der(_:)`` writes.
  static func raw(_ der: [UInt8]) -> [UInt8]? {
    guard der.count > 2, der[0] == 0x30, Int(der[1]) == der.count - 2 else { return nil }
    var rest = der[2...]
    var out: [UInt8] = []
    for _ in 0..<2 {
      guard rest.count >= 2, rest.popFirst() == 0x02, let count = rest.popFirst(),
        rest.count >= Int(count)
      else { return nil }
      let digits = rest.prefix(Int(count)).drop { $0 == 0 }
      guard digits.count <= 32 else { return nil }
      out += [UInt8](repeating: 0, count: 32 - digits.count) + digits
      rest = rest.dropFirst(Int(count))
    }
    return rest.isEmpty && self.der(out) == der ? out : nil
  }
}
