/* What an event says, as people read it: whoever did it once and by name, and flight modes as the pages call them. */
import type { Event } from '../generated';
import { modeWords } from './modes';
import { answerWords, orderWords } from './orders';
import { personName } from './people';

/** An order's event names its verb, and so may the drone's answer in it: `arm. Armed.`, `pause. Pause: refused`. */
const ORDER = /^(\w+)\. (.*)/s;

/** `text`, and by whom where it does not say so itself. */
export function happened({ kind, text, actor, data }: Event): { readonly text: string; readonly by: string | null } {
  if (kind === 'statustext') return { text: `“${text}”`, by: null };
  if (kind === 'mode') return { text: `Mode: ${modeWords(String(data['mode']))}, after ${modeWords(String(data['before']))}.`, by: null };
  if (kind === 'authority') return { text: withNames(text, [actor, data['holder'], data['before'], data['offered_to']]), by: null };
  const by = actor === null ? null : personName(actor);
  const said = withoutActor(text, actor);
  return { text: kind === 'command' ? said.replace(ORDER, answered) : said, by };
}

/** `Arm: Armed.`; an answer that begins with the verb says it all: `Upload to UAV-02 started.` */
function answered(_: string, verb: string, answer: string): string {
  return answer.toLowerCase().startsWith(`${verb} `) ? answer : `${orderWords(verb)}: ${answerWords(verb, answer)}`;
}

/** `ann: pause.`, `Upload by ann: verified.` */
function withoutActor(text: string, actor: string | null): string {
  if (actor === null) return text;
  return text.startsWith(`${actor}: `) ? text.slice(actor.length + 2) : text.replace(` by ${actor}: `, ': ');
}

/** `ann took command from ben: his link is gone`. A reason comes last, and is left as it was given. */
function withNames(text: string, accounts: readonly unknown[]): string {
  const told = new Set(accounts.filter((account) => typeof account === 'string'));
  return [...told].reduce((words, account) => words.replace(new RegExp(`\\b${account}\\b`), personName(account)), text);
}
