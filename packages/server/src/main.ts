import { readConfig } from './config.ts';
import { createLog } from './kernel/log.ts';
import { startServer } from './server.ts';

/** Wrong use ends with 2, a failed start with 1 (design, section 7). */
const config = readConfig(process.env);
if ('mistakes' in config) {
  for (const mistake of config.mistakes) console.error(mistake);
  process.exit(2);
}

const log = createLog({ level: config.logLevel });
const server = await startServer(config, { log }).catch((error: Error) => {
  log.debug({ err: error }, 'start failed');
  console.error(`Tenkai cannot start: ${error.message}`);
  process.exit(1);
});

const { kernel } = server.app;
console.log(`Tenkai is ready at ${server.url}`);
console.log(
  `  data ${config.dataDir}, database ${kernel.db.engine}, trusted root key ${kernel.keys.rootFingerprint}`,
);
if (server.setupLink) {
  console.log('  Make the first administrator with this link; it works once, within a day:');
  console.log(`  ${server.setupLink}`);
}

let isStopping = false;
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.on(signal, () => {
    // A second signal means it.
    if (isStopping) process.exit(1);
    isStopping = true;
    log.info({ signal }, 'stopping');
    server.stop().then(
      () => process.exit(0),
      (error: unknown) => {
        log.error({ err: error }, 'the server did not stop in good order');
        process.exit(1);
      },
    );
  });
}
