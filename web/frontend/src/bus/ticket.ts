/* What a ticket allows, and for how long. */

/**
 * The subjects to subscribe to for `wanted`: `wanted` itself if the ticket covers it, else those of the ticket that
 * lie within it. A control room's ticket says `live.>`, a pilot's names single areas.
 */
export function permitted(wanted: string, allowed: readonly string[]): string[] {
  if (allowed.some((subject) => covers(subject, wanted))) return [wanted];
  return allowed.filter((subject) => covers(wanted, subject));
}

/** Whether every subject that matches `narrow` matches `wide` (NATS: `*` is one token, `>` the rest). */
export function covers(wide: string, narrow: string): boolean {
  const wideTokens = wide.split('.');
  const narrowTokens = narrow.split('.');
  for (const [index, token] of wideTokens.entries()) {
    const other = narrowTokens[index];
    if (other === undefined) return false;
    if (token === '>') return true;
    if (other === '>' || (token !== '*' && token !== other)) return false;
  }
  return wideTokens.length === narrowTokens.length;
}

/** How long a JWT lives, by its own claims: this machine's clock may be wrong. */
export function lifetimeMs(jwt: string): number {
  const claims = JSON.parse(atob((jwt.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/'))) as {
    iat: number;
    exp: number;
  };
  return (claims.exp - claims.iat) * 1000;
}
