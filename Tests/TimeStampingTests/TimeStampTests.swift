import Commons
import Testing
import TimeStamping

/// A time-stamp that `openssl ts` made over the bytes of 特区, under an authority made for this test. More of
/// them, made anew each time and judged by both, are in Tests/independent/timestamps.py.
@Suite struct TimeStampTests {
  private static let reply = """
    MIIDeDADAgEAMIIDbwYJKoZIhvcNAQcCoIIDYDCCA1wCAQMxDzANBglghkgBZQMEAgEFADB/BgsqhkiG9w0BCRABBKBw\
    BG4wbAIBAQYJKwYBBAGGjR8BMDEwDQYJYIZIAWUDBAIBBQAEIPPpaEDBa+AIzekmuSy75ACzkfg//+GdoG/7AuqJ1sJD\
    AgECGA8yMDI2MTEyNTAzMDAxMlowCgIBAYACAfSBAWQCCQDdd0C5f8N14aCCAZMwggGPMIIBNqADAgECAgECMAoGCCqG\
    SM49BAMCMBQxEjAQBgNVBAMMCVRlc3QgUm9vdDAgFw0yNjExMjUwMzAwMTFaGA8yMTI2MTEwMTAzMDAxMVowEzERMA8G\
    A1UEAwwIVGVzdCBUU0EwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAQdM1/vCeSrAeY0HyR7jRzJMqQk3kT5r3clc2si\
    6ydBrtPS2biZ8/InX/LoZxhWfySG6mDIp0+v+GlefWRLNB3bo3gwdjAMBgNVHRMBAf8EAjAAMA4GA1UdDwEB/wQEAwIH\
    gDAWBgNVHSUBAf8EDDAKBggrBgEFBQcDCDAdBgNVHQ4EFgQUWl0PmuafepQHi45DiW4wLkEaOfEwHwYDVR0jBBgwFoAU\
    7EMDW8R+s8Y0RT/24376l3X4nsowCgYIKoZIzj0EAwIDRwAwRAIgBxsuKPOp0LyPIQbzbdvNmiHurwRxu4KcZQzuPA7P\
    V3ACIEtevyWmLwe2Fv9C/AN5lG8jFZwaDO7/Ao4LXyCORgn/MYIBLDCCASgCAQEwGTAUMRIwEAYDVQQDDAlUZXN0IFJv\
    b3QCAQIwDQYJYIZIAWUDBAIBBQCggaQwGgYJKoZIhvcNAQkDMQ0GCyqGSIb3DQEJEAEEMBwGCSqGSIb3DQEJBTEPFw0y\
    NjExMjUwMzAwMTJaMC8GCSqGSIb3DQEJBDEiBCA77yBilagzAFFDz6LZFpShqSGh9b2PBKu2NjrD2D9k/zA3BgsqhkiG\
    9w0BCRACLzEoMCYwJDAiBCA0Limqgl6ujeJXX2IKsTHH4ZwDqvVzT3Mskwn7MtV0aDAKBggqhkjOPQQDAgRGMEQCICrL\
    CCYujq/jCi1i5MWVsGgZDA3q22e/whj4Z46yPAFMAiAs2jA7hTNuQHsN+ATa081/G5jy+wrigRYajUtkYzfEiA==
    """
  private static let root = """
    MIIBbjCCARSgAwIBAgIUDXVGVzaoHCuBeV/l3S5nejwuJnQwCgYIKoZIzj0EAwIwFDESMBAGA1UEAwwJVGVzdCBSb290\
    MCAXDTI2MTEyNTAzMDAxMVoYDzIxMjYxMTAxMDMwMDExWjAUMRIwEAYDVQQDDAlUZXN0IFJvb3QwWTATBgcqhkjOPQIB\
    BggqhkjOPQMBBwNCAATyXwM2HSIIxa7eVLhxXbBhppJ7diZt2AcTo6AyGf0fwTkapSB8AwbOij/XvMggxe4ssPoWRzM9\
    Sf5Su7sQEy52o0IwQDAPBgNVHRMBAf8EBTADAQH/MA4GA1UdDwEB/wQEAwICBDAdBgNVHQ4EFgQU7EMDW8R+s8Y0RT/2\
    4376l3X4nsowCgYIKoZIzj0EAwIDSAAwRQIgMNXXIwalKcihXpkoGy9wYw8IlGJx+ZVhwTSw8568b5YCIQCCpd4dXreT\
    KeDe8ur1pN+1qeZLuFfuwtiWFaxWLpg88g==
    """
  private static let plain = """
    MIIBjTCCATOgAwIBAgIBAzAKBggqhkjOPQQDAjAUMRIwEAYDVQQDDAlUZXN0IFJvb3QwIBcNMjYxMTI1MDMwMDEyWhgP\
    MjEyNjExMDEwMzAwMTJaMBMxETAPBgNVBAMMCFRlc3QgVFNBMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEHTNf7wnk\
    qwHmNB8ke40cyTKkJN5E+a93JXNrIusnQa7T0tm4mfPyJ1/y6GcYVn8khupgyKdPr/hpXn1kSzQd26N1MHMwDAYDVR0T\
    AQH/BAIwADAOBgNVHQ8BAf8EBAMCB4AwEwYDVR0lBAwwCgYIKwYBBQUHAwgwHQYDVR0OBBYEFFpdD5rmn3qUB4uOQ4lu\
    MC5BGjnxMB8GA1UdIwQYMBaAFOxDA1vEfrPGNEU/9uN++pd1+J7KMAoGCCqGSM49BAMCA0gAMEUCIQCOCu/yiRe6u6Db\
    fpKW0jd4fOoMZVaWvn5SCCYqaF4UzQIgXaKOQB+wr43LXYTlFwahHyqLPUWpzPL8YRQbFxucMcY=
    """
  private static let nonce = "DD7740B97FC375E1"

