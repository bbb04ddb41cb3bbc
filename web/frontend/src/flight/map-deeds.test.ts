import { afterEach, expect, test, vi } from 'vitest';

import { api, ApiError } from '../api';
import type { Position } from '../generated';
import { MapDeeds } from './map-deeds';

const HERE: Position = { lat_deg: 51.5, lon_deg: -0.16 };
const THERE: Position = { lat_deg: 51.51, lon_deg: -0.16 };
const GROUND = { camera: '60° × 40°', area_m2: 1e4, aimed: false, areas: [] };

const settled = (): Promise<void> => new Promise((done) => setTimeout(done));

afterEach(() => vi.restoreAllMocks());

test('a press moves in time, measures or asks, as was chosen; the same choice again ends it', () => {
  const moved: Position[] = [];
  const deeds = new MapDeeds('F1', (place) => moved.push(place));
  deeds.press(HERE);
  deeds.choose('measure');
  deeds.press(HERE);
  deeds.press(THERE);
  expect(deeds.measured.value).toEqual([HERE, THERE]);
  deeds.choose('measure');
  deeds.press(THERE);
  expect(deeds.measured.value).toEqual([]);
  expect(moved).toEqual([HERE, THERE]);
});

test('an answer about a spot that is no longer asked about is dropped', async () => {
  vi.spyOn(api, 'coverage').mockResolvedValue(GROUND);
  const answers: ((of: { times: [] }) => void)[] = [];
  vi.spyOn(api, 'spotSeen').mockImplementation(() => new Promise((answer) => answers.push(answer)));
  const deeds = new MapDeeds('F1', () => undefined);
  deeds.choose('seen');
  deeds.press(HERE);
  deeds.press(THERE);
  answers[0]?.({ times: [] });
  await settled();
  expect(deeds.spot.value).toEqual({ place: THERE, times: 'loading' });
  answers[1]?.({ times: [] });
  await settled();
  expect(deeds.spot.value).toEqual({ place: THERE, times: [] });
});

test('what went wrong is said, and asked again at the next choice', async () => {
  const asked = vi.spyOn(api, 'coverage').mockRejectedValueOnce(new ApiError(500, 'The recording is damaged.'));
  const deeds = new MapDeeds('F1', () => undefined);
  deeds.choose('seen');
  await settled();
  expect(deeds.ground.value).toEqual({ problem: 'The recording is damaged.' });
  asked.mockResolvedValue(GROUND);
  deeds.choose('seen');
  deeds.choose('seen');
  await settled();
  expect(deeds.ground.value).toEqual(GROUND);
});
