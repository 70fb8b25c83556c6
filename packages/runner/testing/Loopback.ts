import { randomInt } from "node:crypto"

/**
 * An address of this machine alone that nobody else uses: 127.64.0.0 to 127.127.255.255. A port that is free on 127.0.0.1 may
 * be anybody's a moment later; here it stays free, also while nobody listens on it.
 */
export const ownLoopback = (): string => `127.${randomInt(64, 128)}.${randomInt(256)}.${randomInt(1, 255)}`
