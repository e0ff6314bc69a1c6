import Books
import CaseWork
import CityProfiles
import Commons
import EvidenceLog
import EvidencePackets
import HTTPValues
import Markup
import MeasureKit

/// The pages about the evidence of a case: what there is and who held it, the report for the judge, the
/// form that packs files.
struct EvidencePages: Sendable {
  let rules: IPRules

  private func base(_ visitor: EvidenceVisitor) -> String {
    (visitor.isStaff ? "/desk/ip-protection/" : "/ip-protection/")
      + visitor.row.base.number.description
  }

  private func trail(_ visitor: EvidenceVisitor) -> [PageShell.Link] {
    [
      PageShell.Link(
        IPMeasure.card.name, visitor.isStaff ? "/desk/ip-protection" : "/ip-protection"),
      PageShell.Link(
        .same(visitor.row.base.number.description), base(visitor) + visitor.query),
    ]
  }

  // MARK: What there is

  func list(
    _ visit: Visit, _ visitor: EvidenceVisitor, _ state: FormState, _ problem: Problem? = nil
  ) -> Response {
    let title = Phrase("证据与保管链", en: "Evidence and custody")
    let facts = (try? CaseFacts(visitor.row.facts)) ?? CaseFacts()
    let entries = PacketShelf(facts).entries
    return visit.page(title, trail: trail(visitor), status: problem?.status ?? 200) { h in
      if let problem { h.errorSummary(problem) }
      if visit.request.query["done"] != nil {
        h.banner(Phrase("已存入，保管链已记入日志。", en: "Deposited; custody is in the log."), .good)
      }
      h.heading(
        title,
        lead: Phrase(
          "每个证据包都能离线核验：来源、采集人、工具、环境、时间、摘要、每一次交接。",
          en:
            "Each packet verifies offline: source, collector, tool, environment, time, digests, every hand-over."
        ))
      if entries.isEmpty { h.empty(Phrase("还没有证据包。", en: "There is no packet yet.")) }
      for entry in entries { self.entry(&h, entry, visitor) }
      if !visitor.row.base.isClosed {
        h.details(
          Phrase("存入证据包", en: "Deposit a packet"), isOpen: problem != nil || entries.isEmpty
        ) { h in
          EvidenceForm.write(&h, visit, base(visitor) + "/evidence" + visitor.query, state)
        }
      }
    }
  }

  private func entry(_ h: inout HTML, _ entry: PacketShelf.Entry, _ visitor: EvidenceVisitor) {
    let content = entry.content.hex
    h.element("div", .class("panel")) { h in
      h.element("h2", .class("mono"), text: String(content.prefix(16)) + "…")
      h.timeline { h in
        for event in entry.custody.reversed() {
          h.event(
            EvidencePages.move(event), by: holder(event), at: event.at ?? Instant(seconds: 0),
            in: rules.profile.zone
          ) { h in
            h.element("span", .class("sub mono"), text: String(event.digest.hex.prefix(24)) + "…")
          }
        }
      }
      h.element("div", .class("actions")) { h in
        let target = "\(base(visitor))/evidence/\(content)"
        h.buttonLink(
          Phrase("逐项说明（供审查）", en: "Report by factor"), target + visitor.query, .quiet)
        h.buttonLink(
          Phrase("导出证据包", en: "Export the packet"), target + ".json" + visitor.query, .quiet)
      }
    }
  }

  static func move(_ event: CustodyEvent) -> Phrase {
    switch event.move {
    case "collected": Phrase("采集", en: "collected")
    case "handed-over": Phrase("移交", en: "handed over")
    default: Phrase("接收", en: "received")
    }
  }

  private func holder(_ event: CustodyEvent) -> Phrase {
    switch event.holder {
    case "right-holder": Phrase("权利人", en: "right holder")
    case "platform": Phrase("平台", en: "platform")
    case "agency": Phrase("行政部门", en: "agency")
    default: rules.name(event.holder)
    }
  }

  // MARK: The report

