/// The rules for the pieces of which pages are made.
extension Stylesheet {
  static let pieces = """
    .card{background:var(--paper);border:1px solid var(--line);border-radius:var(--radius);padding:1rem 1.15rem}
    .card:hover{border-color:var(--brand)}
    .card p{margin:.25rem 0;font-size:.94rem;color:var(--soft)}
    .card .figure{color:var(--brand-dark);font-weight:600}
    .plans{columns:3 17rem;column-gap:2rem;font-size:.95rem}
    .plans section{break-inside:avoid;margin-bottom:1.1rem}
    .plans h3{color:var(--soft);font-size:.92rem;font-weight:600;margin:0 0 .25rem}
    .plans ol{list-style:none;margin:0;padding:0}
    .plans li{display:grid;grid-template-columns:1.9rem minmax(0,1fr);padding:.22rem 0}
    .plans li a{color:inherit;text-decoration-color:var(--line)}
    .plans .no{color:var(--soft);font-variant-numeric:tabular-nums}
    .tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(9.2rem,1fr));gap:.9rem;margin:1rem 0 1.5rem}
    .tile{background:var(--paper);border:1px solid var(--line);border-radius:var(--radius);box-shadow:var(--shadow);
    padding:.8rem 1rem .75rem;border-left:4px solid var(--brand);display:flex;flex-direction:column}
    .tile p{margin:0}
    .tile-name{color:var(--soft);font-size:.92rem}
    .tile-figure{font-size:1.8rem;font-weight:700;font-variant-numeric:tabular-nums;line-height:1.3}
    .tile-wide{grid-column:span 2}
    .tile-figure small{white-space:nowrap;font-size:.95rem;font-weight:500;color:var(--soft);margin-left:.2rem}
    .tile-note{color:var(--soft);font-size:.82rem;line-height:1.5}
    .tile svg{display:block;width:100%;height:1.9rem;margin-top:auto}
    .tile-bad{border-left-color:var(--bad)}.tile-bad .tile-figure{color:var(--bad)}
    .tile-warn{border-left-color:var(--amber)}.tile-good{border-left-color:var(--good)}
    .tag{display:inline-block;border-radius:6px;padding:.02rem .55rem;font-size:.86rem;line-height:1.6;
    background:var(--chip);color:var(--ink);white-space:nowrap}
    .tag-good{background:var(--good-pale);color:var(--good)}.tag-warn{background:var(--warn-pale);color:var(--warn)}
    .tag-bad{background:var(--bad-pale);color:var(--bad)}.tag-info{background:var(--info-pale);color:var(--info)}
    .banner{border-left:5px solid var(--info);background:var(--info-pale);padding:.55rem 1rem;border-radius:6px;
    margin:0 0 1.25rem;display:flex;flex-wrap:wrap;gap:.3rem 1.25rem;align-items:center;justify-content:space-between}
    .banner p{margin:0}
    .banner-good{border-color:var(--good);background:var(--good-pale)}
    .banner-warn{border-color:var(--amber);background:var(--warn-pale)}
    .banner-bad{border-color:var(--bad);background:var(--bad-pale)}
    .basis{color:var(--soft);font-size:.88rem}
    .basis-mark{color:var(--brand);font-weight:700;margin-right:.25rem}
    .empty{color:var(--soft);padding:1.75rem 1rem;text-align:center;border:1px dashed var(--edge);
    border-radius:var(--radius);background:var(--paper)}
    .confirmation{background:var(--good-pale);border:1px solid var(--good);border-radius:16px;
    padding:1.5rem 1.75rem;margin-bottom:1.75rem}
    .confirmation h2{color:var(--good);font-size:1.6rem;margin:0}
    .keys{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,14rem),1fr));gap:.75rem;margin:1rem 0}
    .keys div{background:var(--paper);border-radius:var(--radius);padding:.6rem 1rem}
    .keys dt{color:var(--soft);font-size:.92rem}
    .keys dd{margin:0;font-size:1.3rem;font-weight:650;letter-spacing:.03em;font-variant-numeric:tabular-nums}
    .next-steps{margin:.75rem 0 0;padding-left:1.3rem}
    .next-steps li{margin:.25rem 0}
    details{border:1px solid var(--line);border-radius:var(--radius);background:var(--paper);margin:.6rem 0}
    summary{padding:.6rem 1rem;cursor:pointer;min-height:2.75rem}
    summary:hover{background:var(--tint)}
    details[open]>summary{border-bottom:1px solid var(--line);font-weight:600}
    .details-body{padding:.9rem 1rem}
    .details-body>:first-child{margin-top:0}.details-body>:last-child{margin-bottom:0}
    .details-body .table-frame{border:0;margin:0 -1rem}
    .panel details{background:transparent}
    .tabs{display:flex;gap:0 1.5rem;border-bottom:1px solid var(--line);margin:0 0 1.1rem;overflow-x:auto;scrollbar-width:none}
    .tabs a{padding:.55rem 0;text-decoration:none;border-bottom:3px solid transparent;margin-bottom:-1px;
    min-height:2.75rem;white-space:nowrap;flex:none}
    .tabs a.current{border-color:var(--brand);color:var(--ink);font-weight:650}
    .count{display:inline-block;min-width:1.5rem;text-align:center;border-radius:999px;background:var(--chip);
    color:var(--ink);font-size:.82rem;font-weight:600;padding:0 .45rem;margin-left:.3rem;font-variant-numeric:tabular-nums}

    """

