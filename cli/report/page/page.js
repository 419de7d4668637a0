// Draws the charts of the page from the report's JSON. Without this script the page has the same
// figures as tables.
"use strict";
(() => {
  const report = JSON.parse(document.getElementById("report").textContent);
  const narrow = 520;

  // ---- Texts --------------------------------------------------------------------------------
  // The unit in which the largest of these masses is written.
  const massUnit = (values) => {
    const largest = Math.max(0, ...values.filter(Number.isFinite).map(Math.abs));
    const units = [[1e6, "t"], [1e3, "kg"], [1, "g"], [1e-3, "mg"]];
    const [factor, unit] = units.find(([f]) => largest >= f) ?? [1, "g"];
    return { factor, unit };
  };
  const figure = new Intl.NumberFormat("en", { maximumSignificantDigits: 3 });
  // The numbers of an axis; in few letters where there is little room.
  const compact = new Intl.NumberFormat("en", { notation: "compact" });
  const ticks = (width) => (width < narrow
    ? { ticks: 3, tickFormat: (n) => compact.format(n) }
    : { ticks: 6 });
  const mass = (grams) => {
    const { factor, unit } = massUnit([grams]);
    return `${figure.format(grams / factor)} ${unit}`;
  };
  const wait = (seconds) => {
    if (seconds == null) return "";
    const minutes = Math.round(seconds / 60);
    if (minutes < 60) return `${minutes} min`;
    if (minutes < 48 * 60) {
      return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")} h`;
    }
    const hours = Math.round(minutes / 60);
    return `${Math.floor(hours / 24)} d ${hours % 24} h`;
  };
  // As wide as the charts' texts are.
  const pen = document.createElement("canvas").getContext("2d");
  const widthOfText = (text) => {
    pen.font = getComputedStyle(document.body).font.replace(/\d+px/, "12px");
    return pen.measureText(text).width;
  };
  const short = (name, room) => {
    const letters = [...name];
    let text = name;
    while (widthOfText(text) > room) {
      letters.pop();
      text = `${letters.join("").trimEnd()}…`;
    }
    return text;
  };

  // ---- Charts -------------------------------------------------------------------------------
  const outline = { fill: "none", stroke: "var(--home)", strokeWidth: 1.5 };
  const filled = { fill: "var(--run)" };
  const savedOrLost = (grams) => (grams < 0 ? "var(--lost)" : "var(--saved)");
  // The names on the left of horizontal bars, and the room that they take.
  const names = (width, rows) => {
    const texts = rows.map((name) => short(name || "(none)", width < narrow ? 96 : 220));
    return { texts, margin: 16 + Math.ceil(Math.max(24, ...texts.map(widthOfText))) };
  };

  const end = (buckets, step, i) => {
    const at = new Date(`${buckets[i].local}Z`);
    const next = new Date(at);
    if (step === "hour") next.setUTCHours(at.getUTCHours() + 1);
    if (step === "day") next.setUTCDate(at.getUTCDate() + 1);
    if (step === "week") next.setUTCDate(at.getUTCDate() + 7);
    if (step === "month") next.setUTCMonth(at.getUTCMonth() + 1);
    return next;
  };

  const timeline = (width) => {
    const { step, buckets } = report.timeline;
    const rows = buckets.map((b, i) => ({
      x1: new Date(`${b.local}Z`), x2: end(buckets, step, i), home: b.home_g, run: b.run_g,
      low: b.saved_low_g, high: b.saved_high_g,
    })).filter((row) => row.home != null);
    if (rows.length === 0) return [];
    const { factor, unit } = massUnit(rows.map((row) => Math.max(row.home, row.run)));
    const saved = massUnit(rows.flatMap((row) => [row.low ?? 0, row.high ?? 0, row.home - row.run]));
    const x = { type: "utc", label: null, domain: [rows[0].x1, rows[rows.length - 1].x2] };
    const bar = { x1: "x1", x2: "x2", insetLeft: 0.5, insetRight: 0.5 };
    const middle = (row) => new Date((row.x1.getTime() + row.x2.getTime()) / 2);
    const title = (row) => [
      row.x1.toISOString().slice(0, step === "hour" ? 16 : 10).replace("T", " "),
      `at home ${mass(row.home)}`, `as run ${mass(row.run)}`, `saved ${mass(row.home - row.run)}`,
    ].join("\n");
    const base = { width, marginLeft: 52, marginRight: 16, marginBottom: 40, className: "plot", x };
    return [
      Charts.plot({
        ...base, height: 240, ariaLabel: `CO2e at home and as run by ${step}`,
        y: { label: `CO2e, ${unit}`, grid: true, nice: true, ticks: 5 },
        marks: [
          Charts.rectY(rows, { ...bar, y1: 0, y2: (row) => row.run / factor, ...filled }),
          Charts.rectY(rows, { ...bar, y1: 0, y2: (row) => row.home / factor, ...outline }),
          Charts.ruleY([0]),
          Charts.tip(rows, Charts.pointerX({ x: middle, y: (row) => row.home / factor, title })),
        ],
      }),
      Charts.plot({
        ...base, height: 170, ariaLabel: `CO2e saved by ${step}, with its interval`,
        y: { label: `Saved, ${saved.unit}`, grid: true, nice: true, ticks: 4 },
        marks: [
          Charts.rectY(rows, {
            ...bar, y1: 0, y2: (row) => (row.home - row.run) / saved.factor,
            fill: (row) => savedOrLost(row.home - row.run),
          }),
          Charts.ruleX(rows.filter((row) => row.low != null), {
            x: middle, y1: (row) => row.low / saved.factor, y2: (row) => row.high / saved.factor,
            stroke: "currentColor", strokeWidth: 1.25,
          }),
          Charts.ruleY([0]),
        ],
      }),
    ];
  };

  // What came beside what was predicted, of the same jobs.
  const actualTimeline = (width) => {
    const { step, buckets } = report.timeline;
    const rows = buckets.map((b, i) => ({
      ...b.actual, known: b.actual != null, x1: new Date(`${b.local}Z`), x2: end(buckets, step, i),
    })).filter((row) => row.known);
    if (rows.length === 0) return [];
    const { factor, unit } = massUnit(rows.flatMap(
      (row) => [row.saved_low_g, row.saved_high_g, row.predicted_saved_g]));
    const bar = { x1: "x1", x2: "x2", insetLeft: 0.5, insetRight: 0.5, y1: 0 };
    return [Charts.plot({
      width, height: 260, marginLeft: 52, marginRight: 16, marginBottom: 40, className: "plot",
      ariaLabel: `CO2e saved by ${step}: what came, with its interval, and what was predicted`,
      x: { type: "utc", label: null, domain: [rows[0].x1, rows[rows.length - 1].x2] },
      y: { label: `Saved, ${unit}`, grid: true, nice: true, ticks: 5 },
      marks: [
        Charts.rectY(rows, { ...bar, y2: (row) => row.saved_g / factor, fill: (row) => savedOrLost(row.saved_g) }),
        Charts.rectY(rows, { ...bar, y2: (row) => row.predicted_saved_g / factor, ...outline }),
        Charts.ruleX(rows, {
          x: (row) => new Date((row.x1.getTime() + row.x2.getTime()) / 2),
          y1: (row) => row.saved_low_g / factor, y2: (row) => row.saved_high_g / factor,
          stroke: "currentColor", strokeWidth: 1.25,
        }),
        Charts.ruleY([0]),
      ],
    })];
  };

  // What each of these jobs saved, and below it what was predicted.
  const cases = (width, jobs, which) => {
    const rows = jobs.slice(0, 10).map((job, i) => ({ ...job, i }));
    const { texts, margin } = names(width, rows.map((row) => row.name || row.id));
    const all = rows.flatMap((row) => [row.actual.saved_low_g, row.actual.saved_high_g, row.saved_g,
      row.saved_low_g, row.saved_high_g]).filter(Number.isFinite);
    const { factor, unit } = massUnit(all);
    const predicted = rows.filter((row) => row.saved_g != null);
    const above = { y: "i", dy: -4 };
    const below = { y: "i", dy: 6 };
    return Charts.plot({
      width, height: 48 + 28 * rows.length, marginLeft: margin, marginRight: 28, marginTop: 8,
      marginBottom: 36, className: "plot",
      ariaLabel: `What the ${which} jobs saved, with intervals, and what was predicted`,
      x: {
        label: `The ${which}: CO2e saved, ${unit}`, grid: true, nice: true, ...ticks(width),
        domain: [Math.min(0, ...all) / factor, Math.max(0, ...all) / factor || 1],
      },
      y: { type: "band", domain: rows.map((row) => row.i), label: null, tickFormat: (i) => texts[i], tickSize: 0 },
      marks: [
        Charts.ruleX([0]),
        Charts.ruleY(predicted.filter((row) => row.saved_low_g != null), {
          ...below, x1: (row) => row.saved_low_g / factor, x2: (row) => row.saved_high_g / factor,
          stroke: "var(--home)", strokeWidth: 1.25,
        }),
        Charts.dot(predicted, {
          ...below, x: (row) => row.saved_g / factor, r: 3.5, stroke: "var(--home)", strokeWidth: 1.5,
          fill: "var(--ground)",
        }),
        Charts.ruleY(rows, {
          ...above, x1: (row) => row.actual.saved_low_g / factor,
          x2: (row) => row.actual.saved_high_g / factor, stroke: "currentColor", strokeWidth: 1.5,
        }),
        Charts.dot(rows, {
          ...above, x: (row) => row.actual.saved_g / factor, r: 4,
          fill: (row) => savedOrLost(row.actual.saved_g),
        }),
      ],
    });
  };
  // Each with a scale of its own, so that small losses are as plain as large savings.
  const actualCases = (width) => {
    const { worst = [], best = [] } = report.actuals ?? {};
    return [[worst, "worst"], [best, "best"]].filter(([jobs]) => jobs.length > 0)
      .map(([jobs, which]) => cases(width, jobs, which));
  };

  // Pairs of bars, a row for each name.
  const pairs = (width, rows, label, ariaLabel, beside, room = 92) => {
    const { texts, margin } = names(width, rows.map((row) => row.name));
    const of = rows.map((row, i) => ({ ...row, i }));
    const y = { domain: of.map((row) => row.i), label: null, tickFormat: (i) => texts[i], tickSize: 0 };
    const largest = Math.max(...of.map((row) => Math.max(row.home, row.run)));
    return [Charts.plot({
      width, height: 40 + 34 * rows.length, marginLeft: margin, marginRight: room, marginTop: 8,
      marginBottom: 36, className: "plot", ariaLabel, y,
      x: { label, grid: true, domain: [0, largest || 1], ...ticks(width), labelAnchor: "right" },
      marks: [
        Charts.barX(of, { y: "i", x: "run", ...filled, insetTop: 7, insetBottom: 7 }),
        Charts.barX(of, { y: "i", x: "home", ...outline, insetTop: 2, insetBottom: 2 }),
        Charts.ruleX([0]),
        Charts.text(of, {
          y: "i", x: largest || 1, dx: 8, textAnchor: "start", text: (row) => beside(row), fill: "currentColor",
        }),
      ],
    })];
  };

  const sites = (width) => {
    const rows = report.sites.slice(0, 12).map((s) => ({
      name: s.site, home: s.home_kwh, run: s.run_kwh,
      intensity: s.run_kwh > 0 ? s.run_g / s.run_kwh : s.home_g / s.home_kwh,
    }));
    if (rows.length === 0) return [];
    return pairs(width, rows, "Energy, kWh", "Energy by site at home and as run, the cleanest grid first",
      (row) => (Number.isFinite(row.intensity) ? `${figure.format(row.intensity)} g/kWh` : ""));
  };

  const actualSites = (width) => {
    const rows = (report.actuals?.sites ?? []).slice(0, 12).map((s) => ({
      name: s.site, home: s.predicted_kwh, run: s.kwh, forecast: s.predicted_g / s.predicted_kwh, actual: s.g / s.kwh,
    }));
    if (rows.length === 0) return [];
    const number = (n) => (Number.isFinite(n) ? figure.format(n) : "–");
    return pairs(width, rows, "Energy, kWh", "Energy by site as predicted and as it came, the cleanest grid first",
      (row) => `${number(row.forecast)} → ${number(row.actual)} g/kWh`, 132);
  };

  const hours = (width) => {
    const rows = report.hours;
    if (rows.every((row) => !row.home_kwh && !row.run_kwh)) return [];
    return [Charts.plot({
      width, height: 220, marginLeft: 52, marginRight: 16, className: "plot",
      ariaLabel: "Energy by the hour in which jobs begin, at home and as run",
      x: { label: null, domain: rows.map((row) => row.hour), tickFormat: (h) => (h % (width < narrow ? 6 : 3) === 0 ? String(h) : ""), tickSize: 0 },
      y: { label: "Energy, kWh", grid: true, nice: true, ticks: 5 },
      marks: [
        Charts.barY(rows, { x: "hour", y: "run_kwh", ...filled, insetLeft: 1.5, insetRight: 1.5 }),
        Charts.barY(rows, { x: "hour", y: "home_kwh", ...outline }),
        Charts.ruleY([0]),
      ],
    })];
  };

  const waits = (of, ariaLabel) => (width) => {
    if (!of || of.jobs === 0) return [];
    const rows = of.bins;
    const largest = Math.max(...rows.map((row) => row.jobs));
    return [Charts.plot({
      width, height: 40 + 26 * rows.length, marginLeft: 92, marginRight: 64, marginTop: 8,
      marginBottom: 36, className: "plot", ariaLabel,
      x: { label: "jobs", grid: true, domain: [0, largest || 1], ticks: width < narrow ? 3 : 6, tickFormat: (n) => (Number.isInteger(n) ? n.toLocaleString("en") : "") },
      y: { domain: rows.map((row) => row.title), label: null, tickSize: 0 },
      marks: [
        Charts.barX(rows, { y: "title", x: "jobs", ...filled, insetTop: 1, insetBottom: 1 }),
        Charts.text(rows, { y: "title", x: "jobs", dx: 6, textAnchor: "start", text: (row) => row.jobs.toLocaleString("en"), fill: "currentColor" }),
        Charts.ruleX([0]),
      ],
    })];
  };

  // What each group saves, with its interval.
  const savings = (groups, ariaLabel, beside) => (width) => {
    const rows = groups.filter((g) => g.home_g != null).slice(0, 12).map((g, i) => ({
      i, name: Object.values(g.group).join(", "), saved: g.home_g - g.run_g, low: g.saved_low_g,
      high: g.saved_high_g, beside: beside(g),
    }));
    if (rows.length === 0) return [];
    const { texts, margin } = names(width, rows.map((row) => row.name));
    const { factor, unit } = massUnit(rows.flatMap((row) => [row.saved, row.low ?? 0, row.high ?? 0]));
    const largest = Math.max(0, ...rows.flatMap((row) => [row.saved, row.high ?? 0])) / factor;
    const least = Math.min(0, ...rows.flatMap((row) => [row.saved, row.low ?? 0])) / factor;
    return [Charts.plot({
      width, height: 44 + 28 * rows.length, marginLeft: margin, marginRight: 76, marginTop: 8,
      marginBottom: 36, className: "plot", ariaLabel,
      x: { label: `CO2e saved, ${unit}`, grid: true, domain: [least, largest || 1], ...ticks(width) },
      y: { domain: rows.map((row) => row.i), label: null, tickFormat: (i) => texts[i], tickSize: 0 },
      marks: [
        Charts.barX(rows, {
          y: "i", x: (row) => row.saved / factor,
          fill: (row) => savedOrLost(row.saved), insetTop: 3, insetBottom: 3,
        }),
        Charts.ruleY(rows.filter((row) => row.low != null && row.low !== row.high), {
          y: "i", x1: (row) => row.low / factor, x2: (row) => row.high / factor, stroke: "currentColor", strokeWidth: 1.5,
        }),
        Charts.text(rows, { y: "i", x: largest || 1, dx: 8, textAnchor: "start", text: "beside", fill: "currentColor" }),
        Charts.ruleX([0]),
      ],
    })];
  };

  const charts = {
    timeline,
    "actual-timeline": actualTimeline,
    "actual-cases": actualCases,
    "actual-sites": actualSites,
    sites,
    hours,
    waits: waits(report.waits, "Placed jobs by their added wait"),
    groups: savings(report.groups, "CO2e saved by group, with its interval",
      (g) => mass(g.home_g - g.run_g)),
    shadow: report.shadow && savings(report.shadow.accounts,
      "CO2e that enforcing would have saved by account, with its interval",
      (g) => wait(g.waits.mean_s)),
    "shadow-waits": report.shadow && waits(report.shadow.waits, "Jobs in shadow by the wait that enforcing would have added"),
  };

  const draw = (place, width) => {
    const plots = charts[place.dataset.chart]?.(width) ?? [];
    for (const plot of plots) {
      plot.setAttribute("role", "img");
      // The page's own style has these rules; its policy allows no other.
      for (const style of plot.querySelectorAll("style")) style.remove();
      for (const part of plot.querySelectorAll("g, text")) {
        part.removeAttribute("aria-label");
        part.removeAttribute("aria-description");
        part.removeAttribute("aria-hidden");
      }
    }
    place.querySelector(".chart").replaceChildren(...plots);
    place.classList.toggle("drawn", plots.length > 0);
    return plots.length > 0;
  };

  const places = [...document.querySelectorAll("figure[data-chart]")];
  const detailsOf = (place) => document.querySelector(`details[data-of="${place.dataset.chart}"]`);
  const widthOf = () => document.querySelector("main").clientWidth;
  let drawn = 0;
  const drawAll = (width) => {
    if (width === drawn) return;
    drawn = width;
    for (const place of places) draw(place, width);
  };
  drawAll(widthOf());
  for (const place of places) detailsOf(place).open = !place.classList.contains("drawn");
  let waiting = 0;
  addEventListener("resize", () => {
    cancelAnimationFrame(waiting);
    waiting = requestAnimationFrame(() => drawAll(widthOf()));
  });
  // On paper every table is open, and charts have the width of the paper.
  let closed = [];
  addEventListener("beforeprint", () => {
    closed = [...document.querySelectorAll("details:not([open])")];
    for (const details of closed) details.open = true;
    drawAll(680);
  });
  addEventListener("afterprint", () => {
    for (const details of closed) details.open = false;
    drawAll(widthOf());
  });
})();
