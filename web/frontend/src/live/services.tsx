/* Says which service is not at work, and what that means for who looks. */
import { Banner } from './banner';
import { ageWords } from './freshness';
import type { Picture } from './picture';
import type { Silence } from './pulses';

interface Words {
  readonly title: string;
  readonly meaning: string;
}

const WORDS: Readonly<Record<string, Words>> = {
  monitor: {
    title: 'Nobody judges the drones',
    meaning: 'No alert will come and none can be acknowledged until the monitor is back.',
  },
  recorder: {
    title: 'Recordings are not written',
    meaning: 'What the drones say waits on the bus until the recorder is back, as long as there is room.',
  },
  web: { title: 'The web server is silent', meaning: 'Nothing can be ordered or acknowledged until it is back.' },
};

function wordsOf({ service }: Silence): Words {
  return WORDS[service] ?? { title: `Gateway ${service} is silent`, meaning: 'What you see of its drones is as old as that.' };
}

export function ServiceBanners({ picture: { watch } }: { picture: Picture }) {
  if (watch.bus.state.value !== 'live') return null;
  return (
    <>
      {watch.silent.value.map((silence) => {
        const { title, meaning } = wordsOf(silence);
        return (
          <Banner key={silence.service} tone="crit" testid={`silent-${silence.service}`} title={title} since={`nothing heard for ${ageWords(silence.ms)}`}>
            {meaning}
          </Banner>
        );
      })}
    </>
  );
}
