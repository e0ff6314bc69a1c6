import CaseEngine
import Commons
import Testing

@testable import AdministrativeReconsideration

@Suite struct ReconsiderationCaseTypeTests {
  @Test func everyStateIsSound() throws {
    let report = try ModelCheck.explore(ReconsiderationCases.type)
    #expect(report.isSound, "\(report.text(.en))")
    #expect(report.longestTextBytes <= CaseType.longestStatusText)
  }
}
