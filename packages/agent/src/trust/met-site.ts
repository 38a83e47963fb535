import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { DataFolder } from '../data-folder.ts';
import { writeDurably } from '../durable-file.ts';

/** As the old product's namespace stays when its keys are deleted (IDENT-27, IDENT-29): this machine has met a site. */
export const metSiteName = 'met-site';

/** Written when the last key goes; as long as there is one, the key itself says it. */
export function markMetSite(data: DataFolder): void {
  writeDurably(join(data.root, metSiteName), '');
}

export const hasMetSite = (data: DataFolder): boolean => existsSync(join(data.root, metSiteName));
