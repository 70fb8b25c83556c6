import { Schema } from "effect"

/** The role permissions that guard the reads, written `resource:action` after `permissions.resource` and `.action`. */
export const Permission = Schema.Literals(["client:read", "service:read"])
export type Permission = typeof Permission.Type
