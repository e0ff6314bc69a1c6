/// English titles of the instruments that are cited, by their official Chinese ones. Only the Chinese title is
/// official; where an authority publishes an English one it is taken, else the title is translated.
enum LawTitles {
  /// The English title of an instrument; the Chinese one where none is known.
  static func english(_ instrument: String) -> String { titles[instrument] ?? instrument }

  private static let titles: [String: String] = laws.merging(courts) { $1 }.merging(others) { $1 }

  private static let laws: [String: String] = [
    "中华人民共和国个人信息保护法": "Personal Information Protection Law",
    "中华人民共和国民法典": "Civil Code",
    "专利法": "Patent Law",
    "刑事诉讼法": "Criminal Procedure Law",
    "刑法": "Criminal Law",
    "反不正当竞争法": "Anti-Unfair Competition Law",
    "招标投标法": "Bidding Law",
    "政府采购法": "Government Procurement Law",
    "民事诉讼法": "Civil Procedure Law",
    "电子商务法": "E-Commerce Law",
    "电子签名法": "Electronic Signature Law",
    "立法法": "Legislation Law",
    "行政复议法": "Administrative Reconsideration Law",
  ]

  private static let courts: [String: String] = [
    "人民法院在线诉讼规则": "Online Litigation Rules of the People's Courts",
    "关于办理侵犯知识产权刑事案件具体应用法律若干问题的解释（三）":
      "Interpretation (III) on Criminal Cases of Infringing Intellectual Property",
    "关于办理侵犯知识产权刑事案件适用法律若干问题的解释":
      "Interpretation on Criminal Cases of Infringing Intellectual Property",
    "关于开展认可和协助香港特别行政区破产程序试点工作的意见":
      "Opinions on the Pilot of Recognising and Assisting Insolvency Proceedings of the Hong Kong SAR",
    "最高人民法院、最高人民检察院关于检察公益诉讼案件适用法律若干问题的解释":
      "Interpretation on Public-Interest Litigation by Procuratorates",
    "最高人民法院关于审理侵犯商业秘密民事案件适用法律若干问题的规定":
      "Provisions on Civil Cases of Infringing Trade Secrets",
    "最高人民法院关于审理环境民事公益诉讼案件适用法律若干问题的解释":
      "Interpretation on Civil Environmental Public-Interest Litigation",
    "最高人民法院关于民事诉讼证据的若干规定": "Provisions on Evidence in Civil Procedure",
    "最高人民法院关于涉网络知识产权侵权纠纷几个法律适用问题的批复":
      "Reply on Disputes about Intellectual Property on Networks",
    "最高人民法院关于知识产权民事诉讼证据的若干规定":
      "Provisions on Evidence in Civil Procedure on Intellectual Property",
    "最高人民法院关于第一审知识产权民事、行政案件管辖的若干规定":
      "Provisions on the Jurisdiction of First Instance over Intellectual Property Cases",
    "最高人民法院关于适用《诉讼费用交纳办法》的通知": "Notice on Applying the Measures on Court Fees",
  ]

  private static let others: [String: String] = [
    "关于再次推广借鉴深圳综合改革试点创新举措和典型经验的通知":
      "Notice on Again Spreading the Innovative Measures of Shenzhen's Comprehensive Reform Pilot",
    "关于跨国公司本外币一体化资金池业务的通知":
      "Notice on Integrated Cash Pooling of Multinational Companies",
    "北京市接诉即办工作条例": "Beijing Regulations on Handling Complaints without Delay",
    "市场主体登记管理条例": "Regulations on the Registration of Market Entities",
    "市场主体登记管理条例实施细则":
      "Implementing Rules of the Regulations on the Registration of Market Entities",
    "招标投标法实施条例": "Implementing Regulations of the Bidding Law",
    "无人驾驶航空器飞行管理暂行条例":
      "Interim Regulations on the Administration of Unmanned Aircraft Flight",
    "机关文件材料归档范围和文书档案保管期限规定":
      "Provisions on the Archiving of Official Papers and Their Periods of Retention",
    "民用航空空中交通管理规则": "Rules on Civil Air Traffic Management",
    "济南市12345市民服务热线条例": "Jinan Regulations on the 12345 Hotline",
    "潍坊市12345政务服务便民热线条例": "Weifang Regulations on the 12345 Hotline",
    "深圳国际仲裁院仲裁费表一": "Shenzhen Court of International Arbitration, Fee Schedule 1",
    "深圳经济特区商事登记若干规定":
      "Provisions on Commercial Registration in the Shenzhen Special Economic Zone",
    "行政复议法实施条例": "Implementing Regulations of the Administrative Reconsideration Law",
    "诉讼费用交纳办法": "Measures on the Payment of Court Fees",
    "部分地方歇业备案办事指南（不含上市公司）":
      "Guides of Some Places to the Filing of Dormancy (Listed Companies Excluded)",
  ]
}
