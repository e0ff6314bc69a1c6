import Commons

/// The one style sheet. Colours keep WCAG 2.2 AA contrast on their grounds; a test computes it.
public enum Stylesheet {
  /// The text.
  public static let css = palette + base + layout + components + forms
  /// Changes with the text, so that browsers may keep a version for ever.
  public static let version = String(Digest.of(css).hex.prefix(12))

  /// The product's mark, for the browser's tab.
  public static let icon =
    "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 32 32\"><rect width=\"32\" height=\"32\" "
    + "rx=\"7\" fill=\"#0b5d5a\"/><path d=\"M8 11h16v3.4H17.8V25h-3.6V14.400H8z\" fill=\"#fff\"/></svg>"

  static let palette = """
    :root{--ink:#14232b;--soft:#4a5b65;--line:#d5dde1;--ground:#f4f7f8;--paper:#fff;--brand:#0b5d5a;
    --brand-dark:#07403e;--brand-pale:#e3f1f0;--link:#0a5c8f;--good:#17663b;--good-pale:#e4f3ea;
    --warn:#7a4b00;--warn-pale:#fdf1d8;--bad:#a3241c;--bad-pale:#fce8e6;--info:#1d4f91;
    --info-pale:#e6effa;--focus:#ffbf47;--radius:10px;
    font-size:16px;color:var(--ink);background:var(--ground)}
    html.large{font-size:21px}

    """

  static let base = """
    *{box-sizing:border-box}
    body{margin:0;line-height:1.65;font-family:"PingFang SC","Noto Sans CJK SC","Source Han Sans SC",
    "Microsoft YaHei",system-ui,sans-serif;overflow-wrap:anywhere}
    h1{font-size:1.75rem;line-height:1.3;margin:0 0 .5rem}
    h2{font-size:1.3rem;line-height:1.35;margin:2rem 0 .75rem}
    h3{font-size:1.05rem;margin:0 0 .4rem}
    p{margin:.5rem 0}
    a{color:var(--link);text-underline-offset:.18em}
    a:hover{text-decoration-thickness:2px}
    :focus-visible{outline:3px solid var(--focus);outline-offset:2px;border-radius:3px;box-shadow:0 0 0 3px var(--ink)}
    .visually-hidden{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
    .skip{position:absolute;left:-999px;padding:.75rem 1rem;background:var(--paper)}
    .skip:focus{left:1rem;top:1rem;z-index:9}
    .prose{white-space:normal;max-width:44rem}
    .lead{font-size:1.1rem;color:var(--soft);max-width:44rem}
    .number{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
    .mono{font-family:ui-monospace,"DejaVu Sans Mono",monospace;font-size:.9em}
    @media (prefers-reduced-motion:no-preference){a,.button,.card{transition:background .15s,border-color .15s}}

    """

