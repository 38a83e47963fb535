/** Runs inside a network namespace: `serve-file.ts ADDRESS FILE` gives FILE to the first who connects, and ends. */
import { createReadStream } from 'node:fs';
import { createServer } from 'node:net';
import { pipeline } from 'node:stream/promises';

const [host = '', file = ''] = process.argv.slice(2);

const server = createServer((client) => {
  server.close();
  pipeline(createReadStream(file, { highWaterMark: 1024 * 1024 }), client).catch((error) => {
    console.error(String(error));
    process.exitCode = 1;
  });
});
server.listen(0, host, () => console.log(JSON.stringify(server.address())));
