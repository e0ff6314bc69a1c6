import Commons

/// The one style sheet. Colours keep WCAG 2.2 AA contrast on their grounds, by day and by night; a
/// test computes it.
public enum Stylesheet {
  /// The text.
  public static let css =
    palette + base + layout + pieces + records + forms + charts + documents + narrow + print
  /// Changes with the text, so that browsers may keep a version for ever.
  public static let version = String(Digest.of(css).hex.prefix(12))

  /// The product's mark, for the browser's tab.
  public static let icon =
    "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 32 32\"><rect width=\"32\" height=\"32\" "
    + "rx=\"7\" fill=\"#b3261e\"/><path d=\"M8 11h16v3.4H17.8V25h-3.6V14.400H8z\" fill=\"#fff\"/></svg>"

  static let palette = light + "@media (prefers-color-scheme:dark){" + dark + "}\n" + sizes

  /// Ink on paper, one accent, and red for what is late alone.
  public static let light = """
    :root{--ink:#16232b;--soft:#4b5a64;--line:#d8dfe3;--edge:#71828c;--ground:#f4f7f7;--paper:#ffffff;
    --tint:#f8fafa;--chip:#e7edef;--track:#e3eaec;--brand:#0b5d5a;--brand-dark:#07403e;
    --brand-pale:#e1f0ee;--on-brand:#ffffff;--link:#0a5c8f;--good:#17663b;--good-pale:#e2f2e8;
    --warn:#744700;--warn-pale:#fdf0d5;--amber:#a56a00;--bad:#a3241c;--bad-pale:#fce8e6;
    --info:#1d4f91;--info-pale:#e6effa;--heat-1:#cfe6e3;--heat-2:#93c7c1;--heat-3:#2f7f79;
    --heat-4:#0b5d5a;--off:#eef2f3;--focus:#ffbf47}

    """

  /// The same by night.
  public static let dark = """
    :root{--ink:#e7eef0;--soft:#aebcc3;--line:#33434b;--edge:#82949e;--ground:#10181c;--paper:#182328;
    --tint:#1d2a30;--chip:#2a3940;--track:#2b3a41;--brand:#54b8ae;--brand-dark:#93d9d1;
    --brand-pale:#173a39;--on-brand:#04201e;--link:#82bdec;--good:#78d29f;--good-pale:#143425;
    --warn:#f2bd62;--warn-pale:#3a2c11;--amber:#e0a33a;--bad:#ff968c;--bad-pale:#451f1c;
    --info:#97bef7;--info-pale:#1a2d4a;--heat-1:#1c4643;--heat-2:#2a6c67;--heat-3:#3f9790;
    --heat-4:#7fd0c7;--off:#1f2b31;--focus:#ffbf47}

    """

  private static let sizes = """
    :root{--radius:10px;--shadow:0 1px 2px rgb(10 30 40/.05);color-scheme:light dark;font-size:16.5px;
    color:var(--ink);background:var(--ground)}
    html.large{font-size:22px}

    """

  private static let base = """
    *{box-sizing:border-box}
    body{margin:0;min-height:100vh;display:flex;flex-direction:column;line-height:1.7;font-family:"PingFang SC","HarmonyOS Sans SC","Source Han Sans SC",
    "Noto Sans CJK SC","Microsoft YaHei",system-ui,sans-serif;overflow-wrap:break-word;line-break:strict;
    text-autospace:normal;text-spacing-trim:normal;-webkit-text-size-adjust:100%}
    :lang(en){line-height:1.6}
    h1{font-size:1.8rem;line-height:1.35;margin:0 0 .35rem;text-wrap:balance;letter-spacing:.01em}
    h2{font-size:1.28rem;line-height:1.4;margin:2.25rem 0 .75rem}
    h3{font-size:1.05rem;line-height:1.45;margin:0 0 .35rem}
    p{margin:.5rem 0}
    a{color:var(--link);text-underline-offset:.2em;text-decoration-thickness:1px}
    a:hover{text-decoration-thickness:2px}
    a[href^="tel:"]{white-space:nowrap}
    :focus-visible{outline:3px solid var(--focus);outline-offset:2px;border-radius:4px;
    box-shadow:0 0 0 5px var(--ink)}
    .visually-hidden{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
    .skip{position:absolute;left:-999px;padding:.75rem 1rem;background:var(--paper)}
    .skip:focus{left:1rem;top:1rem;z-index:9}
    .prose{max-width:42rem}
    .lead{font-size:1.06rem;color:var(--soft);max-width:44rem;margin:.2rem 0 0}
    .number{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
    .mono{font-family:ui-monospace,"SF Mono","DejaVu Sans Mono",monospace;font-size:.88em;overflow-wrap:anywhere}
    pre{white-space:pre-wrap;overflow-wrap:anywhere;background:var(--tint);border:1px solid var(--line);
    border-radius:8px;padding:.75rem .9rem;margin:.5rem 0;line-height:1.55}
    ul.plain,ol.plain{list-style:none;margin:0;padding:0}
    @media (prefers-reduced-motion:no-preference){a,.button,.card{transition:background .15s,border-color .15s}}

    """

