import own from '../package.json' with { type: 'json' };

/** Version of this program, as `tenkai --version` prints it. */
export const version: string = own.version;
