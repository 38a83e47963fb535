/** The process ends at once afterwards; a pipe that is read slowly must have got everything before. */
export function print(value: unknown, text: string, isJson = false): Promise<void> {
  const shown = isJson ? JSON.stringify(value, null, 2) : text;
  return new Promise((resolve) => process.stdout.write(`${shown.trimEnd()}\n`, () => resolve()));
}
