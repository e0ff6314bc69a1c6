extension Stories {
  static let standing: [Story] = [
    (
      39,
      heard + """
        2026-03-12 suspend
        2026-03-12 = suspended decide=~
        2026-04-13 resume
        2026-04-13 = trial decide=2026-06-04
        """
    ),
    (
      39,
      """
      2026-03-02 file
      2026-03-04 accept
      2026-03-05 serve
      2026-03-10 suspend suspension=mediation !suspension
      2026-03-10 suspend suspension=mediation both-agree=true
      2026-03-10 = suspended reply=~ decide=~
      2026-03-17 resume
      2026-03-17 = replying reply=2026-03-26
      """
    ),
    (39, heard + "2026-03-12 suspend-gone suspension=ended !suspension"),
    (
      40,
      heard + """
        2026-03-12 suspend
        2026-03-20 order-resumption
        2026-03-20 = trial decide=2026-05-11
        """
    ),
    (
      41,
      heard + """
        2026-03-12 suspend-gone
        2026-03-12 = gone gone=2026-05-11
        2026-05-11 = gone
        2026-05-12 = terminated decide=off gone=off
        """
    ),
    (
      41,
      heard + """
        2026-03-12 allow-withdrawal !no-withdrawal
        2026-03-12 ask-withdrawal
        2026-03-13 allow-withdrawal voluntary= !voluntary
        2026-03-13 allow-withdrawal
        2026-03-13 = terminated facts.termination=withdrawn
        """
    ),
    (
      41,
      heard + """
        2026-03-12 terminate termination=no-successor !termination
        2026-03-12 terminate termination=criminal
        """
    ),
    (
      42,
      heard + """
        2026-03-12 stay stay=party !stay
        2026-03-12 stay stay=party stay-reasonable=true
        2026-03-12 = trial facts.stay=party
        """
    ),
    (
      56,
      heard + """
        2026-03-12 suspend-norm
        2026-03-12 = norm-review norm=2026-04-13 norm-notice=2026-03-17 decide=~
        """
    ),
    (
      57,
      heard + """
        2026-03-12 suspend-norm-elsewhere
        2026-03-12 = norm-forwarding norm-forward=2026-03-23
        2026-03-24 = norm-forwarding norm-forward=2026-03-23!
        2026-03-24 forward-norm
        2026-03-24 = norm-elsewhere norm=2026-05-25
        """
    ),
    (
      58,
      heard + """
        2026-03-12 suspend-norm
        2026-03-13 notify-maker
        2026-03-13 = norm-review norm-answer=2026-03-27 norm-notice=off
        2026-03-20 answer-norm
        2026-03-20 = norm-review norm-answer=off
        2026-03-20 answer-norm !case-guard
        """
    ),
    (
      58,
      heard + """
        2026-03-12 suspend-norm
        2026-03-18 = norm-review norm-notice=2026-03-17!
        2026-03-18 notify-maker
        2026-04-02 = norm-review norm-answer=off
        """
    ),
    (
      59,
      heard + """
        2026-03-12 suspend-norm
        2026-03-26 rule-norm-unlawful@handler !forbidden
        2026-03-26 rule-norm-unlawful
        2026-03-26 = trial facts.norm-stopped=true decide=2026-05-18 norm=off
        """
    ),
    (
      60,
      heard + """
        2026-03-12 suspend-norm-elsewhere
        2026-03-13 forward-norm
        2026-04-13 return-norm
        2026-04-13 = trial decide=2026-06-04
        """
    ),
  ]

  static let decisions: [Story] = [
    (
      61,
      heard + """
        2026-03-12 propose
        2026-03-12 = proposed
        2026-03-13 decide@handler !forbidden
        2026-03-13 send-back
        2026-03-16 propose
        2026-03-17 decide agreed-by=collective
        2026-03-17 = decided decide=off deliver=2026-03-24
        """
    ),
    (
      62,
      heard + """
        2026-03-12 extend days=31 !extension
        2026-03-12 extend days=30
        2026-03-12 = trial decide=2026-06-02
        2026-03-13 extend !case-limit
        """
    ),
    (
      62,
      """
      2026-03-02 file
      2026-03-04 accept-simplified
      2026-03-05 extend !case-guard
      2026-04-04 = serving decide=2026-04-03!
      """
    ),
    (
      63,
      heard + """
        2026-03-12 propose decision=change ground=improper worse=true !worse
        2026-03-12 join third-opposes=true
        2026-03-12 propose decision=change ground=improper worse=true
        """
    ),
    (
      64,
      heard + """
        2026-03-12 propose decision=revoke ground=lawful !decision
        2026-03-12 propose decision=uphold redo=true !redo
        2026-03-12 propose-duty ground=facts-unclear
        2026-03-13 decide
        2026-03-16 deliver
        2026-03-16 = performing perform=2026-04-15
        2026-03-30 report same-act=true !same-act
        2026-03-30 report
        2026-03-31 confirm
        2026-03-31 = closed
        """
    ),
    (
      64,
      heard + """
        2026-03-12 propose-duty ground=procedure
        2026-03-13 decide
        2026-03-16 deliver
        2026-03-30 report same-act=true
        """
    ),
    (65, heard + "2026-03-12 propose decision=unlawful ground=minor-procedure"),
    (66, heard + "2026-03-12 propose-duty decision=perform ground=not-performed redo= !decision"),
    (
      66,
      """
      2026-03-02 file failure-to-act=true act-kind=inaction
      2026-03-04 accept
      2026-03-05 serve
      2026-03-10 reply
      2026-03-11 hear
      2026-03-12 propose decision=perform ground=not-performed !duty
      2026-03-12 propose-duty decision=perform ground=not-performed redo= days=20
      """
    ),
    (67, heard + "2026-03-12 propose decision=void ground=no-basis !decision"),
    (
      68,
      heard + """
        2026-03-12 propose decision=uphold ground=lawful
        2026-03-13 decide
        2026-03-16 deliver
        2026-03-16 = closed facts.in-force-on=2026-03-16 facts.decision=uphold
        """
    ),
    (
      69,
      """
      2026-03-02 file failure-to-act=true act-kind=inaction
      2026-03-04 accept
      2026-03-05 serve
      2026-03-10 reply
      2026-03-11 hear
      2026-03-12 propose decision=reject ground=performed
      """
    ),
    (
      70,
      silent + """
        2026-03-23 propose decision=uphold !no-evidence
        2026-03-23 propose decision=change ground=improper !no-evidence
        2026-03-23 propose decision=revoke ground=no-evidence
        """
    ),
    (
      70,
      silent + """
        2026-03-23 propose decision=uphold third-interest=true !no-evidence
        2026-03-23 third-evidence
        2026-03-24 propose decision=uphold third-interest=true
        """
    ),
    (
      71,
      """
      2026-03-02 file act-kind=agreement
      2026-03-04 accept
      2026-03-05 serve
      2026-03-10 reply
      2026-03-11 hear
      2026-03-12 propose-duty decision=agreement ground=breach redo= days=30
      """
    ),
    (
      72,
      """
      2026-03-02 file asks-compensation=true
      2026-03-04 accept
      2026-03-05 serve
      2026-03-10 reply
      2026-03-11 hear
      2026-03-12 propose !compensation
      2026-03-12 propose compensation=rejected
      """
    ),
    (
      72,
      """
      2026-03-02 file amount=200000
      2026-03-04 accept
      2026-03-05 serve
      2026-03-10 reply
      2026-03-11 hear
      2026-03-12 propose decision=revoke ground=procedure !returns
      2026-03-12 propose-duty redo= returns=true
      """
    ),
    (
      73,
      heard + """
        2026-03-12 mediate lawful-agreement= !lawful-agreement
        2026-03-12 mediate
        2026-03-13 back-out@respondent
        2026-03-16 mediate
        2026-03-17 sign-duty all-signed= !all-signed
        2026-03-17 sign-duty days=10
        2026-03-18 deliver
        2026-03-18 = performing perform=2026-03-30 facts.decision=mediated
        """
    ),
    (
      74,
      heard + """
        2026-03-12 ask-withdrawal withdrawal=settled
        2026-03-13 allow-withdrawal
        2026-03-13 = terminated
        """
    ),
    (
      75,
      heard + """
        2026-03-12 propose
        2026-03-13 decide
        2026-03-16 deliver delivered-by=electronic !e-service
        2026-03-23 = decided deliver=2026-03-20!
        2026-03-23 deliver
        """
    ),
  ]

  private static let performing =
    heard + """
      2026-03-12 propose-duty
      2026-03-13 decide
      2026-03-16 deliver

      """

  static let afterwards: [Story] = [
    (
      76,
      heard + """
        2026-03-12 issue-opinion
        2026-03-12 = trial opinion=2026-05-11
        2026-03-12 propose
        2026-03-13 decide
        2026-03-16 deliver
        2026-03-16 = answering opinion=2026-05-11
        2026-04-01 answer-opinion
        2026-04-01 = closed opinion=off
        """
    ),
    (
      77,
      performing + """
        2026-03-20 order !case-guard
        2026-04-16 = performing perform=2026-04-15!
        2026-04-16 order days=15
        2026-04-16 = performing order=2026-05-06
        2026-05-07 = performing order=off
        2026-05-07 interview
        2026-05-08 order days=10
        """
    ),
    (
      78,
      heard + """
        2026-03-12 propose
        2026-03-13 decide
        2026-03-16 deliver
        2026-03-17 enforce enforcer=authority !enforcer
        2026-03-17 enforce enforcer=court
        """
    ),
    (
      79,
      heard + """
        2026-03-12 propose
        2026-03-13 decide
        2026-03-16 deliver
        2026-03-17 publish
        2026-03-17 copy-up
        2026-03-18 archive
        """
    ),
    (
      79,
      """
      2026-03-02 file respondent=gov-donghu
      2026-03-04 accept
      2026-03-05 serve
      2026-03-10 reply
      2026-03-11 hear
      2026-03-12 propose
      2026-03-13 decide
      2026-03-16 deliver
      2026-03-17 copy-up !copy-up
      """
    ),
    (85, performing + "2026-03-20 refer"),
  ]
}
