import '@mantine/core/styles.layer.css';
import '@mantine/notifications/styles.layer.css';
import '@mantine/spotlight/styles.layer.css';
import './theme.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { startTexts } from './i18n/index.ts';
import { preferredLanguage, readStoredLanguage } from './i18n/language.ts';

const root = document.getElementById('root');
if (!root) throw new Error('the page has no root element');

await startTexts(preferredLanguage(readStoredLanguage(), navigator.languages));
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
