import { Tracer } from "effect"
import type { samplers } from "./telemetrySettings.ts"

/** Which traces are kept, by the names of OpenTelemetry. */
export type SamplerName = (typeof samplers)[number]

/** As many of a trace id's last digits as a number holds exactly. */
const digits = 13

const ofShare = (traceId: string | null, share: number): boolean => {
  const chance = traceId === null ? Math.random() : Number.parseInt(traceId.slice(-digits), 16) / 16 ** digits
  return chance < share
}

type Asked = Parameters<Tracer.Tracer["span"]>[0]

/**
 * Whether a span is kept. A span with a parent in this process follows its parent. A caller's span follows the caller,
 * if the sampler goes by the parent. The sampler decides any other.
 */
export const isSampled = (name: SamplerName, share: number, { parent, sampled }: Asked): boolean => {
  const above = parent._tag === "Some" ? parent.value : null
  if (above?._tag === "Span") return sampled
  if (above !== null && name.startsWith("parentbased_")) return sampled
  const kind = name.replace("parentbased_", "")
  if (kind === "traceidratio") return ofShare(above?.traceId ?? null, share)
  return kind === "always_on"
}

/** A tracer of which only some spans are kept. */
export const sampledTracer = (tracer: Tracer.Tracer, name: SamplerName, share: number): Tracer.Tracer =>
  Tracer.make({
    span: (asked) => tracer.span({ ...asked, sampled: isSampled(name, share, asked) }),
    ...(tracer.context === undefined ? {} : { context: tracer.context })
  })