  func report(
    _ visit: Visit, _ visitor: EvidenceVisitor, _ packet: EvidencePacket, _ report: FactorReport,
    _ checks: [Receipt.Check]
  ) -> Response {
    let title = Phrase("电子数据逐项说明", en: "Electronic data, factor by factor")
    let isLogged = packet.isLogged
    return visit.page(
      title,
      trail: trail(visitor) + [
        .init(
          Phrase("证据与保管链", en: "Evidence and custody"),
          base(visitor) + "/evidence" + visitor.query)
      ]
    ) { h in
      h.heading(
        title,
        lead: Phrase(
          "供审查参考：哪些已由证明显示，哪些只是陈述，哪些没有材料。不作结论。",
          en:
            "For the court: what is proven, what is merely stated, what is missing. It concludes nothing."
        ))
      let holds = checks.allSatisfy(\.holds)
      h.banner(
        holds
          ? Phrase("✓ 文件、保管链和日志证明全部核对一致。", en: "✓ Files, custody and log agree in everything.")
          : isLogged || packet.proofs.count > 0
            ? Phrase("✗ 有核对未通过，见下。", en: "✗ A check failed, see below.")
            : Phrase("日志证明正在生成，通常不到一秒，请刷新。", en: "The proofs are being made; reload the page."),
        holds ? .good : isLogged ? .bad : .info)
      summary(&h, packet)
      factors(&h, report)
      h.details(Phrase("核对项目（\(checks.count)）", en: "Checks (\(checks.count))")) { h in
        h.element("ul", .class("rows")) { h in
          for check in checks {
            h.element("li") { h in
              h.tag(
                check.holds ? Phrase("通过", en: "holds") : Phrase("未通过", en: "fails"),
                check.holds ? .good : .bad)
              h.text(" ")
              h.text(check.name)
              h.element("span", .class("sub mono"), text: check.detail)
            }
          }
        }
      }
    }
  }

  private func summary(_ h: inout HTML, _ packet: EvidencePacket) {
    let content = packet.content
    func text(_ part: String, _ names: String...) -> (inout HTML) -> Void {
      let words = names.compactMap { content[part]?[$0]?.string }.filter { !$0.isEmpty }
      return { $0.text(words.joined(separator: "，")) }
    }
    h.element("div", .class("panel")) { h in
      h.element("h2", text: content["title"]?.string ?? "")
      h.summary([
        (Phrase("来源", en: "Source"), text("origin", "system", "operator", "address")),
        (Phrase("采集人", en: "Collector"), text("collector", "id", "organisation")),
        (Phrase("工具", en: "Tool"), text("tool", "name", "version")),
        (Phrase("环境", en: "Environment"), text("environment", "device", "system", "network")),
        (Phrase("时间", en: "Time"), text("time", "started", "source")),
        (
          Phrase("文件", en: "Files"),
          { h in
            for item in content["items"]?.array ?? [] {
              h.element("span", .class("sub"), text: item["name"]?.string ?? "")
              h.element("span", .class("sub mono"), text: item["sha256"]?.string ?? "")
            }
          }
        ),
      ])
    }
  }

  private func factors(_ h: inout HTML, _ report: FactorReport) {
    h.table(
      Phrase("逐项说明", en: "Factors"),
      columns: [
        (Phrase("审查因素", en: "Factor"), false), (Phrase("情况", en: "Standing"), false),
        (Phrase("材料", en: "What the packet says"), false),
      ], isCaptionHidden: true
    ) { table in
      for factor in report.factors {
        table.row([
          { h in
            h.element("strong", text: factor.question)
            h.element("span", .class("sub")) { $0.basis(.law(factor.basis)) }
          },
          { $0.tag(factor.standing.name, EvidencePages.tone(factor.standing)) },
          { h in for finding in factor.findings { h.p(finding) } },
        ])
      }
    }
  }

  static func tone(_ standing: FactorReport.Standing) -> Tone {
    switch standing {
    case .shown: .good
    case .stated, .court: .info
    case .missing: .warn
    case .contradicted: .bad
    }
  }
}

