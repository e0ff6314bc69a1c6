import Commons
import Testing

@testable import LegalTime

@Suite("Clocks that end at a moment which the law names")
struct MomentClockTests {
  private let start = Instant(rfc3339: "2026-03-02T08:15:00+08:00")!
  private let end = Instant(rfc3339: "2026-03-02T21:00:00+08:00")!

  @Test("It ends there, on a day off as well, and its text is read back")
  func ends() throws {
    let clock = LegalClock(start: start, endingAt: end, zone: .beijing)
    #expect(clock.deadline(.stateCouncil)?.instant == end)
    #expect(clock.deadline(.stateCouncil)?.isProvisional == false)
    let again = try #require(LegalClock(text: clock.text))
    #expect(again == clock)
    #expect(again.deadline(.stateCouncil)?.instant == end)
  }

  @Test("It is neither suspended nor extended")
  func fixed() throws {
    var clock = LegalClock(start: start, endingAt: end, zone: .beijing)
    #expect(throws: Problem.self) { try clock.suspend(at: start) }
    #expect(throws: Problem.self) {
      try clock.extend(by: Period(1, .days, basis: .cityPolicy(.same("-"))))
    }
    #expect(clock.deadline(.stateCouncil)?.instant == end)
  }

  @Test(
    "Texts that are no such clock are refused",
    arguments: [
      "20514@28800 0d! =20514", "20514@28800 0d! =20514.86400", "20514@28800 0d! =20514.1 =20514.2",
      "20514@28800 0d! =20514.1 +1d", "20514@28800 0d! =20514.1 ~20514",
    ])
  func refused(_ text: String) { #expect(LegalClock(text: text) == nil) }
}
