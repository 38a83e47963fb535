const cache = new Map<string, string>();
const maxCached = 2000;

/** `?` placeholders to PostgreSQL's `$1 … $n`, leaving quoted strings, quoted names and comments alone. */
export function numberPlaceholders(text: string): string {
  const found = cache.get(text);
  if (found !== undefined) return found;
  let count = 0;
  const numbered = text.replace(/'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|\?/g, (token) => {
    if (token !== '?') return token;
    count += 1;
    return `$${count}`;
  });
  if (cache.size >= maxCached) cache.clear();
  cache.set(text, numbered);
  return numbered;
}
