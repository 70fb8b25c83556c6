import * as echarts from "echarts"
import type { Chart, Table } from "./Report.ts"

const size = { width: 720, height: 360 }
const ink = "#57606a"
const colours = ["#0969da", "#bc4c00", "#8250df", "#1a7f37"]

/** The chart of a table as an SVG document, which is readable on a light and on a dark page. */
export const svgOf = ({ title, rows }: Table, { x, y, series }: Chart): string => {
  const chart = echarts.init(null, null, { renderer: "svg", ssr: true, ...size })
  const axis = (name: string) => ({
    type: "log" as const,
    name,
    nameLocation: "middle" as const,
    nameGap: 32,
    nameTextStyle: { color: ink },
    axisLabel: { color: ink, formatter: (value: number) => value.toLocaleString("en-US") },
    splitLine: { lineStyle: { color: "#8b949e", opacity: 0.25 } }
  })
  const found = rows.map((row) => Number(row[x.column]))
  chart.setOption({
    animation: false,
    title: { text: title, left: 8, top: 6, textStyle: { fontSize: 13, fontWeight: 600, color: ink } },
    legend: { right: 8, top: 30, textStyle: { color: ink } },
    grid: { left: 64, right: 24, top: 64, bottom: 48 },
    color: colours,
    xAxis: { ...axis(x.label), min: Math.min(...found), max: Math.max(...found) },
    yAxis: axis(y),
    series: series.map(({ column, label }) => ({
      type: "line",
      name: label,
      symbolSize: 6,
      data: rows.map((row) => [Number(row[x.column]), Number(row[column])])
    }))
  })
  const svg = chart.renderToSVGString()
  chart.dispose()
  return `${svg}\n`
}
