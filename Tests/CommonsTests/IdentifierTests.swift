import Testing

@testable import Commons

@Suite struct IdentifierTests {
  enum Kind {}

  @Test func identifiersReadBackAndSortByTime() {
    let random = SeededBytes(seed: 1)
    let ids = (0..<1000).map { ID<Kind>(at: Instant(seconds: Int64($0)), random: random) }
    #expect(ids == ids.sorted())
    for id in ids {
      #expect(ID<Kind>(id.description) == id)
      #expect(ID<Kind>(id.description.lowercased()) == id)
      #expect(ID<Kind>(bytes: id.bytes) == id)
      #expect(id.high >> 12 & 0xF == 7)
    }
  }

  @Test func caseNumbersCatchEverySlipOfOneOrTwoNeighbours() {
    let number = CaseNumber(measure: 21, year: 2026, serial: 1_234_567)
    let text = Array(number.description.utf8)
    #expect(CaseNumber(number.description) == number)
    #expect(CaseNumber(number.description.lowercased()) == number)
    let digits = text.indices.filter { text[$0] != 0x2D }
    for index in digits.dropLast() {
      for digit in UInt8(0x30)...0x39 where digit != text[index] {
        var wrong = text
        wrong[index] = digit
        #expect(CaseNumber(String(decoding: wrong, as: UTF8.self)) == nil)
      }
    }
    for (a, b) in zip(digits.dropLast(), digits.dropFirst().dropLast()) where text[a] != text[b] {
      var wrong = text
      wrong.swapAt(a, b)
      #expect(CaseNumber(String(decoding: wrong, as: UTF8.self)) == nil)
    }
  }

  @Test func base64IsStrict() {
    let random = SeededBytes(seed: 2)
    for count in 0..<50 {
      let bytes = random.bytes(count)
      #expect(Base64.decode(Base64.encode(bytes)) == bytes)
      #expect(Base64.decode(Base64.encode(bytes, url: true), url: true) == bytes)
      #expect(Hex.decode(Hex.encode(bytes)) == bytes)
    }
    #expect(Base64.decode("QQ=") == nil)
    #expect(Base64.decode("QR==") == nil)
    #expect(Base64.decode("Q===") == nil)
  }

  @Test func digestMatchesFIPS180() {
    #expect(
      Digest.of("abc").hex == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
  }

  @Test func moneyRoundsAsDeclaredAndRefusesOverflow() {
    #expect(Money.fen(5).scaled(1, over: 2, .halfUp) == .fen(3))
    #expect(Money.fen(5).scaled(1, over: 2, .halfEven) == .fen(2))
    #expect(Money.fen(-5).scaled(1, over: 2, .halfUp) == .fen(-3))
    #expect(Money.fen(7).scaled(1, over: 3, .up) == .fen(3))
    #expect(Money.fen(.max).adding(.fen(1)) == nil)
    #expect(Money.fen(.max).scaled(3, over: 2, .down) == nil)
    #expect(Money.fen(123_405).description == "CNY 1234.05")
  }

  @Test func cursorsReadBack() {
    let cursor = PageCursor(-1, 1 << 40)
    #expect(PageCursor(cursor.description, count: 2) == cursor)
    #expect(PageCursor("nonsense", count: 2) == nil)
  }
}
