export { type Chance, chanceOf } from "../internal/twins/chance.ts"
