import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { speakable, Voice } from './voice';

const said: string[] = [];
let utterances: EventTarget[];

beforeEach(() => {
  said.length = 0;
  utterances = [];
  localStorage.clear();
  const synthesis = Object.assign(new EventTarget(), {
    getVoices: () => [{}],
    speak: (one: { text: string } & EventTarget) => {
      said.push(one.text);
      utterances.push(one);
    },
    cancel: () => undefined,
  });
  vi.stubGlobal('speechSynthesis', synthesis);
  vi.stubGlobal('SpeechSynthesisUtterance', class extends EventTarget {
    constructor(readonly text: string) {
      super();
    }
  });
});
afterEach(() => vi.unstubAllGlobals());

test('nothing is spoken until somebody wants it', () => {
  new Voice('ines').say('UAV-07', 'critical', 'Beyond its geofence.');
  expect(said).toEqual([]);
});

test('each operator keeps a choice of his own', () => {
  const ines = new Voice('ines');
  ines.next();
  expect(ines.spoken.value).toBe('critical');
  expect(new Voice('ines').spoken.value).toBe('critical');
  expect(new Voice('omar').spoken.value).toBe('none');
});

test('critical ones alone, or all', () => {
  const voice = new Voice('ines');
  voice.next();
  said.length = 0;
  voice.say('UAV-07', 'warning', 'Low.');
  expect(said).toEqual([]);
  voice.next();
  said.length = 0;
  voice.say('UAV-07', 'warning', 'Low.');
  expect(said).toEqual(['Warning. U A V 0 7. Low.']);
});

test('a flood of alerts is not read out to its end', () => {
  const voice = new Voice('ines');
  voice.next();
  utterances[0]?.dispatchEvent(new Event('end'));
  said.length = 0;
  for (let number = 0; number < 20; number += 1) voice.say(`UAV-${number}`, 'critical', 'Low.');
  expect(said).toHaveLength(3);
});

test.each([
  ['14 m beyond its geofence', '14 metres beyond its geofence'],
  ['in 8 s if it goes on at 12 m/s', 'in 8 seconds if it goes on at 12 metres a second'],
  ['the battery (24 %) lasts 2.3 min', 'the battery (24 per cent) lasts 2.3 minutes'],
])('%s', (text, words) => expect(speakable(text)).toBe(words));
