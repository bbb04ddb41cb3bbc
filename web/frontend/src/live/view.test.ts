import { expect, test } from 'vitest';

import { showsOf } from './view';

test('a window of its own shows the panel it was opened for, and nothing invented', () => {
  expect(showsOf('?show=alerts')).toEqual({ only: 'alerts', vehicle: null });
  expect(showsOf('?show=details&vehicle=UAV-07')).toEqual({ only: 'details', vehicle: 'UAV-07' });
  expect(showsOf('?wall')).toEqual({ only: 'wall', vehicle: null });
  expect(showsOf('?show=toString')).toEqual({ only: null, vehicle: null });
  expect(showsOf('')).toEqual({ only: null, vehicle: null });
});
