import { RandomStream } from "./RandomStream.ts"

const stream = new RandomStream("Math.random")

/** `Math.random` of the request's seed: 53 random bits. */
export const requestRandom = (): number => {
  const view = new DataView(stream.take(8, "Math.random()").buffer)
  return ((view.getUint32(0) >>> 5) * 2 ** 26 + (view.getUint32(4) >>> 6)) / 2 ** 53
}
