import Commons

extension ReconsiderationLaw {
  // MARK: Choices

  /// Kinds of act, in the order of article 11.
  public static let actKinds: [FactType.Choice] = [
    .init("penalty", Phrase("行政处罚", en: "administrative penalty")),
    .init("coercion", Phrase("行政强制", en: "coercive measure or execution")),
    .init("licence", Phrase("行政许可", en: "administrative licence")),
    .init("resource", Phrase("自然资源确权", en: "ruling on rights to natural resources")),
    .init("taking", Phrase("征收征用及补偿", en: "taking or requisition, with compensation")),
    .init("state-compensation", Phrase("行政赔偿决定", en: "decision on state compensation")),
    .init("work-injury", Phrase("工伤认定", en: "recognition of a work injury")),
    .init("autonomy", Phrase("侵犯经营权、承包权", en: "operating or contracting rights")),
    .init("competition", Phrase("排除限制竞争", en: "abuse of power against competition")),
    .init("levy", Phrase("违法集资摊派", en: "unlawful levies or duties")),
    .init("inaction", Phrase("不履行保护职责", en: "duty of protection not performed")),
    .init("benefit", Phrase("社会保障给付", en: "benefits and social security")),
    .init("agreement", Phrase("行政协议", en: "administrative agreement")),
    .init("disclosure", Phrase("政府信息公开", en: "disclosure of government information")),
    .init("other", Phrase("其他行政行为", en: "another administrative act")),
  ]

  /// Matters of article 12.
  public static let exclusions: [FactType.Choice] = [
    .init("none", Phrase("都不是", en: "none of these")),
    .init("state-act", Phrase("国防、外交等国家行为", en: "act of state")),
    .init("norm", Phrase("法规、规章或者规范性文件本身", en: "a regulation, rule or norm itself")),
    .init("personnel", Phrase("对工作人员的奖惩任免", en: "reward, discipline or post of an official")),
    .init("civil-mediation", Phrase("对民事纠纷的调解", en: "mediation of a civil dispute")),
  ]

  /// Kinds of respondent, in the order of articles 24 to 28.
  public static let respondents: [FactType.Choice] = [
    .init("department", Phrase("本级政府工作部门", en: "department of the government")),
    .init("lower-government", Phrase("下一级人民政府", en: "government of the next lower level")),
    .init("agency-office", Phrase("本级政府派出机关", en: "agency office set up by the government")),
    .init("authorised", Phrase("本级政府或部门管理的被授权组织", en: "authorised organisation it runs")),
    .init("branch", Phrase("工作部门的派出机构（以自己名义）", en: "branch of a department, in its own name")),
    .init(
      "local-branch",
      Phrase("市级部门按行政区划设立的派出机构（以自己名义）", en: "district branch of a municipal department")),
    .init("province", Phrase("省级人民政府", en: "provincial government")),
    .init("ministry", Phrase("国务院部门", en: "department of the State Council")),
    .init("ministry-branch", Phrase("国务院部门派出机构（以自己名义）", en: "branch of such a department")),
    .init("ministry-authorised", Phrase("国务院部门管理的被授权组织", en: "organisation it runs")),
    .init(
      "vertical",
      Phrase("海关、金融、外汇、税务、国家安全", en: "customs, finance, exchange, tax, state security")),
    .init("justice", Phrase("履行复议机构职责的司法行政部门", en: "justice department that reconsiders")),
  ]

  /// Grounds of article 39.
  public static let suspensions: [FactType.Choice] = [
    .init("death", Phrase("公民死亡，近亲属未定", en: "a person died, relatives undecided")),
    .init("incapacity", Phrase("丧失行为能力，法定代理人未定", en: "capacity lost, guardian undecided")),
    .init("missing", Phrase("公民下落不明", en: "a person is missing")),
    .init("ended", Phrase("组织终止，承受人未定", en: "organisation ended, successor undecided")),
    .init("force-majeure", Phrase("不可抗力等不能参加", en: "force majeure or another good reason")),
    .init("mediation", Phrase("调解、和解，双方同意", en: "mediation or settlement, both agree")),
    .init("interpretation", Phrase("法律适用待解释", en: "the law awaits interpretation")),
    .init("other-case", Phrase("以他案结果为依据", en: "another case must be decided first")),
    .init("norm", Phrase("附带审查规范性文件", en: "review of a norm")),
    .init("other", Phrase("其他情形", en: "another reason")),
  ]

