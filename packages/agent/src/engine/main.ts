import { engineMain } from './engine-main.ts';

/** Entry of the engine's process. */
void engineMain(process.argv.slice(2)).then((status) => process.exit(status));
