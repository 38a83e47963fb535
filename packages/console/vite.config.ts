import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react()],
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2023',
    // Data addresses in styles and scripts would need a wider content security policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rollupOptions: {
      output: {
        // What changes with every release is small; what does not stays in the browser's cache.
        manualChunks: (id) => chunkOf(id),
      },
    },
  },
  worker: { format: 'es' },
});

function chunkOf(id: string): string | undefined {
  if (/node_modules\/(react|react-dom|scheduler|@tanstack)\//.test(id)) return 'framework';
  if (
    /node_modules\/(@mantine|@floating-ui|react-remove-scroll|react-transition-group|react-textarea-autosize|react-number-format)\//.test(
      id,
    )
  )
    return 'components';
  return undefined;
}
