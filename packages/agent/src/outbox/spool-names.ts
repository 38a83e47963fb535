/**
 * Names of spool files carry all that must be known without opening them:
 *
 *     new/<order>~<tag>.json           put by any process, not numbered yet
 *     numbered/<number>~<tag>.json     numbered by the service, may have been sent
 *
 * The tag is `-` for a plain report, `=<key>` for one that replaces its predecessor, `@<stream>@<position>` for one
 * that must be told exactly once.
 */
export type Tag =
  | { readonly kind: 'plain' }
  | { readonly kind: 'replacing'; readonly key: string }
  | { readonly kind: 'once'; readonly stream: string; readonly position: number };

/** What may be part of a file name: run ids and words of ours. */
const safeName = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;

export function isSafeName(text: string): boolean {
  return safeName.test(text);
}

export function tagText(tag: Tag): string {
  if (tag.kind === 'plain') return '-';
  return tag.kind === 'replacing' ? `=${tag.key}` : `@${tag.stream}@${String(tag.position).padStart(6, '0')}`;
}

export function tagOf(fileName: string): Tag {
  const text = fileName.slice(fileName.indexOf('~') + 1, -'.json'.length);
  if (text.startsWith('=')) return { kind: 'replacing', key: text.slice(1) };
  const [, stream, position] = /^@(.+)@(\d+)$/.exec(text) ?? [];
  return stream && position ? { kind: 'once', stream, position: Number(position) } : { kind: 'plain' };
}

/** Reports go in the order in which they were put: by time, then by a counter of the process. */
export function newName(order: number, pid: number, tag: Tag): string {
  return `${String(order).padStart(16, '0')}.${String(pid).padStart(8, '0')}~${tagText(tag)}.json`;
}

export function orderOf(fileName: string): number {
  return Number(fileName.slice(0, 16));
}

export function numberedName(number: number, tag: Tag): string {
  return `${String(number).padStart(16, '0')}~${tagText(tag)}.json`;
}

export function numberOf(fileName: string): number {
  return Number(fileName.slice(0, 16));
}

/** Files that a crash left half written begin with a dot. */
export function isSpoolFile(fileName: string): boolean {
  return fileName.endsWith('.json') && !fileName.startsWith('.');
}
