import { Textarea } from '@mantine/core';
import { useSentences } from '../../i18n/problem-texts.ts';
import { propertyProblems } from './push-draft.ts';

interface Props {
  readonly label: string;
  readonly description: string;
  readonly value: string;
  readonly isFixed?: boolean;
  readonly onChange: (value: string) => void;
}

/** Properties of an installation, with what is wrong with them while they are typed (AGENT-16, AGENT-17). */
export function PropertiesField({ label, description, value, isFixed = false, onChange }: Props) {
  const { problemSentenceText } = useSentences();
  const problems = propertyProblems(value).map((problem) => {
    const hint = problem.suggestion ? ` → ${problem.suggestion}` : '';
    return `${problem.field}: ${problemSentenceText(problem)}${hint}`;
  });
  return (
    <Textarea
      label={label}
      description={description}
      placeholder="SITECODE=TK1 FSP=fsp.example"
      error={problems.length > 0 ? problems.join(' ') : undefined}
      autosize
      minRows={1}
      maxRows={8}
      maxLength={8192}
      spellCheck={false}
      readOnly={isFixed}
      styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}
