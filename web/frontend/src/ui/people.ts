/* People by their names, as the lists say them; the records speak of accounts. */
let names: Readonly<Record<string, string>> = {};

export function setNames(given: Readonly<Record<string, string>>): void {
  names = given;
}

export function personName(account: string): string {
  return names[account] ?? account;
}
