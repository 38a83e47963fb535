/** `npm run systems`: writes docs/supported-systems.md from the list of operating systems; a test compares the two. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { operatingSystems, systemRows, systemsPage } from '@tenkai/domain';

const file = join(import.meta.dirname, '../docs/supported-systems.md');
await writeFile(file, systemsPage({ dataVersion: operatingSystems.dataVersion, rows: systemRows }));
console.log(`${file}: ${systemRows.length} systems`);
