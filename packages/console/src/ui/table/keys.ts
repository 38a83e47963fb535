export interface Place {
  readonly active: number;
  readonly count: number;
  /** Rows that the window shows. */
  readonly page: number;
}

/** What a key means on a row: another row, an act, or nothing. Source: WAI-ARIA practices, grid. */
export function moveFor(key: string, { active, count, page }: Place): number | 'open' | 'toggle' | undefined {
  if (key === 'Enter') return 'open';
  if (key === ' ') return 'toggle';
  const target = targetFor(key, { active, count, page });
  return target === undefined ? undefined : Math.min(Math.max(target, 0), Math.max(count - 1, 0));
}

function targetFor(key: string, { active, count, page }: Place): number | undefined {
  switch (key) {
    case 'ArrowDown':
      return active + 1;
    case 'ArrowUp':
      return active - 1;
    case 'PageDown':
      return active + page;
    case 'PageUp':
      return active - page;
    case 'Home':
      return 0;
    case 'End':
      return count - 1;
    default:
      return undefined;
  }
}
