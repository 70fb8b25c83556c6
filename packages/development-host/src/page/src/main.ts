import "./host.css"
import { startHost } from "./Host.ts"

startHost()
