import Testing

@testable import ServiceRequests

@Suite struct TitleTests {
  /// A title stands open for lists; what it was made of does not.
  @Test(arguments: [
    ("路灯坏了三天。请尽快修理", "路灯坏了三天"), ("请打 13912345678 找我", "请打 … 找我"),
    ("电话139 1234 5678，急", "电话…，急"), ("身份证44030519900101123X的王某", "身份证…的王某"),
    ("发到 wang@example.cn 吧", "发到 … 吧"), ("１３９１２３４５６７８", "…"), ("9号楼12层", "9号楼12层"),
    ("", ""), ("@", "…"), ("a\nb", "a"),
  ]) func aTitleMadeOfWordsSaysNoNumbers(_ text: String, _ title: String) {
    #expect(RequestsMeasure.firstLine(text) == title)
  }

  @Test func aNumberAtTheCutIsNotHalfShown() {
    let text = String(repeating: "路", count: 36) + "13912345678"
    #expect(RequestsMeasure.firstLine(text) == String(repeating: "路", count: 36) + "…")
  }
}