/// The form that packs files into a packet, or takes one that is packed.
enum EvidenceForm {
  /// The self-check of the environment, by code.
  static let checks: [(code: String, name: Phrase)] = [
    ("cache", Phrase("缓存和历史记录已清空", en: "cache and history were cleared")),
    ("proxy", Phrase("未使用代理或修改过的解析", en: "no proxy, no changed name resolution")),
    ("clock", Phrase("设备时间已与标准时间核对", en: "the clock was compared with standard time")),
    ("malware", Phrase("设备未发现恶意程序", en: "no malware was found on the device")),
  ]

  static func write(_ h: inout HTML, _ visit: Visit, _ action: String, _ state: FormState) {
    h.form(action, csrf: visit.csrf, idempotencyKey: visit.freshKey, hasFiles: true) { h in
      h.fileField(
        "files", Phrase("文件", en: "Files"),
        hint: Phrase(
          "合计不超过7 MB；已打好的证据包（.packet.json）直接上传，下面不用填",
          en: "7 MB in all; a packet that is packed already (.packet.json) needs nothing below"),
        state, accept: "image/*,application/pdf,video/*,.json,.txt,.html")
      func field(_ name: String, _ label: Phrase, _ hint: Phrase? = nil) {
        h.textField(name, label, hint: hint, state)
      }
      field("title", Phrase("证明内容", en: "What it shows"))
      h.group(Phrase("来源", en: "Source")) { h in
        h.textField("system", Phrase("来源系统", en: "System"), state)
        h.textField("operator", Phrase("系统运营者", en: "Who runs it"), state)
        h.textField("address", Phrase("网址（如有）", en: "Address, if any"), state)
        h.textArea("mechanism", Phrase("数据怎样产生", en: "How the data came about"), state, rows: 2)
        h.checkbox(
          "ordinary", Phrase("在正常业务往来中形成", en: "It arose in the ordinary course"), state)
        h.select(
          "interest", Phrase("运营者与本案的利害关系", en: "The operator's interest in the matter"), state,
          groups: [
            (
              nil,
              [
                ("none", Phrase("无", en: "none")), ("party", Phrase("是当事人", en: "a party")),
                ("affiliate", Phrase("与当事人有关联", en: "linked to a party")),
              ]
            )
          ])
      }
      h.group(Phrase("采集", en: "Collecting")) { h in
        h.textField("collector", Phrase("采集人", en: "Collector"), state)
        h.textField("organisation", Phrase("单位（个人填本人）", en: "Organisation"), state)
        h.textField("tool", Phrase("工具或方法", en: "Tool or method"), state)
        h.textField("tool-version", Phrase("版本", en: "Version"), state)
        h.textField("device", Phrase("设备", en: "Device"), state)
        h.textField("device-system", Phrase("设备系统", en: "Its system"), state)
        h.textField("network", Phrase("网络", en: "Network"), state)
        for (code, name) in checks { h.checkbox("check-\(code)", name, state) }
        h.textField("collected-on", Phrase("采集日期", en: "Day"), state, type: "date")
        h.textField("collected-at", Phrase("采集时间", en: "Time"), state, type: "time")
        h.textField(
          "time-source", Phrase("时间来源", en: "Source of the time"),
          hint: Phrase("如：国家授时中心NTP", en: "such as an NTP server"), state)
      }
      h.group(Phrase("保管", en: "Keeping")) { h in
        h.textField("storage", Phrase("采集后存在哪里", en: "Where it was kept"), state)
        h.textArea("process", Phrase("怎样保存和传输", en: "How it was kept and sent"), state, rows: 2)
        h.textField("filing", Phrase("存证平台备案号（如有）", en: "Filing of the platform, if any"), state)
        h.textArea(
          "standards", Phrase("符合的标准（每行一个）", en: "Standards that it meets, one a line"), state,
          rows: 2)
        h.textField("notary", Phrase("公证机构和文号（如有）", en: "Notary and number, if any"), state)
      }
      h.button(Phrase("打包存入", en: "Pack and deposit"))
    }
  }
}
