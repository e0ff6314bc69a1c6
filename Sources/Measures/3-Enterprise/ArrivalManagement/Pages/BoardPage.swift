import ArrivalFlow
import Charts
import CityProfiles
import Commons
import Desk
import HTTPValues
import Markup
import MeasureKit

/// The live board of an airport. Without scripts it is a page like any other; a script puts its newest content
/// in place every few seconds.
extension ArrivalMeasure {
  private static let script = """
    (function () {
      "use strict";
      var board = document.getElementById("board");
      if (!board) { return; }
      setInterval(function () {
        fetch(location.pathname + "/content" + location.search, { credentials: "same-origin" })
          .then(function (answer) { return answer.ok ? answer.text() : null; })
          .then(function (text) {
            if (text === null) { return; }
            var fresh = new DOMParser().parseFromString(text, "text/html").getElementById("board");
            if (fresh && fresh.innerHTML !== board.innerHTML) { board.innerHTML = fresh.innerHTML; }
          })
          .catch(function () {});
      }, 5000);
    })();

    """

  func boardScript() -> Response {
    Response(type: "text/javascript; charset=utf-8", Array(Self.script.utf8))
  }

  func boardPage(_ visit: Visit) async throws -> Response {
    let airport = try rules.airport(visit["airport"])
    let (board, _) = try await board(airport, now: visit.now)
    let title = airport.name + Phrase("：进场序列", en: ": arrivals")
    let trail = [PageShell.Link(ArrivalMeasure.card.name, "/desk/arrivals")]
    var response = visit.page(title, trail: trail) { h in
      h.heading(title)
      h.element("div", .id("board")) { content(&$0, airport, board, visit) }
      h.element("script", .src("/arrivals/board.js"), .flag("defer")) { _ in }
    }
    response.headers.set(
      "content-security-policy",
      "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; connect-src 'self'; "
        + "form-action 'self'; frame-ancestors 'none'; base-uri 'none'")
    return response
  }

  /// The content of the board alone, for the script.
  func boardContent(_ visit: Visit) async throws -> Response {
    let airport = try rules.airport(visit["airport"])
    let (board, _) = try await board(airport, now: visit.now)
    var h = HTML(visit.language)
    h.element("div", .id("board")) { content(&$0, airport, board, visit) }
    return .html(h.bytes)
  }

  func boardData(_ visit: Visit) async throws -> Response {
    let airport = try rules.airport(visit["airport"])
    return .json(.object(try await boardJSON(airport, now: visit.now)))
  }

  private func clock(_ seconds: Int64) -> String {
    let second = Instant(seconds: seconds).secondOfDay(in: rules.profile.zone)
    let rest = String(second % 60 + 100).dropFirst()
    return SlotSeries.text(second / 60) + ":" + rest
  }

  private func content(
    _ h: inout HTML, _ airport: Airport, _ board: ArrivalBoard, _ visit: Visit
  ) {
    let lines = BoardLine.all(board, airport, rules.book)
    let planned = lines.filter { $0.flight.planned != nil }
    h.p(
      Phrase(
        "\(clock(visit.now.seconds))，序列中\(planned.count)架，共\(lines.count)架。",
        en: "\(clock(visit.now.seconds)): \(planned.count) in sequence, \(lines.count) in all."))
    making(&h, board)
    guard !lines.isEmpty else {
      h.empty(Phrase("还没有收到航迹或计划。", en: "No plan or track has come in yet."))
      return
    }
    h.element("div", .class("charts")) { h in
      AirportPlan(airport: airport).render(&h, airport.merge, board.flights)
      if let first = planned.map({ min($0.flight.planned ?? 0, $0.flight.target ?? 0) }).min() {
        LadderChart(
          Phrase("落地阶梯", en: "Landing ladder"),
          planned.map { line in
            LadderChart.Rung(
              line.flight.callsign, wished: Int((line.flight.target ?? 0) - first),
              planned: Int((line.flight.planned ?? 0) - first), isFixed: line.flight.isFrozen)
          }
        ) { self.clock(first + Int64($0)) }.render(&h)
      }
    }
    table(&h, lines)
  }

  private func making(_ h: inout HTML, _ board: ArrivalBoard) {
    switch board.making {
    case .asRuled: break
    case .holding:
      h.banner(
        Phrase("弧已用满，部分飞机需要等待。", en: "The arcs are used up: some aircraft must hold."), .warn)
    case .afresh:
      h.banner(
        Phrase(
          "冻结的时间无法保持，已重新排序。", en: "Frozen times could not be kept: the order was made afresh."),
        .warn)
    case .none:
      h.banner(
        Phrase("无法排出序列，请人工处置。", en: "No sequence exists: controllers must act."), .bad)
    }
  }

  private func table(_ h: inout HTML, _ lines: [BoardLine]) {
    h.table(
      Phrase("序列和建议", en: "Sequence and advisories"),
      columns: [
        (Phrase("呼号", en: "Callsign"), false), (Phrase("机型", en: "Type"), false),
        (Phrase("类别", en: "Wake"), false), (Phrase("跑道", en: "Runway"), false),
        (Phrase("计划落地", en: "Lands at"), false), (Phrase("需损失（秒）", en: "To lose (s)"), true),
        (Phrase("直飞汇聚点", en: "Direct at"), false), (Phrase("移位", en: "Moved"), true),
        (Phrase("状态", en: "State"), false),
      ]
    ) { table in
      for line in lines {
        table.row([
          { $0.text(line.flight.callsign) },
          { $0.text(line.flight.type.isEmpty ? "?" : line.flight.type) },
          { $0.text(line.category) }, { $0.text(line.flight.planned == nil ? "—" : line.runway) },
          { $0.text(line.flight.planned.map { self.clock($0) } ?? "—") },
          { $0.text(line.lose_s.map { String($0) } ?? "—") },
          { $0.text(line.direct.map { self.clock($0) } ?? "—") },
          { $0.text(String(line.flight.shift)) },
          { h in
            if line.flight.isFrozen {
              h.tag(Phrase("已冻结", en: "frozen"), .info)
            } else if line.flight.planned != nil {
              h.tag(Phrase("已排序", en: "planned"), .good)
            } else {
              h.tag(Phrase("未排序", en: "not yet"), .plain)
            }
          },
        ])
      }
    }
  }
}
