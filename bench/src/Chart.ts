import * as echarts from "echarts"
import type { Chart, Table } from "./Report.ts"

const size = { width: 720, height: 360 }
/** Contrast 4.5 with white, 4.2 with the dark of a page. */
const ink = "#6e7781"
const colours = ["#1f7fe8", "#c9591a", "#9a63f0", "#25934a"]

const shown = (value: number): string => value.toLocaleString("en-US", { maximumFractionDigits: 3 })

/** The chart of a table as an SVG document, which is readable on a light and on a dark page. */
export const svgOf = (table: Table, { even, series, title = table.title, x, y }: Chart): string => {
  const drawn = echarts.init(null, null, { renderer: "svg", ssr: true, ...size })
  const axis = (name: string, gap: number, isEven: boolean) => ({
    type: isEven ? ("value" as const) : ("log" as const),
    name,
    nameLocation: "middle" as const,
    nameGap: gap,
    nameTextStyle: { color: ink },
    axisLabel: { color: ink, formatter: shown },
    axisLine: { show: true, lineStyle: { color: ink } },
    splitLine: { lineStyle: { color: ink, opacity: 0.25 } }
  })
  const found = table.rows.map((row) => Number(row[x.column]))
  drawn.setOption({
    animation: false,
    title: { text: title, left: 8, top: 6, textStyle: { fontSize: 13, fontWeight: 600, color: ink } },
    legend: { show: series.length > 1, right: 16, top: 30, itemGap: 18, textStyle: { color: ink } },
    grid: { left: 72, right: 40, top: 64, bottom: 48 },
    color: colours,
    xAxis: {
      ...axis(x.label, 30, even !== undefined),
      min: Math.min(...found),
      max: Math.max(...found),
      minInterval: 1
    },
    yAxis: { ...axis(y, 52, even === "both"), ...(even === "both" ? { min: 0 } : {}) },
    series: series.map(({ column, label }) => ({
      type: "line",
      name: label,
      symbol: "circle",
      symbolSize: 6,
      data: table.rows.map((row) => [Number(row[x.column]), Number(row[column])])
    }))
  })
  const svg = drawn.renderToSVGString()
  drawn.dispose()
  return `${svg}\n`
}