  static let layout = """
    .top{background:var(--brand);color:#fff}
    .top a{color:#fff}
    .top-line,.main-nav,main,footer,.note{max-width:80rem;margin:0 auto;padding:.6rem 1.25rem}
    .top-line{display:flex;flex-wrap:wrap;gap:.5rem 1.5rem;align-items:center;justify-content:space-between}
    .brand{display:flex;align-items:center;gap:.6rem;text-decoration:none;font-weight:600}
    .brand-mark{display:inline-grid;place-items:center;width:2.1rem;height:2.1rem;border-radius:8px;
    background:#fff;color:var(--brand);font-weight:700}
    .brand-city{font-size:1.15rem}
    .brand-name{opacity:.85;font-weight:400;font-size:.9rem}
    .switches{display:flex;flex-wrap:wrap;gap:.25rem 1rem;align-items:center;font-size:.92rem}
    .switches a,.switches button{min-height:2.75rem;display:inline-flex;align-items:center}
    .switches .sign-in{border:1px solid #fff;border-radius:999px;padding:0 1rem;text-decoration:none}
    .user{opacity:.95}
    form.inline{display:inline}
    button.link{background:none;border:0;color:inherit;font:inherit;text-decoration:underline;cursor:pointer}
    .main-nav{display:flex;gap:.25rem 1.5rem;flex-wrap:wrap;padding-top:0;padding-bottom:0}
    .main-nav a{padding:.65rem 0;text-decoration:none;border-bottom:3px solid transparent;min-height:2.75rem}
    .main-nav a.current,.main-nav a:hover{border-color:#fff}
    .note{font-size:.9rem;color:var(--warn)}
    main{padding-top:1.5rem;padding-bottom:3rem;min-height:60vh}
    footer{border-top:1px solid var(--line);color:var(--soft);font-size:.9rem;padding-bottom:2.5rem}
    .crumbs ol{display:flex;flex-wrap:wrap;list-style:none;margin:0 0 1rem;padding:0;font-size:.9rem}
    .crumbs li+li::before{content:"›";margin:0 .5rem;color:var(--soft)}
    .heading{margin-bottom:1.25rem}
    .two{display:grid;grid-template-columns:minmax(0,2fr) minmax(0,1fr);gap:1.5rem;align-items:start}
    @media (max-width:52rem){.two{grid-template-columns:1fr}}
    .panel{background:var(--paper);border:1px solid var(--line);border-radius:var(--radius);padding:1.1rem 1.25rem;
    margin-bottom:1.25rem}
    .panel>h2:first-child{margin-top:0}
    .grid{display:grid;grid-template-columns:repeat(auto-fill,minmax(17rem,1fr));gap:1rem;margin:1rem 0}
    .hero{background:linear-gradient(120deg,var(--brand-dark),var(--brand));color:#fff;border-radius:16px;
    padding:2rem 1.75rem;margin-bottom:1.5rem}
    .hero h1{font-size:2rem}
    .hero p{max-width:40rem;color:#eaf5f4}
    .hero .button{background:#fff;color:var(--brand-dark)}
    .hero .button-quiet{background:transparent;color:#fff;border-color:#fff}
    .actions{display:flex;flex-wrap:wrap;gap:.75rem;margin-top:1rem}
    @media print{.top,footer,.crumbs,form,.actions{display:none}:root{background:#fff}}

    """

