/// One story for each article that has something to carry out. Days were counted by hand with the
/// State Council's calendar of 2026: off on 15–23 February, 4–6 April and 1–5 May; worked on
/// 28 February and 9 May.
enum Stories {
  typealias Story = (article: Int, text: String)

  static let all: [Story] = filing + acceptance + trial + standing + decisions + afterwards

  /// Accepted on 4 March, sent on 5 March, answered on 10 March, heard on 11 March.
  static let heard = """
    2026-03-02 file
    2026-03-04 accept
    2026-03-05 serve
    2026-03-10 reply
    2026-03-11 hear

    """
  /// The same without a reply: the time ends on 19 March.
  static let silent = """
    2026-03-02 file
    2026-03-04 accept
    2026-03-05 serve
    2026-03-20 = trial reply=off
    2026-03-20 hear

    """

  static let filing: [Story] = [
    (
      20,
      """
      2026-04-13 file known-on=2026-02-10
      2026-04-13 = received facts.last-day=2026-04-13
      2026-04-14 accept
      """
    ),
    (
      20,
      """
      2026-04-14 file known-on=2026-02-10
      2026-04-14 = received facts.last-day=2026-04-13
      2026-04-15 accept !not-acceptable
      2026-04-15 refuse refused-for=in-time
      """
    ),
    (
      20,
      """
      2026-05-20 file known-on=2026-02-10 obstacle-from=2026-03-01 obstacle-to=2026-04-20
      2026-05-20 = received facts.last-day=2026-06-01
      2026-05-21 accept
      """
    ),
    (
      20,
      """
      2026-03-02 file known-on=2025-03-03 told=no
      2026-03-02 = received facts.last-day=2026-03-03
      2026-03-02 refuse refused-for=in-time !test-met
      """
    ),
    (
      20,
      """
      2026-03-02 file known-on=2025-06-01 told=no told-on=2026-02-01
      2026-03-02 = received facts.last-day=2026-04-02
      """
    ),
    (
      20,
      """
      2026-03-02 file known-on=2025-12-20 statute-days=90
      2026-03-02 = received facts.last-day=2026-03-20
      """
    ),
    (20, "2026-03-02 file known-on=2026-03-03 !known-on"),
    (20, "2026-03-02 file known-on= !known-on"),
    (
      21,
      """
      2026-03-02 file known-on=2026-02-10 acted-on=2021-02-26
      2026-03-02 = received facts.bar-day=2026-02-26
      2026-03-03 accept !not-acceptable
      """
    ),
    (
      21,
      """
      2026-03-02 file known-on=2026-02-10 acted-on=2021-02-26 real-property=true
      2026-03-02 = received facts.bar-day=2041-02-26
      2026-03-03 accept
      """
    ),
    (
      22,
      """
      2026-03-02 take-down
      2026-03-02 = received review=2026-03-09
      """
    ),
    (
      22,
      """
      2026-03-05 reroute received-on=2026-03-02
      2026-03-05 = received review=2026-03-09 facts.filed-on=2026-03-02
      """
    ),
    (22, "2026-03-02 reroute received-on=2026-03-03 !received-on"),
    (
      23,
      """
      2026-03-02 file act-kind=penalty on-the-spot=true
      2026-03-02 = received facts.is-first=true
      """
    ),
    (
      23,
      """
      2026-03-02 file act-kind=disclosure disclosure-refused=true
      2026-03-02 = received facts.is-first=true
      """
    ),
    (
      23,
      """
      2026-03-02 file act-kind=licence
      2026-03-02 = received facts.is-first=false
      """
    ),
    (
      24,
      """
      2026-03-02 file respondent=gov-donghu
      2026-03-02 = received facts.authority=upper-government facts.ours=true
      2026-03-03 refuse refused-for=jurisdiction-own authority-told=另一机关 !test-met
      """
    ),
    (
      27,
      """
      2026-03-02 file respondent=tax
      2026-03-02 = received facts.authority=upper-department
      2026-03-03 refuse refused-for=jurisdiction-own !authority-told
      2026-03-03 refuse refused-for=jurisdiction-own authority-told=上级税务局
      """
    ),
    (
      28,
      """
      2026-03-02 file respondent=justice
      2026-03-02 = received facts.authority=own-or-upper
      """
    ),
    (
      29,
      """
      2026-03-02 file taken-by-court=true
      2026-03-03 accept !not-acceptable
      2026-03-03 refuse refused-for=first-time
      """
    ),
    (
      88,
      """
      2026-02-13 file known-on=2026-02-10
      2026-02-13 = received review=2026-02-27
      """
    ),
  ]

