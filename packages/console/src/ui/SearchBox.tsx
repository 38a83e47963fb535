import { CloseButton, TextInput } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';

interface Props {
  readonly value: string;
  readonly label: string;
  readonly onChange: (value: string) => void;
}

/** A list is asked again only when the typing pauses. */
const pauseMs = 250;

/** Searches a list; `/` comes here from anywhere on the page. */
export function SearchBox({ value, label, onChange }: Props) {
  const { t } = useTranslation();
  const [text, setText] = useState(value);
  const [before, setBefore] = useState(value);
  // The address may change by *back* too, and then leads.
  if (before !== value) {
    setBefore(value);
    setText(value);
  }
  useEffect(() => {
    if (text === value) return;
    const timer = window.setTimeout(() => onChange(text), pauseMs);
    return () => window.clearTimeout(timer);
  }, [text, value, onChange]);
  return (
    <TextInput
      type="search"
      data-search
      aria-label={label}
      placeholder={label}
      value={text}
      w={260}
      leftSection={<IconSearch size={16} stroke={1.6} aria-hidden="true" />}
      rightSection={
        text === '' ? null : (
          <CloseButton size="sm" aria-label={t('common.clear')} onClick={() => setText('')} />
        )
      }
      onChange={(event) => setText(event.currentTarget.value)}
    />
  );
}