  static let components = """
    .card{background:var(--paper);border:1px solid var(--line);border-radius:var(--radius);padding:1rem 1.15rem}
    .card:hover{border-color:var(--brand)}
    .card p{margin:.3rem 0;font-size:.95rem;color:var(--soft)}
    .card-quiet{background:transparent;border-style:dashed}
    .card-quiet:hover{border-color:var(--line)}
    .card .figure{color:var(--brand-dark);font-weight:600}
    .tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(9rem,1fr));gap:.9rem;margin:1rem 0 1.5rem}
    .tile{background:var(--paper);border:1px solid var(--line);border-radius:var(--radius);padding:.8rem 1rem;
    border-top:4px solid var(--brand)}
    .tile p{margin:0}
    .tile-name{color:var(--soft);font-size:.92rem}
    .tile-figure{font-size:1.75rem;font-weight:650;font-variant-numeric:tabular-nums;line-height:1.35}
    .tile-note{color:var(--soft);font-size:.85rem}
    .tile-bad{border-top-color:var(--bad)}.tile-warn{border-top-color:#a06b00}.tile-good{border-top-color:var(--good)}
    .tag{display:inline-block;border-radius:6px;padding:.05rem .55rem;font-size:.86rem;background:#e8edef;
    color:var(--ink);white-space:nowrap}
    .tag-good{background:var(--good-pale);color:var(--good)}.tag-warn{background:var(--warn-pale);color:var(--warn)}
    .tag-bad{background:var(--bad-pale);color:var(--bad)}.tag-info{background:var(--info-pale);color:var(--info)}
    .banner{border-left:5px solid var(--info);background:var(--info-pale);padding:.6rem 1rem;border-radius:6px;
    margin:0 0 1.25rem}
    .banner-good{border-color:var(--good);background:var(--good-pale)}
    .banner-warn{border-color:#a06b00;background:var(--warn-pale)}
    .banner-bad{border-color:var(--bad);background:var(--bad-pale)}
    .basis{color:var(--soft);font-size:.88rem}
    .basis-mark{color:var(--brand);font-weight:700;margin-right:.25rem}
    .empty{color:var(--soft);padding:1.5rem;text-align:center;border:1px dashed var(--line);border-radius:var(--radius)}
    .summary{margin:0}
    .summary div{display:grid;grid-template-columns:9rem minmax(0,1fr);gap:.25rem 1rem;padding:.5rem 0;
    border-bottom:1px solid var(--line)}
    .summary div:last-child{border-bottom:0}
    .summary dt{color:var(--soft)}.summary dd{margin:0}
    .table-frame{overflow-x:auto;margin:1rem 0;background:var(--paper);border:1px solid var(--line);
    border-radius:var(--radius)}
    table{border-collapse:collapse;width:100%;font-size:.95rem}
    caption{text-align:left;font-weight:600;padding:.75rem 1rem}
    caption.visually-hidden{padding:0}
    th,td{padding:.55rem 1rem;text-align:left;border-bottom:1px solid var(--line);vertical-align:top}
    th.number,td.number{text-align:right}
    thead th{color:var(--soft);font-weight:500;font-size:.88rem;background:#fafcfc;white-space:nowrap}
    tbody tr:last-child td{border-bottom:0}
    tbody tr:hover{background:#fafcfc}
    tr.late td:first-child{box-shadow:inset 4px 0 var(--bad)}
    @media (max-width:40rem){
    table:not(.sliding) thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
    table:not(.sliding) tr{display:block;padding:.5rem 0;border-bottom:1px solid var(--line)}
    table:not(.sliding) td{display:flex;justify-content:space-between;gap:1rem;border:0;padding:.25rem 1rem;
    text-align:right}
    table:not(.sliding) td::before{content:attr(data-label);color:var(--soft);text-align:left;flex:none}
    .sliding th,.sliding td{white-space:nowrap}
    .summary div{grid-template-columns:1fr}}
    .timeline{list-style:none;margin:1rem 0;padding:0 0 0 1.1rem;border-left:2px solid var(--line)}
    .event{position:relative;padding:0 0 1.1rem .5rem}
    .event::before{content:"";position:absolute;left:-1.55rem;top:.45rem;width:.8rem;height:.8rem;border-radius:50%;
    background:var(--paper);border:3px solid var(--brand)}
    .event-bad::before{border-color:var(--bad)}.event-good::before{border-color:var(--good)}
    .event-head{display:flex;flex-wrap:wrap;gap:.1rem .9rem;align-items:baseline}
    .event-head strong{display:inline-block}.event-head strong::first-letter{text-transform:uppercase}
    .event-head time{color:var(--soft);font-size:.9rem}
    .meter{padding:.6rem 0}
    .meter-head{display:flex;justify-content:space-between;gap:1rem}
    .meter-count{font-variant-numeric:tabular-nums;color:var(--soft)}
    .meter-bar{display:block;width:100%;height:.55rem;margin:.25rem 0;border-radius:6px;overflow:hidden}
    .meter-track{fill:#d5dde1}.meter-fill{fill:var(--good)}
    .meter-warn .meter-fill{fill:#a06b00}.meter-bad .meter-fill{fill:var(--bad)}.meter-plain .meter-fill{fill:#5d6e78}
    .meter-note{margin:0;font-size:.9rem;color:var(--soft)}
    .meter-bad .meter-note{color:var(--bad)}
    .confirmation{background:var(--good-pale);border:1px solid #b7dcc6;border-radius:16px;padding:1.5rem;text-align:center;
    margin-bottom:1.5rem}
    .confirmation-number{font-size:1.6rem;font-weight:650;letter-spacing:.03em;font-variant-numeric:tabular-nums}
    .steps{display:flex;list-style:none;margin:0 0 1.25rem;padding:0;gap:.25rem;overflow-x:auto}
    .step{flex:1 0 auto;min-width:4.5rem;padding:.55rem .3rem 0;border-top:4px solid var(--line);font-size:.9rem;color:var(--soft)}
    .step-done{border-color:var(--brand);color:var(--ink)}
    .step-now{border-color:var(--brand);font-weight:650;color:var(--brand-dark)}
    .step-now::before{content:"● ";color:var(--brand)}
    details{border:1px solid var(--line);border-radius:var(--radius);background:var(--paper);margin:.75rem 0}
    summary{padding:.7rem 1rem;cursor:pointer;min-height:2.75rem}
    .details-body{padding:0 1rem 1rem}
    .tabs{display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;border-bottom:1px solid var(--line);margin-bottom:1rem}
    .tabs a{padding:.6rem 0;text-decoration:none;border-bottom:3px solid transparent;margin-bottom:-1px;min-height:2.75rem}
    .tabs a.current{border-color:var(--brand);color:var(--ink);font-weight:600}
    .chart{background:var(--paper);border:1px solid var(--line);border-radius:var(--radius);padding:1rem;margin:0 0 1.25rem}
    .chart svg{width:100%;height:auto;display:block}
    .chart svg.key{display:inline;width:22px;height:8px;margin-right:.3rem}
    .chart figcaption{font-weight:600;margin-bottom:.5rem}
    .chart text{font-size:12px;fill:var(--soft)}
    .chart .value{fill:var(--ink)}
    .bar{fill:var(--brand)}.bar-2{fill:#a06b00}.bar-bad{fill:var(--bad)}.bar-track{fill:#edf2f3}
    .line{fill:none;stroke:var(--brand);stroke-width:2}.line-2{fill:none;stroke:#a06b00;stroke-width:2}
    .dot{fill:var(--brand)}.dot-2{fill:#a06b00}.area{fill:var(--brand-pale)}.axis{stroke:var(--line);stroke-width:1}
    .charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,26rem),1fr));gap:1.25rem;align-items:start}

    """

