import description from '../package.json' with { type: 'json' };

/** Version of this agent, as it is reported and compared for upgrades. */
export const agentVersion: string = description.version;