  static let records = """
    .summary{margin:0}
    .summary div{display:grid;grid-template-columns:7.5rem minmax(0,1fr);gap:.1rem 1rem;padding:.45rem 0;
    border-bottom:1px solid var(--line)}
    .summary div:last-child{border-bottom:0}
    .summary dt{color:var(--soft)}.summary dd{margin:0}
    .table-frame{overflow-x:auto;margin:1rem 0;background:var(--paper);border:1px solid var(--line);
    border-radius:var(--radius);box-shadow:var(--shadow)}
    table{border-collapse:collapse;width:100%;font-size:.95rem}
    caption{text-align:left;font-weight:650;padding:.75rem 1rem .5rem}
    caption.visually-hidden{padding:0}
    th,td{padding:.55rem 1rem;text-align:left;border-bottom:1px solid var(--line);vertical-align:top}
    th.number,td.number{text-align:right}
    thead th{color:var(--soft);font-weight:500;font-size:.88rem;background:var(--tint);white-space:nowrap}
    tbody tr:last-child td{border-bottom:0}
    tbody tr:hover td{background:var(--tint)}
    tr.late td:first-child{box-shadow:inset 4px 0 var(--bad)}
    td time,td .sub.mono{white-space:nowrap}
    td a.main{font-weight:600}
    th:first-child:nth-last-child(5){width:36%}th:nth-child(2):nth-last-child(4){width:19%}
    th:nth-child(3):nth-last-child(3){width:15%}
    .tick{display:flex;gap:.75rem;align-items:flex-start}
    td .sub{display:block;color:var(--soft);font-size:.88rem}
    .sliding td:first-child,.sliding th:first-child{position:sticky;left:0;background:var(--paper)}
    .timeline{list-style:none;margin:.75rem 0;padding:0}
    .event{position:relative;padding:0 0 1.2rem 1.9rem}
    .event::before{content:"";position:absolute;left:.15rem;top:.42rem;width:.85rem;height:.85rem;border-radius:50%;
    background:var(--paper);border:3px solid var(--edge);z-index:1}
    .event::after{content:"";position:absolute;left:.53rem;top:.8rem;bottom:-.5rem;width:2px;background:var(--line)}
    .event:last-child::after{display:none}
    .event:first-child::before{background:var(--brand);border-color:var(--brand)}
    .event-bad::before,.event-bad:first-child::before{border-color:var(--bad);background:var(--bad-pale)}
    .event-good::before,.event-good:first-child::before{border-color:var(--good);background:var(--good-pale)}
    .event p{margin:.15rem 0}
    .event .prose{background:var(--paper);border:1px solid var(--line);border-radius:8px;padding:.5rem .8rem;margin:.4rem 0}
    .event-head{display:flex;flex-wrap:wrap;gap:.1rem .8rem;align-items:baseline}
    .event-head strong::first-letter{text-transform:uppercase}
    .event-head time,.event-head .by{color:var(--soft);font-size:.9rem}
    .event-foot{display:flex;flex-wrap:wrap;gap:.1rem 1rem;font-size:.88rem;color:var(--soft)}
    .meter{padding:.35rem 0 .9rem}
    .meter-head{display:flex;justify-content:space-between;align-items:baseline;gap:1rem}
    .meter-head strong::first-letter{text-transform:uppercase}
    .meter-count{font-variant-numeric:tabular-nums;font-weight:650;color:var(--good);text-align:right}
    .meter-warn .meter-count{color:var(--warn)}.meter-bad .meter-count{color:var(--bad)}
    .meter-plain .meter-count{color:var(--soft)}
    .meter-bar{display:block;width:100%;height:.7rem;margin:.3rem 0}
    .meter-track{fill:var(--track)}.meter-fill{fill:var(--good)}
    .meter-warn .meter-fill{fill:var(--amber)}.meter-bad .meter-fill{fill:var(--bad)}.meter-plain .meter-fill{fill:var(--edge)}
    .meter-note{margin:0;font-size:.9rem;color:var(--soft)}
    .steps{display:flex;list-style:none;margin:0 0 1.5rem;padding:0;gap:.3rem}
    .step{flex:1 1 0;min-width:0;padding:.45rem .1rem 0;border-top:5px solid var(--track);font-size:.92rem;color:var(--soft)}
    .step-done{border-color:var(--heat-3);color:var(--ink)}
    .step-now{border-color:var(--brand);font-weight:700;color:var(--brand-dark)}
    .now{font-size:1.06rem;margin:0 0 1.1rem}
    .pictures{display:flex;flex-wrap:wrap;gap:.6rem;list-style:none;margin:.75rem 0;padding:0}
    .pictures a{display:block;border:1px solid var(--line);border-radius:8px;overflow:hidden;background:var(--tint);
    text-decoration:none;font-size:.86rem}
    .pictures img{display:block;width:9rem;height:7rem;object-fit:cover}
    .pictures span{display:block;padding:.2rem .6rem}
    .rows{list-style:none;margin:0;padding:0}
    .rows>li{padding:.6rem 0;border-bottom:1px solid var(--line)}
    .rows>li:last-child{border-bottom:0;padding-bottom:0}
    .rows>li:first-child{padding-top:0}
    .rows .sub{display:flex;flex-wrap:wrap;gap:.1rem .9rem;align-items:center;color:var(--soft);font-size:.9rem;margin-top:.15rem}
    .flow{display:grid;grid-template-columns:repeat(auto-fit,minmax(9.5rem,1fr));gap:.75rem;list-style:none;margin:1rem 0 1.5rem;
    padding:0;counter-reset:flow}
    .flow li{background:var(--paper);border:1px solid var(--line);border-radius:var(--radius);padding:.8rem 1rem;counter-increment:flow}
    .flow li::before{content:counter(flow);display:inline-grid;place-items:center;width:1.6rem;height:1.6rem;border-radius:50%;
    background:var(--brand);color:var(--on-brand);font-size:.9rem;font-weight:700;margin-bottom:.3rem}
    .flow strong{display:block}.flow p{margin:.1rem 0;color:var(--soft);font-size:.92rem}
    .flow .figure{font-size:1.5rem;font-weight:700;color:var(--ink);line-height:1.3;font-variant-numeric:tabular-nums}

    """