  private static let layout = """
    .top{background:var(--paper);border-bottom:1px solid var(--line)}
    .top-line,.main-nav,main,.foot,.note p{max-width:76rem;margin:0 auto;padding:.5rem 1.25rem}
    .top-line{display:flex;flex-wrap:wrap;gap:.25rem 1rem;align-items:center;justify-content:space-between}
    .brand{display:flex;align-items:center;gap:.6rem;text-decoration:none;color:var(--ink);min-height:2.75rem}
    .brand-mark{display:inline-grid;place-items:center;width:2.1rem;height:2.1rem;border-radius:7px;
    background:#b3261e;color:#fff;font-weight:700}
    .brand-city{font-size:1.2rem;font-weight:700;letter-spacing:.04em}
    .brand-name{color:var(--soft);font-size:.9rem}
    .switches{display:flex;flex-wrap:wrap;gap:0 1rem;align-items:center;font-size:.92rem}
    .switches a,.switches button{min-height:2.75rem;display:inline-flex;align-items:center;color:var(--ink);
    text-decoration:none}
    .switches a:hover,.switches button:hover{text-decoration:underline}
    .switches .sign-in{background:var(--brand);color:var(--on-brand);border-radius:8px;padding:0 1.1rem;
    font-weight:600;min-height:2.4rem}
    .switches .user{border-left:1px solid var(--line);padding-left:1rem;font-weight:600}
    .user .post{font-weight:400;color:var(--soft);margin-left:.35rem}
    form.inline{display:inline}
    button.link{background:none;border:0;padding:0;color:inherit;font:inherit;cursor:pointer}
    .main-nav{display:flex;gap:0 1.75rem;padding-top:0;padding-bottom:0;overflow-x:auto;scrollbar-width:none}
    .main-nav a{padding:.55rem 0;text-decoration:none;color:var(--ink);border-bottom:3px solid transparent;
    min-height:2.75rem;white-space:nowrap;flex:none}
    .main-nav a:hover{border-color:var(--line)}
    .main-nav a.current{border-color:var(--brand);color:var(--brand-dark);font-weight:650}
    .note{background:var(--warn-pale);color:var(--warn);font-size:.86rem}
    .note p{padding-top:.2rem;padding-bottom:.2rem}
    main{padding-top:1.5rem;padding-bottom:3.5rem;flex:1 0 auto;width:100%}
    footer{border-top:1px solid var(--line);background:var(--paper);color:var(--soft);font-size:.9rem}
    .foot{display:grid;grid-template-columns:minmax(0,3fr) minmax(0,2fr);gap:.5rem 3rem;padding-top:1.5rem;padding-bottom:2rem}
    .foot ul{display:flex;flex-wrap:wrap;gap:0 1.25rem;list-style:none;margin:0;padding:0}
    .foot li a{display:inline-flex;align-items:center;min-height:2.2rem}
    .foot p{margin:.25rem 0}
    .crumbs ol{display:flex;flex-wrap:wrap;list-style:none;margin:0 0 .9rem;padding:0;font-size:.9rem}
    .crumbs a{display:inline-block;padding:.2rem 0}
    .crumbs li+li::before{content:"›";margin:0 .5rem;color:var(--soft)}
    .heading{margin-bottom:1.25rem}
    .kicker{display:flex;flex-wrap:wrap;gap:.3rem .8rem;align-items:center;margin:0 0 .3rem;color:var(--soft)}
    .two{display:grid;grid-template-columns:minmax(0,5fr) minmax(0,3fr);gap:1.5rem;align-items:start}
    .two>div>h2:first-child{margin-top:0}
    .reading{max-width:46rem}
    @media (max-width:56rem){.two{grid-template-columns:minmax(0,1fr);gap:.5rem}}
    html.large .two,html.large .charts,html.large .foot{grid-template-columns:minmax(0,1fr)}
    .panel{background:var(--paper);border:1px solid var(--line);border-radius:var(--radius);
    box-shadow:var(--shadow);padding:1.1rem 1.3rem;margin-bottom:1.25rem}
    .panel>:first-child{margin-top:0}.panel>:last-child{margin-bottom:0}
    .panel h2{font-size:1.15rem;margin:1.4rem 0 .6rem}
    .panel-key{border-color:var(--brand);border-width:2px}
    .reasons{margin:.3rem 0;padding-left:1.1rem}
    .panel-head{display:flex;flex-wrap:wrap;justify-content:space-between;align-items:baseline;gap:.2rem 1rem;margin:2.25rem 0 .75rem}
    .panel-head h2{margin:0}
    .grid{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,16rem),1fr));gap:1rem;margin:1rem 0}
    .hero{background:linear-gradient(115deg,#07403e,#0b5d5a 70%,#13736c);color:#fff;border-radius:16px;
    padding:2.2rem 2.4rem;margin-bottom:1.5rem;display:grid;
    grid-template-columns:minmax(0,1fr) 14rem;gap:0 3rem}
    .hero>*{grid-column:1}
    .hero>.actions{grid-column:2;grid-row:1/span 4;flex-direction:column;justify-content:center;margin:0}
    .hero>.actions .button{min-height:3.1rem;font-size:1.08rem}
    .hero h1{font-size:2.1rem}
    .hero p{max-width:42rem;color:#e8f4f2;margin:.2rem 0}
    .hero .button{background:#ffbf47;color:#16232b}
    .hero .button:hover{background:#ffd27d}
    .hero .button-quiet{background:transparent;color:#fff;border-color:#cfe6e3}
    .hero .button-quiet:hover{background:#07403e}
    .hero :focus-visible{box-shadow:0 0 0 5px #16232b}
    .hints{display:flex;flex-wrap:wrap;gap:.4rem .6rem;list-style:none;margin:.8rem 0 0;padding:0;font-size:.92rem}
    .hints li{color:#e8f4f2}
    .hints a{color:#fff;border:1px solid #7fb5af;border-radius:999px;padding:.1rem .8rem;text-decoration:none;
    display:inline-flex;align-items:center;min-height:2rem}
    .hints a:hover{background:#07403e}
    .actions{display:flex;flex-wrap:wrap;gap:.75rem;margin:1.1rem 0}

    """
}
