/// <reference types="vitest/config" />
import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  plugins: [react()],
  resolve: { alias: { '@': here('./src') } },
  // The server replaces the placeholder by a fresh nonce for each page it sends.
  html: { cspNonce: '__CSP_NONCE__' },
  build: {
    target: 'es2022',
    // Nothing may become a data: URL: the content security policy allows 'self' alone.
    assetsInlineLimit: 0,
    manifest: true,
    reportCompressedSize: false,
    rolldownOptions: { input: { index: here('./index.html'), portal: here('./portal.html') } },
  },
  server: { proxy: { '/api': { target: process.env.STEWARD_URL ?? 'http://127.0.0.1:8080' } } },
  test: { environment: 'happy-dom', include: ['src/**/*.test.{ts,tsx}'] },
});
