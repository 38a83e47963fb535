import { type CSSVariablesResolver, createTheme, type MantineColorsTuple } from '@mantine/core';

/** 桔梗 (kikyō, bellflower): the one accent colour. It is no colour of a state. */
const kikyo: MantineColorsTuple = [
  '#f1f0fa',
  '#e2e0f4',
  '#c5c2e8',
  '#a9a5f0',
  '#8783cf',
  '#6b66b8',
  '#5651a6',
  '#4a4699',
  '#3b3880',
  '#2c2a63',
];

/** Acts that take something away; white on it keeps to AA in both schemes. */
const danger: MantineColorsTuple = [
  '#fbeceb',
  '#f6d4d2',
  '#ecaba7',
  '#ff938a',
  '#d9564d',
  '#c0382f',
  '#b92c24',
  '#b3261e',
  '#931e17',
  '#751712',
];

/** Greys of the dark scheme, light to dark, in the order that the component library expects. */
const ink: MantineColorsTuple = [
  '#e6e6ea',
  '#c9cad1',
  '#a5a8b3',
  '#8f929e',
  '#4a4d57',
  '#34373f',
  '#26282e',
  '#1d1f24',
  '#16171b',
  '#101114',
];

const paper: MantineColorsTuple = [
  '#f7f7f5',
  '#f1f1ee',
  '#e8e8e3',
  '#deded8',
  '#c9c9c2',
  '#6e7078',
  '#5f626b',
  '#55575f',
  '#34363c',
  '#1d1e22',
];

export const fontFamily = [
  'system-ui',
  '"Segoe UI"',
  'Roboto',
  '"Helvetica Neue"',
  '"Hiragino Sans"',
  '"Yu Gothic UI"',
  '"Noto Sans CJK JP"',
  '"Noto Sans JP"',
  'Meiryo',
  'sans-serif',
].join(', ');

const fontFamilyMonospace =
  'ui-monospace, "Cascadia Mono", "SF Mono", Menlo, "DejaVu Sans Mono", "Noto Sans Mono CJK JP", monospace';

export const theme = createTheme({
  colors: { kikyo, danger, dark: ink, gray: paper },
  primaryColor: 'kikyo',
  primaryShade: { light: 7, dark: 5 },
  white: '#ffffff',
  black: '#1d1e22',
  fontFamily,
  fontFamilyMonospace,
  headings: { fontFamily, fontWeight: '600' },
  fontSizes: { xs: '0.75rem', sm: '0.8125rem', md: '0.875rem', lg: '1rem', xl: '1.25rem' },
  lineHeights: { xs: '1.35', sm: '1.45', md: '1.5', lg: '1.5', xl: '1.35' },
  spacing: { xs: '0.375rem', sm: '0.625rem', md: '0.875rem', lg: '1.25rem', xl: '2rem' },
  defaultRadius: 'sm',
  cursorType: 'pointer',
  respectReducedMotion: true,
  components: Object.fromEntries([
    // What explains a field stands below it, so that fields beside each other stay in line.
    ['InputWrapper', { defaultProps: { inputWrapperOrder: ['label', 'input', 'description', 'error'] } }],
    // Counts, minutes, percents: none is negative or has a part.
    ['NumberInput', { defaultProps: { size: 'sm', allowNegative: false, allowDecimal: false } }],
    ...[
      'Button',
      'TextInput',
      'PasswordInput',
      'Select',
      'MultiSelect',
      'TagsInput',
      'Textarea',
      'Checkbox',
      'Switch',
      'Radio',
      'SegmentedControl',
      'NativeSelect',
      'Autocomplete',
    ].map((name) => [name, { defaultProps: { size: 'sm' } }] as const),
  ]),
});

/** The library's own variables, from ours, so that both follow one scheme. */
export const cssVariablesResolver: CSSVariablesResolver = () => {
  const same = {
    '--mantine-color-body': 'var(--tk-surface)',
    '--mantine-color-text': 'var(--tk-text)',
    '--mantine-color-dimmed': 'var(--tk-text-2)',
    '--mantine-color-placeholder': 'var(--tk-text-2)',
    '--mantine-color-anchor': 'var(--tk-accent)',
    '--mantine-color-error': 'var(--tk-failed)',
    '--mantine-color-default': 'var(--tk-surface)',
    '--mantine-color-default-border': 'var(--tk-line-strong)',
    '--mantine-color-default-hover': 'var(--tk-hover)',
  };
  return { variables: {}, light: same, dark: same };
};
