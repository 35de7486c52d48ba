/**
 * Owns how the studio is bundled, and the development server: `vite apps/web` beside `rondo serve`, whose API it
 * passes on to. Names carry a hash; nothing is inlined, as the page's policy takes neither inline scripts nor data.
 */
import { fileURLToPath } from 'node:url';
import tailwind from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const server = process.env['RONDO_URL'] ?? 'http://127.0.0.1:4400';

/** The server puts a fresh one into every page: for styles that parts add while they run (CodeMirror, Radix). */
export const NONCE = '__RONDO_NONCE__';

/**
 * Parts and icons that several screens have in common come in one file, not in twenty: each costs a request and its
 * headers. What is large and not on every screen stays apart.
 */
const SHARED = [
  {
    name: 'parts',
    test: /[\\/]apps[\\/]web[\\/]ui[\\/](?!(value-|dialog|menu|popover|tabs|diagnostic))|[\\/]lucide-react[\\/]dist[\\/]esm[\\/]icons[\\/]/,
    minShareCount: 3,
  },
];

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  // Elements are made by ui/jsx-runtime.ts, which shows characters that hide or turn others.
  plugins: [react({ jsxImportSource: 'rondo-elements' }), tailwind()],
  resolve: {
    alias: [
      {
        find: /^rondo-elements\/jsx(-dev)?-runtime$/,
        replacement: fileURLToPath(new URL('./ui/jsx-runtime.ts', import.meta.url)),
      },
    ],
  },
  html: { cspNonce: NONCE },
  worker: { format: 'es' },
  build: {
    target: 'es2023',
    outDir: 'dist',
    emptyOutDir: true,
    manifest: 'manifest.json',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 2_000,
    rolldownOptions: { output: { codeSplitting: { groups: SHARED } } },
  },
  server: {
    host: '127.0.0.1',
    // The server takes changes from its own pages only.
    proxy: Object.fromEntries(
      ['/api', '/hooks', '/forms'].map((path) => [
        path,
        { target: server, changeOrigin: true, headers: { origin: server } },
      ]),
    ),
  },
});
