import { afterEach, expect, test, vi } from 'vitest';

import { api } from '../api';
import type { Comparison, FlightSummary } from '../generated';
import { Comparing } from './comparing';

const flight = (flight_id: string): FlightSummary => ({ flight_id, vehicle: 'UAV-08', started_at: '2026-11-22T06:00:00Z' }) as FlightSummary;
const NEAREST = { at_s: 130, horizontal_m: 5, height_m: 0, distance_m: 5 };
const found = (apart: Comparison['apart']): Comparison => ({ other: flight('F2'), series: {} as Comparison['series'], took_off_s: 100, other_took_off_s: 160, apart });

afterEach(() => vi.restoreAllMocks());

test('flights at one time lie beside each other by the clock, others by their take-offs', async () => {
  const asked = vi.spyOn(api, 'compareFlights').mockResolvedValue(found({ time_s: [130], distance_m: [5], nearest: NEAREST }));
  const comparing = new Comparing('F1');
  await comparing.choose('F2');
  expect(comparing.beside([160, 170], [1, 2])).toEqual([[160, 170], [1, 2]]);
  comparing.alignment.value = 'take-off';
  expect(comparing.beside([160, 170], [1, 2])).toEqual([[100, 110], [1, 2]]);

  asked.mockResolvedValue(found(null));
  comparing.alignment.value = 'time';
  await comparing.choose('F3');
  expect(comparing.alignment.value).toBe('take-off');
});

test('a flight is not offered for comparison with itself', async () => {
  vi.spyOn(api, 'findFlights').mockResolvedValue({ flights: [flight('F1'), flight('F2')], total: 2, page: 1, pages: 1 });
  const comparing = new Comparing('F1');
  await comparing.offer('bird');
  expect(comparing.offered.value).toEqual([flight('F2')]);
});
