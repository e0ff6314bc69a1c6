import CaseEngine
import Books
import CityProfiles
import Commons
import HTTPValues
import Markup
import MeasureKit

/// The pages by which something is told and found again.
struct IntakePages {
  let rules: RequestRules
  private var profile: CityProfile { rules.profile }

  static let trail = [PageShell.Link(RequestsMeasure.card.name, "/requests")]

  // MARK: Landing

  func landing(
    _ visit: Visit, _ rows: [RequestCase], next: String?, pulse: RequestPulse
  ) -> Response {
    let isFirst = visit.request.query["after"] == nil
    return visit.page(RequestsMeasure.card.name) { h in
      h.heading(RequestsMeasure.card.name, lead: RequestsMeasure.card.summary)
      h.element("div", .class("actions")) { h in
        h.buttonLink(Phrase("提出诉求", en: "Report or ask"), "/requests/new")
        h.buttonLink(Phrase("查询进展", en: "Follow a request"), "/requests/track", .quiet)
        h.buttonLink(Phrase("事项目录", en: "Catalogue"), "/requests/catalogue", .quiet)
        h.buttonLink(Phrase("办理规则", en: "How it works"), "/requests/how", .quiet)
      }
      if isFirst {
        HowPage(rules: rules).flow(&h, visit)
        h.section(
          Phrase("办理情况", en: "Performance"), more: Phrase("全部数据 ›", en: "All figures ›"),
          "/requests/figures")
        h.tiles { h in
          for indicator in pulse.indicators.prefix(5) {
            h.tile(indicator.name, indicator.text, unit: indicator.unit)
          }
        }
      }
      h.section(Phrase("公开的诉求", en: "Public requests"))
      if rows.isEmpty {
        h.empty(
          Phrase(
            "还没有公开的诉求。诉求人同意公开的，会显示在这里。",
            en: "Nothing has been made public yet. What people agree to show appears here."))
      } else {
        list(&h, visit, rows)
        h.next(next)
      }
    }
  }

  private func list(_ h: inout HTML, _ visit: Visit, _ rows: [RequestCase]) {
    let year = rules.day(visit.now).year
    h.table(
      Phrase("公开的诉求", en: "Public requests"),
      columns: [
        (Phrase("诉求", en: "Request"), false), (Phrase("类别", en: "Category"), false),
        (Phrase("承办单位", en: "Agency"), false), (Phrase("提出时间", en: "Received"), false),
        (Phrase("状态", en: "State"), false),
      ], isCaptionHidden: true
    ) { table in
      for row in rows {
        table.row([
          { IntakePages.title(&$0, row.base, "/requests/") },
          { $0.text(profile.category(row.request.category)?.name ?? .same("—")) },
          { h in if let agency = row.base.agency.flatMap(profile.agency) { h.text(agency.name) } },
          { $0.time(row.request.openedAt, in: profile.zone, .short(year: year)) },
          { CasePages.stageTag(&$0, row.base, at: visit.now) },
        ])
      }
    }
  }

  /// A request's title as a link, its number under it.
  static func title(_ h: inout HTML, _ row: CaseRow, _ path: String) {
    h.a(path + row.number.description, .same(row.title), class: "main")
    h.element("span", .class("sub mono"), text: row.number.description)
  }

  func mine(_ visit: Visit, _ rows: [CaseRow], next: String?) -> Response {
    let title = Phrase("我的诉求", en: "My requests")
    let year = rules.day(visit.now).year
    return visit.page(title, trail: IntakePages.trail) { h in
      h.heading(title)
      h.element("div", .class("actions")) {
        $0.buttonLink(Phrase("提出诉求", en: "Report or ask"), "/requests/new")
      }
      guard !rows.isEmpty else {
        h.empty(
          Phrase(
            "您还没有提出过诉求；提出后，进展会显示在这里。",
            en: "You have not reported anything yet; what you report appears here."))
        return
      }
      h.table(
        title,
        columns: [
          (Phrase("诉求", en: "Request"), false), (Phrase("承办单位", en: "Agency"), false),
          (Phrase("提出时间", en: "Received"), false), (Phrase("状态", en: "State"), false),
        ], isCaptionHidden: true
      ) { table in
        for row in rows {
          table.row([
            { IntakePages.title(&$0, row, "/requests/") },
            { h in if let agency = row.agency.flatMap(profile.agency) { h.text(agency.name) } },
            { $0.time(row.openedAt, in: profile.zone, .short(year: year)) },
            { CasePages.stageTag(&$0, row, at: visit.now) },
          ])
        }
      }
      h.next(next)
    }
  }

  // MARK: First page: what it is about

