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
    try await boardPage(visit, problem: nil)
  }

  /// The page of the board, perhaps with what was wrong in a form.
  func boardPage(_ visit: Visit, problem: Problem?) async throws -> Response {
    let airport = try rules.airport(visit["airport"])
    let (board, _) = try await board(airport, now: visit.now)
    let merges = try await merges(airport, on: visit.now.date(in: rules.profile.zone))
    let view = BoardView(airport: airport, board: board, merges: merges, rules: rules, visit: visit)
    let title = airport.name + Phrase("：进离港序列", en: ": the board")
    let trail = [PageShell.Link(ArrivalMeasure.card.name, "/desk/arrivals")]
    let form = try problem == nil ? nil : visit.request.form()
    var response = visit.page(title, trail: trail, status: problem?.status ?? 200) { h in
      h.heading(title)
      if let problem { h.errorSummary(problem) }
      h.element("div", .id("board")) { view.render(&$0) }
      BoardForms(airport: airport, board: board, visit: visit).render(&h, form, problem)
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
    let merges = try await merges(airport, on: visit.now.date(in: rules.profile.zone))
    let view = BoardView(airport: airport, board: board, merges: merges, rules: rules, visit: visit)
    var h = HTML(visit.language)
    h.element("div", .id("board")) { view.render(&$0) }
    return .html(h.bytes)
  }

  func boardData(_ visit: Visit) async throws -> Response {
    let airport = try rules.airport(visit["airport"])
    return .json(.object(try await boardJSON(airport, now: visit.now)))
  }

  // MARK: What controllers say

  /// Takes the wind that a controller writes.
  func windPosted(_ visit: Visit) async throws -> Response {
    try await posted(visit) { airport, form in
      let wind = try BoardWind(
        form["wind"] ?? "", at: visit.now.seconds, by: "")
      try await set(
        wind, airport, permission: "arrivals.board", by: visit.actor, visit.terms(form),
        at: visit.now)
    }
  }

  /// Takes the use of the runways that a controller chooses.
  func configurationPosted(_ visit: Visit) async throws -> Response {
    try await posted(visit) { airport, form in
      try await configure(
        form["configuration"] ?? "", airport, by: visit.actor, visit.terms(form), at: visit.now)
    }
  }

  private func posted(
    _ visit: Visit, _ act: (Airport, FormFields) async throws -> Void
  ) async throws -> Response {
    let airport = try rules.airport(visit["airport"])
    do {
      try await act(airport, try visit.request.form())
      return .seeOther("/desk/arrivals/boards/\(airport.id)")
    } catch let problem as Problem where problem.status == 422 {
      return try await boardPage(visit, problem: problem)
    }
  }
}

/// What controllers enter beside the board; it stands outside of what the script renews.
struct BoardForms {
  let airport: Airport
  let board: ArrivalBoard
  let visit: Visit

  func render(_ h: inout HTML, _ form: FormFields?, _ problem: Problem?) {
    let base = "/desk/arrivals/boards/\(airport.id)"
    h.section(Phrase("跑道用法", en: "Use of the runways"))
    let chosen = form?["configuration"] ?? airport.configuration(board.configuration).id
    let uses = FormState(values: [("configuration", chosen)], problem: problem)
    h.form(base + "/configuration", csrf: visit.csrf, idempotencyKey: visit.freshKey + "c") { h in
      let choices = airport.configurations.map { one in
        (
          value: one.id,
          label: one.name + Phrase("（", en: " (") + one.relationName + Phrase("）", en: ")")
        )
      }
      h.select(
        "configuration", Phrase("跑道用法", en: "Runways"), uses, groups: [(nil, choices)])
      h.button(Phrase("采用", en: "Use"))
    }
    h.section(Phrase("风", en: "Wind"))
    let state = FormState(
      values: [("wind", form?["wind"] ?? board.wind?.text ?? "")], problem: problem)
    h.form(base + "/wind", csrf: visit.csrf, idempotencyKey: visit.freshKey + "w") { h in
      h.textArea(
        "wind", Phrase("各高度的风", en: "Wind by level"),
        hint: Phrase(
          "每行：高度（米） 来向（度） 风速（节），自下而上，如 3000 290 25；空白为静风。",
          en:
            "A line each: altitude (m), from (degrees), speed (kt), from below, like 3000 290 25; nothing is calm air."
        ), state)
      h.button(Phrase("设定", en: "Set"))
    }
    h.element("p") {
      $0.a(base + "/what-if", Phrase("假设：换一种用法、限制或风", en: "What if: other runways, limits or wind"))
    }
  }
}
