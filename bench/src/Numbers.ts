/** Numbers that look random and are the same in every run (Park and Miller): from 0 to below 1. */
export const numbers = (): (() => number) => {
  let state = 20_231
  return () => {
    state = (state * 48_271) % 2_147_483_647
    return (state - 1) / 2_147_483_646
  }
}
