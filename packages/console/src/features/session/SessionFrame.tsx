import { SegmentedControl } from '@mantine/core';
import type { ReactNode } from 'react';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { changeLanguage } from '../../i18n/index.ts';
import { type Language, languageNames, languages } from '../../i18n/language.ts';
import { Brand } from '../../shell/Brand.tsx';
import './SessionFrame.css';

interface Props {
  readonly title: string;
  readonly children: ReactNode;
}

/** The pages before somebody is signed in. */
export function SessionFrame({ title, children }: Props) {
  const { t, i18n } = useTranslation();
  useEffect(() => {
    document.title = `${title} – Tenkai`;
  }, [title]);
  return (
    <main className="tk-entrance">
      <div className="tk-entrance-box">
        <div className="tk-row">
          <Brand size={34} />
          <b className="tk-entrance-name">Tenkai</b>
        </div>
        <h1>{title}</h1>
        {children}
      </div>
      <SegmentedControl
        size="xs"
        aria-label={t('shell.language')}
        value={i18n.language}
        data={languages.map((language) => ({ value: language, label: languageNames[language] }))}
        onChange={(language) => void changeLanguage(language as Language)}
      />
    </main>
  );
}
