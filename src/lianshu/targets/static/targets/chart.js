// A target's figures against its path, and below them the single periods on a scale of their own.
// Data from the page's own JSON (targets/charting.py); the table under the chart says the same.

const colours = { path: "#8a5300", figures: "#1f5a99", bars: "#7ea6cf", ink: "#1d2733", quiet: "#526070", line: "#dde3ea" };
// what fits between the margins of an A4 page
const PAPER = { one: { width: 640, height: 270 }, two: { width: 640, height: 380 } };

const amount = (value) => Number(value).toLocaleString("zh-CN", { maximumFractionDigits: 2 });

function heading(text, top) {
  return { text, left: 4, top, textStyle: { fontSize: 13, fontWeight: 600, color: colours.ink } };
}

function axes(index, left, place) {
  return {
    grid: { left, right: 24, ...place },
    x: {
      type: "time", gridIndex: index, containShape: false, axisLine: { lineStyle: { color: colours.line } },
      axisLabel: { color: colours.quiet, hideOverlap: true, formatter: { year: "{yyyy}年", month: "{M}月", day: "{M}月{d}日" } },
    },
    y: {
      type: "value", gridIndex: index, splitNumber: index ? 2 : 4,
      axisLabel: { color: colours.quiet, formatter: amount }, splitLine: { lineStyle: { color: colours.line } },
    },
  };
}

// the last point of a line says its amount; so do the ends of the path's years
function said(points, ends) {
  const last = points.findLastIndex((point) => point[1] !== null);
  return points.map((point, at) => ({
    value: point,
    label: { show: at === last || (ends && point[1] !== null && point[2].endsWith("年末")) },
  }));
}

function options(data) {
  const unit = data.unit ? `（${data.unit}）` : "";
  const two = data.bars.length > 0;
  const amounts = [...data.path, ...data.figures, ...data.bars].map((point) => point[1] ?? 0);
  // one left edge for both panels, so that a month stands under its sum
  const left = 16 + 8 * amount(Math.ceil(Math.max(...amounts.map(Math.abs)))).length;
  const above = axes(0, left, two ? { top: 62, height: "38%" } : { top: 62, bottom: 28 });
  const below = two ? axes(1, left, { top: "71%", bottom: 28 }) : null;
  above.y.scale = !data.zero;
  const dates = [...data.path, ...data.figures].map((point) => point[0]).sort();
  const parts = below ? [above, below] : [above];
  for (const one of parts) [one.x.min, one.x.max] = [dates[0], dates.at(-1)];
  const label = (colour, place) => ({ ...place, color: colour, formatter: (point) => amount(point.value[1]), textBorderColor: "#fff", textBorderWidth: 2 });
  const series = [
    {
      name: data.path_name, type: "line", data: said(data.path, true), symbol: "emptyCircle", symbolSize: 5,
      lineStyle: { type: "dashed", color: colours.path, width: 1.5 }, itemStyle: { color: colours.path }, label: label(colours.path, { position: "top" }),
    },
    {
      name: data.figures_name, type: "line", data: said(data.figures, false), symbol: "circle", symbolSize: 5,
      lineStyle: { color: colours.figures, width: 2 }, itemStyle: { color: colours.figures }, label: label(colours.figures, { position: "bottom", align: "left" }),
    },
  ];
  if (two) {
    series.push({ name: data.bars_name, type: "bar", xAxisIndex: 1, yAxisIndex: 1, data: data.bars, barMaxWidth: 22, itemStyle: { color: colours.bars } });
  }
  return {
    animation: false,
    aria: { enabled: true },
    textStyle: { fontFamily: getComputedStyle(document.body).fontFamily, color: colours.ink },
    title: [heading(`${data.figures_name}与${data.path_name}${unit}`, 2), ...(two ? [heading(`${data.bars_name}${unit}`, "62%")] : [])],
    legend: { top: 24, left: 0, data: [data.figures_name, data.path_name], textStyle: { color: colours.ink }, itemWidth: 28 },
    tooltip: {
      trigger: "item", renderMode: "richText",
      formatter: (point) => `${point.value[2]}\n${point.seriesName} ${amount(point.value[1])}${data.unit ? ` ${data.unit}` : ""}`,
    },
    grid: parts.map((one) => one.grid),
    xAxis: parts.map((one) => one.x),
    yAxis: parts.map((one) => one.y),
    series,
  };
}

function draw(box) {
  const data = JSON.parse(document.getElementById(box.dataset.targetChart).textContent);
  box.classList.toggle("chart-two", data.bars.length > 0);
  const chart = window.echarts.init(box, null, { renderer: "svg" });
  chart.setOption(options(data));
  let printing = false;
  new ResizeObserver(() => printing || chart.resize()).observe(box);
  // the page is laid out for paper only after the drawing: draw it in paper's size beforehand
  window.addEventListener("beforeprint", () => {
    printing = true;
    chart.resize(data.bars.length > 0 ? PAPER.two : PAPER.one);
    chart.getZr().flush();
  });
  window.addEventListener("afterprint", () => {
    printing = false;
    chart.resize({ width: "auto", height: "auto" });
  });
}

for (const box of document.querySelectorAll("[data-target-chart]")) draw(box);