  static let forms = """
    .button{display:inline-flex;align-items:center;justify-content:center;min-height:2.75rem;padding:.4rem 1.35rem;
    border-radius:8px;border:2px solid transparent;background:var(--brand);color:var(--on-brand);font:inherit;font-weight:600;
    text-decoration:none;cursor:pointer}
    .button::first-letter{text-transform:uppercase}
    .button:hover{background:var(--brand-dark)}
    .button-quiet{background:var(--paper);color:var(--brand-dark);border-color:var(--brand)}
    .button-quiet:hover{background:var(--brand-pale)}
    .button-danger{background:var(--paper);color:var(--bad);border-color:var(--bad)}
    .button-danger:hover{background:var(--bad-pale)}
    .field{margin:0 0 1.25rem;border:0;padding:0;min-width:0}.field-basis{margin:-1rem 0 1.25rem}
    .field>label:not(.choice),legend{display:block;font-weight:600;margin-bottom:.15rem;padding:0}
    .hint{margin:0 0 .35rem;color:var(--soft);font-size:.92rem}
    .wrong{margin:0 0 .35rem;color:var(--bad);font-weight:600}
    .field-wrong{border-left:5px solid var(--bad);padding-left:.9rem}
    input[type=text],input[type=search],input[type=tel],input[type=email],input[type=password],input[type=number],
    input[type=date],input[type=file],select,textarea{width:100%;max-width:40rem;min-height:2.75rem;padding:.45rem .75rem;
    font:inherit;color:inherit;background:var(--paper);border:1.5px solid var(--edge);border-radius:8px}
    input::placeholder{color:var(--soft);opacity:1}
    input[type=date]{max-width:14rem}
    textarea{line-height:1.65;resize:vertical}
    input[type=checkbox],input[type=radio]{width:1.35rem;height:1.35rem;margin:.2rem 0 0;accent-color:var(--brand);flex:none}
    .choice{display:flex;gap:.65rem;align-items:flex-start;padding:.45rem 0;min-height:2.75rem;font-weight:400;cursor:pointer}
    .stars{display:flex;flex-wrap:wrap;gap:.4rem .6rem}
    .stars legend{flex-basis:100%;float:left;width:100%}
    .stars .choice{border:1.5px solid var(--edge);border-radius:8px;padding:.35rem .9rem;background:var(--paper)}
    .choice:has(:checked){color:var(--brand-dark)}
    .stars .choice:has(:checked){border-color:var(--brand);background:var(--brand-pale)}
    .search{display:flex;gap:.6rem;max-width:46rem;margin-top:1.1rem}
    .search input{flex:1;max-width:none;min-width:0;min-height:3.1rem}
    .search .button{min-height:3.1rem;flex:none}
    .hero .search input{border-color:transparent}
    .errors{border:3px solid var(--bad);border-radius:var(--radius);padding:.9rem 1.2rem;margin-bottom:1.5rem;background:var(--paper)}
    .errors h2{margin:0 0 .4rem;font-size:1.15rem}.errors a{color:var(--bad);font-weight:600}
    .pair{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,13rem),1fr));gap:0 1rem;max-width:40rem}
    .filters{display:flex;flex-wrap:wrap;gap:.6rem;align-items:end;margin-bottom:1.1rem}
    .filters .field{margin:0}
    .filters input,.filters select{width:auto;min-width:18rem}
    fieldset.group{border:0;border-top:1px solid var(--line);margin:1.5rem 0 0;padding:1.1rem 0 0;min-width:0}
    fieldset.group>legend{font-size:1.12rem;float:left;width:100%;margin-bottom:.6rem}
    fieldset.group>legend+*{clear:both}

    """

