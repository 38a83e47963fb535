/** Where the programs of the agent's upgrade keep what they know; only root reads it, and a purge of the agent removes it. */
export const stateFolder = '/var/lib/tenkai-agent/upgrade';

/** Last line of the program's output: the engine makes a reason of it. */
export const rolledBackMark = 'tenkai-result: rolled back: ';
