import type { FieldProblem } from '../failure.ts';

// Tabulator and line ends are text; every other control character is an accident or an attack on a terminal.
// biome-ignore lint/suspicious/noControlCharactersInRegex: finding control characters is this pattern's purpose
const control = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/;

/**
 * Every text of a draft that holds control characters or half a surrogate pair: neither can be stored, signed and
 * shown alike everywhere. Walks without recursion, for input may be nested deep.
 */
export function textProblems(draft: unknown): FieldProblem[] {
  const problems: FieldProblem[] = [];
  const open: { field: string; value: unknown }[] = [{ field: '', value: draft }];
  for (let next = open.pop(); next; next = open.pop()) {
    const { field, value } = next;
    if (typeof value === 'string') {
      if (control.test(value) || !value.isWellFormed())
        problems.push({ field, code: 'text-unprintable', params: {} });
    } else if (Array.isArray(value)) {
      value.forEach((item, index) => {
        open.push({ field: `${field}[${index}]`, value: item });
      });
    } else if (typeof value === 'object' && value !== null) {
      for (const [key, item] of Object.entries(value))
        open.push({ field: field === '' ? key : `${field}.${key}`, value: item });
    }
  }
  return problems.sort((a, b) => (a.field < b.field ? -1 : 1));
}
