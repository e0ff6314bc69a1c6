import Commons
import Testing

@testable import QRSymbols

/// Figures that ISO/IEC 18004 prints. Symbols themselves are read back by zxing in
/// Tests/independent/certificates.py.
@Suite struct QRSymbolTests {
  @Test func capacitiesOfTheStandard() {
    // Table 1 and 7: codewords and data codewords of some versions.
    #expect([1, 2, 7, 14, 32, 40].map(QRCapacity.words) == [26, 44, 196, 581, 2465, 3706])
    #expect(
      [1, 7, 10, 27, 40].map { QRCapacity.dataWords($0, .low) } == [19, 156, 274, 1468, 2956])
    #expect(
      [1, 7, 10, 27, 40].map { QRCapacity.dataWords($0, .medium) } == [16, 124, 216, 1128, 2334])
  }

  @Test func alignmentAsInAnnexE() {
    #expect(QRCapacity.alignment(2) == [6, 18])
    #expect(QRCapacity.alignment(7) == [6, 22, 38])
    #expect(QRCapacity.alignment(15) == [6, 26, 48, 70])
    #expect(QRCapacity.alignment(32) == [6, 34, 60, 86, 112, 138])
    #expect(QRCapacity.alignment(36) == [6, 24, 50, 76, 102, 128, 154])
    #expect(QRCapacity.alignment(39) == [6, 26, 54, 82, 110, 138, 166])
    #expect(QRCapacity.alignment(40) == [6, 30, 58, 86, 114, 142, 170])
  }

  @Test func theExampleOfTheStandard() {
    // Annex I: 01234567 would be numeric; its data words with their correction are printed there.
    let data: [UInt8] = [16, 32, 12, 86, 97, 128, 236, 17, 236, 17, 236, 17, 236, 17, 236, 17]
    #expect(
      ReedSolomon(count: 10).correction(of: data[...])
        == [165, 36, 212, 193, 237, 54, 199, 135, 44, 85])
  }

  @Test func theLongestTextsFitAndNoLongerOnes() throws {
    #expect(try QRSymbol(String(repeating: "A", count: 4296)).version == 40)
    #expect(throws: Problem.self) { try QRSymbol(String(repeating: "A", count: 4297)) }
    #expect(try QRSymbol(String(repeating: "a", count: 2953)).version == 40)
    #expect(throws: Problem.self) { try QRSymbol(String(repeating: "a", count: 2954)) }
    #expect(try QRSymbol("").version == 1)
    #expect(try QRSymbol("A").side == 21)
  }
}
