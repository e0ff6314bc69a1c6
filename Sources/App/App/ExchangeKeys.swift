import AccessTokens
import Commons
import Foundation

/// The public keys of the authorisation servers whose tokens a city takes.
public enum ExchangeKeys {
  private static let end = "-----END PUBLIC KEY-----"

  /// Reads the keys in a file, one after the other.
  ///
  /// - Throws: ``Problem`` that names the file and says what to do.
  public static func read(_ path: String, allowsTestKey: Bool) throws(Problem) -> [TokenKey] {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw refused(Phrase("\(path) 无法读取。", en: "\(path) cannot be read."))
    }
    let blocks = String(decoding: data, as: UTF8.self).components(separatedBy: end).dropLast()
    guard !blocks.isEmpty else {
      throw refused(
        Phrase("\(path) 中没有 PEM 公钥。", en: "\(path) holds no public key in PEM."))
    }
    var keys: [TokenKey] = []
    for block in blocks {
      let text = block.drop { $0.isWhitespace } + end + "\n"
      do throws(TokenKey.Refusal) {
        keys.append(try TokenKey(pem: String(text), allowsTestKey: allowsTestKey))
      } catch { throw refused(why(error, path)) }
    }
    return keys
  }

  /// The issuer of test tokens whose private key is in a file.
  public static func issuer(_ path: String) throws(Problem) -> TokenIssuer {
    guard let data = FileManager.default.contents(atPath: path),
      let issuer = TokenIssuer(pem: String(decoding: data, as: UTF8.self), name: "tequ-test")
    else {
      throw refused(
        Phrase("\(path) 中没有 RSA 私钥。", en: "\(path) holds no RSA private key in PEM."))
    }
    return issuer
  }

  /// The secret in a file: its one line.
  public static func secret(_ path: String) throws(Problem) -> String {
    let text = FileManager.default.contents(atPath: path).map {
      String(decoding: $0, as: UTF8.self)
    }
    let line = text?.trimmingCharacters(in: .whitespacesAndNewlines) ?? ""
    guard !line.isEmpty, !line.contains(where: \.isNewline) else {
      throw refused(
        Phrase("\(path) 应为一行密钥。", en: "\(path) must hold a secret and nothing else, on one line."))
    }
    return line
  }

  /// The private keys of the city's own authorisation server that are in a file.
  public static func signing(
    _ path: String, name: String, allowsTestKey: Bool
  ) throws(Problem) -> SigningKeys {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw refused(Phrase("\(path) 无法读取。", en: "\(path) cannot be read."))
    }
    do throws(SigningKeys.Refusal) {
      return try SigningKeys(
        pem: String(decoding: data, as: UTF8.self), name: name, allowsTestKey: allowsTestKey)
    } catch {
      switch error {
      case .none:
        throw refused(Phrase("\(path) 中没有 PEM 私钥。", en: "\(path) holds no private key in PEM."))
      case .unreadable(let place):
        throw refused(
          Phrase(
            "\(path) 中第\(place)个密钥不是 RSA 私钥。", en: "Key \(place) in \(path) is no RSA private key.")
        )
      case .short: throw refused(why(.short, path))
      case .known: throw refused(why(.known, path))
      case .double(let place):
        throw refused(
          Phrase("\(path) 中第\(place)个密钥重复。", en: "Key \(place) in \(path) stands there twice."))
      }
    }
  }

  private static func why(_ refusal: TokenKey.Refusal, _ path: String) -> Phrase {
    switch refusal {
    case .unreadable:
      Phrase("\(path) 中的密钥不是 RSA 公钥。", en: "A key in \(path) is no RSA public key.")
    case .short:
      Phrase("\(path) 中的密钥不足2048位。", en: "A key in \(path) has fewer than 2048 bits.")
    case .known:
      Phrase(
        "\(path) 是 InterUSS 公开的测试密钥，任何人都能用它签发令牌。仅测试时可加 --allow-test-key。",
        en: "\(path) is the published test key of InterUSS, with which anybody can sign tokens. "
          + "For tests only, add --allow-test-key.")
    }
  }

  private static func refused(_ detail: Phrase) -> Problem {
    Problem(
      "token-key", status: 422, title: Phrase("令牌公钥有误", en: "The token key is refused"),
      detail: detail)
  }
}
