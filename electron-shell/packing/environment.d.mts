/** See environment.mjs. */
type Environment = Readonly<Record<string, string | undefined>>;
export function signing(environment: Environment): Record<string, unknown>;
export function updates(environment: Environment): Record<string, unknown>;
