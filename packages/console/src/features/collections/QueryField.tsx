import { SegmentedControl, Textarea } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { QueryBuilder } from './QueryBuilder.tsx';
import { QueryProblem } from './QueryProblem.tsx';
import { type BuiltQuery, fromBuilt, queryProblem, toBuilt } from './query-builder.ts';

interface Props {
  readonly label: string;
  readonly value: string;
  readonly onChange: (query: string) => void;
}

const longestQuery = 4096;

/** A query, built of rows or written as text; where it cannot be read, the place is shown. */
export function QueryField({ label, value, onChange }: Props) {
  const { t } = useTranslation();
  const [built, setBuilt] = useState<BuiltQuery | undefined>(() => toBuilt(value));
  const problem = value.trim() === '' ? undefined : queryProblem(value);
  const change = (next: BuiltQuery) => {
    setBuilt(next);
    onChange(fromBuilt(next));
  };
  return (
    <div className="tk-stack">
      <SegmentedControl
        size="xs"
        aria-label={t('collections.editAs')}
        value={built ? 'rows' : 'text'}
        data={[
          { value: 'rows', label: t('collections.asRows'), disabled: !built && toBuilt(value) === undefined },
          { value: 'text', label: t('collections.asText') },
        ]}
        onChange={(mode) => setBuilt(mode === 'rows' ? toBuilt(value) : undefined)}
      />
      {built ? (
        <>
          <QueryBuilder value={built} onChange={change} />
          <code className="tk-mono tk-muted">{value}</code>
        </>
      ) : (
        <Textarea
          label={label}
          description={t('collections.queryHelp')}
          autosize
          minRows={2}
          maxLength={longestQuery}
          spellCheck={false}
          classNames={{ input: 'tk-mono' }}
          value={value}
          error={problem !== undefined}
          onChange={(event) => onChange(event.currentTarget.value)}
        />
      )}
      {problem ? <QueryProblem query={value} problem={problem} /> : null}
    </div>
  );
}
