import { argv, env, exit } from 'node:process';
import { agentCommand } from './commands.ts';

/** Entry of `tenkai-agent`. */
void agentCommand(argv.slice(2), env, argv[1] ?? '').then((status) => exit(status));
