import AccessControl
import App
import Foundation
import HTTPValues
import Markup
import MeasureKit
import ServiceRequests
import Testing

/// What every page owes to those who cannot see it well, or at all.
@Suite struct PageTests {
  static let pages = [
    "/", "/search?q=%E8%B7%AF%E7%81%AF", "/requests", "/requests/new", "/requests/track",
    "/requests/track?number=1", "/requests/how", "/requests/figures",
    "/requests/figures?by=district", "/requests/catalogue", "/sign-in", "/register", "/log",
    "/receipts", "/measures/green-finance", "/problems", "/nothing",
  ]

  @Test(arguments: Backend.all) func everyPageIsSound(_ backend: Backend) async throws {
    let test = try await TestCity(backend)
    let (number, token) = try await test.file()
    try await test.city.settle()
    let own = ["/requests/\(number)?token=\(token)", "/receipts/\(number)/1?token=\(token)"]
    for target in PageTests.pages + own {
      for language in ["zh", "en"] {
        let mark = target.contains("?") ? "&" : "?"
        let page = try await test.get(target + mark + "lang=\(language)")
        expectSound(page.text, "\(target) in \(language)")
      }
    }
  }

  @Test(arguments: Backend.all) func staffPagesAreSound(_ backend: Backend) async throws {
    let test = try await TestCity(backend)
    let (number, _) = try await test.file()
    let posts: [(String, Post, [String])] = [
      (
        "dispatcher", Post(RequestsMeasure.dispatcher.id),
        ["/desk/requests", "/desk/requests/new", "/desk/requests/\(number)", "/account"]
      ),
      ("supervisor", Post(RequestsMeasure.supervisor.id), ["/desk/requests/supervision", "/"]),
      (
        "officer", Post(RequestsMeasure.handler.id, agency: "urban"), ["/desk/requests", "/"]
      ),
    ]
    for (login, post, targets) in posts {
      let session = try await test.signIn(login, [post])
      for target in targets {
        let page = try await test.get(target, session: session)
        #expect(page.status == 200, "\(target) by \(login)")
        expectSound(page.text, "\(target) by \(login)")
      }
    }
  }

  @Test(arguments: Backend.all) func severalAreAcceptedAtOnce(_ backend: Backend) async throws {
    let test = try await TestCity(backend)
    let dispatcher = try await test.signIn("dispatcher", [Post(RequestsMeasure.dispatcher.id)])
    let officer = try await test.signIn(
      "officer", [Post(RequestsMeasure.handler.id, agency: "urban")])
    var numbers: [String] = []
    for _ in 0..<3 {
      let (number, _) = try await test.file()
      numbers.append(number)
      _ = try await test.post(
        "/desk/requests/\(number)/steps", session: dispatcher,
        [("as", "dispatcher"), ("command", "dispatch"), ("agency", "urban")])
    }
    let done = try await test.post(
      "/desk/requests/accept", session: officer, numbers.map { ("number", $0) })
    #expect(done.status == 200 && done.text.contains("已办理3件"))
    let again = try await test.post(
      "/desk/requests/accept", session: officer, numbers.map { ("number", $0) })
    #expect(again.text.contains("已办理0件") && again.text.contains(numbers[0]))
    let opened = try await test.get("/desk/requests?number=\(numbers[0])", session: officer)
    #expect(opened.headers["location"] == "/desk/requests/\(numbers[0])")
  }

  /// One first heading, a language, no script or style of its own, ids that are unique, a label for
  /// every field.
  private func expectSound(_ html: String, _ page: String) {
    #expect(html.components(separatedBy: "<h1").count == 2, "one h1: \(page)")
    #expect(html.contains("<html lang=\""), "language: \(page)")
    #expect(html.contains("href=\"#main\"") && html.contains("id=\"main\""), "skip link: \(page)")
    #expect(!html.contains(" style=\"") && !html.contains("<script"), "nothing inline: \(page)")
    let ids = PageTests.values(of: "id", in: html)
    #expect(Set(ids).count == ids.count, "ids are unique: \(page)")
    let labels = Set(PageTests.values(of: "for", in: html))
    for tag in ["<input ", "<select ", "<textarea "] {
      for piece in html.components(separatedBy: tag).dropFirst() {
        let field = String(piece.prefix { $0 != ">" })
        let isHidden = field.contains("type=\"hidden\"")
        let isChoice = field.contains("type=\"radio\"") || field.contains("type=\"checkbox\"")
        let id = PageTests.values(of: "id", in: " " + field).first
        #expect(
          isHidden || isChoice || field.contains("aria-label=") || id.map(labels.contains) == true,
          "a label for <\(field)>: \(page)")
      }
    }
  }

  private static func values(of name: String, in html: String) -> [String] {
    html.components(separatedBy: " \(name)=\"").dropFirst().map {
      String($0.prefix { $0 != "\"" })
    }
  }

  // MARK: Colours

  /// Text and the grounds on which it stands.
  static let pairs: [(text: String, grounds: [String])] = [
    ("ink", ["ground", "paper", "tint", "chip", "brand-pale", "heat-1", "heat-2"]),
    ("soft", ["ground", "paper", "tint"]), ("link", ["ground", "paper", "tint"]),
    ("brand-dark", ["ground", "paper", "brand-pale"]),
    ("on-brand", ["brand", "heat-3", "heat-4"]),
    ("good", ["good-pale", "paper"]), ("warn", ["warn-pale", "paper"]),
    ("bad", ["bad-pale", "paper"]), ("info", ["info-pale", "paper"]),
  ]

  @Test(arguments: [Stylesheet.light, Stylesheet.dark])
  func coloursKeepTheirContrast(_ palette: String) throws {
    let colours = PageTests.colours(palette)
    for (text, grounds) in PageTests.pairs {
      for ground in grounds {
        let one = try #require(colours[text])
        let other = try #require(colours[ground])
        let contrast = (max(one, other) + 0.05) / (min(one, other) + 0.05)
        #expect(contrast >= 4.5, "\(text) on \(ground) has \(contrast)")
      }
    }
    for mark in ["edge", "brand", "amber", "bad"] {
      let one = try #require(colours[mark])
      let other = try #require(colours["paper"])
      let contrast = (max(one, other) + 0.05) / (min(one, other) + 0.05)
      #expect(contrast >= 3, "\(mark) on paper has \(contrast)")
    }
  }

  /// The relative luminance (WCAG 2.2) of each colour of a palette.
  private static func colours(_ palette: String) -> [String: Double] {
    var found: [String: Double] = [:]
    for piece in palette.components(separatedBy: "--").dropFirst() {
      let halves = piece.split(separator: ":", maxSplits: 1)
      guard halves.count == 2, let hash = halves[1].firstIndex(of: "#"),
        let value = UInt32(halves[1][hash...].dropFirst().prefix(6), radix: 16)
      else { continue }
      let linear = [16, 8, 0].map { shift -> Double in
        let part = Double(value >> UInt32(shift) & 0xFF) / 255
        return part <= 0.04045 ? part / 12.92 : pow((part + 0.055) / 1.055, 2.4)
      }
      found[String(halves[0])] = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    }
    return found
  }
}