  private let imprint = ImprintDigest.sha256.hash(Array("特区".utf8))
  private var reply: [UInt8] { Base64.decode(TimeStampTests.reply)! }
  private var root: [UInt8] { Base64.decode(TimeStampTests.root)! }
  private var asked: [UInt8] {
    let nonce = Hex.decode(TimeStampTests.nonce) ?? []
    return (try? TimeStampRequest(.sha256, imprint: imprint, nonce: nonce))?.nonce ?? []
  }

  private func slug(_ body: () throws -> Void) -> String {
    do {
      try body()
      return ""
    } catch { return (error as? Problem)?.slug ?? "\(error)" }
  }

  private func check(_ bytes: [UInt8], _ check: TimeStampCheck, imprint: [UInt8]? = nil) -> String {
    slug {
      _ = try check.verify(
        try SignedTimeStamp(der: bytes), digest: .sha256, imprint: imprint ?? self.imprint)
    }
  }

  @Test func holdsAsOpenSSLMadeIt() throws {
    let stamp = try SignedTimeStamp(der: reply)
    let info = try TimeStampCheck(roots: [root], policy: "1.3.6.1.4.1.99999.1", nonce: asked)
      .verify(stamp, digest: .sha256, imprint: imprint)
    #expect(info.accuracyMicroseconds == 1_500_100)
    #expect(info.time.rfc3339(in: .utc).hasPrefix("2026-11-25T03:"))
    // The token alone is as good.
    #expect(try SignedTimeStamp(der: stamp.der).info == info)
  }

  @Test func everyRefusalIsNamed() throws {
    let usual = TimeStampCheck(roots: [root])
    #expect(check(reply, usual) == "")
    #expect(check(reply, usual, imprint: ImprintDigest.sha256.hash([])) == "timestamp-imprint")
    #expect(check(reply, TimeStampCheck(roots: [root], nonce: [1])) == "timestamp-nonce")
    #expect(check(reply, TimeStampCheck(roots: [root], policy: "1.2.3")) == "timestamp-policy")
    #expect(check(reply, TimeStampCheck(roots: [])) == "timestamp-chain")
    let other = Base64.decode(TimeStampTests.plain)!
    #expect(check(reply, TimeStampCheck(roots: [other])) == "timestamp-chain")
    // A refusal of the authority: status 2 and nothing else.
    #expect(
      slug { _ = try SignedTimeStamp(der: [0x30, 5, 0x30, 3, 2, 1, 2]) } == "timestamp-rejected")
    #expect(slug { _ = try SignedTimeStamp(der: [0x30, 5, 0x30, 3, 2, 1, 0]) } == "malformed")
    #expect(slug { _ = try SignedTimeStamp(der: []) } == "malformed")
  }

  @Test func noSingleBitMayChange() throws {
    let usual = TimeStampCheck(roots: [root], policy: "1.3.6.1.4.1.99999.1", nonce: asked)
    let token = try SignedTimeStamp(der: reply).der
    var held: Set<Int> = []
    for bit in 0..<(8 * token.count) {
      var altered = token
      altered[bit / 8] ^= 1 << UInt8(bit % 8)
      if check(altered, usual).isEmpty { held.insert(bit / 8) }
    }
    // Outside what is signed: two version numbers, the list of hashes and the name of the signature's
    // algorithm, which the certificate's key settles; none of them says anything.
    #expect(held.count <= 32, "\(held.sorted())")
    for length in 0..<token.count {
      #expect(!check(Array(token[..<length]), usual).isEmpty, "\(length) bytes")
    }
  }

  @Test func randomBytesNeverHarm() {
    let random = SeededBytes(seed: 3161)
    var dice = SeededRandom(seed: 3161)
    let usual = TimeStampCheck(roots: [root])
    for _ in 0..<4000 {
      var altered = reply
      for _ in 0...dice.below(6) { altered[dice.below(altered.count)] = random.bytes(1)[0] }
      if dice.chance(0.3) { altered.removeLast(dice.below(altered.count)) }
      _ = check(altered, usual)
    }
  }

  @Test func aRequestIsWhatTheAuthorityReads() throws {
    let request = try TimeStampRequest(
      .sha256, imprint: imprint, policy: "1.2.3", nonce: [0, 0x80, 1])
    #expect(request.nonce == [0, 0x80, 1])
    #expect(
      Hex.encode(request.der)
        == "3042020101" + "3031300d060960864801650304020105000420" + Hex.encode(imprint)
        + "06022a03" + "0203008001" + "0101ff")
    #expect(try TimeStampRequest(der: request.der) == request)
    #expect(throws: Problem.self) { try TimeStampRequest(.sha256, imprint: [1]) }
    #expect(throws: Problem.self) { try TimeStampRequest(.sha256, imprint: imprint, policy: "x") }
  }
}
