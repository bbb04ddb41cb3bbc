/* Orders by the names that people have for them, and a drone's answers without the name that stands beside them. */
import { ORDER_WORDS } from '../generated';

export function orderWords(verb: string): string {
  return ORDER_WORDS[verb] ?? verb;
}

/** `Arm: refused by the drone` to the order `arm` says `refused by the drone`; so did `arm: failed` of older recordings. */
export function answerWords(verb: string, answer: string): string {
  const named = [orderWords(verb), verb].find((name) => answer.startsWith(`${name}: `));
  return named === undefined ? answer : answer.slice(named.length + 2);
}
