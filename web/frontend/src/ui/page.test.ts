import { expect, test } from 'vitest';

import { mountPoint } from './page';

test('Preact is left no moveBefore, after which Chromium keeps the style of a class that is gone', () => {
  document.body.innerHTML = '<div id="app"></div>';
  Object.assign(Element.prototype, { moveBefore: () => undefined });
  expect('moveBefore' in mountPoint()).toBe(false);
});

test('a page without a place to draw in says so', () => {
  document.body.innerHTML = '';
  expect(mountPoint).toThrow('no element #app');
});