  func describe(_ visit: Visit, _ state: FormState, _ problem: Problem? = nil) -> Response {
    visit.page(
      Phrase("提出诉求", en: "Report or ask"), trail: IntakePages.trail,
      status: problem?.status ?? 200
    ) { h in
      if let problem { h.errorSummary(problem) }
      h.heading(
        Phrase("提出诉求", en: "Report or ask"),
        lead: Phrase(
          "第1步，共2步：说说是什么事。不用登录。", en: "Step 1 of 2: what is it about? No account needed."))
      h.element("div", .class("panel reading")) { h in
        h.form("/requests/new", csrf: visit.csrf) { h in
          h.textArea(
            "text", Phrase("发生了什么，希望怎样解决？", en: "What happened, and what would help?"),
            hint: Phrase(
              "请写明时间、地点和经过，最多4,000字。请勿填写身份证号、银行卡号。",
              en:
                "Say when, where and how, in at most 4,000 characters. Leave out identity and bank card numbers."
            ),
            state, rows: 8, isRequired: true)
          h.textField(
            "title", Phrase("标题（可不填）", en: "Title (may be left empty)"),
            hint: Phrase("用一句话概括，不写人名。", en: "In one line, without names of persons."), state)
          if !state.value("item").isEmpty { h.hidden("item", state.value("item")) }
          h.button(Phrase("下一步", en: "Continue"))
        }
      }
      h.p(
        Phrase(
          "不会上网？请拨打12345，话务员会替您填写。紧急情况请拨打110、119、120。",
          en: "You can also call 12345. In an emergency call 110, 119 or 120."), class: "hint")
    }
  }

  // MARK: Second page: item, place, contact

  func details(
    _ visit: Visit, _ state: FormState, _ suggested: [CatalogueItem], _ similar: [SimilarRequest],
    _ problem: Problem?
  ) -> Response {
    visit.page(
      Phrase("提出诉求", en: "Report or ask"), trail: IntakePages.trail,
      status: problem?.status ?? 200
    ) { h in
      if let problem { h.errorSummary(problem) }
      h.heading(
        Phrase("提出诉求", en: "Report or ask"),
        lead: Phrase("第2步，共2步：事项、地点和联系方式。", en: "Step 2 of 2: kind, place and how to reach you."))
      if !similar.isEmpty {
        IntakePages.similarPanel(&h, Array(similar.prefix(3)), profile, at: visit.now)
      }
      h.element("div", .class("panel reading")) { h in
        h.form(
          "/requests", csrf: visit.csrf,
          idempotencyKey: state.value("idempotency_key").isEmpty
            ? visit.freshKey : state.value("idempotency_key"), hasFiles: true
        ) { h in
          h.textField("title", Phrase("标题", en: "Title"), state, isRequired: true)
          h.textArea(
            "text", Phrase("诉求内容", en: "What it is about"), state, rows: 4, isRequired: true)
          items(&h, state, suggested)
          h.group(Phrase("在哪里", en: "Where")) { place(&$0, state) }
          h.group(Phrase("照片和文件", en: "Photos and documents")) { h in
            h.fileField(
              "files", Phrase("选择文件（可不传）", en: "Choose files (optional)"),
              hint: Phrase(
                "最多4个，每个不超过10 MB；JPEG、PNG、WebP或PDF。",
                en: "At most 4, each up to 10 MB; JPEG, PNG, WebP or PDF."), state)
          }
          h.group(Phrase("怎么联系您", en: "How to reach you")) { contact(&$0, state) }
          h.button(Phrase("提交诉求", en: "Send the request"))
        }
      }
    }
  }

  func items(_ h: inout HTML, _ state: FormState, _ suggested: [CatalogueItem]) {
    let chosen = state.value("item")
    var offered = suggested
    if let item = profile.item(chosen), !offered.contains(item) { offered.insert(item, at: 0) }
    if offered.isEmpty { return allItems(&h, state) }
    let first = chosen.isEmpty ? offered.first?.id ?? "" : chosen
    let values = FormState(values: [("item", first)]).merged(state, keeping: "item")
    h.radios(
      "item", Phrase("是哪一类事项？", en: "What kind of matter is it?"),
      hint: Phrase("按您的描述推荐，请选最接近的一项。", en: "Suggested by your words; choose the closest."),
      values,
      options: offered.map { (value: $0.id, label: label($0)) }
        + [(value: "", label: Phrase("都不是，从全部事项中选", en: "None of these; choose from all"))])
    h.details(Phrase("全部事项（选了“都不是”时填写）", en: "All kinds (for “none of these”)")) {
      allItems(&$0, state)
    }
  }

  private func allItems(_ h: inout HTML, _ state: FormState) {
    h.select(
      "item_other", Phrase("全部事项", en: "All kinds"),
      hint: Phrase(
        "拿不准就选“\(profile.fallbackItem.name.zh)”，由热线中心判断。",
        en: "If unsure, take “\(profile.fallbackItem.name.en)”; the centre decides."), state,
      groups: [
        (name: nil, options: [(value: profile.fallbackItem.id, label: profile.fallbackItem.name)])
      ]
        + profile.categories.map { category in
          (
            name: category.name,
            options: profile.items(in: category.id).map { (value: $0.id, label: $0.name) }
          )
        })
  }