  /// Grounds of article 41.
  public static let terminations: [FactType.Choice] = [
    .init("withdrawn", Phrase("撤回申请，准予", en: "withdrawn, and allowed")),
    .init("no-heir", Phrase("公民死亡，无近亲属或者放弃", en: "a person died, nobody goes on")),
    .init("no-successor", Phrase("组织终止，无承受人或者放弃", en: "organisation ended, nobody goes on")),
    .init("criminal", Phrase("转为刑事强制措施", en: "criminal measures for the same act")),
    .init("lapsed", Phrase("中止满六十日原因未消除", en: "stood still too long")),
  ]

  /// Grounds of article 42.
  public static let stays: [FactType.Choice] = [
    .init("none", Phrase("无", en: "none")),
    .init("respondent", Phrase("被申请人认为需要", en: "the respondent finds it needed")),
    .init("authority", Phrase("复议机关认为需要", en: "the authority finds it needed")),
    .init("party", Phrase("申请人、第三人申请", en: "applicant or third party asks")),
    .init("statute", Phrase("法律、法规、规章规定", en: "a statute, regulation or rule asks")),
  ]

  /// Kinds of decision, in the order of articles 33 and 63 to 71.
  public static let decisionKinds: [FactType.Choice] = [
    .init("change", Phrase("变更", en: "change")),
    .init("revoke", Phrase("撤销", en: "revoke")),
    .init("revoke-part", Phrase("部分撤销", en: "revoke in part")),
    .init("unlawful", Phrase("确认违法", en: "declare unlawful")),
    .init("perform", Phrase("责令履行", en: "order to perform")),
    .init("void", Phrase("确认无效", en: "declare void")),
    .init("uphold", Phrase("维持", en: "uphold")),
    .init("reject", Phrase("驳回复议请求", en: "reject the request")),
    .init("agreement", Phrase("行政协议责任", en: "liability under an agreement")),
    .init("dismiss", Phrase("驳回复议申请", en: "dismiss the application")),
    .init("mediated", Phrase("调解书", en: "mediation letter")),
  ]

  /// Grounds of decisions.
  public static let grounds: [FactType.Choice] = [
    .init("improper", Phrase("内容不适当", en: "the content is improper")),
    .init("wrong-basis", Phrase("未正确适用依据", en: "the basis was misapplied")),
    .init("facts-found", Phrase("经查清事实和证据", en: "the authority has found the facts")),
    .init("facts-unclear", Phrase("主要事实不清、证据不足", en: "facts unclear, evidence lacking")),
    .init("procedure", Phrase("违反法定程序", en: "procedure violated")),
    .init("basis-unlawful", Phrase("适用的依据不合法", en: "the basis is unlawful")),
    .init("beyond-powers", Phrase("超越或者滥用职权", en: "powers exceeded or abused")),
    .init("public-interest", Phrase("撤销将造成重大损害", en: "revoking would do grave damage")),
    .init("minor-procedure", Phrase("程序轻微违法且无实际影响", en: "minor fault of procedure")),
    .init("not-revocable", Phrase("不具有可撤销内容", en: "nothing to revoke")),
    .init("changed", Phrase("已改变原行为，仍要求确认", en: "changed already, ruling still asked for")),
    .init("pointless", Phrase("责令履行没有意义", en: "performing would be pointless")),
    .init("not-performed", Phrase("不履行法定职责", en: "a duty is not performed")),
    .init("no-subject", Phrase("不具有行政主体资格", en: "no power as an authority")),
    .init("no-basis", Phrase("没有依据等重大明显违法", en: "no basis, a grave and plain fault")),
    .init("lawful", Phrase("合法适当", en: "lawful and proper")),
    .init("no-duty", Phrase("没有相应法定职责", en: "no such duty")),
    .init("performed", Phrase("受理前已经履行", en: "performed before acceptance")),
    .init("no-evidence", Phrase("未答复举证，视为没有证据", en: "no reply: no evidence")),
    .init("breach", Phrase("未依法依约履行行政协议", en: "the agreement was broken")),
    .init("uncompensated", Phrase("变更解除合法而补偿不合理", en: "lawful change, compensation lacking")),
    .init("inadmissible", Phrase("不符合受理条件", en: "not admissible")),
  ]
}
