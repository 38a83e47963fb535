import { Select, type SelectProps } from '@mantine/core';

type Props = Omit<SelectProps, 'label' | 'placeholder' | 'clearable' | 'aria-label'> & {
  readonly label: string;
};

/** One value that a list is narrowed to, or none: its name stands in it while it is empty. */
export function FilterSelect({ label, ...rest }: Props) {
  return <Select aria-label={label} placeholder={label} clearable {...rest} />;
}