  private func label(_ item: CatalogueItem) -> Phrase {
    let category = profile.category(item.category)?.name ?? .same("")
    return item.name + Phrase("（\(category.zh)）", en: " (\(category.en))")
  }

  func place(_ h: inout HTML, _ state: FormState) {
    h.select(
      "district", Phrase("所在区", en: "District"), state,
      groups: [
        (
          name: nil,
          options: [(value: "", label: Phrase("请选择", en: "Choose"))]
            + profile.districts.map { (value: $0.id, label: $0.name) }
        )
      ])
    h.textField(
      "address", Phrase("具体地点", en: "Place"),
      hint: Phrase("路名、门牌、小区或附近标志。", en: "Street and number, or what is near."), state,
      autocomplete: "street-address")
    h.details(Phrase("填写经纬度（可不填）", en: "Coordinates (optional)")) { h in
      h.element("div", .class("pair")) { h in
        h.textField("latitude", Phrase("纬度", en: "Latitude"), state, inputMode: "decimal")
        h.textField("longitude", Phrase("经度", en: "Longitude"), state, inputMode: "decimal")
      }
    }
  }

  func contact(_ h: inout HTML, _ state: FormState) {
    h.element("div", .class("pair")) { h in
      h.textField("name", Phrase("称呼（可不填）", en: "Name (optional)"), state, autocomplete: "name")
      h.textField(
        "phone", Phrase("电话（可不填）", en: "Telephone (optional)"), state, type: "tel",
        autocomplete: "tel")
    }
    h.textField(
      "email", Phrase("邮箱（可不填，用于通知）", en: "E-mail (optional, for notices)"), state,
      type: "email", autocomplete: "email")
    h.checkbox(
      "is_anonymous",
      Phrase("对承办单位保密身份和联系方式", en: "Keep name and contact from the agency"), state)
    h.checkbox(
      "is_public",
      Phrase(
        "同意公开标题、内容、地点、附件和答复（不公开姓名和联系方式）",
        en: "Title, text, place, files and answer may be shown to all (never name or contact)"),
      state)
  }

  static func similarPanel(
    _ h: inout HTML, _ similar: [SimilarRequest], _ profile: CityProfile, at now: Instant,
    isStaff: Bool = false
  ) {
    let year = now.date(in: profile.zone).year
    h.element("div", .class("panel reading")) { h in
      h.element("h2", text: Phrase("可能是同一件事", en: "These may be about the same"))
      h.element("ul", .class("rows")) { h in
        for one in similar {
          let number = one.row.base.number.description
          h.element("li") { h in
            h.a((isStaff ? "/desk" : "") + "/requests/\(number)", .same(one.row.base.title))
            h.element("div", .class("sub")) { h in
              CasePages.stageTag(&h, one.row.base, at: now)
              if let metres = one.metres {
                let rounded = Int(min(metres, 1e6) / 10) * 10
                h.text(
                  rounded < 20
                    ? Phrase("同一地点", en: "same place")
                    : Phrase("约\(rounded)米外", en: "about \(rounded) m away"))
              }
              h.time(one.row.request.openedAt, in: profile.zone, .day(year: year))
            }
          }
        }
      }
    }
  }

  // MARK: Tracking

  func track(_ visit: Visit, _ problem: Problem?, number: String) -> Response {
    let state = FormState(
      values: [("number", number), ("token", "")], problem: problem)
    return visit.page(
      Phrase("查询进展", en: "Follow a request"), trail: IntakePages.trail,
      status: problem?.status ?? 200
    ) { h in
      if let problem { h.errorSummary(problem) }
      h.heading(
        Phrase("查询进展", en: "Follow a request"),
        lead: Phrase(
          "请输入提交时得到的编号和查询码。", en: "Enter the number and the token that you were given."))
      h.element("div", .class("panel reading")) { h in
        h.element("form", .action("/requests/track"), .named("method", "get")) { h in
          h.textField(
            "number", Phrase("办件编号", en: "Number"),
            hint: Phrase("例如 21-2026-0001234-K", en: "Such as 21-2026-0001234-K"), state,
            isRequired: true)
          h.textField(
            "token", Phrase("查询码", en: "Token"),
            hint: Phrase(
              "16位字母和数字；公开的诉求可不填。", en: "16 letters and digits; not needed for public requests."),
            state)
          h.button(Phrase("查询", en: "Look up"))
        }
      }
      h.p(
        Phrase(
          "登录后提出的诉求，可在“我的诉求”中直接查看。查询码遗失的，可拨打12345查询进展。",
          en:
            "What you filed while signed in is under “My requests”. If you lost the token, call 12345."
        ), class: "hint")
    }
  }
}

extension FormState {
  /// These values, and those of another state for everything but one field.
  func merged(_ other: FormState, keeping name: String) -> FormState {
    FormState(
      values: [(name, value(name))],
      problem: other.message(name).map { .invalid([Problem.Field(name, $0)]) })
  }
}
