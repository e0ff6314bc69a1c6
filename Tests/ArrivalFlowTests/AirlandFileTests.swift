import ArrivalFlow
import Commons
import Testing

@Suite struct AirlandFileTests {
  private static let two = """
    2 10
    1 10 20 30.5 1.50 2
    99999 3
    2 11 21 31 0.25 10.00
    4.25 99999

    """

  @Test func numbersAreExact() throws {
    let file = try AirlandFile(parsing: AirlandFileTests.two)
    #expect(file.scale == LandingProblem.Scale(time: 100, rate: 100))
    #expect(file.freeze == 1000)
    #expect(file.appearances == [100, 200])
    #expect(
      file.arrivals[0]
        == Arrival(
          earliest: 1000, target: 2000, latest: 3050,
          penalty: Arrival.Penalty(early: 150, late: 200)))
    #expect(file.separations == [0, 300, 425, 0])
    let problem = try file.problem(runways: 1)
    #expect(problem.cost(12_345) == "1.2345")
    #expect(problem.cost(-20_000) == "-2")
    #expect(problem.time(425) == "4.25")
    #expect(problem.separation(1, 0) == 425)
  }

  @Test(arguments: [
    ("", "Line 1: the number of aircraft: the file ends"),
    ("x", "Line 1: the number of aircraft: “x” is no number"),
    ("0 1", "Line 1: the number of aircraft: it must be a whole number, 1 to 1000"),
    ("1.5 1", "Line 1: the number of aircraft: it must be a whole number"),
    ("99999 1", "it must be a whole number, 1 to 1000"),
    ("1 1\n1 2 3 4 5 6", "Aircraft 1, the separation to aircraft 1: the file ends before it"),
    ("1 1\n1 2 3 4 5", "Aircraft 1, the penalty for lateness: the file ends before it"),
    ("1 1\n1 2 3\n4 1e5 6 0", "Line 3: Aircraft 1, the penalty for earliness: “1e5” is no number"),
    ("1 1\n1 2 1234567890 4 5 6 0", "at most nine digits"),
    ("1 1\n1 2 3 4 5.1234567 6 0", "six after it"),
    ("1 1\n1 -2 3 4 5 6 0", "Line 2: Aircraft 1, the earliest time: “-2” must not be negative"),
    ("1 1\n1 2 3 4 5 -6 0", "Aircraft 1, the penalty for lateness: “-6” must not be negative"),
    ("2 1\n1 2 3 4 5 6 0 -7", "the separation to aircraft 2: “-7” must not be negative"),
    ("1 1\n1 2 3 4 5 6 0\n7", "Line 3: Aircraft 1, the end: 1 more numbers follow"),
  ])
  func whatCannotBeReadIsNamed(text: String, message: String) {
    #expect {
      try AirlandFile(parsing: text)
    } throws: { error in
      guard let problem = error as? Problem else { return false }
      return problem.status == 400 && problem.detail.en.contains(message)
        && !problem.detail.zh.isEmpty
    }
  }

  @Test func anEmptyWindowIsRefused() throws {
    let file = try AirlandFile(parsing: "1 1\n1 20 10 30 1 1 0")
    #expect {
      try file.problem(runways: 1)
    } throws: { ($0 as? Problem)?.fields.first?.pointer == "arrivals/1" }
  }
}