  static let forms = """
    .button{display:inline-flex;align-items:center;justify-content:center;min-height:2.75rem;padding:.45rem 1.35rem;
    border-radius:8px;border:2px solid transparent;background:var(--brand);color:#fff;font:inherit;font-weight:600;
    text-decoration:none;cursor:pointer}
    .button:hover{background:var(--brand-dark)}
    .button-quiet{background:var(--paper);color:var(--brand-dark);border-color:var(--brand)}
    .button-quiet:hover{background:var(--brand-pale)}
    .button-danger{background:var(--bad)}
    .button-danger:hover{background:#7e1a14}
    .field{margin:0 0 1.1rem;border:0;padding:0;min-width:0}
    .field>label,legend{display:block;font-weight:600;margin-bottom:.2rem;padding:0}
    .hint{margin:0 0 .3rem;color:var(--soft);font-size:.92rem}
    .wrong{margin:0 0 .3rem;color:var(--bad);font-weight:600}
    .field-wrong{border-left:5px solid var(--bad);padding-left:.9rem}
    input[type=text],input[type=search],input[type=tel],input[type=email],input[type=password],input[type=number],
    input[type=file],select,textarea{width:100%;max-width:38rem;min-height:2.75rem;padding:.5rem .7rem;font:inherit;
    color:inherit;background:var(--paper);border:1.5px solid #71828c;border-radius:8px}
    textarea{line-height:1.6}
    .choice{display:flex;gap:.6rem;align-items:flex-start;padding:.45rem 0;min-height:2.75rem;font-weight:400;cursor:pointer}
    .choice input{width:1.25rem;height:1.25rem;margin:.2rem 0 0;accent-color:var(--brand);flex:none}
    .stars{display:flex;flex-wrap:wrap;gap:.25rem 1.25rem}
    .search{display:flex;gap:.6rem;max-width:44rem;margin-top:1.1rem}
    .search input{flex:1;max-width:none;border-color:transparent}
    .errors{border:3px solid var(--bad);border-radius:var(--radius);padding:.9rem 1.2rem;margin-bottom:1.5rem;background:var(--paper)}
    .errors h2{margin:0 0 .4rem}.errors a{color:var(--bad);font-weight:600}
    .pair{display:grid;grid-template-columns:1fr 1fr;gap:0 1rem;max-width:38rem}
    .command{border-top:1px solid var(--line);padding-top:1rem;margin-top:1rem}
    .filters{display:flex;flex-wrap:wrap;gap:.75rem;align-items:end;margin-bottom:1rem}
    .filters .field{margin:0}

    """
}
