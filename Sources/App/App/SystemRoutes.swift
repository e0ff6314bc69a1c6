import Commons
import HTTPValues
import Markup
import MeasureKit

/// What belongs to no measure: style sheet, mark, explanations of problems, the description of the
/// interface, a sign of life.
struct SystemRoutes: Sendable {
  func routes(_ routes: inout Routes) {
    routes.get("/assets/icon.svg", .everybody, .interface) { _ in
      asset("image/svg+xml", Stylesheet.icon)
    }
    routes.get("/assets/{version}.css", .everybody, .interface) { visit in
      guard visit["version"] == Stylesheet.version else {
        throw Problem.notFound(Phrase("没有这个版本。", en: "There is no such version."))
      }
      return asset("text/css; charset=utf-8", Stylesheet.css)
    }
    routes.get("/openapi.yaml", .everybody, .interface) { _ in
      Response(type: "application/yaml; charset=utf-8", PackageResources.openapi_yaml)
    }
    routes.get("/healthz", .everybody, .interface) { _ in .text("ok\n") }
    routes.get("/problems") { visit in problems(visit) }
    routes.get("/problems/{slug}") { visit in try problem(visit) }
  }

  private func asset(_ type: String, _ text: String) -> Response {
    var response = Response(type: type, Array(text.utf8))
    response.headers.set("cache-control", "public, max-age=31536000, immutable")
    return response
  }

  /// The problems that the program names, with what to do.
  private static let known: [(slug: String, status: Int, what: Phrase)] = [
    (
      "malformed", 400,
      Phrase("请求无法读取：检查格式和编码。", en: "The request cannot be read: check its form and encoding.")
    ),
    (
      "login-needed", 401,
      Phrase("需要登录，或登录已过期。", en: "You must sign in, or your session has ended.")
    ),
    ("wrong-login", 401, Phrase("登录名或密码不对。", en: "The name or the password is wrong.")),
    (
      "forbidden", 403,
      Phrase(
        "您的岗位没有此项权限，或此件不在您的范围。",
        en: "Your post does not allow it, or the case is not within its reach.")
    ),
    (
      "form-expired", 403,
      Phrase("表单已过期：刷新页面再提交。", en: "The form has expired: reload the page and send it again.")
    ),
    (
      "not-found", 404,
      Phrase("没有这个内容，或不便告知是否存在。", en: "It is not there, or it may not be told whether it is.")
    ),
    (
      "method-not-allowed", 405,
      Phrase("此地址不支持该方法。", en: "The address does not answer this method.")
    ),
    (
      "stale", 409,
      Phrase("内容已被他人更新：刷新后再操作。", en: "Somebody changed it meanwhile: reload and try again.")
    ),
    ("too-large", 413, Phrase("内容过大：减少或压缩。", en: "It is too large: send less.")),
    ("unsupported-type", 415, Phrase("不支持的内容类型。", en: "The content type is not read here.")),
    (
      "invalid", 422,
      Phrase("某些字段需要改正，见逐项说明。", en: "Some fields need correction, see each message.")
    ),
    (
      "idempotency-key-reused", 422,
      Phrase("该编号已用于另一个请求：换一个新的。", en: "The key was used for another request: use a new one.")
    ),
    (
      "separation-of-duties", 422,
      Phrase("两个岗位不得由同一人担任。", en: "Two posts may not be held by one person.")
    ),
    (
      "not-adopted", 422,
      Phrase(
        "本市没有采用该项举措：见“改革举措”页，或者联系主管部门。",
        en:
          "This city has not adopted the measure: see the page on adoption, or ask the agency in charge."
      )
    ),
    (
      "function-off", 422,
      Phrase("本市没有开通该项功能。", en: "This city has not switched the function on.")
    ),
    (
      "adoption-ended", 422,
      Phrase(
        "授权届满，不再受理新的办件；已受理的继续办完。",
        en: "The authorisation has ended: nothing new is taken in, what was taken in is finished.")
    ),
    (
      "outside-pilot", 422,
      Phrase(
        "不在试点的区、单位或者限额之内：等待下一阶段。",
        en: "Outside the districts, agencies or limits of the pilot: wait for the next stage.")
    ),
    (
      "too-many-requests", 429,
      Phrase("操作过于频繁：按提示的秒数后再试。", en: "Too often: wait for the seconds that are named.")
    ),
    (
      "unavailable", 503,
      Phrase(
        "暂时繁忙：用同一编号重试，不会重复办理。",
        en: "Busy: send the same request with the same key again; it will not be done twice.")
    ),
  ]

  private func problems(_ visit: Visit) -> Response {
    let title = Phrase("错误说明", en: "Problems")
    return visit.page(title) { h in
      h.heading(title)
      h.table(
        title,
        columns: [
          (Phrase("名称", en: "Name"), false), (Phrase("状态码", en: "Status"), true),
          (Phrase("含义和办法", en: "What it means, what to do"), false),
        ], isCaptionHidden: true
      ) { table in
        for one in SystemRoutes.known {
          table.row([
            { $0.a("/problems/\(one.slug)", .same(one.slug), class: "mono") },
            { $0.text(String(one.status)) }, { $0.text(one.what) },
          ])
        }
      }
    }
  }

  private func problem(_ visit: Visit) throws -> Response {
    let slug = visit["slug"]
    let known = SystemRoutes.known.first { $0.slug == slug }
    let what =
      known?.what
      ?? Phrase(
        "一条规则不允许此操作；理由和依据见当时的提示。",
        en: "A rule refused it; the reason and its law stood in the answer.")
    guard slug.utf8.count <= 60, slug.utf8.allSatisfy({ $0 == 0x2D || (0x61...0x7A).contains($0) })
    else { throw Problem.notFound(Phrase("没有这一条。", en: "There is no such problem.")) }
    return visit.page(.same(slug)) { h in
      h.heading(.same(slug))
      h.p(what)
    }
  }
}
