/* Pages are rendered by Flask; each entry here is a script of one of them, found through the manifest. */
import { defineConfig } from 'vitest/config';

export default defineConfig({
  base: '/static/dist/',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  worker: { format: 'es' },
  build: {
    outDir: '../static/dist',
    emptyOutDir: true,
    manifest: true,
    target: 'es2022',
    chunkSizeWarningLimit: 1500,
    rolldownOptions: {
      input: {
        base: 'src/base/main.ts',
        plan: 'src/plan/main.tsx',
        live: 'src/live/main.tsx',
        flight: 'src/flight/main.tsx',
        flights: 'src/flights/main.ts',
      },
    },
  },
  test: { environment: 'happy-dom', css: true, include: ['src/**/*.test.{ts,tsx}'] },
});
