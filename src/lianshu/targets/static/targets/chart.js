// A target's figures against its path. Direct labels, zero base for bars, data from the page's own JSON.

const colours = { path: "#8a5300", figures: "#1f5a99", ink: "#1d2733", quiet: "#526070", line: "#dde3ea" };

function draw(box) {
  const data = JSON.parse(document.getElementById(box.dataset.targetChart).textContent);
  const chart = window.echarts.init(box, null, { renderer: "svg" });
  const unit = data.unit ? ` ${data.unit}` : "";
  chart.setOption({
    animation: false,
    aria: { enabled: true },
    textStyle: { fontFamily: getComputedStyle(document.body).fontFamily, color: colours.ink },
    grid: { left: 12, right: 70, top: 34, bottom: 8, containLabel: true },
    tooltip: { trigger: "axis", renderMode: "richText", valueFormatter: (value) => `${value ?? "—"}${unit}` },
    xAxis: { type: "time", axisLabel: { color: colours.quiet, hideOverlap: true }, axisLine: { lineStyle: { color: colours.line } } },
    yAxis: { type: "value", name: data.unit, scale: !data.bars, nameTextStyle: { color: colours.quiet, align: "right" }, axisLabel: { color: colours.quiet }, splitLine: { lineStyle: { color: colours.line } } },
    series: [
      {
        name: "目标路径", type: "line", data: data.path, symbol: "emptyCircle", symbolSize: 5, step: false,
        lineStyle: { type: "dashed", color: colours.path, width: 1.5 }, itemStyle: { color: colours.path },
        endLabel: { show: true, formatter: (point) => `目标 ${point.value[1]}`, color: colours.path },
      },
      {
        name: "填报数", type: data.bars ? "bar" : "line", data: data.figures, symbolSize: 7, barMaxWidth: 22,
        lineStyle: { color: colours.figures, width: 2 }, itemStyle: { color: colours.figures },
        endLabel: { show: !data.bars, formatter: (point) => `${point.value[1]}`, color: colours.figures },
      },
    ],
  });
  new ResizeObserver(() => chart.resize()).observe(box);
}

for (const box of document.querySelectorAll("[data-target-chart]")) draw(box);