  static let charts = """
    .chart{background:var(--paper);border:1px solid var(--line);border-radius:var(--radius);box-shadow:var(--shadow);
    padding:1rem 1.1rem;margin:0;min-width:0}
    .chart figcaption{font-weight:650;margin-bottom:.35rem}
    .chart-note{color:var(--soft);font-size:.86rem;margin:.3rem 0 0}
    .chart svg{width:100%;max-width:42rem;height:auto;display:block}
    .chart svg.key{display:inline-block;width:22px;height:10px;margin-right:.35rem;vertical-align:baseline}
    .legend{display:flex;flex-wrap:wrap;gap:.1rem 1.2rem;list-style:none;margin:.4rem 0 0;padding:0;color:var(--soft);font-size:.88rem}
    .chart text{font-size:12px;fill:var(--soft)}
    .chart .value{fill:var(--ink);font-variant-numeric:tabular-nums}
    .chart .name{fill:var(--ink)}.chart .tie{fill:var(--ink);font-size:11px}
    .chart .map .name{paint-order:stroke;stroke:var(--off);stroke-width:3px;stroke-linejoin:round}
    .bar{fill:var(--brand)}.bar-2{fill:var(--amber)}.bar-bad{fill:var(--bad)}.bar-track{fill:var(--track)}
    .line{fill:none;stroke:var(--brand);stroke-width:2.2;stroke-linejoin:round}
    .line-2{fill:none;stroke:var(--amber);stroke-width:2.2;stroke-linejoin:round}
    .thin{stroke-width:1;opacity:.45}
    .line-bad{fill:none;stroke:var(--bad);stroke-width:2.2}
    .dot{fill:var(--brand)}.dot-2{fill:var(--amber)}.dot-bad{fill:var(--bad)}
    .whisker{stroke:var(--heat-2);stroke-width:3;stroke-linecap:round}
    .band{fill:var(--heat-1)}.band-2{fill:var(--heat-2)}
    .axis{stroke:var(--line);stroke-width:1}.off{fill:var(--off)}
    .rule{stroke:var(--ink);stroke-width:1.2;stroke-dasharray:4 3}
    .heat-0{fill:var(--track)}.heat-1{fill:var(--heat-1)}.heat-2{fill:var(--heat-2)}.heat-3{fill:var(--heat-3)}.heat-4{fill:var(--heat-4)}
    .chart .on-dark{fill:var(--on-brand)}
    .charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,27rem),1fr));gap:1.25rem;align-items:stretch;margin:1rem 0 1.25rem}
    .charts>:only-child{max-width:44rem}
    .spark .line{stroke-width:1.6;vector-effect:non-scaling-stroke}

    """

