import { Textarea, TextInput } from '@mantine/core';
import { utf8Bytes } from '@tenkai/domain/software/package-problems.ts';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';

interface Props {
  readonly label: string;
  readonly value: string;
  readonly limitBytes: number;
  readonly onChange: (value: string) => void;
  readonly description?: ReactNode;
  readonly error?: string | undefined;
  readonly isLong?: boolean;
  readonly isRequired?: boolean;
  readonly isReadOnly?: boolean;
}

/** A text whose limit is in UTF-8 bytes, with a counter that counts as the limit does (BPKG-11). */
export function ByteCounted(props: Props) {
  const { t } = useTranslation();
  const bytes = utf8Bytes(props.value);
  const counter = t('packages.bytesOf', { bytes, limit: props.limitBytes });
  const shared = {
    label: props.label,
    value: props.value,
    required: props.isRequired ?? false,
    readOnly: props.isReadOnly ?? false,
    error: props.error,
    description: (
      <>
        {props.description} <span data-byte-counter>{counter}</span>
      </>
    ),
  };
  return props.isLong ? (
    <Textarea
      {...shared}
      autosize
      minRows={2}
      onChange={(event) => props.onChange(event.currentTarget.value)}
    />
  ) : (
    <TextInput {...shared} onChange={(event) => props.onChange(event.currentTarget.value)} />
  );
}
