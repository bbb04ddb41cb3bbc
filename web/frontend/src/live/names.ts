/* Callsigns as people count them: UAV-2 before UAV-10. */

const asPeopleCount = new Intl.Collator('en', { numeric: true });

/** Which place each callsign that was met has among all of them. */
let places: ReadonlyMap<string, number> = new Map();

/** Comparing names is dear, and the same thousands are sorted again and again: reckoned when one is new. */
export function placesOf(names: readonly string[]): ReadonlyMap<string, number> {
  if (!names.every((name) => places.has(name))) {
    const all = new Set([...places.keys(), ...names]);
    places = new Map([...all].sort(asPeopleCount.compare).map((name, place) => [name, place]));
  }
  return places;
}

export function inNameOrder(names: Iterable<string>): string[] {
  const each = [...new Set(names)];
  const known = placesOf(each);
  return each.sort((a, b) => (known.get(a) ?? 0) - (known.get(b) ?? 0));
}
