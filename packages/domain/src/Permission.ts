import { Schema } from "effect"
import { type KnownResource, resources } from "./Resources.ts"

/** The role permissions that guard the reads, written `resource:action` after `permissions.resource` and `.action`. */
export const Permission = Schema.Literals(resources.map(({ permission }): KnownResource["permission"] => permission))
export type Permission = typeof Permission.Type
