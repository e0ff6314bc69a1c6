import Commons

/// The frame of every page: where one is, in which language, as whom.
public struct PageShell: Sendable {
  /// A signed-in person, as the head of the page greets them.
  public struct User: Sendable {
    let name: String
    let post: Phrase?
    let csrf: String
    /// A person with a post, and the token that the sign-out form carries.
    public init(name: String, post: Phrase?, csrf: String) {
      self.name = name
      self.post = post
      self.csrf = csrf
    }
  }

  /// A link of the navigation.
  public struct Link: Sendable {
    let label: Phrase
    let target: String
    /// A link.
    public init(_ label: Phrase, _ target: String) {
      self.label = label
      self.target = target
    }
  }

  /// The evidence log as it was last signed, for the foot of the page.
  public struct LogState: Sendable {
    let size: String
    let root: String
    let signedAt: Phrase
    /// So many entries, the root of the tree, when it was signed.
    public init(size: String, root: String, signedAt: Phrase) {
      self.size = size
      self.root = root
      self.signedAt = signedAt
    }
  }

  private let city: Phrase
  private let note: Phrase?
  private let language: Language
  private let isLargeType: Bool
  private let here: String
  private let user: User?
  private let links: [Link]
  private let log: LogState?

  /// A frame. `here` is the address of the page with its query, for the switches.
  public init(
    city: Phrase, note: Phrase?, language: Language, isLargeType: Bool, here: String, user: User?,
    links: [Link], log: LogState? = nil
  ) {
    self.city = city
    self.note = note
    self.language = language
    self.isLargeType = isLargeType
    self.here = here
    self.user = user
    self.links = links
    self.log = log
  }

  /// A whole page.
  public func page(
    _ title: Phrase, trail: [Link] = [], content: (inout HTML) throws -> Void
  ) rethrows -> [UInt8] {
    var h = HTML(language)
    h.documentType()
    try h.element(
      "html", .named("lang", language.rawValue), .class(isLargeType ? "large" : nil)
    ) { h in
      head(&h, title)
      try h.element("body") { h in
        h.element("a", .class("skip"), .href("#main"), text: Phrase("跳到正文", en: "Skip to content"))
        header(&h)
        try h.element("main", .id("main")) { h in
          if !trail.isEmpty { breadcrumbs(&h, trail) }
          try content(&h)
        }
        footer(&h)
      }
    }
    return h.bytes
  }

  private func head(_ h: inout HTML, _ title: Phrase) {
    h.element("head") { h in
      h.void("meta", .named("charset", "utf-8"))
      h.void(
        "meta", .name("viewport"), .named("content", "width=device-width, initial-scale=1"))
      h.element("title", text: title + Phrase(" · ", en: " · ") + city + .same(" · Tequ 特区"))
      h.void("link", .named("rel", "stylesheet"), .href("/assets/\(Stylesheet.version).css"))
      h.void("link", .named("rel", "icon"), .href("/assets/icon.svg"), .type("image/svg+xml"))
    }
  }

  private func header(_ h: inout HTML) {
    h.element("header", .class("top")) { h in
      if let note { h.element("div", .class("note")) { $0.p(note) } }
      h.element("div", .class("top-line")) { h in
        h.element("a", .class("brand"), .href("/")) { h in
          h.element("span", .class("brand-mark"), .named("aria-hidden", "true"), text: "特")
          h.element("span", .class("brand-city"), text: city)
          h.element("span", .class("brand-name"), text: Phrase("Tequ 特区", en: "Tequ"))
        }
        h.element("nav", .class("switches"), .label(Phrase("显示设置", en: "Display"))) { h in
          let other = language == .zh ? ("en", "English") : ("zh", "中文")
          h.element(
            "a", .href(switched("lang", other.0)), .named("lang", other.0),
            .named("rel", "nofollow"),
            text: other.1)
          h.element(
            "a", .href(switched("type", isLargeType ? "normal" : "large")),
            .named("rel", "nofollow"),
            text: isLargeType ? Phrase("标准版", en: "Normal type") : Phrase("长辈版", en: "Large type"))
          identity(&h)
        }
      }
      h.element("nav", .class("main-nav"), .label(Phrase("主导航", en: "Main"))) { h in
        for link in links {
          let isHere = isCurrent(link)
          h.element(
            "a", .href(link.target), .class(isHere ? "current" : nil),
            .named("aria-current", isHere ? "page" : nil), text: link.label)
        }
      }
    }
  }