  static let acceptance: [Story] = [
    (
      30,
      """
      2026-03-02 file
      2026-03-04 accept
      2026-03-04 = serving serve=2026-03-13 decide=2026-05-06
      """
    ),
    (
      30,
      """
      2026-03-02 file
      2026-03-09 = received review=2026-03-09
      2026-03-10 = serving facts.deemed=true facts.accepted-on=2026-03-09 serve=2026-03-18 decide=2026-05-08
      """
    ),
    (
      30,
      """
      2026-03-02 file
      2026-03-03 accept interest= !not-acceptable
      2026-03-03 refuse refused-for=interest
      2026-03-03 = refused review=off
      """
    ),
    (
      30,
      """
      2026-03-02 file excluded=personnel
      2026-03-03 accept !not-acceptable
      2026-03-03 refuse refused-for=scope
      """
    ),
    (
      31,
      """
      2026-03-02 file
      2026-03-03 ask-correction
      2026-03-03 = correcting correct=2026-03-17
      2026-03-10 correct
      2026-03-10 = received review=2026-03-17
      2026-03-11 ask-correction !case-limit
      """
    ),
    (
      31,
      """
      2026-03-02 file
      2026-03-03 ask-correction
      2026-03-18 = abandoned correct=off
      """
    ),
    (
      31,
      """
      2026-03-02 file
      2026-03-03 ask-correction
      2026-03-16 extend-correction days=5
      2026-03-16 = correcting correct=2026-03-24
      """
    ),
    (
      32,
      """
      2026-03-02 lodge on-the-spot=true
      2026-03-02 = forwarding forward=2026-03-09
      2026-03-04 forward
      2026-03-04 = received review=2026-03-11
      """
    ),
    (
      32,
      """
      2026-03-02 lodge on-the-spot=true
      2026-03-10 = received review=2026-03-17
      """
    ),
    (
      32,
      """
      2026-03-02 lodge
      2026-03-04 undo
      2026-03-04 = undone forward=off
      """
    ),
    (
      33,
      heard + """
        2026-03-12 propose decision=dismiss ground=inadmissible
        2026-03-13 decide
        2026-03-16 deliver
        2026-03-16 = closed
        """
    ),
    (
      34,
      """
      2026-03-02 file on-the-spot=true
      2026-03-04 refuse
      2026-03-04 = refused facts.is-first=true
      2026-06-01 report-suit
      """
    ),
    (
      35,
      """
      2026-03-02 file
      2026-03-04 refuse
      2026-03-11 order-acceptance
      2026-03-11 = serving decide=2026-05-11
      """
    ),
    (
      35,
      """
      2026-03-02 file
      2026-03-04 accept
      2026-05-07 = serving serve=2026-03-13! decide=2026-05-06!
      2026-05-07 extend !case-clock
      """
    ),
  ]

  static let trial: [Story] = [
    (36, heard + "2026-03-12 assign"),
    (
      38,
      heard + """
        2026-03-12 take-up
        2026-03-12 = taken-up decide=off
        """
    ),
    (
      44,
      """
      2026-03-02 file failure-to-act=true asked-on=2025-12-20
      2026-03-02 = received facts.last-day=2026-04-20
      """
    ),
    (
      45,
      heard + """
        2026-03-12 investigate officer-count=1 !too-few-officers
        2026-03-12 investigate officer-count=2
        """
    ),
    (
      46,
      heard + """
        2026-03-12 supplement !own-evidence
        2026-03-12 allow-supplement
        2026-03-13 supplement
        2026-03-13 supplement !own-evidence
        """
    ),
    (47, heard + "2026-03-12 open-file"),
    (
      48,
      """
      2026-03-02 file
      2026-03-04 accept
      2026-03-05 serve
      2026-03-05 = replying reply=2026-03-19 serve=off
      2026-03-10 reply
      2026-03-10 = trial reply=off
      """
    ),
    (
      49,
      """
      2026-03-02 file
      2026-03-04 accept
      2026-03-05 serve
      2026-03-10 reply
      2026-03-11 propose !case-guard
      2026-03-11 hear manner=unable
      2026-03-11 propose
      """
    ),
    (
      50,
      heard + """
        2026-03-12 propose major=true !hearing-due
        2026-03-12 call-hearing assessors=1 !hearing-panel
        2026-03-12 call-hearing
        2026-03-30 attend@citizen signed= !signed
        2026-03-30 attend@citizen
        2026-03-30 attend@respondent
        2026-03-30 hold-hearing
        2026-03-31 consult major=true
        2026-04-01 advise
        2026-04-02 propose major=true
        """
    ),
    (
      51,
      heard + """
        2026-03-12 call-hearing hearing-on=2026-03-18 !hearing-notice
        2026-03-12 call-hearing hearing-on=2026-03-19
        2026-03-18 hold-hearing !hearing-early
        2026-03-19 hold-hearing applicant-present=waived respondent-head=delegated
        2026-03-19 = trial facts.applicant-present=waived
        """
    ),
    (
      52,
      heard + """
        2026-03-12 propose technical=true !committee-due
        2026-03-12 consult technical=true
        2026-03-12 = consulting
        2026-03-16 advise
        2026-03-17 propose technical=true
        """
    ),
    (
      53,
      """
      2026-03-02 file amount=300000
      2026-03-04 accept-simplified consent= clear=true
      2026-03-04 = serving serve=2026-03-09 decide=2026-04-03
      """
    ),
    (
      53,
      """
      2026-03-02 file amount=300001
      2026-03-04 accept-simplified consent= clear=true !not-simplified
      2026-03-04 accept-simplified consent=true
      """
    ),
    (
      54,
      """
      2026-03-02 file
      2026-03-04 accept-simplified
      2026-03-05 serve
      2026-03-05 = replying reply=2026-03-12
      2026-03-10 reply
      2026-03-11 propose
      2026-03-11 = proposed
      """
    ),
    (
      55,
      """
      2026-03-02 file
      2026-03-04 accept-simplified
      2026-03-05 serve
      2026-03-10 reply
      2026-03-11 convert@handler !forbidden
      2026-03-11 convert
      2026-03-11 = trial decide=2026-05-06
      2026-03-11 propose !case-guard
      2026-03-12 convert !case-guard
      """
    ),
  ]
}
