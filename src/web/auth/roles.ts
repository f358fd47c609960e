import { AppError } from '../../domain/error'
import { SCOPES, type Scope } from '../../domain/scope'
import type { Role } from '../../store/operators'

export const ROLES = ['viewer', 'operator', 'admin'] as const satisfies readonly Role[]

/** Each role may all that the ones before it may. */
export function hasRole(role: Role, needed: Role): boolean {
  return ROLES.indexOf(role) >= ROLES.indexOf(needed)
}

/** Scopes contain each other as roles do: `admin` may write, `write` may read. */
export function hasScope(scopes: readonly Scope[], needed: Scope): boolean {
  return scopes.some((scope) => SCOPES.indexOf(scope) >= SCOPES.indexOf(needed))
}

export function isRole(word: unknown): word is Role {
  return ROLES.some((role) => role === word)
}

export function isScope(word: unknown): word is Scope {
  return SCOPES.some((scope) => scope === word)
}

/** @throws AppError `forbidden` */
export function requireRole(role: Role, needed: Role): void {
  if (!hasRole(role, needed)) throw new AppError('forbidden', `This needs the role "${needed}"; yours is "${role}"`)
}