  /// Whether the page lies under a link of the navigation, and under no longer one.
  private func isCurrent(_ link: Link) -> Bool {
    let path = here.prefix { $0 != "?" }
    func covers(_ target: String) -> Bool {
      target == "/" ? path == "/" : path == target || path.hasPrefix(target + "/")
    }
    return covers(link.target)
      && !links.contains { $0.target.count > link.target.count && covers($0.target) }
  }

  private func identity(_ h: inout HTML) {
    guard let user else {
      h.a("/sign-in", Phrase("登录", en: "Sign in"), class: "sign-in")
      return
    }
    h.element("a", .class("user"), .href("/account")) { h in
      h.text(user.name)
      if let post = user.post, post[language] != user.name {
        h.element("span", .class("post"), text: post)
      }
    }
    h.form("/sign-out", csrf: user.csrf, class: "inline") { h in
      h.element("button", .type("submit"), .class("link"), text: Phrase("退出", en: "Sign out"))
    }
  }

  private func switched(_ name: String, _ value: String) -> String {
    let halves = here.split(separator: "?", maxSplits: 1)
    let path = halves.first.map(String.init) ?? "/"
    let others = (halves.count > 1 ? halves[1] : "").split(separator: "&")
      .filter { !$0.hasPrefix("\(name)=") }
    return path + "?" + (others.map(String.init) + ["\(name)=\(value)"]).joined(separator: "&")
  }

  private func breadcrumbs(_ h: inout HTML, _ trail: [Link]) {
    h.element("nav", .class("crumbs"), .label(Phrase("当前位置", en: "You are here"))) { h in
      h.element("ol") { h in
        for link in [Link(Phrase("首页", en: "Home"), "/")] + trail {
          h.element("li") { $0.a(link.target, link.label) }
        }
      }
    }
  }

  private func footer(_ h: inout HTML) {
    h.element("footer") { h in
      h.element("div", .class("foot")) { h in
        h.element("div") { h in
          h.element("ul") { h in
            for (target, label) in PageShell.footLinks {
              h.element("li") { $0.a(target, label) }
            }
          }
          h.p(
            Phrase(
              "紧急情况请拨打110、119、120；不会上网请拨打12345。",
              en: "In an emergency call 110, 119 or 120; without a computer call 12345."))
        }
        h.element("div") { h in
          if let log {
            h.element("p") { h in
              h.text(Phrase("存证日志共", en: "The evidence log has "))
              h.a("/log", .same(log.size))
              h.text(Phrase("条，最新检查点签于", en: " entries; last checkpoint signed "))
              h.text(log.signedAt)
              h.text(Phrase("，根值 ", en: ", root "))
              h.element("span", .class("mono"), text: log.root)
            }
          }
          h.p(
            Phrase(
              "每一步办理都有回执，断网也能核验。",
              en: "Every step leaves a receipt that verifies without a network."))
        }
      }
    }
  }

  private static let footLinks: [(String, Phrase)] = [
    ("/requests/how", Phrase("办理规则与依据", en: "Rules and their law")),
    ("/requests/figures", Phrase("办理情况", en: "Figures")),
    ("/log", Phrase("存证日志", en: "Evidence log")),
    ("/receipts", Phrase("核验回执", en: "Check a receipt")),
    ("/openapi.yaml", Phrase("开放接口", en: "Interface")),
    ("/problems", Phrase("错误说明", en: "Problems")),
  ]
}