  /// On a phone a row of a table becomes a card: its first cell the head, the others beside each
  /// other under it.
  static let narrow = """
    @media (max-width:44rem){
    h1{font-size:1.5rem}h2{font-size:1.2rem;margin-top:1.75rem}
    .top-line,.main-nav,main,.foot,.note p{padding-left:1rem;padding-right:1rem}
    .top-line{padding-top:.3rem;padding-bottom:0}
    .brand-name,.user .post{display:none}
    .switches{gap:0 .85rem}.switches .user{padding-left:.85rem;max-width:11rem}
    .main-nav{gap:0 1.35rem}
    main{padding-top:1rem}
    .hero{padding:1.35rem 1.1rem 1.25rem;border-radius:12px;grid-template-columns:minmax(0,1fr)}
    .hero>.actions{grid-column:1;grid-row:auto;flex-direction:row;margin-top:1.1rem}
    .hero>.actions .button{min-height:2.75rem;font-size:1rem}
    .hero h1{font-size:1.6rem}
    .hero .actions .button{flex:1 1 auto;padding:.4rem .9rem}
    .panel{padding:.95rem 1rem}
    .confirmation{padding:1.1rem 1rem;border-radius:12px}
    .foot{grid-template-columns:minmax(0,1fr)}
    .tiles{grid-template-columns:1fr 1fr;gap:.6rem}
    .tiles>.tile:first-child:nth-last-child(odd){grid-column:1/-1}
    .tile{padding:.6rem .75rem}.tile-figure{font-size:1.45rem}
    .step{font-size:.8rem}
    .summary div{grid-template-columns:6rem minmax(0,1fr)}
    .flow{grid-template-columns:1fr}
    .flow li{display:grid;grid-template-columns:2.2rem minmax(0,1fr);gap:0 .5rem}
    .flow li::before{grid-row:1/span 3}
    .flow li>*{grid-column:2}
    .chart{padding:.8rem .7rem}.chart text{font-size:13px}.chart .map text{font-size:20px}.chart .tie{font-size:16px}
    table:not(.sliding) thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
    table:not(.sliding),table:not(.sliding) tbody,table:not(.sliding) caption{display:block}
    table:not(.sliding) tr{display:flex;flex-wrap:wrap;gap:.1rem 1rem;padding:.7rem 1rem;border-bottom:1px solid var(--line)}
    table:not(.sliding) tr:last-child{border-bottom:0}
    table:not(.sliding) td{display:block;border:0;padding:0;text-align:left;max-width:100%}
    table:not(.sliding) td:first-child{flex-basis:100%}
    table:not(.sliding) td:empty{display:none}
    table:not(.sliding) td:not(:first-child)::before{content:attr(data-label) " ";color:var(--soft);font-size:.88rem}
    table:not(.sliding) tr.late{box-shadow:inset 4px 0 var(--bad)}tr.late td:first-child{box-shadow:none}
    tbody tr:hover td{background:none}
    .sliding th,.sliding td{white-space:nowrap;padding:.5rem .7rem}
    .sliding th:first-child,.sliding td:first-child{min-width:8.5rem;max-width:9.5rem;white-space:normal;background:var(--paper)}
    .filters .field{flex:1 1 auto}.filters input,.filters select{width:100%;min-width:0}
    .actions .button{flex:1 1 auto}
    html.large .tiles,html.large .summary div{grid-template-columns:1fr}
    html.large .tile-wide{grid-column:auto}
    html.large .search{flex-wrap:wrap}html.large .search input{flex-basis:100%}
    html.large .search .button{flex:1}
    }

    """

