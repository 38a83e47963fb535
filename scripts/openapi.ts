/** `npm run openapi`: writes openapi.json from the routes of the server; a test compares the two. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openApiDocument } from '@tenkai/server/kernel/http/openapi.ts';
import { serverVersion } from '@tenkai/server/kernel/version.ts';
import { startTestServer } from '@tenkai/testkit/start-server.ts';

const file = join(import.meta.dirname, '../openapi.json');
const server = await startTestServer();
const document = openApiDocument(server.kernel.http.apiRoutes, serverVersion);
await server.stop();
await writeFile(file, `${JSON.stringify(document, null, 2)}\n`);
console.log(`${file}: ${server.kernel.http.apiRoutes.length} operations`);
