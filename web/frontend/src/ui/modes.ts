/* Flight modes in words: what a controller reads, not what the autopilot calls it. */
import { MODE_WORDS } from '../generated';
import { UNKNOWN } from './format';

export function modeWords(mode: string | null): string {
  return mode === null ? UNKNOWN : (MODE_WORDS[mode] ?? mode);
}
