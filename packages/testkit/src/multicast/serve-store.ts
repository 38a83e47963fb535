/** Serves a content store as any web server would: `node serve-store.ts FOLDER PORT`. */
import { createReadStream } from 'node:fs';
import { createServer } from 'node:http';
import { join, normalize } from 'node:path';

const [root = '', port = ''] = process.argv.slice(2);

createServer((request, response) => {
  const file = createReadStream(join(root, normalize(request.url ?? '/')));
  file.on('error', () => response.writeHead(404).end());
  file.on('open', () => response.writeHead(200));
  file.pipe(response);
}).listen(Number(port), '0.0.0.0', () => process.stdout.write('ready\n'));