  /// A document that issues: on the screen as it will lie on paper.
  static let documents = """
    .document{background:var(--paper);border:1px solid var(--line);border-radius:var(--radius);
    max-width:52rem;margin:1rem auto;padding:3rem min(4rem,6vw)}
    .document h1{text-align:center;margin:.25rem 0 1rem}.document-issuer{text-align:center;font-size:1.15rem}
    .document-number{text-align:right}.document>p{text-indent:2em}
    .document .document-issuer,.document .document-number,.document .document-sign,
    .document .document-proof{text-indent:0}
    .document-sign{text-align:right;margin-top:2.5rem}
    .blank{border-bottom:1px solid var(--ink);display:inline-block;min-width:6em;text-indent:0;
    padding:0 .25em}.paper-table{border-collapse:collapse;width:100%;margin:1rem 0;table-layout:fixed}
    .paper-table th,.paper-table td{border:1px solid var(--line);padding:.35rem;text-align:left;
    overflow-wrap:anywhere}.paper-table .blank{display:block;border:0;min-width:0;min-height:1.4em;padding:0}
    .signatures{display:grid;gap:.25rem 2rem;grid-template-columns:repeat(auto-fit,minmax(14rem,1fr));
    margin-top:2rem}
    .qr{display:block;width:94mm;max-width:100%;height:auto;margin:1rem auto 0;background:#fff}
    .document-proof{border-top:1px solid var(--line);margin-top:2rem;padding-top:.5rem;font-size:.85rem;
    color:var(--soft)}

    """

  /// Paper: A4, black on white, what is for the screen left out.
  static let print = """
    @media print{@page{size:A4;margin:25mm 22mm 20mm}
    :root{--ink:#000;--soft:#333;--ground:#fff;--paper:#fff;--tint:#fff;--line:#999;font-size:10.5pt;background:#fff}
    .top .switches,.main-nav,.note,.skip,.crumbs,form,.actions,.tabs,.next,.banner a{display:none}
    .top,footer{border-color:#000}main{padding:1rem 0;min-height:0}.top-line,.foot{padding:.25rem 0}
    .foot ul{display:none}.two{grid-template-columns:minmax(0,1fr)}
    .panel,.table-frame,.chart,.tile{box-shadow:none;break-inside:avoid}
    .document{border:0;margin:0;padding:0;max-width:none}
    body:has(.qr) :is(.top,footer,main>details){display:none}body:has(.qr) main{padding:0}
    body:has(.qr) .summary div{grid-template-columns:11rem minmax(0,1fr);padding:.2rem 0}
    body:has(.qr) .document-sign{margin-top:.75rem}.qr{margin-top:.25rem;break-inside:avoid}
    body:has(.qr) .document-proof{margin-top:.5rem}
    a{color:inherit;text-decoration:none}pre{font-size:8.5pt;break-inside:auto}}

    """
}
